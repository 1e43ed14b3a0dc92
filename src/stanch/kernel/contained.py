"""One bad item costs itself: what it raises is logged, and the rest of a batch goes on (P2, P8)."""

from collections.abc import Iterator
from contextlib import contextmanager

from stanch.kernel.errors import Problem, Unavailable
from stanch.kernel.logs import log


class Contained:
    """``error``: what was raised, None when all went well. Known once the block has ended."""

    error: Exception | None = None


@contextmanager
def contained(sentence: str, *, passing: type[Problem] = Unavailable, **values: object) -> Iterator[Contained]:
    """Log what the block raises under ``sentence`` and go on after it.

    ``passing`` is raised on: a database that is away is no fault of the item, and everything is tried again.
    """
    found = Contained()
    try:
        yield found
    except passing:
        raise
    except Exception as error:
        found.error = error
        # One line and not the values: among an exception's words may be a whole statement.
        said = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:300]}"
        log.error(sentence, **values, error=said)
