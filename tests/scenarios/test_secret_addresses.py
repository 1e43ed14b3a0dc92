"""The address of a contact method may be a secret: it leaves only for whom it is (R8, design: secrets by reference)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.contacts import without_address
from stanch.learn import export
from stanch.ports import Failed, Message, Posted
from stanch.prepare.sending import mark, queue, send
from stanch.respond.message_effect import tell
from stanch.timeline.facts.paging import PageSent
from stanch.timeline.facts.prompting import PromptTold
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

SECRET = "pager:https://hooks.example.org/services/T0KEN/B0X"
PHONE = "pager:+491701234567"


class Talkative:
    """A notifier whose answers and errors repeat the address, as mail servers and providers of text messages do."""

    name = "pager"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.edited: list[str] = []

    def send(self, address: str, message: Message) -> str:
        self.sent.append(message.key)
        if len(self.sent) % 2:
            raise Failed(f"421 <{address}> is busy", again=True)
        return Posted(f"250 {address} taken", f"room {len(self.sent)}")

    def edit(self, reference: str, message: Message) -> str:
        self.edited.append(reference)
        return "edited"


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    reach = getattr(request, "param", SECRET)
    contacts = {"ada": {"name": "Ada", "reach": [reach], "prompts": [reach]}}
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path, {**POLICY, "contacts": contacts}):
        house.pager = Talkative()  # type: ignore[assignment]
        house.crash()
        yield house


def address(house: House) -> str:
    method = house.policy["contacts"]["ada"]["reach"][0]
    return str(method).partition(":")[2]


@pytest.mark.parametrize("house", [SECRET, PHONE], indirect=True)
def test_no_address_becomes_a_part_of_a_key_the_record_or_what_is_said_of_it(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("test-page")
    with house.application.uow() as uow:
        tell(uow, "INC-1", "reminder:A1", "ada", "Is it done?", "Is it?")
    house.wait(minutes=20, step=60)
    house.do("ack", incident="INC-1")
    house.wait(minutes=2)
    with house.application.reading() as uow:
        rows = uow.tx.all("SELECT key, kind, last_error FROM outbox")
        said = [export.as_json(uow, "INC-1").decode()] + [str(dict(row)) for row in rows]
        said += [str(row["detail"]) for row in uow.tx.all("SELECT detail FROM reached")]
    assert {row["kind"] for row in rows} >= {"page", "message", "prompt", "test_page", "withdraw"}
    assert [text for text in said if address(house) in text] == []
    assert any("is busy" in text for text in said), "the error itself is told"


def test_what_the_api_shows_has_no_secret_and_a_test_page_is_asked_for_by_what_is_shown(house: House) -> None:
    admin, secret = Actor("ada", admin=True), "T0KEN"
    for name in ("contacts", "people", "me", "reachability"):
        with house.application.reading(admin) as uow:
            command = REGISTRY[name]
            said = msgspec.json.encode(command.handle(uow, command.struct())).decode()
            assert secret not in said, name
    shown = house.do("me")["methods"][0]["to"]
    assert "leaves on" in house.do("test-page", method=shown).message


def test_what_an_earlier_release_wrote_is_read_without_the_address(house: House) -> None:
    at, whole = address(house), f"pager:{address(house)}"
    old: dict[str, Any] = {
        "kind": "page_sent", "page": "P1", "person": "ada", "reach": whole, "ok": False, "attempt": 1,
        "result": f"421 {at}: busy", "key": f"page:P1:0:ada:{whole}",
    }  # fmt: skip
    sent = msgspec.convert(old, PageSent)
    assert (sent.reach, sent.key) == ("pager", "page:P1:0:ada:pager") and at not in sent.sentence()
    assert "busy" in sent.sentence()
    told = PromptTold(["k"], "text", "Ada", "pager", ok=False, result=f"{at} is away", reach=whole, reference="1")
    assert at not in msgspec.json.encode(told).decode()


def test_what_was_queued_under_an_earlier_release_is_neither_lost_nor_sent_twice(house: House) -> None:
    whole = f"pager:{address(house)}"
    payload = {"person": "ada", "reach": whole, "title": "Is it done?", "text": "Is it?"}
    house.do("declare", title="Checkout fails", service="shop")
    house.settle()
    house.do("ack", incident="INC-1")
    house.settle()
    with house.application.uow() as uow:
        uow.effect(f"reminder:A1:{whole}", "message", "INC-1", payload, lane="pager")
    with house.application.uow() as uow:
        tell(uow, "INC-1", "reminder:A1", "ada", "Is it done?", "Is it?")
        queue(uow, "reminder:A2", "message", "INC-1", payload)
        keys = [row["key"] for row in uow.tx.all("SELECT key FROM outbox WHERE key LIKE 'reminder:%' ORDER BY key")]
    assert keys == sorted([f"reminder:A1:{whole}", f"reminder:A2:{mark(whole)}"])
    house.wait(minutes=5)
    assert f"reminder:A1:{whole}" in house.pager.sent  # type: ignore[comparison-overlap]


def test_a_message_that_an_earlier_release_edited_is_not_edited_again(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(minutes=2)
    house.do("ack", incident="INC-1")
    house.settle()
    (edited,) = house.pager.edited  # type: ignore[attr-defined]
    with house.application.uow() as uow:
        row = uow.tx.one("SELECT key FROM outbox WHERE key LIKE 'page-over:%'")
        assert row is not None
        old = str(row["key"]).replace(":pager:", f":pager:{address(house)}:")
        uow.tx.execute("UPDATE outbox SET key = :old WHERE key = :key", old=old, key=row["key"])
    house.do("resolve", incident="INC-1", override=True, reason="a false alarm")
    house.settle()
    assert house.pager.edited.count(edited) == 1  # type: ignore[attr-defined]


def test_only_the_whole_address_is_taken_out() -> None:
    assert without_address("adam cannot reach ada.", "ada") == "adam cannot reach ...."
    assert without_address("as it is", "") == "as it is"
    with pytest.raises(Failed) as raised:
        send({"pager": Talkative()}, PHONE, Message("k", "t", "x"))
    assert str(raised.value) == raised.value.detail == "421 <...> is busy"


def test_a_stranger_is_not_told_which_secret_of_a_tracker_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stanch.integrations import github_issues
    from stanch.web.intake import trackers

    logged: list[str] = []
    monkeypatch.setattr(trackers.log, "warning", lambda _sentence, **values: logged.append(values["error"]))
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path):
        settings = github_issues.Settings(token_env="A_TOKEN", webhook_secret_env="HIDDEN_NAME")
        house.trackers["github_issues"] = github_issues.build(settings)
        house.crash()
        client = TestClient(create_app(house.stanch), base_url="http://127.0.0.1")
        answers = [client.post("/hooks/github_issues", content=b"{}") for _ in range(2)]
        assert [each.status_code for each in answers] == [404, 404]
        assert "HIDDEN_NAME" not in "".join(each.text for each in answers)
        assert len(logged) == 1 and "HIDDEN_NAME" in logged[0], "the operator reads it, once"
