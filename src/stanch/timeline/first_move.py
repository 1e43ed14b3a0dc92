"""A first move of a playbook or runbook, as it stands in the record."""

import msgspec


class Move(msgspec.Struct):
    """A first move that was made, or passed with a word."""

    source: str
    text: str
    passed: bool
    word: str
    at: int
    by: str

    @staticmethod
    def key(source: str, text: str) -> str:
        """A step is known by its words: its number changes when somebody edits the list."""
        return f"{source}: {text}"
