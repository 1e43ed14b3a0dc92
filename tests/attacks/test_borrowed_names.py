"""A name that somebody gives himself opens nothing (R45)."""

import pytest

from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.kernel.names import outline
from stanch.kernel.policy import Policy
from stanch.prepare.catalog import mistakes
from stanch.prepare.oncall.ical import people_in
from stanch.prepare.oncall.people import contact_key, names_of
from stanch.prepare.yaml_file import convert
from tests.attacks.running import sign_in
from tests.scenarios.house import House


@pytest.mark.parametrize("name", ["Dr Who", "safety"])
def test_who_is_called_like_a_facilitator_or_a_role_reads_no_worksheets(house: House, name: str) -> None:
    house.policy = house.policy | {"just_culture": ["Dr Who", "safety"]}
    house.crash()
    house.do("declare", title="Checkout fails", service="shop")
    sign_in(house.application.database, "ben", "a-token", admin=False)
    with house.application.uow(Actor("ben"), "page") as uow:
        REGISTRY["set-me"].handle(uow, REGISTRY["set-me"].struct(name=name))
    with pytest.raises(Denied, match="facilitators"):
        house.do("worksheets", "ben", incident="INC-1")
    assert house.do("worksheets", "dr who", incident="INC-1") == []


@pytest.fixture
def town(house: House) -> House:
    """Two contacts share the alias ``chris``; a calendar and a step name somebody who is no contact."""
    contacts = {
        "ada": {"name": "Ada Lovelace", "reach": ["pager:ada@example.org"], "names": ["chris", "Countess of Lovelace", "slack:U01"]},
        "ben": {"name": "Ben", "reach": ["pager:ben"]},
        "cleo": {"name": "José García", "reach": ["pager:cleo"], "names": ["chris"], "roles": ["dns vendor"]},
    }  # fmt: skip
    steps = {
        "default": {"steps": [{"notify": ["the ghost"], "wait": 300}]},
        "night watch": {"steps": [{"notify": ["ada"]}]},
    }
    schedules = {"primary": {"layers": [{"people": ["ada"], "start": "2026-01-05T09:00"}]}}
    house.policy = house.policy | {"contacts": contacts, "escalation": steps, "schedules": schedules}
    house.crash()
    for name in ("ada", "ben", "dora"):
        sign_in(house.application.database, name, f"token-of-{name}", admin=False)
    return house


def call(house: House, person: str, name: str) -> None:
    with house.application.uow(Actor(person), "page") as uow:
        REGISTRY["set-me"].handle(uow, REGISTRY["set-me"].struct(name=name))


OTHERS = (
    "ada", " ADA ", "Ada Lovelace", "ada  LOVELACE", "Countess  of Lovelace", "chris", "slack:U01", "U01", "ada@example.org",
    "pager:ada@example.org", "dora", "Dora Maar", "Jose\u0301 Garci\u0301a", "Jose Garcia", "\uff21\uff44\uff41",
    "Ada L0velace", "Ada  Love1ace", "Ada \u0141ove\u0142ace", "\u13df\u13bb\u13a1\u13a5\u13da",
    "incident_commander", "Incident Commander", "IC", "Scribe", "dns vendor", "primary", "schedule:primary", "Night Watch",
    "me", "stanch", "nobody", "On call", "ada\u3164", "a\u034fda", "ada\ufe0f", "\u2800ada",
)  # fmt: skip
UNPRINTABLE = ("Ada\u00a0Lovelace", "Ada\u200b Lovelace", "\u202eecalevoL adA", "Ada\nLovelace")
# Cyrillic, Greek, Armenian, Cherokee, Lisu and Coptic letters among Latin ones; Latin ones among Cyrillic; digits of another script (UTS 39).
MIXED = (
    "\u0410d\u0430 Lovelace", "Ada L\u043evelace", "\u0391da", "Ad\u0561", "\u13aada", "\ua4eeda", "Ada L\u2c9fvelace", "\u0410\u0434a",
    "Ada L\u0966velace", "Jos\u0435\u0301", "\u0905\u0930\u0941\u0923 Rao", "\u0391\u043d",
)  # fmt: skip
OWN = (
    "\u5c71\u7530 Taro \u3055\u304f\u3089 \u30ab\u30fc", "\uae40 Kim", "\u0905\u0930\u0941\u0923 2", "Ben \U0001f98a", "\u13aa\u13c2\u13a9",
    "Ben", "Benjamin", "Ben \u014cno", "\u0410\u0434", "\u674e\u5c0f\u9f99", "O'Brien-Ben",
)  # fmt: skip


def test_a_name_of_others_or_of_something_else_is_refused(town: House) -> None:  # R2, R8, P6
    call(town, "dora", "Dora Maar")
    for name in OTHERS:
        with pytest.raises(Conflict, match=r"is another person's name|is the name of|stands for") as refused:
            call(town, "ben", name)
        assert refused.value.field == "name", name
    for name in UNPRINTABLE:
        with pytest.raises(Invalid, match="printable"):
            call(town, "ben", name)
    for name in MIXED:
        with pytest.raises(Invalid, match="written in one script, and this one mixes"):
            call(town, "ben", name)
    for name in OWN:
        call(town, "ben", name)
        assert town.application.whole_policy().contacts["ben"].name == name


def test_what_somebody_calls_himself_brings_no_page_prompt_or_right(town: House) -> None:  # R2, P6
    """A name is free today and means somebody tomorrow: it leads to nobody but where a person types it."""
    call(town, "ben", "The ghost")
    town.do("declare", title="Checkout fails", service="shop")
    town.settle()
    woken = {address for address, _ in town.pager.sent}
    assert woken == {"ada@example.org", "ben", "cleo"}, "the step names nobody known, so everybody is woken"
    contacts = town.application.whole_policy().contacts
    assert contact_key(contacts, "the ghost") == "" and contact_key(contacts, "Ben") == "ben"
    assert people_in("On call: the ghost", names_of(contacts)) == [] == people_in("chris", names_of(contacts))
    assert town.do("action", "ada", incident="INC-1", title="Try it", owner="the  GHOST", due="2027-01-01").id
    assert [item["owner"] for item in town.do("action-items")] == ["ben"], "typed, it is understood"
    town.policy = town.policy | {
        "contacts": town.policy["contacts"] | {"eve": {"name": "The Ghost", "reach": ["pager:eve"]}}
    }
    town.crash()
    town.pager.sent.clear()
    town.do("page", "ada", incident="INC-1", person="the ghost")
    town.settle()
    assert {address for address, _ in town.pager.sent} == {"eve"}


def test_nobody_is_added_under_a_name_of_mixed_scripts() -> None:
    for name in MIXED:
        with pytest.raises(Invalid, match="one script"):
            people.checked(name)


@pytest.mark.parametrize("place", ["key", "name", "alias"])
def test_a_contact_of_the_catalog_that_looks_like_another_is_named(place: str) -> None:  # R8
    def found(name: str) -> list[str]:
        key, shown, alias = (name if place == each else "x" for each in ("key", "name", "alias"))
        odd = {key: {"name": shown, "reach": [], "names": [alias]}, "ada": {"name": "Ada", "names": ["chris"]}}
        return mistakes(convert({"contacts": odd | {"cleo": {"name": "Cleo", "names": ["chris"]}}}, Policy, "test"))

    for name in MIXED:
        assert any(f"called '{name}', which mixes" in text for text in found(name)), name
    for name in ("\u13aa\u13a0\u13aa", "Ad\u00e1"):
        assert any("looks like" in text for text in found(name)), name
    for name in OWN:
        assert found(name) == [], name


@pytest.mark.parametrize(
    ("one", "other"),
    [("hog", "\u0570\u0585\u0581"), ("Marn", "Mam"), ("vvill", "Will"), ("Søren", "Soren"), ("Ɖan", "Dan"), ("ꓮꓓꓮ", "ADA"), ("ⲟ", "o"), ("ᎪᎠᎪ", "ada")],
)  # fmt: skip
def test_names_that_are_drawn_alike_are_the_same(one: str, other: str) -> None:
    assert outline(one) == outline(other)
