"""A first move of a playbook or runbook, as it stands in the record."""

import msgspec


class Move(msgspec.Struct):
    """A first move that was done, or skipped with a reason."""

    source: str
    text: str
    passed: bool
    word: str
    at: int
    by: str

    @staticmethod
    def key(source: str, text: str) -> str:
        """A step is identified by its text, since its number changes when the list is edited."""
        return f"{source}: {text}"
