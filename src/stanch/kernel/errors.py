"""Errors that people see: each says what was wrong, where, and what to do (RFC 9457 on the API)."""


class Problem(Exception):
    """Something the caller can act on. ``status`` is the HTTP status, ``title`` is constant per class.

    ``repeat``: what is to be sent along when it is asked again, such as the fingerprint of what was shown.
    """

    status = 400
    title = "The request cannot be carried out"

    def __init__(self, detail: str, *, field: str = "", hint: str = "", repeat: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.hint = hint
        self.repeat = repeat or {}

    def sentence(self) -> str:
        """One line for the CLI and the page."""
        return f"{self.detail} {self.hint}".strip()


class Invalid(Problem):
    """The input is wrong; ``field`` names where."""

    status = 422
    title = "The input is not valid"


class NotFound(Problem):
    """There is no such thing, or the caller may not know that there is (P6)."""

    status = 404
    title = "Not found"


class Conflict(Problem):
    """The state does not allow this now, or somebody else was faster."""

    status = 409
    title = "Not possible in this state"


class Unauthenticated(Problem):
    """Nobody is signed in, or the key is wrong."""

    status = 401
    title = "Sign in first"


class Denied(Problem):
    """Known, but not allowed."""

    status = 403
    title = "Not allowed"


class TooLarge(Problem):
    """The body is larger than the limit."""

    status = 413
    title = "The body is too large"


class TooMany(Problem):
    """Too many attempts; ``hint`` says when to come back."""

    status = 429
    title = "Too many attempts"


class Unavailable(Problem):
    """Temporarily not possible; trying again helps."""

    status = 503
    title = "Not available right now"
