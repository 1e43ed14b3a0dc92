"""Deciding under pressure: evidence, doubts, concerns, decisions (R36-R38)."""
