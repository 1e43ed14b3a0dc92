"""The war room's panels: the page knows none by name."""

from pathlib import Path

from stanch.web import room
from stanch.web.pages import room as page

TEMPLATES = Path(room.__file__).parent.parent / "templates"
# Parts of a panel.
PARTS = {"entry", "past", "playbooks", "ranking"}


def test_each_panel_has_its_template_and_each_template_its_panel() -> None:
    names = {panel.name for found in room.panels().values() for panel in found}
    assert names == {path.stem for path in (TEMPLATES / "room").glob("*.html")} - PARTS
    assert len({(panel.place, panel.order) for found in room.panels().values() for panel in found}) == len(names)


def test_the_page_names_no_panel() -> None:
    text = Path(str(page.__file__)).read_text() + (TEMPLATES / "room.html").read_text()
    names = {panel.name for found in room.panels().values() for panel in found} - set(room.panels())
    assert names
    assert not [name for name in names if f'"{name}"' in text or f"room/{name}" in text]
