"""What people may ask while listening: signals, deploys, and what watches from outside."""

from stanch.detect.commands import deploys, investigations, signals, watching

__all__ = ["deploys", "investigations", "signals", "watching"]
