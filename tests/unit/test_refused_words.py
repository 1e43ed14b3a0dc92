"""A value of the wrong kind is refused in words, not in the names of types."""

from typing import Annotated

import msgspec
import pytest

from stanch.kernel.command import Command
from stanch.kernel.errors import Invalid
from stanch.kernel.filling import fill


class Asked(msgspec.Struct):
    """Fields of every kind that forms have."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 0
    percent: float | None = None
    private: bool = False
    services: list[str] = []
    share: Annotated[float, msgspec.Meta(gt=0)] = 1.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"minutes": "soon"}, "'minutes' must be a whole number."),
        ({"minutes": 99999}, "'minutes' must be at most 1440."),
        ({"minutes": -1}, "'minutes' must be at least 0."),
        ({"percent": "many"}, "'percent' must be a number."),
        ({"private": "perhaps"}, "'private' must be true or false."),
        ({"services": "shop"}, "'services' must be a list."),
        ({"share": 0}, "'share' must be more than 0."),
    ],
)
def test_what_a_value_must_be(given: dict[str, object], said: str) -> None:
    command = Command("asked", "asked", "run", Asked, lambda _uow, _asked: None, False, ())
    with pytest.raises(Invalid) as refused:
        fill(command, given)
    assert refused.value.sentence() == said
