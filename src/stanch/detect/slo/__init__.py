"""Service level objectives (R3, R4): error budgets, burn rates over pairs of windows, and what to do about them.

``rules`` and ``severity`` decide, ``queries`` and ``generate`` write PromQL, ``evaluation`` measures, ``store`` keeps.
"""
