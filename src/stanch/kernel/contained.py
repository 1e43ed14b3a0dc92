"""Logs and contains the exception of one item of a batch, so that the other items are processed (P2, P8)."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from stanch.kernel.errors import Problem, Unavailable
from stanch.kernel.logs import log


class Contained:
    """``error``: what was raised, None when all went well. Known once the block has ended."""

    error: Exception | None = None


@contextmanager
def contained(
    sentence: str, *, passing: type[Problem] | tuple[()] = Unavailable, **values: object
) -> Iterator[Contained]:
    """Log what the block raises under ``sentence`` and go on after it.

    ``passing`` is raised on: a database that is away is no fault of the item, and everything is tried again. ``()`` where
    nothing may be raised, as in a thread that must keep running.
    """
    found = Contained()
    try:
        yield found
    except passing:
        raise
    except Exception as error:
        found.error = error
        # One line with the place, without values: an exception's text may contain a whole SQL statement.
        told = error.detail if isinstance(error, Problem) else str(error).partition("\n")[0][:300]
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(sentence, **values, error=f"{type(error).__name__}: {told}", place=f"{place.filename}:{place.lineno}")
