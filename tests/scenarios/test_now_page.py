"""Now: what needs me and not somebody else, who is on call, and what is left to do."""

import msgspec

from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY
from stanch.kernel.contacts import Contact
from stanch.kernel.schedule import Layer, Schedule
from stanch.web.pages.home import _home
from tests.scenarios.house import House


def seen(house: House, person: str) -> dict[str, object]:
    with house.application.reading(Actor(person, admin=person == "ada")) as uow:
        return _home(uow)


def texts(house: House, person: str) -> list[str]:
    return [due.prompt.text for due in seen(house, person)["mine"]]  # type: ignore[attr-defined]


def test_the_commanders_questions_are_the_commanders(house: House) -> None:  # R25
    house.do("declare", title="Payments fail", service="checkout")
    house.clock.forward(minutes=30)
    question = "What do customers see? One sentence."
    assert question in texts(house, "ada") and question in texts(house, "ben")
    house.do("role", incident="INC-1", role="incident_commander")
    assert question in texts(house, "ada") and question not in texts(house, "ben")
    assert seen(house, "ben")["others"]


def test_the_completion_counts_what_is_done_and_not_what_was_dropped(house: House) -> None:  # R49
    house.do("declare", title="Payments fail", service="checkout")
    for title in ("Add a canary step", "Add a contract test", "Write the runbook"):
        house.do(
            "action",
            incident="INC-1",
            title=title,
            owner="ada",
            due="2030-01-01",
            test="It stops a bad release before zone b",
        )
    house.do("action", incident="INC-1", item="A1", done=True, evidence="https://ci.example/42")
    found = seen(house, "ada")["completion"]
    assert (found.done, found.total) == (1, 3)  # type: ignore[attr-defined]
    house.do("action", incident="INC-1", item="A2", dropped=True, note="The contract is tested elsewhere")
    house.clock.forward(days=360)
    found, learning = seen(house, "ada")["completion"], house.do("learning")
    # The same figure as Learning has where nobody chooses another time, and Actions.
    assert (found.done, found.total) == (learning["items_done"], learning["items_total"]) == (1, 3)  # type: ignore[attr-defined]
    house.clock.forward(days=7)
    assert seen(house, "ada")["completion"].total == 0  # type: ignore[attr-defined]


def test_my_shift_is_told_a_day_before_and_only_to_me(house: House) -> None:  # R2
    contacts = {"ada": Contact("Ada", ["ntfy:a"]), "ben": Contact("Ben", ["ntfy:b"])}
    schedule = Schedule([Layer(["ada", "ben"], "2025-05-05T09:00", "week")], "UTC", title="Primary")
    ours = msgspec.structs.replace(house.application.policy(), contacts=contacts, schedules={"primary": schedule})
    house.application.policy = lambda: ours
    seldom = 0
    for _ in range(14):
        told = {person: seen(house, person)["shifts"] for person in ("ada", "ben")}
        duty = seen(house, "ada")["people"]["primary"]  # type: ignore[index]
        seldom += any(told.values())
        for person, shifts in told.items():
            assert not shifts or (person not in duty and 0 < shifts[0][1] - house.clock.now() <= DAY)  # type: ignore[index]
        house.clock.forward(hours=12)
    assert 1 <= seldom <= 2


def test_the_terminal_is_told_what_the_page_shows_and_what_to_type(house: House) -> None:
    nothing = house.do("now")
    assert [need["do"] for need in nothing["needs"]] == [["stanch add-method TO"]], "one contact method may fail"
    assert nothing["incidents"] == [] and nothing["others"] == 0
    house.do("declare", title="Payments fail", service="checkout")
    house.clock.forward(minutes=30)
    house.do("role", incident="INC-1", role="incident_commander")
    found = house.do("now")
    assert [need["text"] for need in found["needs"] if need["about"]] == texts(house, "ada")
    assert found["incidents"][0]["commander"] == "ada" and found["incidents"][0]["id"] == "INC-1"
    asked = next(need for need in found["needs"] if need["text"] == "What do customers see? One sentence.")
    assert asked["do"][0] == "stanch impact INC-1 TEXT"
    assert house.do("now", actor="ben")["others"] >= 1
    secret = house.do("declare", title="Somebody reads our mail", service="checkout", private=True).incident
    assert secret in str(house.do("now")) and secret not in str(house.do("now", actor="ben"))  # P6
