"""What the product proposes against what a careful expert would (R2, R3), through the public interface.

``docs/explanation/severity-cases.md`` is written by this test: ``STANCH_WRITE_DOCS=1``.
"""

import os
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import yaml

from stanch.detect.slo import evaluation
from stanch.detect.slo.evaluation import Round
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.ranking_cases import empty_database

FILE = Path(__file__).parents[1] / "data/severity/cases.yaml"
PAGE = Path(__file__).parents[2] / "docs/explanation/severity-cases.md"
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
FIRST_SIGHT = (
    "The last 42 are by a writer who knew neither rules nor cases. Of the first half 20 of 22 were right at first sight (one off by two, mended), of the\n"
    "other half, which was kept apart until nothing was changed any more, 21 of 22. Two are not in the table: 90 % of the users of a strip of\n"
    "recommendations (tier 2, as for whatever is not core; an expert says 3), and a core service that burns 12 times its budget over an hour and\n"
    "140 times over five minutes (tier 3, an expert says 2).\n\n"
)
SPANS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


def wanted(case: dict[str, Any]) -> list[str]:
    """The expert's severity, and those that would do as well."""
    names = case.get("names", ["SEV-1", "SEV-2", "SEV-3", "SEV-4"])
    return ["none" if rung == "none" else names[rung - 1] for rung in (case["expect"], *case.get("accept", []))]


def play(case: dict[str, Any], folder: Path, migrated: Path | None = None) -> tuple[str, str]:
    """The severity that is proposed at the end, and its sentence. ``migrated``: an empty database, which is copied."""
    if migrated:
        copyfile(migrated, folder / "stanch.db")
    slo = {
        "name": "s",
        "objective": case.get("objective", 99.9),
        "errors": "e[{{.window}}]",
        "total": "t[{{.window}}]",
        "source": "gauge",
    }
    services: dict[str, Any] = {"shop": {"name": "shop", "core": case.get("core", False), "slos": [slo]}}
    if case.get("needed"):
        services["other"] = {"name": "other", "depends_on": ["shop"]}
    named = {"severities": {name: {} for name in case["names"]}} if "names" in case else {}
    for house in opened(f"sqlite:///{folder}/stanch.db", folder, {**POLICY, **named, "services": services}):
        house.do("declare", title="Something is wrong", service="shop")
        if "errors" in case:
            _measured(house, case["errors"])
        for facts in (case.get("impact"), case.get("then")):
            if facts:
                house.do("impact", incident="INC-1", **{"text": "customers notice", **facts})
        proposed = house.record().proposed
        return (proposed.severity, proposed.text) if proposed else ("none", "")
    raise AssertionError("no house")


def _measured(house: House, errors: dict[str, float]) -> None:
    slo = house.application.policy().services["shop"].slos[0]
    ratios: dict[str, float | None] = {span: errors.get(span, errors.get("all", 0.0)) for span in SPANS}
    with house.application.uow() as uow:
        evaluation.settle(uow, "shop", slo, Round(uow.now, ratios, dict.fromkeys(SPANS, 1e6)))
        for follow in house.application.measured:
            follow(uow, "shop")


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    empty = empty_database(tmp_path_factory.mktemp("empty"))
    return [play(case, tmp_path_factory.mktemp("severity"), empty) for case in CASES]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[c["case"] for c in CASES])
def test_the_proposal_is_the_experts(number: int, proposed: list[tuple[str, str]]) -> None:
    assert len(CASES) >= 30
    assert proposed[number][0] in wanted(CASES[number]), proposed[number][1]


def test_the_page_is_what_is_proposed(proposed: list[tuple[str, str]]) -> None:
    rows = ["| case | proposed | because |", "|---|---|---|"]
    rows += [f"| {case['case']} | {name} | {text} |" for case, (name, text) in zip(CASES, proposed, strict=True)]
    head = (
        "# Severities that are proposed\n\nWritten by `tests/scenarios/test_severity_cases.py` from `tests/data/severity/cases.yaml`. A person decides.\n\n"
        + FIRST_SIGHT
    )
    page = head + "\n".join(rows) + "\n"
    if os.environ.get("STANCH_WRITE_DOCS"):
        PAGE.write_text(page)
        return
    assert PAGE.read_text() == page, "STANCH_WRITE_DOCS=1 writes it"
