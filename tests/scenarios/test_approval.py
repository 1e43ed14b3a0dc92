"""A public post needs the word of those whom the policy names, where it names any (R8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.kernel.errors import Conflict, Denied, NotFound
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
