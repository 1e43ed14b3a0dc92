"""What a server does while nothing happens: a statement for each round of each loop."""

from typing import Any

from sqlalchemy import event

from stanch.web.status.served import Served
from tests.scenarios.house import House


def test_each_loop_asks_one_statement_a_round_while_nothing_happens(house: House) -> None:  # B10
    engine, pages = house.stanch.engine, Served(house.stanch)
    house.settle()
    pages.look()
    asked: list[Any] = []
    event.listen(house.application.database.engine, "before_cursor_execute", lambda *got: asked.append(got[2]))
    assert engine.turn() is False
    assert engine.digest() == 0
    pages.look()
    assert len(asked) == 3, asked


def test_the_engine_rests_until_what_comes_next_and_half_a_second_at_most(house: House) -> None:  # P2
    house.settle()
    house.do("declare", title="Checkout is slow", service="checkout")
    house.settle()
    engine = house.stanch.engine
    assert engine.turn() is False
    assert 0 < engine._until_next() <= 0.5
