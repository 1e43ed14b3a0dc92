"""The look's files: their weight, their origin, and only what is in use (ADR 5, design section 6)."""

import hashlib
import re
from pathlib import Path

STATIC = Path("src/stanch/web/static")
TEMPLATES = Path("src/stanch/web/templates")


def test_one_stylesheet_and_one_script_within_their_weight() -> None:
    assert re.findall(r"static\('(\w+\.js)'\)", (TEMPLATES / "base.html").read_text()) == ["stanch.js"]
    for of_one_page in {*STATIC.glob("*.js")} - {STATIC / "stanch.js"}:
        assert of_one_page.stat().st_size < 15_000, of_one_page.name
    assert {p.name for p in STATIC.glob("*.css")} == {"stanch.css", "wall.css"}
    assert (STATIC / "wall.css").stat().st_size < 5_000, "of one page, on a screen that is no phone"
    assert (STATIC / "stanch.css").stat().st_size < 40_000 and (STATIC / "stanch.js").stat().st_size < 25_000


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    for template in TEMPLATES.rglob("*.html"):
        assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son\w+=", template.read_text()), template


def test_the_sprite_holds_just_the_icons_in_use() -> None:
    held = set(re.findall(r'symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    pages = "\n".join(template.read_text() for template in TEMPLATES.rglob("*.html"))
    code = "\n".join(path.read_text() for path in TEMPLATES.parent.rglob("*.py"))
    used = {name for name in held if f"'{name}'" in pages or f'"{name}"' in code}
    assert held == used, f"not in use: {held - used}"
    assert set(re.findall(r"icon\('([\w-]+)'\)", pages)) <= held


def test_the_font_is_the_one_of_its_package() -> None:
    found = hashlib.sha256((STATIC / "inter-latin-wght-normal.woff2").read_bytes()).hexdigest()
    assert found in (STATIC / "licences" / "README.md").read_text()
