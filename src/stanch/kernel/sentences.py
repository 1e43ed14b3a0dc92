"""Sentences that are put together: counts in the right number, and why a body is no JSON."""

from stanch.kernel.errors import punctuated


def counted(count: int, one: str, many: str = "") -> str:
    """``1 note``, ``2 notes``, ``0 notes``; ``many``: where it is not the one with an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def not_json(error: Exception) -> str:
    """Why a body is no JSON, as a sentence."""
    why = str(error).removeprefix("JSON is malformed: ") or "nested too deeply"
    return punctuated(f"The body is not JSON: {why}.")
