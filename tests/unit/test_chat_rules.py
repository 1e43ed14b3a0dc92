"""What a room of an incident is called, and what its topic says (R34; formats/15, 15.2)."""

import re

import pytest

from stanch.chat.rules import NAME_CHARACTERS, TOPIC_CHARACTERS, room_name, topic
from stanch.timeline.record import Record

MAY_2026 = 1_778_760_000_000_000  # 2026-05-14 12:00 UTC


def record(title: str, *, private: bool = False) -> Record:
    return Record("INC-7", title=title, declared_at=MAY_2026, private=private)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Checkout outage", "checkout-outage"),
        ("Kässe ausgefallen: Straße, Größe 🔥", "kasse-ausgefallen-strasse-grosse"),
        ("Łódź / København / Þór / Œuvre", "lodz-kobenhavn-thor-oeuvre"),
        ("  --- 503 @ <API> & #db!  ", "503-api-db"),
        ("Ａｐｉ ﬁles", "api-files"),
        ("日本語 🔥", "inc-7"),
        ("!!!", "inc-7"),
    ],
)
def test_a_title_in_any_script_is_a_name_that_every_chat_takes(title: str, words: str) -> None:
    assert room_name(record(title), "inc-7", 1) == f"inc-2026-05-14-{words}"


@pytest.mark.parametrize("again", [1, 2, 12])
@pytest.mark.parametrize("title", ["x" * 300, "ß" * 300, "a " * 150, "Größenwahn " * 27])
def test_a_long_title_leaves_room_for_the_number_of_a_taken_name(title: str, again: int) -> None:
    name = room_name(record(title), "inc-7", again)
    assert len(f"{name}-19") <= NAME_CHARACTERS and re.fullmatch(r"inc-2026-05-14-[a-z0-9]+(-[a-z0-9]+)*", name)
    assert name.endswith(f"-r{again}") == (again > 1)


def test_of_a_private_incident_the_name_says_nothing() -> None:
    assert room_name(record("Data leaked", private=True), "1f9c22ab", 1) == "inc-2026-05-14-1f9c22ab"


def test_a_topic_is_one_line_that_fits() -> None:
    said = topic(record("Down\n" + "🔥 " * 200))
    assert len(said) <= TOPIC_CHARACTERS and "\n" not in said
    assert said.startswith("no severity yet · ") and "no Incident Commander yet · Down 🔥" in said
