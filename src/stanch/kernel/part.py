"""What every struct of the configuration has in common."""

import math
from typing import Annotated

import msgspec

# Thirty years, the longest span; for "never" the key is left out.
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Every = Annotated[float, msgspec.Meta(ge=0.001, le=1e9)]
Days = Annotated[float, msgspec.Meta(ge=0, le=11_000)]


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of the configuration: unknown keys are refused, and numbers that are none (YAML's ``.inf`` and ``.nan``)."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} is {value}; write a number, or leave it out")
