"""What an incident teaches its service: a change to the runbook that git applies, and readiness that waits for the items (R50)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.policy import Policy
from stanch.prepare import catalog
from stanch.prepare.runbooks import extended, sections
from tests.scenarios.house import POLICY, House, opened

RUNBOOK = """---
reviewed: 2025-05-01
---
# Shop

## How to roll back

1. Look at the newest release
2. Put the one before it back

## Where to check health

The dashboard `shop`.
"""


def git(folder: Path, *words: str, given: str = "") -> None:
    subprocess.run(["git", *words], cwd=folder, input=given, text=True, check=True, capture_output=True)


def house_with(runbook: str | None, database_url: str, tmp_path: Path, newline: str = "\n") -> Iterator[House]:
    """A shop whose service file and runbook lie in a git repository."""
    folder = tmp_path / "catalog"
    (folder / "services").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "services/shop.yaml").write_text("title: Shop\n")
    if runbook is not None:
        (folder / "services/shop.md").write_bytes(runbook.replace("\n", newline).encode())
    read = catalog.read(Policy(), folder).policy.services["shop"]
    said = {"runbook": read.runbook, "runbook_file": read.runbook_file, "runbook_head": read.runbook_head}
    yield from opened(database_url, tmp_path, {**POLICY, "services": {"shop": {**POLICY["services"]["shop"], **said}}})


def played(house: House) -> dict[str, Any]:
    house.do("declare", title="Checkout <fails>", service="shop", severity="SEV-1")
    house.do("impact", incident="INC-1", text="Three of ten payments fail")
    house.gauge.values["errors"] = 0.3
    house.wait(seconds=60, step=10)
    house.do("mitigate", "ben", incident="INC-1", mitigation="rollback", confirm="yes")
    house.gauge.values["errors"] = 0.001
    house.wait(seconds=120, step=10)
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")
    house.do("close", incident="INC-1")
    factors = ["The steps were out of date for zone-b #runbook", "One release to both zones #change"]
    house.do("postmortem", incident="INC-1", factors=factors)
    return dict(house.do("runbook-change", incident="INC-1"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_what_the_runbook_lacked_is_a_patch_that_git_applies(
    sqlite_url: str, tmp_path: Path, newline: str, end: str
) -> None:
    for house in house_with(RUNBOOK.rstrip("\n") + end, sqlite_url, tmp_path, newline):
        found = played(house)
        assert found["file"] == "services/shop.md"
        git(tmp_path / "catalog", "apply", "-", given=found["patch"])
        text = (tmp_path / "catalog/services/shop.md").read_bytes().decode()
        assert text.startswith("---" + newline + "reviewed: 2025-05-01") and "\n\n\n" not in text
        parts = {
            section.key or section.heading.strip(): section.text
            for section in sections(text.partition("---\n")[2] or text)
        }
        assert (
            "Roll back the shop on shop: it helped" in parts["rollback"]
            and "Put the one before it back" in parts["rollback"]
        )
        assert "Three of ten payments fail" in parts["impact"]
        assert "The steps were out of date for zone-b (INC-1" in parts["Learned from incidents"]
        assert "#runbook" not in text and "One release to both" not in text and "The dashboard `shop`." in text


def test_a_service_without_a_runbook_gets_one(sqlite_url: str, tmp_path: Path) -> None:
    for house in house_with(None, sqlite_url, tmp_path):
        found = played(house)
        git(tmp_path / "catalog", "apply", "-", given=found["patch"])
        assert (tmp_path / "catalog/services/shop.md").read_text().startswith("## How to confirm customer impact\n\n")


def test_nothing_is_proposed_that_the_runbook_says_already() -> None:
    assert extended(RUNBOOK, {}) == RUNBOOK
    once = extended(RUNBOOK, {"rollback": ["Ask ben"], "": ["One", "Two"]})
    assert "2. Put the one before it back\n- Ask ben\n\n## Where" in once and once.endswith(
        "## Learned from incidents\n\n- One\n- Two\n"
    )
    fenced = "## Rollback\n\n```\n# Impact\n```\n"
    assert extended(fenced, {"impact": ["x"]}).endswith("```\n\n## How to confirm customer impact\n\n- x\n")


def test_factors_lower_readiness_until_their_items_are_done(house: House) -> None:
    """R50: with the reason and where; those of private incidents stand nowhere (P6)."""
    played(house)

    def lacks() -> list[Any]:
        return [
            each
            for each in house.do("readiness", service="shop")["services"][0]["lacks"]
            if "contributed" in each["text"]
        ]

    assert lacks() == [], "nothing is open yet"
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops there")
    assert [(each["text"], each["link"]) for each in lacks()] == [
        ("#change contributed to INC-1, and not all action items are done", "/incidents/INC-1/postmortem#actions"),
        ("#runbook contributed to INC-1, and not all action items are done", "/incidents/INC-1/postmortem#actions"),
    ]
    before = house.do("readiness", service="shop")["services"][0]["score"]
    house.do("action", "ben", incident="INC-1", item="A1", done=True, evidence="build 812 stopped")
    assert lacks() == [] and house.do("readiness", service="shop")["services"][0]["score"] == before + 6
    secret = house.do("declare", title="Leak", service="shop", private=True).incident
    house.do("resolve", incident=secret, override=True, reason="over")
    house.do("close", incident=secret)
    house.do("postmortem", incident=secret, factors=["A key in a log #access"])
    house.do("action", incident=secret, title="Rotate the key", owner="ada", test="The old one is refused")
    assert lacks() == []
