"""One thing that keeps a postmortem from being published. Pure."""

import msgspec


class Gap(msgspec.Struct, frozen=True):
    """``part``: where it is. ``what``: what is wrong. ``why``: why it matters."""

    part: str
    what: str
    why: str
