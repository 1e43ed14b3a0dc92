"""Errors that people see: each says what was wrong, where, and what to do (RFC 9457 on the API)."""

import re

# A full stop behind another mark, as when a foreign message that ends with one is put before ours. Three dots stay.
DOUBLED = re.compile(r"(?<![.])\.\.(?![.])(?=\s|$)|(?<=[?!…])\.(?=\s|$)")


def punctuated(text: str) -> str:
    """The text with one mark at the end of each sentence."""
    return DOUBLED.sub(lambda found: "." if found[0] == ".." else "", text)


class Problem(Exception):
    """Something the caller can act on. ``status`` is the HTTP status, ``title`` is constant per class.

    ``repeat``: what is to be sent along when it is asked again, such as the fingerprint of what was shown.
    ``points``: the single faults, where there are several; ``detail`` names them all.
    """

    status = 400
    title = "The request cannot be carried out"

    def __init_subclass__(cls, *, status: int = 0, title: str = "") -> None:
        cls.status, cls.title = status or cls.status, title or cls.title

    def __init__(
        self,
        detail: str,
        *,
        field: str = "",
        hint: str = "",
        repeat: dict[str, str] | None = None,
        points: list[str] | None = None,
    ) -> None:
        detail = punctuated(detail)
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.hint = hint
        self.repeat = repeat or {}
        self.points = points or []

    def sentence(self) -> str:
        """One line for the CLI and the page."""
        return punctuated(f"{self.detail} {self.hint}".strip())


class Invalid(Problem, status=422, title="The input is not valid"):
    """The input is wrong; ``field`` names where."""


class NotFound(Problem, status=404, title="Not found"):
    """There is no such thing, or the caller may not know that there is (P6)."""


class Conflict(Problem, status=409, title="Not possible in this state"):
    """The state does not allow this now, or somebody else was faster."""


class Unauthenticated(Problem, status=401, title="Sign in first"):
    """Nobody is signed in, or the key is wrong."""


class Denied(Problem, status=403, title="Not allowed"):
    """Known, but not allowed."""


class TooLarge(Problem, status=413, title="The body is too large"):
    """The body is larger than the limit."""


class TooMany(Problem, status=429, title="Too many attempts"):
    """Too many attempts; ``hint`` says when to come back, ``after`` in how many seconds."""

    def __init__(self, detail: str, *, hint: str = "", field: str = "", after: int = 60) -> None:
        super().__init__(detail, hint=hint, field=field)
        self.after = after


class Unavailable(Problem, status=503, title="Not available right now"):
    """Temporarily not possible; trying again helps."""
