"""What came out of an import, and how it is written down for the catalog."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from stanch.kernel.contacts import Contact, EscalationPolicy
from stanch.kernel.policy import Service
from stanch.kernel.schedule import Schedule

WIDTH = 120


class Note(msgspec.Struct, frozen=True, order=True):
    """One thing that did not map, or only nearly. ``what``: its kind; ``name``: its name, with the id the old tool gave it."""

    what: str
    name: str
    problem: str
    todo: str

    def sentence(self) -> str:
        """One line of the report."""
        return f"{self.what} {self.name}: {self.problem} {self.todo}".strip()


class Imported(msgspec.Struct):
    """What one import found. Keys are those of the catalog; contacts, schedules and policies refer to each other by them."""

    contacts: dict[str, Contact] = msgspec.field(default_factory=dict)
    schedules: dict[str, Schedule] = msgspec.field(default_factory=dict)
    escalation: dict[str, EscalationPolicy] = msgspec.field(default_factory=dict)
    services: dict[str, Service] = msgspec.field(default_factory=dict)
    notes: list[Note] = msgspec.field(default_factory=list)

    def note(self, what: str, name: str, problem: str, todo: str) -> None:
        """Report something, once."""
        found = Note(what, name, problem, todo)
        if found not in self.notes:
            self.notes.append(found)

    def counts(self) -> dict[str, int]:
        """What was taken."""
        return {name: len(getattr(self, name)) for name in ("contacts", "schedules", "escalation", "services")}

    def files(self, tool: str, origin: str) -> dict[str, str]:
        """The catalog's files by their path in it. ``tool``: the name for the file; ``origin``: where it came from."""
        found = {}
        policy = {
            name: plain(getattr(self, name)) for name in ("contacts", "schedules", "escalation") if getattr(self, name)
        }
        if policy:
            found[f"policy/imported-{tool}.yaml"] = _yaml(policy, _header(origin, len(self.notes)))
        for key, service in sorted(self.services.items()):
            found[f"services/{key}.yaml"] = _yaml(plain(service), _header(origin, 0))
        return found


def plain(value: Any) -> Any:
    """The simplest thing to write down that reads back as ``value``: what is at its default is left out."""
    if isinstance(value, msgspec.Struct):
        return {
            field.name: plain(getattr(value, field.name))
            for field in msgspec.structs.fields(value)
            if field.required or getattr(value, field.name) != _default(field)
        }
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if field.default is msgspec.NODEFAULT else field.default


def _header(origin: str, notes: int) -> list[str]:
    lines = [
        f"Imported by 'stanch import' from {origin}.",
        "It is yours now: edit it, nothing writes it again by itself.",
    ]
    if notes:
        lines.append(f"{notes} things did not map, or only nearly; the import's report names each.")
    return lines


def _yaml(values: Any, comments: Iterable[str]) -> str:
    import yaml

    head = "".join(f"# {' '.join(line.split())}\n" for line in comments)
    return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False)
