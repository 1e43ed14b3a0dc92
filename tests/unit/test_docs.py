"""A doc that is not tested rots."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from stanch.cli.tree import BY_HAND
from stanch.kernel.command import REGISTRY
from stanch.kernel.policy import Service
from stanch.main import load_commands
from stanch.prepare.settings import Settings
from stanch.prepare.yaml_file import convert

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_pages_written_from_the_code_are_current() -> None:
    path = ROOT / "docs/reference/generate.py"
    spec = importlib.util.spec_from_file_location("generate", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for page, written in module.PAGES.items():
        assert (ROOT / page).read_text() == written(), f"{page}: run python docs/reference/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", re.sub(r"`[^`\n]*`", "", page.read_text())):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_in_the_list_of_docs() -> None:
    """A page that no list names is found by nobody."""
    listed = {
        (ROOT / "docs" / link).resolve()
        for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / "docs/README.md").read_text())
    }
    pages = {
        p.resolve()
        for folder in ("", "how-to", "explanation", "reference")
        for p in (ROOT / "docs" / folder).glob("*.md")
    }
    assert pages - listed == {ROOT / "docs/README.md"}


def test_the_configuration_in_the_how_to_is_accepted() -> None:
    for block in re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/how-to/configure.md").read_text(), re.DOTALL):
        convert({"data": "data", **yaml.safe_load(block)}, Settings, "docs/how-to/configure.md")


def test_the_service_in_the_how_to_is_accepted() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/how-to/mitigations.md").read_text(), re.DOTALL)
    service = convert(yaml.safe_load(block), Service, "docs/how-to/mitigations.md")
    assert [m.name for m in service.mitigations] == ["drain-zone-b", "rollback"]


def test_the_flags_in_the_how_to_are_accepted() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/how-to/feature-flags.md").read_text(), re.DOTALL)
    service = convert({"name": "shop", **yaml.safe_load(block)}, Service, "docs/how-to/feature-flags.md")
    assert [m.kind for m in service.mitigations] == ["degrade", "degrade"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_in_a_code_block_exists(page: Path) -> None:
    load_commands()
    known = {*REGISTRY, *BY_HAND}
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for word in re.findall(r"^(?:\.venv/bin/)?stanch ([a-z][a-z-]*)", block, re.MULTILINE):
            assert word in known, f"{page.name}: there is no command '{word}'"
