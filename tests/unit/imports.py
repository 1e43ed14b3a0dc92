"""What the tests of the importers share: the dumps, and reading the written YAML back as the product does."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from stanch.kernel.policy import Policy, Service
from stanch.prepare.importers.imported import Imported
from stanch.prepare.oncall.rules import check, holder
from stanch.prepare.settings import convert

DUMPS = Path(__file__).parent.parent / "data" / "imports"
TODAY = "2026-02-01T00:00:00Z"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def dump(name: str) -> Any:
    """A fresh copy of a dump."""
    return json.loads((DUMPS / f"{name}.json").read_text())


def at(text: str) -> int:
    """A moment of a time with its offset."""
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def on_call(imported: Imported, schedule: str, text: str) -> str:
    """Who stanch says is on call."""
    return holder(imported.schedules[schedule], [], at(text))


def written(imported: Imported) -> tuple[Policy, dict[str, Service]]:
    """The import as it reads back from the catalog's files."""
    files = imported.files("tool", "a test")
    values = yaml.safe_load(files.pop("policy/imported-tool.yaml", "{}"))
    policy = convert(values, Policy, "policy/imported-tool.yaml")
    services = {path.split("/")[1][:-5]: convert(yaml.safe_load(text), Service, path) for path, text in files.items()}
    return policy, services


def assert_loads_back(imported: Imported) -> None:
    """The written files say exactly what was imported, and every schedule of them can be relied on."""
    policy, services = written(imported)
    assert policy.contacts == imported.contacts
    assert policy.schedules == imported.schedules
    assert policy.escalation == imported.escalation
    assert services == imported.services
    for schedule in imported.schedules.values():
        assert check(schedule, imported.contacts) == []
    for service in services.values():
        assert service.escalation in {*imported.escalation, "default"}
    for policy_ in imported.escalation.values():
        for target in (t for step in policy_.steps for t in step.notify):
            kind, _, name = target.rpartition(":")
            assert name in (imported.schedules if kind == "schedule" else imported.contacts)


def told(imported: Imported, *words: str) -> bool:
    """Whether one note of the report has all of these words."""
    return any(all(word in note.sentence() for word in words) for note in imported.notes)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


def spoilt(data: st.DataObject, name: str, where: list[tuple[Any, ...]]) -> Any:
    """A fresh copy of a dump with anything in one of its places."""
    document: Any = dump(name)
    *path, last = data.draw(st.sampled_from(where[1:]))
    inside = document
    for key in path:
        inside = inside[key]
    inside[last] = data.draw(JSON)
    return document


def assert_read_or_refused(read: Callable[[object], Imported], document: object) -> None:
    """Whatever a dump holds: an import that reads back, or a sentence that says what is wrong with it."""
    try:
        imported = read(document)
    except ValueError as error:
        complaint = str(error)
    else:
        assert_loads_back(imported)
        return
    assert len(complaint) > 20 and "\n" not in complaint
