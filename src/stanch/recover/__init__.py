"""The resolve phase (R15, R41, R42): criteria that must hold, resolving, closing."""
