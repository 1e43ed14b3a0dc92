"""Drills (R40): scripted incidents in the same product, marked everywhere, scored on the practice, never on a person."""
