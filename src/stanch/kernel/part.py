"""What every struct of the configuration has in common."""

import msgspec


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of the configuration: unknown keys are refused."""
