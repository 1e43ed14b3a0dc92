"""Tickets in trackers: filed once, followed both ways, never lost while a tracker is away (R47)."""
