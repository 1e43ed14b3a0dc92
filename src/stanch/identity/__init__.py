"""People and how they prove who they are: passwords, tokens, sessions, one-time links, the throttle of sign-in.

Nothing here knows HTTP or incidents: CLI, web and features use it. Moments (``now``) are microseconds.
"""
