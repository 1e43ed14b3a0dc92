"""Deploys in our own words, from GitHub (the shape of its published example) and from Argo CD's template, as stories."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import deploys
from stanch.kernel.clock import MINUTE, parse_moment
from stanch.ports import ChangeEvent, Post
from tests.contracts.posts import NOW, bodies, only, posted, survives

ROOT = Path(__file__).parent.parent
source = deploys.build(deploys.Settings())
GITHUB = json.loads((ROOT / "data" / "senders" / "github-deployment_status.json").read_bytes())
HOOK = "POST /hooks/deploys\nx-github-event: {}\nx-github-delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958"


def github(event: str = "deployment_status", deployment: dict[str, Any] | None = None, **status: Any) -> Post:
    body = GITHUB | {
        "deployment": GITHUB["deployment"] | (deployment or {}),
        "deployment_status": GITHUB["deployment_status"] | status,
    }
    return posted(body, HOOK.format(event))


def test_service_and_release_are_enough() -> None:
    assert only(source, posted({"service": "checkout", "release": "v42"})) == ChangeEvent("checkout", "v42", NOW)


def test_everything_that_can_be_said_is_kept() -> None:
    body = {
        "service": "checkout", "release": "v42", "previous": "v41", "at": "2026-11-23T03:58:00Z", "reversible": False,
        "reason": "drops a column", "author": "sam", "link": "https://ci.example.org/7", "id": "7", "summary": "Prices",
    }  # fmt: skip
    assert only(source, posted(body)) == ChangeEvent(
        "checkout", "v42", NOW - 2 * MINUTE, "Prices", "v41", False, "drops a column", "sam", "https://ci.example.org/7",
        "deploys/ci/7",
    )  # fmt: skip


def test_one_bad_deploy_of_a_list_does_not_cost_the_others() -> None:
    good = {"service": "a", "release": "1"}
    received, errors = source.read(posted([good, {"service": "b"}, 7, good]))
    assert len(received) == 2
    assert [error.split(";")[0] for error in errors] == [
        "deploys[1]: release is missing",
        "deploys[2]: it is a number, not an object",
    ]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"revresible": False}, "'revresible' is no field of a deploy"),
        ({"reversible": "no"}, "reversible is a text; write true or false"),
        ({"at": "noon"}, "at: 'noon' is not a time"),
    ],
)
def test_a_slip_is_said_and_the_deploy_is_recorded_all_the_same(extra: dict[str, Any], said: str) -> None:
    received, errors = source.read(posted({"service": "a", "release": "1"} | extra))
    assert isinstance(received[0], ChangeEvent) and received[0].at == NOW and errors[0].startswith(said)
    assert received[0].reversible == (extra.get("reversible") != "no")  # unsure is not reversible


@pytest.mark.parametrize(
    "body", [{}, {"service": "a"}, {"release": "1"}, {"service": " ", "release": "1"}, 7, "x", None]
)
def test_without_service_or_release_it_is_refused_with_an_example(body: object) -> None:
    with pytest.raises(ValueError, match=r'send \{"service": "checkout", "release": "v42"\}'):
        source.read(posted(body))


def test_a_successful_status_of_github_is_a_change() -> None:
    assert only(source, github()) == ChangeEvent(
        service="checkout",
        release="f95f852bd8fc",
        at=parse_moment("2019-05-15T15:20:55Z"),
        summary="master to production",
        author="robin",
        link="https://github.com/example/checkout",
        identity="github/example/checkout/145988746",
    )


def test_github_is_known_by_its_keys_too() -> None:
    assert isinstance(only(source, posted(GITHUB)), ChangeEvent)


@pytest.mark.parametrize("state", ["pending", "queued", "in_progress", "failure", "error", "inactive", "waiting"])
def test_a_deployment_that_has_not_succeeded_is_no_change(state: str) -> None:
    assert source.read(github(state=state)) == ([], [])


@pytest.mark.parametrize("event", ["ping", "deployment", "push"])
def test_other_events_of_github_are_taken_and_are_nothing(event: str) -> None:
    assert source.read(posted({"zen": "Keep it logically awesome.", "deployment": {}}, HOOK.format(event))) == ([], [])


@pytest.mark.parametrize("packed", [False, True])
def test_the_payload_of_a_deployment_may_say_more(packed: bool) -> None:
    told = {"service": "cart", "release": "v7", "previous": "v6", "reversible": False, "reason": "migration"}
    got = only(source, github(deployment={"payload": json.dumps(told) if packed else told}))
    assert isinstance(got, ChangeEvent) and (got.service, got.release, got.previous) == ("cart", "v7", "v6")
    assert not got.reversible and got.reason == "migration"


@pytest.mark.parametrize(
    ("ref", "release"), [("v1.2.3", "v1.2.3"), ("2026.05.1-rc.1", "2026.05.1-rc.1"), ("main", "f95f852bd8fc")]
)
def test_a_tag_is_the_release_and_a_branch_is_not(ref: str, release: str) -> None:
    got = only(source, github(deployment={"ref": ref}))
    assert isinstance(got, ChangeEvent) and got.release == release


def test_only_the_environments_of_the_settings_are_recorded() -> None:
    production = deploys.build(deploys.Settings(environments=["production"]))
    assert isinstance(only(production, github()), ChangeEvent)
    assert production.read(github(deployment={"environment": "staging"})) == ([], [])


ARGO = {
    "app": "checkout",
    "revision": "a8f3c210d8fca8fcc58a9a2d6c842781e32a215e",
    "phase": "Succeeded",
    "finishedAt": "2026-11-23T03:59:00Z",
    "link": "https://argocd.example.org/applications/checkout",
    "message": "successfully synced (all tasks run)",
}


def test_a_finished_sync_of_argo_cd_is_a_change() -> None:
    got = only(source, posted(ARGO))
    assert isinstance(got, ChangeEvent) and (got.service, got.release) == ("checkout", "a8f3c210d8fc")
    assert (got.at, got.link, got.summary) == (NOW - MINUTE, ARGO["link"], ARGO["message"])
    again = only(source, posted(ARGO | {"message": "repeated"}))
    assert isinstance(again, ChangeEvent) and again.identity == got.identity


@pytest.mark.parametrize("phase", ["Running", "Failed", "Error", "Terminating", "", "<no value>"])
def test_a_sync_that_runs_or_failed_is_no_change(phase: str) -> None:
    assert source.read(posted(ARGO | {"phase": phase})) == ([], [])


def test_what_the_template_could_not_fill_is_missing() -> None:
    with pytest.raises(ValueError, match="app is missing"):
        source.read(posted(ARGO | {"app": "<no value>"}))
    got = only(source, posted(ARGO | {"finishedAt": "<no value>"}))
    assert isinstance(got, ChangeEvent) and got.at == NOW


@pytest.mark.parametrize(
    ("told", "release", "complaints"),
    [
        ({"revision": "", "revisions": ["2.2.3", ARGO["revision"]]}, "2.2.3, a8f3c210d8fc", 0),
        ({"revision": "<no value>", "revisions": ["<no value>", "v7"]}, "v7", 0),
        ({"revisions": None}, "a8f3c210d8fc", 0),
        ({"revision": "<no value>"}, "sync 2026-11-23T03:59:00Z", 1),
        ({"revision": "", "revisions": [], "finishedAt": ""}, "sync", 1),
    ],
)
def test_an_application_with_several_sources_has_revisions(
    told: dict[str, object], release: str, complaints: int
) -> None:
    """R17: it has no ``revision``; what went out is still a deploy."""
    (got,), said = source.read(posted(ARGO | told))
    assert isinstance(got, ChangeEvent) and (got.service, got.release, len(said)) == ("checkout", release, complaints)


def test_the_template_in_the_documentation_fills_these_keys() -> None:
    text = (ROOT.parent / "docs" / "how-to" / "senders.md").read_text()
    (body,) = re.findall(r"body: \|\n +(\{.*?\n +\})", text, re.DOTALL)
    filled = json.loads(re.sub(r"\{\{.*?\}\}", "x", re.sub(r"\{\{toJson.*?\}\}", '["x"]', body)))
    assert set(filled) <= {*ARGO, "revisions", "service", "author"} and {
        "app",
        "revision",
        "phase",
        "finishedAt",
    } <= set(filled)
    fields = re.findall(r"\{\{\s*\.(app[\w.]+)", body)
    assert "app.status.operationState.phase" in fields and "app.status.operationState.finishedAt" in fields


keys = bodies(
    "service", "release", "at", "app", "phase", "revision", "finishedAt", "deployment_status", "deployment", "repository",
    "state", "payload", "environment", "sha", "ref", "name", "id", "updated_at", "reversible", "creator",
)  # fmt: skip
near = keys.map(
    lambda body: (
        b'{"deployment_status":{"state":"success"},"repository":{"name":"a\\u0000"},"deployment":' + body + b"}"
    )
)


@given(keys | near, st.sampled_from(["", HOOK.format("deployment_status"), HOOK.format("\x00")]))
def test_nothing_but_value_errors_come_out(body: bytes, about: str) -> None:
    survives(source, body, about)


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b'{"service":"a","release":' + b"[" * 600 + b"]" * 600 + b"}"])
def test_deep_nesting_does_not_fall_over(body: bytes) -> None:
    survives(source, body)
