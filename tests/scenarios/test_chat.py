"""The chat face, by its local stand-in: one line talks or acts (R27, R30)."""

import pytest

from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Invalid, NotFound
from stanch.respond.chat import parse
from tests.scenarios.house import House


def test_a_line_is_narration_and_a_slash_is_a_command(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("chat", incident="INC-1", text="errors in zone b only")
    house.do("chat", incident="INC-1", text="/severity SEV-2 core function")
    house.do("chat", incident="INC-1", text="/role scribe ben")
    house.do("chat", incident="INC-1", text="/mitigate drain-b confirm=go")
    house.do("chat", incident="INC-1", text="//etc is full")
    house.settle()
    record = house.record()
    assert record.severity_name() == "SEV-2"
    assert record.holder("scribe") == "ben"
    assert len(house.lever.pulled) == 1
    assert "/etc is full" in house.sentences()


def test_every_command_can_be_given_in_chat() -> None:
    for name in REGISTRY:
        if name != "chat":
            assert parse(f"/{name}", "INC-1")[0].name == name


def test_an_unknown_command_and_words_too_many_say_what_to_do(house: House) -> None:
    house.do("declare", title="Checkout fails")
    with pytest.raises(NotFound, match="no command '/sevrity'"):
        house.do("chat", incident="INC-1", text="/sevrity SEV-1")
    with pytest.raises(Invalid, match="left over"):
        house.do("chat", incident="INC-1", text="/learning now please")
