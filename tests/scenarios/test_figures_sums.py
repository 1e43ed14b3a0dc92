"""Sums of figures are those of the record after each change, on each replica, for each person (R49, P6)."""

import copy
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from stanch.db.connection import Database
from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, MINUTE, iso
from stanch.kernel.command import REGISTRY
from stanch.learn.backfill import begin
from stanch.learn.figures import reading, sums
from stanch.learn.figures.commands import AskLearning
from stanch.learn.figures.factors import of_factors
from stanch.learn.figures.of_record import COUNTS, SHARES, counts_of, figures_of
from stanch.learn.figures.scope import last_days
from stanch.timeline.unit_of_work import Application
from tests.scenarios.house import House
from tests.scenarios.test_figures import ended


@contextmanager
def replica(house: House) -> Iterator[Application]:
    """Another process on the same database, as far as reading goes: it has kept nothing yet."""
    other = copy.copy(house.application)
    other.database = Database(house.url)
    yield other
    other.database.close()


def learned(application: Application, person: str = "ada", admin: bool = False) -> Any:
    with application.reading(Actor(person, admin=admin)) as uow:
        return msgspec.to_builtins(REGISTRY["learning"].handle(uow, AskLearning()))


def test_after_each_change_every_replica_answers_as_one_that_kept_nothing(house: House) -> None:
    act = {"incident": "INC-1", "title": "Add a canary", "owner": "ben", "test": "A broken release stops"}
    changes = (
        lambda: ended(house, 10, "No canary #change"),
        lambda: house.do("action", **act),
        lambda: house.do("action", incident="INC-1", item="A1", purpose="prevent"),
        lambda: house.do("action", incident="INC-1", item="A1", done=True, evidence="https://ci/1"),
        lambda: house.do("postmortem", incident="INC-1", factors=["No canary #test"]),
        lambda: ended(house, 20, private=True),
        lambda: house.do("reopen", incident="INC-1", reason="it is back"),
        lambda: house.do("resolve", incident="INC-1", override=True, reason="it works again"),
    )
    with replica(house) as other:
        answer = learned(house.application)
        for change in changes:
            before = answer
            change()
            with replica(house) as new:
                answer = learned(new)
            assert answer != before
            assert learned(house.application) == learned(other) == answer


def test_the_uninvited_share_nothing_of_a_private_incident(house: House) -> None:
    """P6: also when the rows have not changed since somebody else asked."""
    incident = ended(house, 10, "No canary #change", private=True)
    counted = {}
    for person, admin in (("root", True), ("ada", False), ("ben", False)):
        counted[person] = learned(house.application, person, admin)["incidents"]
    assert counted == {"root": 1, "ada": 1, "ben": 0}
    with house.application.uow() as uow:
        uow.admit(incident, "ben")
    assert learned(house.application, "ben")["incidents"] == 1
    assert learned(house.application, "grace")["incidents"] == 0


def test_the_sums_are_the_same_added_up_or_not_and_filled_from_the_rows_of_an_older_release(house: House) -> None:
    for minutes in (10, 20, 30, 40, 50):
        ended(house, minutes, "No canary #change", private=minutes == 20)
        house.clock.moment += 20 * DAY
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops")
    house.settle()
    answers = [learned(house.application)]
    sums.add_up(house.application)
    answers.append(learned(house.application))
    assert not house.application.database.select("SELECT 1 FROM learning_changes")
    with house.application.uow() as uow:  # as a release without sums left it
        for table in ("learning_sums", "learning_summed"):
            uow.tx.execute(f"DELETE FROM {table}")
        uow.tx.execute("UPDATE learning_incidents SET change = change + 1")
        begin(uow)
    assert learned(house.application)["unfinished"]
    house.settle()
    answers.append(learned(house.application))
    assert answers[0] == answers[1] == answers[2] and answers[0]["incidents"] == 5


def test_rows_that_a_replica_of_an_older_release_wrote_are_counted_once(house: House) -> None:
    ended(house, 10)
    before = learned(house.application)["incidents"]
    with house.application.uow() as uow:
        uow.tx.execute("UPDATE learning_incidents SET ended_at = NULL, change = change + 1")
        begin(uow)
    house.settle()
    assert (before, learned(house.application)["incidents"]) == (1, 0)


def test_every_span_lies_in_its_range() -> None:
    spans = [*range(2_000), *(random.Random(7).randrange(1, 2**50) for _ in range(2_000))]
    for span in spans:
        least, above = sums.bounds(sums.bucket(span))
        assert least <= span < above and (above - least) * 8 <= max(8, least)
        assert sums.bucket(above) == sums.bucket(span) + 1


def folded(house: House, person: str, days: int, service: str) -> dict[str, Any]:
    """The figures as they come out of every record, folded one after another."""
    with house.application.reading(Actor("root", admin=True)) as uow:
        names = [row["id"] for row in uow.tx.all("SELECT id FROM incidents ORDER BY number")]
        seen = [r for r in uow.records(names) if not r.private or person == "root" or uow.is_member(r.id, person)]
        since, until = last_days(uow.now, days)
    seen = [record for record in seen if not service or record.service == service]
    items = [(r, i) for r in seen for i in r.action_items.values() if since <= i.added_at < until]
    over = [r for r in seen if r.status in ("resolved", "closed") and not (r.false_alarm or r.merged_into or r.drill)]
    over = [r for r in over if since <= (r.closed_at or r.resolved_at or 0) < until]
    spans: dict[str, list[int]] = {}
    for record in over:
        for name, value in figures_of(record).items():
            spans.setdefault(name, []).append(value)
    kinds = Counter(kind for r in over for kind in of_factors(r.lists.get("factors", [])))
    services = {kind: {r.service for r in over if kind in of_factors(r.lists.get("factors", []))} for kind in kinds}

    def shares(name: Callable[[Any, Any], str]) -> dict[str, tuple[int, int]]:
        groups: dict[str, list[bool]] = {}
        for record, item in items:
            groups.setdefault(name(record, item), []).append(item.done_at is not None and not item.dropped)
        return {name: (sum(done), len(done)) for name, done in groups.items()}

    return {
        "incidents": len(over),
        "items": (sum(i.done_at is not None and not i.dropped for _, i in items), len(items)),
        "by_owner": shares(lambda _, item: item.owner), "by_purpose": shares(lambda _, item: item.purpose or "not set"),
        "by_month": shares(lambda _, item: iso(item.added_at)[:7]),
        "by_team": shares(lambda record, _: {"shop": "sales", "post": "mail"}.get(record.service, "no team")),
        "spans": {
            name: (len(v), *((sorted(v)[-(-len(v) * share // 100) - 1] if len(v) >= reading.ENOUGH else None) for share in (50, 90)))
            for name, v in spans.items()
        },
        "counts": {name: n for name in COUNTS if (n := sum(counts_of(r)[name] for r in over))},
        "factors": {kind: (n, len(services[kind])) for kind, n in kinds.items()},
    }  # fmt: skip


def as_folded(found: Any) -> dict[str, Any]:
    tallies = {
        by: {t["name"]: (t["done"], t["total"]) for t in found[by]}
        for by in ("by_owner", "by_purpose", "by_month", "by_team")
    }
    spans = {t["figure"]: (t["n"], t["median"], t["p90"]) for t in found["times"]}
    spans |= {f"phase_{t['phase']}": (t["n"], t["median"], t["p90"]) for t in found["phases"]}
    counted = {s["figure"]: (s["good"], s["total"]) for s in found["shares"]}
    counts = {name: n for whole, good in ((w, g) for _, w, g in SHARES) if whole in counted
              for name, n in ((good, counted[whole][0]), (whole, counted[whole][1])) if n}  # fmt: skip
    factors = {f["kind"]: (f["incidents"], f["services"]) for f in found["factors"]}
    return {
        "incidents": found["incidents"], "items": (found["items_done"], found["items_total"]), "spans": spans, "counts": counts,
        "factors": factors, **tallies,
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_are_those_of_folding_every_record(
    house: House, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """R49, P6: after each of many changes, for whoever asks, over any time and of any service."""
    monkeypatch.setattr(reading, "ENOUGH", 2)
    rng = random.Random(seed)
    policy = house.application.policy()
    services = {
        name: msgspec.structs.replace(policy.services["shop"], name=name, team=team)
        for name, team in (("shop", "sales"), ("post", "mail"), ("desk", ""))
    }
    house.application.policy = lambda: msgspec.structs.replace(policy, services=services)
    over: list[tuple[str, str]] = []

    def end() -> None:
        who, private = rng.choice(("ada", "ben")), rng.random() < 0.25
        incident = house.do(
            "declare", who, title="It fails", service=rng.choice(list(services)), severity="SEV-3", private=private
        ).incident
        house.clock.moment += rng.randrange(1, 90) * MINUTE
        house.do("resolve", who, incident=incident, override=True, reason="it works again")
        house.do("close", who, incident=incident, reason="nothing else is open", false_alarm=rng.random() < 0.1)
        house.do(
            "postmortem",
            who,
            incident=incident,
            factors=[f"It broke {rng.choice(('#change', '#test', '#change #data'))}"],
        )
        over.append((incident, who))

    def act() -> None:
        incident, who = rng.choice(over)
        house.do(
            "action", who, incident=incident, title="Add a canary", owner=rng.choice(("ada", "ben")), test="A broken release stops",
            purpose=rng.choice(("", "prevent", "detect")),
        )  # fmt: skip
        if rng.random() < 0.6:
            with house.application.reading(Actor(who)) as uow:
                newest = list(uow.record(incident).action_items)[-1]
            house.do("action", who, incident=incident, item=newest, done=True, evidence="https://ci/1")

    def reopen() -> None:
        incident, who = over.pop(rng.randrange(len(over)))
        house.do("reopen", who, incident=incident, reason="it is back")

    for step in range(20):
        (end if step < 6 else rng.choice((end, end, act, act, reopen)))()
        if rng.random() < 0.3:
            sums.add_up(house.application)
        house.clock.moment += rng.choice((0, 3, 40)) * DAY // 2
        person, days, service = (
            rng.choice(("ada", "ben", "root")),
            rng.choice((20, 90, 365, 365)),
            rng.choice(("", "", "post")),
        )
        with house.application.reading(Actor(person, admin=person == "root")) as uow:
            found = msgspec.to_builtins(REGISTRY["learning"].handle(uow, AskLearning(days=days, service=service)))
        assert as_folded(found) == folded(house, person, days, service), (step, person, days, service)


def test_what_is_read_of_a_service_comes_from_an_index_alone_and_postgresql_knows_how_much_it_is(house: House) -> None:
    """R49: a row of a table is looked for only where it is shown, and no plan is made for times that are not known yet."""
    ended(house, 10, "No canary #change")
    seen = dict[str, Any]()
    engine = house.application.database.engine

    def before(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "FROM learning_" in statement:
            seen[statement] = values

    event.listen(engine, "before_cursor_execute", before)
    with house.application.reading(Actor("ada")) as uow:
        REGISTRY["learning"].handle(uow, AskLearning(service="shop"))
    event.remove(engine, "before_cursor_execute", before)
    assert len(seen) == 8
    assert not [each for each in seen if re.search(r"(ended_at|added_at|month) (>=|<) [?%:]", each)]
    if house.application.database.dialect == "sqlite":
        for statement, values in seen.items():
            with engine.connect() as connection:
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            way = (
                "USING INDEX learning_items_open_of_service"
                if "SELECT * FROM learning_items" in statement
                else "USING COVERING INDEX"
            )
            assert all(way in step for step in plan if " learning_" in step), plan
