"""A name that somebody gives himself opens nothing (R45)."""

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Denied
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
