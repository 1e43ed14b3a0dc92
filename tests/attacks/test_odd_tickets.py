"""A tracker that says odd things of a ticket costs nothing but what it said (R47)."""

from pathlib import Path

import pytest

from stanch.communicate import announcing
from stanch.kernel.actor import Actor
from stanch.kernel.clock import day
from stanch.tickets.reading import troubles
from tests.scenarios.desk import open_desk
from tests.scenarios.house import opened


@pytest.mark.parametrize("due", ["soon", "9999-12-31", "0001-01-01", "2030-02-31"])
def test_odd_dates_and_titles_of_a_ticket_are_not_taken_and_it_is_followed_further(tmp_path: Path, due: str) -> None:
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path):
        desk = open_desk(house)
        house.do("declare", title="Checkout fails", service="shop")
        house.do("action", incident="INC-1", title="Add a canary", owner="ben", due="2030-06-04")
        house.settle()
        desk.edit("1", due=due, title="x\x1b[2J\r\n" * 100_000)
        house.wait(minutes=6, step=30)
        item = house.record().action_items["A1"]
        assert day(item.due_at) == "2030-06-04" and 200 < len(item.title) <= 300 and item.title.isprintable()
        house.do("action", incident="INC-1", item="A1", title="Add two canaries")
        desk.edit("1", due="2031-01-02")
        house.wait(minutes=6, step=30)
        assert desk.tickets["1"].title == "Add two canaries"
        assert day(house.record().action_items["A1"].due_at) == "2031-01-02"


def test_what_fails_of_a_private_incident_is_said_to_those_only_who_may_see_it(tmp_path: Path) -> None:  # P6
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path):
        desk = open_desk(house, private=True)
        incident = house.do("declare", title="Breach at Example", service="shop", private=True).incident
        desk.refuses = True
        house.do("action", incident=incident, title="Turn keys", owner="ada")
        house.settle()
        with house.application.uow() as uow:
            sql = "INSERT INTO announced (name, incident, problem) VALUES ('board', :id, '404')"
            uow.tx.execute(sql, id=incident)
        seen = {}
        for name in ("ada", "mallory"):
            with house.application.reading(Actor(name)) as uow:
                seen[name] = [
                    any(incident in each for each in found) for found in (troubles(uow), announcing.troubles(uow))
                ]
        assert seen == {"ada": [True, True], "mallory": [False, False]}
