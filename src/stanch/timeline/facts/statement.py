"""What every kind of fact can do."""

import msgspec

from stanch.timeline.record import Line, Record


class Statement(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What an entry states. A new kind: its class, its name in ``Facts`` of its file, one sample in ``tests/data/entries/``.

    Fields may be added with a default, never renamed or removed.
    """

    def sentence(self) -> str:
        """One line for the timeline, in plain words."""
        raise TypeError(f"{type(self).__name__} has no sentence")

    def apply(self, record: Record, entry: Line) -> None:
        """Change the record by what is stated; nothing by default."""
