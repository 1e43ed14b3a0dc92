"""Whether the people of an audience were told of an update (R31)."""

import msgspec


class Delivery(msgspec.Struct):
    """Whether somebody was told of an update, by what; ``problem``: why not, as a sentence without its full stop; ``again``: it is tried again."""

    by: str
    at: int
    ok: bool
    problem: str = ""
    again: bool = False
