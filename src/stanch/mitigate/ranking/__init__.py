"""Ranks mitigations for this incident against the three principles and the evidence (R16 to R23). Pure, and explained.

Reversibility matters more than correctness, blast radius as much as effectiveness, and time-to-undo is the measure of
risk. Evidence that an action will help outweighs all three together: a harmless action that helps nobody is last.
"""
