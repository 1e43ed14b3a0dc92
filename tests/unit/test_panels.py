"""The war room's panels: the page knows none by name."""

from pathlib import Path

import msgspec
from jinja2 import meta, nodes

from stanch.timeline.record import Record
from stanch.web import room
from stanch.web.pages import room as page
from stanch.web.pages.render import ENVIRONMENT
from stanch.web.room.panel import WITH_EACH_ENTRY

TEMPLATES = Path(room.__file__).parent.parent / "templates"
# Parts of a panel.
PARTS = {"entry", "lines", "past", "playbooks", "ranking"}


def test_each_panel_has_its_template_and_each_template_its_panel() -> None:
    names = {panel.name for found in room.panels().values() for panel in found}
    assert names == {path.stem for path in (TEMPLATES / "room").glob("*.html")} - PARTS
    assert len({(panel.place, panel.order) for found in room.panels().values() for panel in found}) == len(names)


def read(name: str) -> set[str]:
    """The names in a template and in those that it includes."""
    parsed = ENVIRONMENT.parse((TEMPLATES / name).read_text())
    parts = [part for part in meta.find_referenced_templates(parsed) if part]
    return {node.name for node in parsed.find_all(nodes.Name)}.union(*map(read, parts))


def test_what_is_drawn_once_reads_no_clock_and_makes_no_ids() -> None:
    still = [panel.name for found in room.panels().values() for panel in found if panel.still]
    assert len(still) > 5
    assert not [name for name in still if read(f"room/{name}.html") & {"now", "new_id"}]
    assert "now" in read("room/timeline.html") and "new_id" in read("room/say.html"), "it would be seen"


def attributes(name: str) -> set[str]:
    """What a template, those that it includes and the macros that it calls read of anything."""
    parsed = ENVIRONMENT.parse((TEMPLATES / name).read_text())
    parts = [part for part in meta.find_referenced_templates(parsed) if part]
    return {node.attr for node in parsed.find_all(nodes.Getattr)}.union(*map(attributes, parts))


def test_what_is_drawn_once_reads_nothing_that_each_entry_changes() -> None:
    """It is told nothing in its place (``View.settled``)."""
    still = [panel.name for found in room.panels().values() for panel in found if panel.still]
    each = set(WITH_EACH_ENTRY)
    assert each <= {field.name for field in msgspec.structs.fields(Record)}
    assert not [name for name in still if attributes(f"room/{name}.html") & each]
    assert not attributes("_macros.html") & each
    assert attributes("room/timeline.html") and "hypotheses" in attributes("room/hypotheses.html"), "it would be seen"


def test_the_page_names_no_panel() -> None:
    text = Path(str(page.__file__)).read_text() + (TEMPLATES / "room.html").read_text()
    names = {panel.name for found in room.panels().values() for panel in found} - set(room.panels())
    assert names
    assert not [name for name in names if f'"{name}"' in text or f"room/{name}" in text]
