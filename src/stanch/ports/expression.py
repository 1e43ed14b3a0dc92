"""One JMESPath expression of a configuration: compiled once, and named in every error."""

from typing import Any

import jmespath  # type: ignore[import-untyped]
import msgspec
from jmespath import functions

from stanch.ports.json_fields import UNREADABLE, words


class _Functions(functions.Functions):  # type: ignore[misc]
    """JMESPath's own functions, and ``from_json``: many senders put JSON inside a text (Amazon SNS)."""

    @functions.signature({"types": ["string", "null"]})
    def _func_from_json(self, text: str | None) -> Any:
        """What the text says; null where it is no JSON."""
        try:
            return msgspec.json.decode(text) if text else None
        except UNREADABLE:
            return None


_OPTIONS = jmespath.Options(custom_functions=_Functions())


class Expression:
    """One JMESPath expression and the field it is for, so that errors can name both."""

    def __init__(self, field: str, text: str) -> None:
        self.field, self.text = field, text
        self.wants_root = "root" in text
        try:
            self.compiled = jmespath.compile(text)
        except (ValueError, RecursionError) as error:
            first = words(str(error).split("\n")[0], 200)
            raise ValueError(f"{field}: {text!r} is no JMESPath expression ({first})") from None

    def __str__(self) -> str:
        return f"{self.field}: the expression {self.text!r}"

    def of(self, element: object, document: object) -> Any:
        """Its value for an element. Raises ``ValueError`` when it cannot be worked out."""
        if self.wants_root and isinstance(element, dict):
            element = element | {"root": document}
        try:
            return self.compiled.search(element, options=_OPTIONS)
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            raise ValueError(f"{self} failed: {words(str(error), 200)}") from None
