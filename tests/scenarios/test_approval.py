"""A public post needs the word of those whom the policy names, where it names any (R8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.kernel.errors import Conflict, Denied, NotFound
from tests.scenarios.hall import open_hall
from tests.scenarios.house import POLICY, House, opened

WORDS = "Some customers cannot pay. We are looking into it."


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, {**POLICY, "public_approval": ["communications_lead", "grace"]}):
        house.do("declare", title="Checkout fails", service="shop")
        yield house


def test_anybody_elses_post_waits_and_one_of_them_posts_it(house: House) -> None:
    proposed = house.do("status", actor="ben", incident="INC-1", state="investigating", text=WORDS)
    assert proposed.message == "It waits for the word of the Communications Lead (nobody yet) or Grace."
    assert house.record().last_update("public") is None
    house.settle()
    assert [to for to, message in house.pager.told if "wants to tell customers" in message.text] == ["grace"]
    with pytest.raises(Denied, match="needs the word of"):
        house.do("status", actor="ben", incident="INC-1", state="investigating", proposal=proposed.id)
    # She signs in by her name, not by the key of her contact.
    house.do("status", actor="Grace", incident="INC-1", state="investigating", proposal=proposed.id)
    posted = house.record().last_update("public")
    assert posted and posted[1] == "Grace" and posted[2].text == WORDS
    with pytest.raises(NotFound, match="that waits"):
        house.do("status", actor="grace", incident="INC-1", state="investigating", proposal=proposed.id)


def test_who_holds_the_role_posts_at_once(house: House) -> None:
    house.do("role", incident="INC-1", role="communications_lead", person="ben")
    house.do("status", actor="ben", incident="INC-1", state="investigating", text=WORDS)
    assert house.record().last_update("public")


def test_a_refused_proposal_is_not_asked_about_again(house: House) -> None:
    house.do("status", actor="ben", incident="INC-1", state="investigating", text=WORDS)
    house.do("decline", actor="grace", incident="INC-1", key="approve:P1", reason="name the service")
    assert not [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("approve:")]
    assert house.do("status", actor="ben", incident="INC-1", state="investigating", text=WORDS).id == "P2"


def test_a_private_incident_is_not_even_proposed(house: House) -> None:
    secret = house.do("declare", title="A leak", private=True).incident
    with pytest.raises(Conflict, match="is private"):
        house.do("status", incident=secret, state="investigating", text=WORDS)


def test_in_a_chat_it_waits_too_and_only_whoever_may_approve_posts_it(house: House) -> None:
    """R8, R34: the same path by what people type and press in an incident's room."""
    guests = open_hall(house)
    with house.application.uow() as uow:
        for start in house.stanch.wiring.starts:  # a chat that was configured while the incident went on
            start(uow)
    house.settle()
    guests.says("ben", f"!stanch status investigating {WORDS}")
    guests.listen()
    assert house.record().last_update("public") is None
    number, asked = next((n, m) for n, (_, m) in enumerate(guests.hall.posts) if "wants to tell customers" in m.text)
    (approve,) = [choice.line for choice in asked.choices if choice.line.startswith("status ")]
    for line in (approve, f"!stanch {approve}"):
        refused = guests.says(
            "ben",
            line,
            kind="message" if line.startswith("!") else "command",
            about=f"P{number}",
            answer_to=f"https://hall/{line[0]}",
        )
        guests.listen()
        said = [message.text for _, message in guests.hall.posts if message.answer_to == refused.answer_to]
        assert said and "needs the word of" in said[-1], (
            "whoever is not named is refused, by the button and by the line"
        )
        assert house.record().last_update("public") is None
    assert guests.hall.posts[number][1].choices, "it still waits"
    guests.says("grace", approve, kind="command", about=f"P{number}", answer_to="https://hall/yes")
    guests.listen()
    posted = house.record().last_update("public")
    assert posted and posted[2].text == WORDS and posted[1] == "grace"
    assert not guests.hall.posts[number][1].choices, "it was answered"
    again = guests.says("grace", approve, kind="command", about=f"P{number}", answer_to="https://hall/again")
    guests.listen()
    assert [m.text for _, m in guests.hall.posts if m.answer_to == again.answer_to] == ["This was answered already."]
