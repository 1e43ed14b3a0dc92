"""The how-to on notifiers, tried out."""

import re
from pathlib import Path
from typing import Any

import yaml

from stanch.main import load_world
from stanch.prepare.reachability import reachability
from stanch.prepare.settings import Settings
from stanch.prepare.yaml_file import convert

PAGE = (Path(__file__).parent.parent.parent / "docs/how-to/notifiers.md").read_text()


def _blocks() -> list[dict[str, Any]]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def test_the_configuration_is_accepted_and_every_notifier_in_the_table_exists() -> None:
    settings = convert({"data": "/tmp/x", **_blocks()[0]}, Settings, "docs/how-to/notifiers.md")
    world = load_world({**settings.integrations, "webhook": {}, "ntfy": {}})
    table = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`([a-z]+)`", cell)}
    assert named == set(world.notifiers)


def test_everybody_in_the_example_can_be_reached_once_it_was_tried() -> None:
    settings = convert({"data": "/tmp/x", **_blocks()[0]}, Settings, "docs/how-to/notifiers.md")
    notifiers = frozenset(load_world(settings.integrations).notifiers)
    assert {f.worry for f in reachability(settings.policy, [], notifiers, 0)} == {"untested"}


def test_the_manifest_points_to_our_routes_and_has_the_scopes_of_our_calls() -> None:
    from stanch.web.slack import routes

    manifest = _blocks()[1]
    paths = {route.path for route in routes(None)}  # type: ignore[arg-type]
    asked = [manifest["features"]["slash_commands"][0]["url"], manifest["settings"]["interactivity"]["request_url"]]
    assert {url.removeprefix("https://stanch.example.org") for url in asked} <= paths
    assert {"chat:write", "im:write", "users:read.email", "commands"} <= set(manifest["oauth_config"]["scopes"]["bot"])
