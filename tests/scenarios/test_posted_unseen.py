"""What is posted unseen is true and read back, a moment that is given reaches its readers, and the final word stays owed (R31, R33, R42)."""

from typing import Any

import pytest

from stanch.kernel.errors import Invalid
from tests.scenarios.house import House

WORDS = "Some customers cannot pay."
DOING = "We know what to do about it, are doing it"


def declared(house: House, **more: Any) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-2", **more)


def posted(house: House) -> str:
    return str(house.record().last_update("public")[2].text)


def test_a_draft_that_nobody_saw_is_true_and_read_back(house: House) -> None:  # R33
    declared(house)
    done = house.do("status", incident="INC-1", state="identified")
    assert "We found the problem and will post again by" in posted(house) and "doing" not in posted(house)
    position = house.record().last_update("public")[2].position
    assert f"It reads: “{posted(house)}”" in done.message
    assert f"'stanch say INC-1 TEXT --corrects {position}'" in done.hint
    house.do("say", incident="INC-1", text="Some customers cannot pay by card.", corrects=position)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="yes")
    house.settle()
    house.do("status", incident="INC-1", state="identified")
    assert DOING in posted(house)
    house.wait(minutes=3)
    assert next(iter(house.record().runs.values())).outcome is not None
    assert DOING not in house.do("drafts", incident="INC-1", state="identified")["customers"]["text"]
    assert "It reads" not in house.do("status", incident="INC-1", state="identified", text=WORDS).message


def test_a_draft_for_those_who_work_here_is_read_back_too(house: House) -> None:  # R31
    declared(house)
    done = house.do("update", incident="INC-1", to=["engineers", "customers"], unchecked=True)
    assert all(f"It reads: “{each.text}”" in done.message for _, _, each in house.record().updates)
    assert done.hint.count("--corrects") == 2
    assert "It reads" not in house.do("update", incident="INC-1", text="We look.").message


def test_a_moment_that_is_given_is_promised_to_customers_and_stands_in_the_post(house: House) -> None:  # R31
    declared(house)
    for given in ({"customers": WORDS}, {"to": ["customers"]}):
        house.wait(minutes=1)
        done = house.do("update", incident="INC-1", next_in=5, **given)
        at = house.record().last_update("public")[2].next_at
        assert 4 * 60_000_000 <= at - house.clock.now() <= 5 * 60_000_000
        clocks = house.do("drafts", incident="INC-1")["customers"]
        assert clocks["due_at"] == at and posted(house).count("post again by") == 1
        assert "The next is promised for" in done.message
    house.do("status", incident="INC-1", state="monitoring", text="It recovers", next_in=10)
    assert posted(house).startswith("It recovers. We will post again by ")
    house.do("update", incident="INC-1", to=["engineers", "leadership"], next_in=7, unchecked=True)
    owed = [house.record().last_update(each)[2].next_at for each in ("internal", "leadership")]
    assert all(6 * 60_000_000 <= at - house.clock.now() <= 7 * 60_000_000 for at in owed), "each of those who are told"


def test_a_moment_that_cannot_be_promised_is_refused(house: House) -> None:  # R31
    declared(house)
    with pytest.raises(Invalid, match="owed no further word"):
        house.do("status", incident="INC-1", state="resolved", text="It works again.", next_in=5)
    with pytest.raises(Invalid, match="UTC was given"):
        house.do("update", incident="INC-1", customers=f"{WORDS} We will post again in 40 minutes.", next_in=5)
    assert not house.record().updates


def test_the_final_word_is_asked_for_until_it_is_posted_or_not_needed(house: House) -> None:  # R42
    for number in (1, 2):
        house.do("declare", title=f"Checkout fails {number}", service="shop", severity="SEV-4")
        house.do("status", incident=f"INC-{number}", state="investigating")
        house.do("close", incident=f"INC-{number}", reason="it was short")
    house.settle()
    first, second = (
        [need for need in house.do("now")["needs"] if need["about"] == f"INC-{number}"] for number in (1, 2)
    )
    assert len(first) == len(second) == 1 and first[0]["do"][0] == "stanch status INC-1 resolved TEXT"
    assert house.do("next", incident="INC-1")["do"] == "stanch status INC-1 resolved TEXT"
    house.do("status", incident="INC-1", state="resolved", text="Checkout works again for everybody.")
    key = f"final-word:{house.record('INC-2').closed_at}"
    house.do("decline", incident="INC-2", key=key, reason="the page was wrong")
    assert not [need for need in house.do("now")["needs"] if need["about"]]
    assert "status page" not in house.do("next", incident="INC-2")["text"]


def test_what_was_reopened_is_told_to_customers_who_read_that_it_is_over(house: House) -> None:  # R33, R42
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    house.do("status", incident="INC-1", state="investigating")
    house.do("close", incident="INC-1", reason="it was short")
    assert house.do("reopen", incident="INC-1", reason="errors").message == "INC-1 is open again.", (
        "no word of an end yet"
    )
    asked = lambda: [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("reopened:")]  # noqa: E731
    assert not asked()
    house.do("status", incident="INC-1", state="resolved", text="Checkout works again for everybody.")
    house.do("close", incident="INC-1", reason="over")
    said = house.do("reopen", incident="INC-1", reason="errors are back").message
    assert said == "INC-1 is open again. Customers still read that it is over."
    assert len(asked()) == 1 and "customers still read on the status page that it is over" in asked()[0]["text"]
    house.do("status", incident="INC-1", state="investigating", text="Some payments fail again.")
    assert not asked()


def test_a_component_that_a_post_named_is_not_called_unsaid(house: House) -> None:  # R16, R33
    house.do("declare", title="Something fails", severity="SEV-2")
    house.do("service", incident="INC-1", service="shop")
    house.do("status", incident="INC-1", state="investigating", text=WORDS, components=["shop=partial_outage"])
    house.do("service", incident="INC-1", service="shop", remove=True)
    done = house.do("service", incident="INC-1", service="shop")
    assert "The status page shows 'Checkout' as partial outage, as it was posted." in done.message and not done.hint
    house.do("status", incident="INC-1", state="resolved", text="It works again.")
    house.do("service", incident="INC-1", service="shop", remove=True)
    assert "'Checkout' as operational" in house.do("service", incident="INC-1", service="shop").message
