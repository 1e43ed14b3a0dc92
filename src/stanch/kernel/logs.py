"""Sets up logging. Tracebacks contain no values, since these include keys, tokens and people's texts; of an address on the web only the host is logged.

structlog is imported with the first line that is written: it takes longer to import than ``stanch --help`` may run.
"""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]{0,20}://)(?:[^\s/?#@'\"]*@)?([^\s/?#@'\"]+)([/?#][^\s'\"]+)?", re.IGNORECASE)


class Log:
    """What a module writes its lines to: a sentence, and values by name."""

    def info(self, sentence: str, **values: Any) -> None:
        """Something that an operator may want to know."""
        _logger().info(sentence, **values)

    def warning(self, sentence: str, **values: Any) -> None:
        """Something failed that is tried again or has another way."""
        _logger().warning(sentence, **values)

    def error(self, sentence: str, **values: Any) -> None:
        """Something failed that somebody should look at."""
        _logger().error(sentence, **values)

    def exception(self, sentence: str, **values: Any) -> None:
        """The same with the traceback of the exception being handled."""
        _logger().exception(sentence, **values)


log = Log()


def _logger() -> Any:
    import structlog

    return structlog.get_logger()


def only_hosts(_logger: Any, _method: str, values: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line of the log in which an address ends with its host: the rest may be a secret."""
    for name, value in values.items():
        if isinstance(value, str) and "://" in value:
            values[name] = _ADDRESS.sub(lambda m: m[1] + m[2] + ("/…" if m[3] else ""), value)
    return values


def quiet_tracebacks() -> None:
    """Set the log up, unless somebody (a test) has. Without it the log's default prints every local variable of every frame."""
    import structlog

    if structlog.is_configured():
        return
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        only_hosts,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
    structlog.configure(processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
