"""How a port says that it could not do what was asked, and what the caller may conclude."""

LONGEST_AFTER = 300.0


class Failed(Exception):
    """A port could not do it. ``again``: whether trying again helps; ``after`` seconds if the other side said when.

    ``after`` is capped at five minutes, so that a server cannot postpone a page for longer.
    """

    def __init__(self, detail: str, *, again: bool, after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.again = again
        self.after = min(after, LONGEST_AFTER) if after is not None and after >= 0 else None

    def say(self, detail: str) -> None:
        """Say it in other words."""
        self.detail = detail
        self.args = (detail,)


class Unsure(Failed):
    """It was asked for and nobody knows whether it happened (the answer never came): a person must look."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, again=False)


class Paused(Failed):
    """The other side has asked for a pause (a rate limit)."""

    def __init__(self, detail: str, after: float) -> None:
        super().__init__(detail, again=True, after=after)


class Gone(Failed):
    """The target is permanently gone and must not be used again."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, again=False)


class Partly(Failed):
    """It failed half way. ``undo``: arguments that put back what had been done by then."""

    def __init__(self, detail: str, undo: dict[str, str | list[str]]) -> None:
        super().__init__(detail, again=False)
        self.undo = undo
