"""Figures over many incidents: completion of action items first, then times, cadence, factors, mitigations (R49)."""
