"""How log lines look. A traceback tells where, and never the values: among them are keys, tokens and people's words."""

import sys
from typing import Any

import structlog


def quiet_tracebacks() -> None:
    """Set the log up, unless somebody (a test) has. Without it the log's default prints every local variable of every frame."""
    if structlog.is_configured():
        return
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
    structlog.configure(processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
