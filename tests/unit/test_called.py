"""How people are called where they are read: by fields that hold people, never by a word within a text."""

import msgspec

from stanch.identity.profiles import Method, Profile
from stanch.kernel.contacts import Contact
from stanch.kernel.policy import Policy
from stanch.prepare.called import called_by
from stanch.prepare.own_contacts import joined
from stanch.timeline.entries import Facts
from stanch.timeline.facts.communicate import AudienceTold
from stanch.timeline.facts.paging import PageSent
from stanch.timeline.facts.prompting import Prompted, PromptTold
from stanch.timeline.facts.respond import Said
from stanch.timeline.facts.roles import HandoffOffered, PeopleProposed
from stanch.timeline.facts.statement import Statement
from stanch.timeline.page import Receipt
from stanch.timeline.raised_prompt import RaisedPrompt

POLICY = Policy(
    contacts={
        "ben": Contact("Ben Okafor", ["pager:b"], names=["ben@shop.example"]),
        "ada": Contact("Ada Brandt"),
        "dns": Contact("Example DNS Inc.", kind="vendor"),
        "one": Contact("Sam Lee"), "two": Contact("Sam Lee"),
    }
)  # fmt: skip
called = called_by(POLICY)


def test_every_name_of_a_contact_leads_to_the_one_that_is_shown() -> None:
    assert [called(name) for name in ("ben", "BEN", "ben@shop.example", "Ben Okafor", "dns")] == [
        "Ben Okafor", "Ben Okafor", "Ben Okafor", "Ben Okafor", "Example DNS Inc.",
    ]  # fmt: skip
    # Whom nobody knows, machines, and a name of two stay as they are.
    assert called.each(["zoe", "", "stanch", "Sam Lee", "benchmark"]) == ["zoe", "", "stanch", "Sam Lee", "benchmark"]


def test_the_name_of_ones_own_choice_is_read_also_without_a_contact_method() -> None:
    """R8: catalog, own methods and profile are one source."""
    shown = [Profile("ben", "Benjamin"), Profile("zoe", "Zoë Lind")]
    policy = joined(POLICY, [Method("m", "kim", "pager:k", 0, False, None)], shown, [])
    found = called_by(policy)
    assert found.each(["ben", "zoe", "kim"]) == ["Benjamin", "Zoë Lind", "kim"]
    assert "zoe" not in policy.contacts and found.version != called.version
    assert called_by(policy) is found and called_by(msgspec.structs.replace(policy)).version == found.version


def test_a_sentence_says_who_by_its_fields_and_leaves_texts_alone() -> None:
    assert Said("ben-api is slow, says ben").told(called) == "ben-api is slow, says ben"
    assert HandoffOffered("H1", "scribe", "ben", "ada", "ben knows").told(called) == (
        "Ben Okafor offers Ada Brandt the role of Scribe. ben knows"
    )
    assert PageSent("p", "ben", "pager:b", True, 1, "ok").told(called) == "Page to Ben Okafor by pager: sent (ok)"
    assert Receipt("p", "ben", "pager:b", True, 1, "ok").told(called) == "Page to Ben Okafor by pager: sent (ok)"
    assert PeopleProposed("scribe", ["ben"], "ada has been Scribe for 4 h", "ada").told(called) == (
        "Ada Brandt has been Scribe for 4 h. Free for the role of Scribe: Ben Okafor"
    )
    assert PromptTold(["k"], "Say it", "ben", "mail").told(called) == "Told Ben Okafor by mail: Say it"
    assert [Prompted("k", to, "Say it").told(called) for to in ("ben", "scribe")] == [
        "Due for Ben Okafor: Say it", "Due for Scribe: Say it",
    ]  # fmt: skip
    # A mail list is no person, whoever else is called so.
    assert AudienceTold("leadership", 3, "ben", "mail").told(called).startswith("Told ben by mail")


def test_every_field_that_names_people_is_known_as_one() -> None:
    """A new kind of entry with such a field says so; ``to`` and ``by`` also hold roles, incidents and notifiers."""
    kinds: tuple[type[Statement], ...] = Facts.__args__  # type: ignore[attr-defined]
    named = {(kind.__name__, field) for kind in kinds for field in kind.__struct_fields__ if field in ("to", "by")}
    people = {
        (kind.__name__, field) for kind in kinds for field in kind.PEOPLE & {"to", "by"} & {*kind.__struct_fields__}
    }
    assert named - people == {("SignalDetached", "to"), ("PromptTold", "by"), ("AudienceTold", "by")}


def test_who_was_told_of_a_prompt_is_read_by_name() -> None:
    raised = RaisedPrompt(
        1, 1, told=["ben by web push", "zoe by mail"], problems={"ada": "ada could not be told by mail: full"}
    )
    assert raised.standing(called) == (
        "told Ben Okafor by web push, zoe by mail; Ada Brandt could not be told by mail: full"
    )
    assert raised.standing().startswith("told ben by web push, zoe by mail; ada could")
