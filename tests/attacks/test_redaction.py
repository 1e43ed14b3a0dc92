"""What was redacted is nowhere any more, and the chain still verifies (design, section 4; P5)."""

import time
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from stanch.detect.digest import digest
from stanch.integrations import alertmanager
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.learn import export
from stanch.mitigate.evidence.bundle import bundle
from stanch.timeline import store
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import Record
from stanch.web.app import create_app
from tests.attacks.test_private import TestClient
from tests.scenarios.house import House
from tests.unit.test_entry_samples import KINDS, sample

SECRET = "tok-4711-abcdef"
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%' AND name NOT LIKE 'sqlite%'",
    "postgresql": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
}


def everything(house: House) -> str:
    """All that the database holds, as text."""
    found = []
    with house.application.reading() as uow:
        names = [row["name"] for row in uow.tx.all(TABLES[uow.tx.dialect])]
        assert {"entries", "outbox", "intake"} <= set(names)
        for table in [*names, "words"]:
            for row in uow.tx.all(f"SELECT * FROM {table}"):
                found += [
                    bytes(x).decode("utf-8", "replace") if isinstance(x, (bytes, memoryview)) else str(x)
                    for x in row.values()
                ]
    return "\n".join(found)


def admin(house: House, **values: Any) -> Any:
    command = REGISTRY["redact"]
    with house.application.uow(Actor("root", admin=True), "cli") as uow:
        return command.handle(uow, msgspec.convert(values, command.struct))


def position(house: House, kind: str, incident: str = "INC-1") -> int:
    with house.application.reading() as uow:
        return next(x.position for x in uow.entries(incident) if x.kind == kind)


def wrong(house: House) -> list[Any]:
    with house.application.reading() as uow:
        return [found for found in store.verify_all(uow.tx) if found["wrong"]]


def test_a_secret_that_was_said_is_gone_everywhere(house: House) -> None:
    house.do("declare", title="Checkout is down", service="shop")
    house.do("say", incident="INC-1", text=f"I signed in with {SECRET} to look")
    said = position(house, "said")
    house.do(
        "postmortem",
        incident="INC-1",
        part="lessons",
        text=f"Never say: I signed in with {SECRET} to look. We learned it.",
    )
    house.do("role", incident="INC-1", role="incident_commander", person="ben")
    with pytest.raises(Denied, match="ben"):
        house.do("redact", actor="ada", incident="INC-1", position=said, reason="a token")
    with pytest.raises(Invalid, match="repeats a part"):
        house.do("redact", actor="ben", incident="INC-1", position=said, reason=f"the token {SECRET}")
    done = house.do("redact", actor="ben", incident="INC-1", position=said, reason="a token was pasted")
    assert "and what entry" in done.message
    house.settle()
    assert SECRET not in everything(house) and wrong(house) == []
    with house.application.reading() as uow:
        entry = uow.entries("INC-1")[said - 1]
        assert entry.redacted and (entry.redacted.by, entry.redacted.reason) == ("ben", "a token was pasted")
        assert SECRET not in export.as_json(uow, "INC-1").decode()
        assert SECRET.encode() not in export.prepare(uow, "INC-1", "md").content()
        assert "We learned it." in uow.record("INC-1").parts["lessons"], "only what was repeated goes"
    with pytest.raises(Conflict, match="redacted already"):
        house.do("redact", actor="ben", incident="INC-1", position=said, reason="again")


def test_saves_while_it_was_typed_go_with_the_text_that_is_shown(house: House) -> None:
    house.do("declare", title="Checkout is down", service="shop")
    house.do("role", incident="INC-1", role="incident_commander")
    for typed in ("We signed in with", "We signed in with hunter", "We signed in with hunter two and", "We waited."):
        house.do("postmortem", incident="INC-1", part="summary", text=typed)
    house.do("say", incident="INC-1", text="Elsewhere")
    last = max(x for x in range(1, position(house, "said")))
    house.do("redact", incident="INC-1", position=last, reason="a password was typed")
    assert "hunter" not in everything(house) and wrong(house) == []


def test_a_title_is_gone_from_lists_pages_and_answers(house: House) -> None:
    house.pager.down = True
    with TestClient(create_app(house.stanch)) as client:
        token = {**house.bearer("mallory"), "Idempotency-Key": "k1"}
        client.post("/api/v1/incidents", json={"title": f"{SECRET} is on fire", "private": False}, headers=token)
        house.settle()
        admin(house, incident="INC-1", position=1, reason="a name of a customer")
        assert SECRET not in everything(house) and wrong(house) == []
        page = client.get("/incidents/INC-1", headers=token).text
        assert SECRET not in page and "Redacted by root" in page
    house.pager.down = False
    house.wait(seconds=60)
    assert house.pager.sent and all(SECRET not in str(message) for _, message in house.pager.sent)


def test_an_output_is_gone_from_evidence_too(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    house.lever.answer = f"login {SECRET} done"
    house.do("say", incident="INC-1", text=f"login {SECRET} done")
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.settle()
    assert SECRET in everything(house)
    admin(house, incident="INC-1", position=position(house, "mitigation_applied"), reason="the output held a token")
    captured = position(house, "evidence_captured")
    admin(house, incident="INC-1", position=captured, reason="the pieces hold names")
    house.settle()
    assert SECRET not in everything(house) and wrong(house) == []
    assert all(row["redacted"] for row in house.do("evidence", incident="INC-1", content=True))
    with house.application.reading() as uow:
        assert SECRET.encode() not in bundle(uow, "INC-1")
        assert uow.record("INC-1").runs, "the record still knows that something was done"


def test_an_alert_is_gone_with_the_body_that_brought_it(house: House) -> None:
    house.stanch.settings.intake_keys = {"prometheus": "key"}
    labels = {"alertname": "Leak", "service": "shop", "severity": "page"}
    body = {"alerts": [{"status": "firing", "labels": labels, "annotations": {"summary": f'user "{SECRET}" fails'}}]}
    with TestClient(create_app(house.stanch)) as client:
        answer = client.post("/hooks/alertmanager", json=body, headers={"Authorization": "Bearer key"})
        assert answer.status_code < 300
    digest(house.application, {"alertmanager": alertmanager.build(alertmanager.Settings())})
    house.wait(seconds=600)
    house.settle()
    assert SECRET in everything(house)
    admin(house, incident="INC-1", position=position(house, "signal_attached"), reason="a customer is named")
    house.settle()
    assert SECRET not in everything(house) and wrong(house) == []


def test_a_public_post_is_withdrawn(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    text = f"Some customers of {SECRET} may have trouble with Checkout. We post again within 30 minutes."
    house.do("status", incident="INC-1", state="investigating", text=text, unchecked=True)
    admin(house, incident="INC-1", position=position(house, "update_posted"), reason="a customer was named")
    with TestClient(create_app(house.stanch)) as client:
        for path in ("/status", "/status/history.atom", "/status/history.rss", "/status/api/v2/summary.json"):
            shown = client.get(path).text
            assert SECRET not in shown and "This post was withdrawn." in shown, path


def test_the_reason_of_a_redaction_can_be_redacted(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    house.do("say", incident="INC-1", text="wrong window 17")
    said = position(house, "said")
    admin(house, incident="INC-1", position=said, reason="Jane Doe (42) asked for it")
    admin(house, incident="INC-1", position=position(house, "redacted"), reason="a name in the reason")
    assert "Jane" not in everything(house) and wrong(house) == []


def test_a_forged_tombstone_is_found(house: House) -> None:
    """P5: whoever writes tombstones into the database leaves entries that no entry accounts for."""
    house.do("declare", title="Slow", service="shop")
    house.do("say", incident="INC-1", text="something awkward was said here")
    said = position(house, "said")
    with house.application.uow() as uow:
        entry = uow.entries("INC-1")[said - 1]
        left = entry.facts.redact()
        telling = msgspec.structs.replace(
            entry, position=99, facts=store.redacting(uow.tx, "INC-1", said, left, "x", 0)
        )
        store.bury(uow.tx, telling, left)
    assert "no entry says so" in wrong(house)[0]["wrong"]


def test_what_is_left_of_an_entry_cannot_be_changed(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    house.do("say", incident="INC-1", text="something awkward was said here")
    said = position(house, "said")
    admin(house, incident="INC-1", position=said, reason="awkward")
    assert wrong(house) == []
    with house.application.uow() as uow:
        entries = uow.entries("INC-1")
        telling = next(x for x in entries if isinstance(x.facts, Redacted))
        store.bury(uow.tx, telling, msgspec.structs.replace(entries[said - 1].facts, text="[never was]"))
    assert "no entry says so" in wrong(house)[0]["wrong"]


def test_the_digest_does_not_tell_a_short_secret(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    house.do("say", incident="INC-1", text="pin 4711")
    said = position(house, "said")
    with house.application.reading() as uow:
        before = uow.tx.one("SELECT facts, salt FROM entries WHERE position = :p", p=said)
    assert before and len(before["salt"]) == 32
    admin(house, incident="INC-1", position=said, reason="a pin")
    kept = everything(house)
    assert store.commitment(before["facts"], "") not in kept and before["salt"] not in kept
    assert store.commitment(before["facts"], before["salt"]) in kept


@pytest.mark.parametrize("tag", KINDS)
def test_every_kind_can_be_redacted_and_read_again(tag: str) -> None:
    facts = msgspec.json.decode(sample(tag).read_bytes(), type=Facts)
    left = facts.redact()
    assert msgspec.json.decode(msgspec.json.encode(left), type=Facts) == left and left.sentence().strip()
    assert left.redact() == left
    assert type(left) in get_args(Facts)


def test_a_record_of_redacted_entries_still_folds() -> None:
    """Whatever is redacted: names by which entries refer to each other stay (``KEPT``)."""
    whole, left = Record(), Record()
    waiting = [msgspec.json.decode(sample(tag).read_bytes(), type=Facts) for tag in KINDS]
    position = 0
    while waiting:
        later = []
        for facts in waiting:
            entry = Entry("INC-1", position := position + 1, 1, 1, "ada", "cli", facts, "")
            try:
                facts.apply(whole, entry)
            except (KeyError, StopIteration, AssertionError):  # it refers to what comes later in this order
                later.append(facts)
                continue
            facts.redact().apply(left, msgspec.structs.replace(entry, facts=facts.redact()))
        assert len(later) < len(waiting), f"the samples do not refer to each other: {later}"
        waiting = later
    for name in (
        "pages",
        "runs",
        "timeboxes",
        "action_items",
        "hypotheses",
        "prompted",
        "signals",
        "roles",
        "status",
        "phase",
    ):
        assert list(getattr(whole, name)) == list(getattr(left, name)), name


def test_the_menu_of_a_row_works_without_javascript(house: House) -> None:
    house.do("declare", title="Slow", service="shop")
    house.do("say", incident="INC-1", text=f"password {SECRET}")
    said = position(house, "said")
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update(house.bearer("mallory"))
        assert "redact=" not in client.get("/incidents/INC-1").text, "others do not have it"
        house.do("role", incident="INC-1", role="incident_commander", person="mallory", instead_of="")
        assert f"?redact={said}#redact" in client.get("/incidents/INC-1").text
        assert f"Redact entry {said}" in client.get(f"/incidents/INC-1?redact={said}").text
        form = {"incident": "INC-1", "position": str(said), "reason": "a password", "next": "/incidents/INC-1"}
        answer = client.post("/do/redact", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303
        assert SECRET not in client.get("/incidents/INC-1").text


def test_what_was_redacted_is_not_in_the_bytes_of_the_file_either(tmp_path: Path) -> None:
    """Neither in pages that were freed, nor in the index of words, nor in the log beside the file."""
    house = House(f"sqlite:///{tmp_path}/stanch.db", tmp_path)
    house.stanch.settings.intake_keys = {"prometheus": "key"}

    def bytes_of_it() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("stanch.db*"))

    secret = "qx7vkw9hunter42"
    labels = {"alertname": "Leak", "service": "shop", "severity": "page"}
    body = {"alerts": [{"status": "firing", "labels": labels, "annotations": {"summary": f"user {secret} fails"}}]}
    with TestClient(create_app(house.stanch)) as client:
        assert client.post("/hooks/alertmanager", json=body, headers={"Authorization": "Bearer key"}).status_code < 300
    digest(house.application, {"alertmanager": alertmanager.build(alertmanager.Settings())})
    house.wait(seconds=600)
    for number in range(300):
        house.do("say", incident="INC-1", text=f"line {number} of many others")
        if number == 150:
            house.do("say", incident="INC-1", text=f"the password is {secret} here")
    assert bytes_of_it().count(secret.encode()) > 2 and b"vkw9hunter42" in bytes_of_it()
    for kind in ("said", "signal_attached"):
        with house.application.reading() as uow:
            found = [x.position for x in uow.entries("INC-1") if x.kind == kind and secret in str(x.facts)]
        for each in found[:1]:
            admin(house, incident="INC-1", position=each, reason="a password was pasted")
    house.wait(seconds=30)
    assert secret not in everything(house)
    assert b"hunter42" not in bytes_of_it()
    assert house.do("find", query="line 299 many"), "the others are found still"
    house.application.database.close()


def test_a_long_reader_puts_off_that_the_log_is_emptied_and_holds_up_nobody(tmp_path: Path) -> None:
    house = House(f"sqlite:///{tmp_path}/stanch.db", tmp_path)
    house.do("declare", title="Slow", service="shop")
    with house.application.database.reading() as tx:
        tx.all("SELECT * FROM entries")
        house.do("say", incident="INC-1", text="more")
        began = time.monotonic()
        assert not house.application.database.empty_log()
        assert time.monotonic() - began < 1
    assert house.application.database.empty_log()
    house.application.database.close()
