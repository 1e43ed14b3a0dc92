"""One bad post costs itself and no other (P8): bodies that were answered with 200 and that a table cannot hold."""

from typing import Any

import msgspec
import pytest

from stanch.detect import digest as digesting
from stanch.detect.digest import digest
from stanch.kernel.clock import parse_moment
from stanch.kernel.errors import Unavailable
from stanch.main import load_world
from stanch.ports import Alert, Post, Received
from tests.scenarios.house import House

ZERO = "0001-01-01T00:00:00Z"
HIGH_ENTROPY = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(4000))  # no database packs this into its index


class Bomb:
    """A source whose second alert cannot be folded, as a defect of ours would have it."""

    name = "bomb"

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        leases: Any = [None, object(), None]
        names = ("good", "bad", "fine")
        return [
            Alert(
                f"{name}-{post.body.decode()}",
                name,
                True,
                post.received_at,
                None,
                {"service": "shop"},
                {},
                lease_until=lease,
            )
            for name, lease in zip(names, leases, strict=True)
        ], []


def send(house: House, form: str, body: Any, about: str = "") -> None:
    """What the hooks would have written."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    with house.application.database.transaction() as tx:
        tx.execute(
            "INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) "
            "VALUES ('ci', :form, :now, :body, 'new', '', :about, '')",
            form=form,
            now=house.clock.now(),
            body=raw,
            about=about,
        )


def webhook(fingerprint: str = "f1", status: str = "firing", **more: Any) -> dict[str, Any]:
    alert = {"status": status, "labels": {"alertname": "Down", "service": "shop"}, "annotations": {}, "startsAt": ZERO,
             "endsAt": ZERO, "fingerprint": fingerprint, **more}  # fmt: skip
    return {"version": "4", "alerts": [alert]}


def swallow(house: House) -> dict[str, list[str]]:
    """Digest all there is; the notes of the posts by their state."""
    sources = {**load_world({}).sources, "bomb": Bomb()}
    while digest(house.application, sources):
        pass
    found: dict[str, list[str]] = {}
    with house.application.database.reading() as tx:
        for row in tx.all("SELECT state, note FROM intake ORDER BY id"):
            found.setdefault(row["state"], []).append(row["note"])
    return found


def names(house: House) -> list[str]:
    return sorted(signal["name"] for signal in house.do("signals"))


def test_an_alert_that_cannot_be_folded_costs_itself_and_not_its_post_nor_its_batch(house: House) -> None:
    send(house, "alertmanager", webhook("before"))
    send(house, "bomb", b"1")
    send(house, "alertmanager", webhook("after"))
    states = swallow(house)
    assert names(house) == ["Down", "Down", "fine", "good"]
    assert len(states["digested"]) == 2
    assert states["partly"][0].startswith("Part 2 of 3 could not be taken")


def test_a_post_of_which_nothing_can_be_taken_is_kept_with_the_reason(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bomb, "read", lambda *_: 1 / 0)
    send(house, "bomb", b"1")
    send(house, "alertmanager", webhook())
    states = swallow(house)
    assert names(house) == ["Down"]
    assert states["unparsable"] == ["This could not be read: division by zero."]


def test_a_database_that_does_not_answer_costs_no_alert(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    send(house, "alertmanager", webhook())

    def away(*_: object) -> None:
        raise Unavailable("The database did not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(digesting.signals, "fold", away)
        with pytest.raises(Unavailable):
            swallow(house)
    assert swallow(house) == {"digested": [""]}
    assert names(house) == ["Down"]


def test_a_fingerprint_too_long_for_an_index_still_begins_and_ends_one_signal(house: House) -> None:
    send(house, "alertmanager", webhook(HIGH_ENTROPY))
    send(house, "alertmanager", webhook("other"))
    assert set(swallow(house)) == {"digested"}
    send(house, "alertmanager", webhook(HIGH_ENTROPY, "resolved"))
    assert set(swallow(house)) == {"digested"}
    states = {signal["fingerprint"].removeprefix("ci/")[:5]: signal["state"] for signal in house.do("signals")}
    assert states == {HIGH_ENTROPY[:5]: "resolved", "other": "firing"}


def test_a_beat_whose_name_no_database_keeps_stops_nothing(house: House) -> None:
    send(house, "heartbeats", {"heartbeat": "night\x00ly"})
    send(house, "alertmanager", webhook())
    assert set(swallow(house)) == {"digested"}
    assert names(house) == ["Down"]


def test_an_alert_from_the_end_of_time_is_shown_and_can_end(house: House) -> None:
    for number, at in enumerate(("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999Z", "2199-01-01T00:00:00Z")):
        send(house, "alertmanager", webhook(f"f{number}", startsAt=at))
    swallow(house)
    for signal in house.do("signals"):
        assert signal["starts_at"] < parse_moment("2030-01-01")
    house.clock.forward(hours=1)
    send(house, "alertmanager", webhook("f2", "resolved", startsAt="2199-01-01T00:00:00Z"))
    swallow(house)
    assert [s["fingerprint"] for s in house.do("signals") if s["state"] == "resolved"] == ["ci/f2"]
