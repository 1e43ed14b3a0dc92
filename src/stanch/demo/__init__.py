"""``stanch demo``: a small real shop, broken on purpose, and an incident that a newcomer can drive to its end."""
