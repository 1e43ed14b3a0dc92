"""The JSON Schemas that editors check files with: they accept what stanch accepts, and refuse a mistyped key."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from stanch.cli import stanch as command_line
from stanch.kernel.errors import NotFound
from stanch.main import integrations
from stanch.prepare.schema import FILES, schema
from stanch.prepare.yaml_file import parse_yaml, read_yaml
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = {name: schema(name, integrations()) for name in FILES}
CATALOG = ROOT / "examples" / "catalog"


def wrong(name: str, values: Any) -> list[str]:
    """What the schema of this name finds wrong."""
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(SCHEMAS[name]).iter_errors(values)]


def kind_of(values: dict[str, Any]) -> str | None:
    """Which kind of file a block of the documentation shows; None for what belongs to another tool."""
    if isinstance(values.get("data"), dict):
        return None  # a ConfigMap of Kubernetes
    covering = [name for name in FILES if set(values) <= set(SCHEMAS[name]["properties"])]
    # 'contacts' stands in a service's file and in the policy with another meaning each.
    return next((name for name in covering if not wrong(name, values)), covering[0] if covering else None)


BLOCKS = [
    (page, kind, values)
    for page in sorted((ROOT / "docs" / "how-to").glob("*.md"))
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    if "\n---\n" not in block  # more documents than one: no file of ours
    and (kind := kind_of(values := parse_yaml(block, page.name)))
]


@pytest.mark.parametrize("name", FILES)
def test_each_is_a_schema_and_the_command_prints_it(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    printed = CliRunner().invoke(command_line, ["schema", name])
    assert json.loads(printed.output) == SCHEMAS[name]


def test_there_is_no_other_schema() -> None:
    with pytest.raises(NotFound, match="There is no schema 'x'"):
        schema("x", integrations())


@pytest.mark.parametrize("path", sorted(CATALOG.glob("*/*.yaml")), ids=lambda p: p.name)
def test_the_example_catalog_fits(path: Path) -> None:
    """R7, R8."""
    assert wrong("policy" if path.parent.name == "policy" else "service", read_yaml(path)) == []


@pytest.mark.parametrize(
    ("page", "kind", "values"), BLOCKS, ids=[f"{p.stem}-{k}-{i}" for i, (p, k, _) in enumerate(BLOCKS)]
)
def test_the_blocks_of_the_documentation_fit(page: Path, kind: str, values: dict[str, Any]) -> None:
    assert wrong(kind, values) == [], page.name


def test_the_documentation_shows_every_kind_of_file() -> None:
    assert {kind for _, kind, _ in BLOCKS} == set(FILES)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("stanch", {"prot": 8080}),
        ("stanch", {"port": "eight"}),
        ("stanch", {"integrations": {"smpt": {}}}),
        ("stanch", {"integrations": {"smtp": {"hots": "mail.example.org"}}}),
        ("stanch", {"policy": {"escalation": {"default": {"steps": [{"notfy": ["ada"]}]}}}}),
        ("service", {"title": "Shop", "tier": "core"}),
        ("service", {"probes": [{"name": "page"}]}),
        ("policy", {"services": {}}),
        ("policy", {"contacts": {"ada": {"reach": []}}}),
    ],
)
def test_what_stanch_refuses_is_marked_while_it_is_written(name: str, values: dict[str, Any]) -> None:
    assert wrong(name, values)


def test_a_second_system_of_a_kind_may_be_named() -> None:
    settings = {"haproxy": {"socket": "/run/haproxy/admin.sock"}, "haproxy@eu": {"socket": "/run/haproxy/eu.sock"}}
    assert wrong("stanch", {"integrations": settings}) == []


@pytest.mark.parametrize("name", FILES)
def test_a_running_stanch_serves_it_to_editors_without_signing_in(name: str, sqlite_url: str, tmp_path: Path) -> None:
    house = House(sqlite_url, tmp_path)
    with TestClient(create_app(house.stanch)) as client:
        served = client.get(f"/schema/{name}.json")
        assert served.json() == SCHEMAS[name] and served.headers["content-type"] == "application/schema+json"
        assert client.get("/schema/x.json").status_code == 404
    house.application.database.close()
