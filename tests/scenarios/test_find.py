"""Finding: by the words of the timeline, within the transaction, only what one may see, old data filled in, redaction."""

import contextlib

import msgspec

from stanch.find import filling
from stanch.kernel.actor import Actor
from stanch.kernel.contacts import Contact
from stanch.timeline import full_text
from stanch.timeline.facts.respond import Said
from tests.scenarios.house import House


def hits(house: House, query: str, person: str = "ada") -> list[tuple[str, str]]:
    found = msgspec.to_builtins(house.do("find", query=query, actor=person))
    return [(hit["kind"], hit["incident"] or hit["title"]) for hit in found["hits"]]


def test_titles_words_of_the_timeline_and_numbers(house: House) -> None:
    house.do("declare", title="Customers cannot pay", service="checkout")
    house.do("say", incident="INC-1", text="The Zürich gateway answers 503")
    house.do("declare", title="Search is slow", service="search")
    assert ("incident", "INC-1") in hits(house, "customers pa")
    assert ("incident", "INC-1") in hits(house, "zurich gatew") or ("incident", "INC-1") in hits(house, "zürich gatew")
    assert hits(house, "2")[0] == ("incident", "INC-2") and hits(house, "inc-1")[0] == ("incident", "INC-1")
    assert hits(house, "gateway slow") == [] and hits(house, "!!!") == []
    found = house.do("find", query="gateway")
    assert "503" in msgspec.to_builtins(found)["hits"][0]["excerpt"]


def test_what_was_rolled_back_is_not_found(house: House) -> None:
    house.do("declare", title="Customers cannot pay")
    with (
        house.application.uow(Actor("ada", admin=True), "page") as uow,
        contextlib.suppress(LookupError),
        uow.attempt(),
    ):
        uow.append("INC-1", Said("unfindable"))
        assert full_text.find(uow.tx, uow.actor, "unfindable", titles=False, limit=5)
        raise LookupError
    assert hits(house, "unfindable") == []


def test_a_private_incident_is_found_by_its_members_only(house: House) -> None:  # P6
    house.do("declare", title="Leaked credentials of a customer", private=True, actor="ben")
    name = "INC-1000001"
    house.do("say", incident=name, text="The key was in a repository", actor="ben")
    for query in ("leaked credentials", "repository", "1000001", name):
        assert ("incident", name) in hits(house, query, "ben"), query
        assert ("incident", name) not in hits(house, query, "chi"), query


def test_services_people_and_runbooks(house: House) -> None:
    contacts = {"ben": Contact("Ben Okafor", ["pager:b"])}
    ours = msgspec.structs.replace(house.application.policy(), contacts=contacts)
    house.application.policy = lambda: ours
    service = next(iter(ours.services.values()))
    assert ("service", service.label()) in hits(house, service.name)
    assert ("person", "Ben Okafor") in hits(house, "okaf")


def test_incidents_from_before_the_index_are_filled_in_batches(house: House) -> None:
    for number in range(45):
        house.do("declare", title=f"Old trouble {number}")
        house.do("say", incident=f"INC-{number + 1}", text=f"word{number}x")
    with house.application.uow(Actor("ada", admin=True), "page") as uow:
        uow.tx.execute("DELETE FROM words")
        uow.tx.execute("INSERT INTO words_left (number) SELECT number FROM incidents")
    assert hits(house, "word7x") == []
    assert not msgspec.to_builtins(house.do("find", query="trouble"))["complete"]
    rounds = 0
    while not msgspec.to_builtins(house.do("find", query="trouble"))["complete"]:
        with house.application.uow(Actor("ada", admin=True), "page") as uow:
            filling.run_due(uow)
        rounds += 1
        assert rounds < 20
    assert rounds >= 3
    assert hits(house, "word7x") == [("incident", "INC-8")] and ("incident", "INC-45") in hits(house, "old trouble")


def test_a_redacted_entry_is_taken_out_of_the_index(house: House) -> None:  # P5
    house.do("declare", title="Customers cannot pay")
    house.do("say", incident="INC-1", text="The password is swordfish")
    assert hits(house, "swordfish")
    with house.application.reading(Actor("ada", admin=True)) as uow:
        position = next(x.position for x in uow.entries("INC-1") if x.kind == "said")
    house.do("role", incident="INC-1", role="incident_commander")
    house.do("redact", incident="INC-1", position=position, reason="a password")
    with house.application.reading(Actor("ada", admin=True)) as uow:
        assert uow.tx.one("SELECT 1 AS yes FROM words WHERE text LIKE '%swordfish%'") is None
    assert hits(house, "swordfish") == []
