"""The clocks of four audiences over six hours, for a SEV-1 and a SEV-2, as a story: what was owed when, who was told by what (R31, R32, R33).

The story stands in ``docs/explanation/audience-clocks.md``; ``STANCH_WRITE_GOLDEN=1`` writes it anew.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.communicate.audiences.standing import standings, told_of
from stanch.kernel.clock import MINUTE, hour_minute
from stanch.timeline.audience_clock import audience_clock
from tests.scenarios.house import POLICY, House, Pager

STORY = Path(__file__).parents[2] / "docs/explanation/audience-clocks.md"
SHOWN = ("update_posted", "promise_corrected", "audience_told", "severity_set", "declared")
ABOUT_UPDATES = ("update", "public-post")
PEOPLE: dict[str, Any] = {
    "ada": {"name": "Ada", "reach": ["pager:ada", "smtp:ada@x"]},
    "ben": {"name": "Ben", "reach": ["pager:ben", "slack:ben"]},
    "dora": {"name": "Dora", "reach": ["smtp:dora@x"], "roles": ["leadership"]},
    "emil": {"name": "Emil", "reach": ["slack:emil"], "roles": ["leadership"]},
}
AUDIENCES: dict[str, Any] = {
    "leadership": {"every": {"SEV-1": 1800, "SEV-2": 3600}, "to": ["role:leadership", "smtp:leads@x"]},
    "support": {"every": {"SEV-1": 1800}},
    "customers": {"every": {"SEV-1": 1800, "SEV-2": 3600}, "to": ["smtp:partners@x"]},
}
SERVICES = {"shop": {"name": "shop", "public_name": "Checkout"}, "search": {"name": "search", "public_name": "Search"}}
WORDS = {
    "text": "We look at the release.",
    "leadership": "Nothing is needed from you.",
    "support": "Paying by bank transfer works.",
    "customers": "It is better than an hour ago for most of you, and still slow.",
    "state": "identified",
}
SEVERITY = {
    "pages": True,
    "public_post": True,
    "prompt_every": 600,
    "stale_after": dict.fromkeys(("severity", "incident_commander", "impact", "hypothesis", "mitigations"), 86400),
}
SEVERITIES = {"SEV-1": {**SEVERITY, "update_every": 900}, "SEV-2": {**SEVERITY, "update_every": 1800}}
ON_TIME = 2 * MINUTE


class Company(House):
    """A house with mail and chat, and a story of what happened in it."""

    mail: Pager
    chat: Pager

    def ways(self) -> None:
        self.mail, self.chat = Pager(), Pager()
        self.application.world.notifiers |= {"smtp": self.mail, "slack": self.chat}
        self.began = self.clock.now()

    def at(self, minute: float, act: Callable[[], Any] | None = None) -> None:
        """Go from one thing that is due to the next until so many minutes after the beginning, then act."""
        end = self.began + int(minute * MINUTE)
        while self.clock.now() < end:
            with self.application.reading() as uow:
                row = uow.tx.one(
                    "SELECT MIN(due) AS due FROM (SELECT due_at AS due FROM timers WHERE key NOT LIKE 'survey%' UNION ALL "
                    "SELECT due_at FROM outbox WHERE state = 'waiting' AND kind IN ('prompt', 'audience', 'audience_message')) AS every "
                    "WHERE due > :now",
                    now=self.clock.now(),
                )
            self.clock.moment = min(end, row["due"] if row and row["due"] else end)
            self.settle()
        if act:
            act()
            self.settle()

    def clock_of(self, audience: Any, incident: str = "INC-1") -> Any:
        return audience_clock(self.record(incident), self.application.policy(), audience)

    def due(self, audience: Any, incident: str = "INC-1") -> str:
        """When an audience's clock strikes, as the hour and the minute."""
        clock = self.clock_of(audience, incident)
        return hour_minute(clock.due) if clock else "-"

    def keep(self, until: int, *audiences: Any) -> None:
        """Ben posts what is owed to these audiences two minutes before it is, in one action."""
        owed = {incident: self.owed(incident, audiences) for incident in ("INC-1", "INC-2")}
        while True:
            first, incident = min((min(clocks.values()), incident) for incident, clocks in owed.items() if clocks)
            if first - ON_TIME > self.began + until * MINUTE:
                return self.at(until)
            self.at((first - ON_TIME - self.began) / MINUTE)
            to = [audience for audience, due in owed[incident].items() if due <= first]
            self.do("update", "ben", incident=incident, to=to, **WORDS)
            self.settle()
            owed[incident] = self.owed(incident, audiences)

    def owed(self, incident: str, audiences: Any) -> dict[Any, int]:
        """The clocks of an incident that run, by audience."""
        record, policy = self.record(incident), self.application.policy()
        return {a: clock.due for a in audiences if (clock := audience_clock(record, policy, a))}

    def stands(self, audience: str, incident: str = "INC-1") -> Any:
        found = standings(self.record(incident), self.application.policy(), self.clock.now())
        return next(each for each in found if each.audience == audience)

    def mails(self, address: str, incident: str) -> list[str]:
        """Updates of an incident that arrived at an address."""
        return [m.text for to, m in self.mail.told if to == address and m.title.startswith(f"[{incident}] For ")]

    def messages(self, words: str) -> list[str]:
        return [to for to, message in [*self.mail.told, *self.chat.told] if words in message.text]


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Iterator[Company]:
    policy = {
        **POLICY,
        "contacts": PEOPLE,
        "services": SERVICES,
        "audiences": AUDIENCES,
        "update_reminder": 60,
        "severities": SEVERITIES,
    }
    company = Company(database_url, tmp_path, policy)
    company.ways()
    yield company
    company.application.database.close()


def begin(company: Company, title: str, service: str, severity: str, impact: str) -> None:
    """An incident of which only updates are asked."""
    incident = company.do("declare", title=title, service=service, severity=severity, impact=impact).incident
    company.settle()
    company.do("ack", incident=incident)
    for role, who in {"incident_commander": "ada", "operations_lead": "ada", "communications_lead": "ben"}.items():
        company.do("role", who, incident=incident, role=role)
    company.settle()
    with company.application.reading() as uow:
        keys = [prompt.key for prompt in uow.prompts(uow.record(incident)) if not prompt.key.startswith(ABOUT_UPDATES)]
    for key in keys:
        company.do("decline", incident=incident, key=key)


def test_a_sev_1_and_a_sev_2_over_six_hours(company: Company) -> None:
    do, due = company.do, company.due
    begin(company, "Checkout is down", "shop", "SEV-1", "Three of ten payments fail")
    begin(company, "Search is slow", "search", "SEV-2", "Search takes up to a minute")
    # What is owed first: engineers by the severity, leadership and support by the policy; customers by the five-minute clock.
    assert [due(a) for a in ("engineers", "leadership", "support", "customers")] == ["14:22", "14:37", "14:37", "14:12"]
    assert [due(a, "INC-2") for a in ("engineers", "leadership", "support", "customers")] == [
        "14:37",
        "15:07",
        "-",
        "14:12",
    ]
    words = "You cannot pay by card since 14:05 UTC. We will post again by 14:25 UTC."
    company.at(3, lambda: do("status", "ben", incident="INC-1", state="investigating", text=words))
    assert company.messages("The first public word is due by 14:12 UTC.") == ["ben", "ben"]
    assert due("customers") == "14:25", "a promise before the cadence counts"
    assert company.stands("customers").sentence == "You promised 14:25 UTC, in 15 min"
    assert company.stands("customers").told == "Told partners@x by mail at 14:10"
    # Nobody says anything of the other one: the five minutes count from the detection, and who is told learns by how much.
    company.at(12)
    (asked,) = [p["text"] for p in do("show", incident="INC-2")["prompts"] if p["key"] == "public-post"]
    assert asked == "Customers have heard nothing. Overdue by 7 min: the first public word was due by 14:12 UTC."
    slow = "Search takes up to a minute. We are looking into it, again in 45 minutes."
    company.at(12, lambda: do("status", "ben", incident="INC-2", state="investigating", text=slow))
    assert due("customers", "INC-2") == "15:04"
    # The first update for engineers is late by a minute, the promise to customers by two.
    company.at(16, lambda: do("update", "ben", incident="INC-1", text="We look at the release."))
    assert company.messages("The internal update of 14:22 UTC is overdue.") == ["ben"]
    company.at(20)
    assert company.stands("customers").sentence == "You promised 14:25 UTC: overdue by 2 min"
    later = "We know what to do. You cannot pay by card. We will post again by 15:10 UTC."
    do("status", "ben", incident="INC-1", state="identified", text=later)
    company.settle()
    amended = company.record().last_update("public")[2].position
    better = "We know what to do. You cannot pay by card. We will post again by 14:50 UTC."
    company.at(22, lambda: do("say", "ben", incident="INC-1", text=better, corrects=amended))
    assert due("customers") == "14:50", "a corrected promise moves the clock"
    # One action posts what is due: leadership and support, with nobody to tell for support.
    company.at(30)
    said = do("update", "ben", incident="INC-1", due=True, **WORDS).message
    company.settle()
    assert "It goes to Dora by mail, Emil by slack, leads@x by mail." in said
    assert "Nobody could be told: the policy names no recipients for it." in said
    assert (
        company.stands("leadership").told
        == "Told Dora by mail at 14:37, Emil by slack at 14:37, leads@x by mail at 14:37"
    )
    assert (
        company.stands("support").told
        == "Nobody could be told: the policy names no recipients for it; whoever it names within two days is sent this one, unless a newer one comes first"
    )
    assert [due(a) for a in ("engineers", "leadership", "support")] == ["14:38", "15:07", "15:07"]
    # Mail is down for half an hour: chat arrives, mail waits, and of two updates only the newer one arrives.
    working = "Payments work for nine of ten. We will post again by 16:00 UTC."
    company.at(30, lambda: do("status", "ben", incident="INC-1", state="monitoring", text=working))
    company.keep(57, "engineers", "leadership", "support", "customers")
    company.mail.down = True
    company.keep(61, "engineers", "leadership", "support", "customers")
    assert (
        "Dora could not be told by mail: the pager does not answer; it is tried again"
        in company.stands("leadership").told
    )
    assert "Told Emil by slack at 15:05" in company.stands("leadership").told
    waiting = company.record().last_update("leadership")[2]
    company.keep(89, "engineers", "leadership", "support", "customers")
    assert company.record().last_update("leadership")[2].position != waiting.position
    assert "Dora could not be told by mail: the pager does not answer; a newer update took its place" in told_of(
        company.record(), waiting
    )
    company.mail.down = False
    company.keep(93, "engineers", "leadership", "support", "customers")
    assert [len(company.mails(who, "INC-1")) for who in ("dora@x", "leads@x")] == [2, 2], "14:37, and the newest"
    assert company.stands("leadership").told.startswith("Told Dora by mail at 15:36, Emil by slack at 15:33")
    # The team says who supports customers: the update that nobody got reaches them, and nobody posts it twice.
    company.application.policy().audiences.support.to.append("slack:#support")
    company.keep(103, "engineers", "leadership", "customers")
    assert company.stands("support").told.startswith("Told #support by slack at 15:"), "looked for again"
    # A lower severity has no cadence for support, and what was promised to customers stays owed.
    company.keep(112, "engineers", "leadership", "support", "customers")
    do("severity", incident="INC-1", severity="SEV-2", reason="most can pay")
    promise = "Payments work for most of you. We are watching, and will post again at 18:30 UTC."
    company.at(112, lambda: do("status", "ben", incident="INC-1", state="monitoring", text=promise))
    do("update", "ben", incident="INC-1", to=["engineers", "leadership"], **WORDS)
    assert [due(a) for a in ("engineers", "leadership", "customers")] == ["16:29", "16:59", "18:30"]
    # A higher one begins a new cadence from the change, where that is earlier than what was promised.
    company.keep(140, "engineers", "leadership", "customers")
    do("severity", incident="INC-2", severity="SEV-1", reason="nobody finds anything")
    company.settle()
    assert (due("engineers", "INC-2"), due("leadership", "INC-2")) == ("16:31", "16:57")
    over = "Search works as fast as usual since 17:00 UTC. We are sorry for the wait."
    company.keep(180, "engineers", "leadership", "support", "customers")
    for incident in ("INC-2", "INC-1"):
        do("resolve", incident=incident, override=True, reason="watched for long")
        final = do(
            "status", "ben", incident=incident, state="resolved", text=over if incident == "INC-2" else ""
        ).message
        assert final.startswith("Posted to the status page: resolved.") and "promised" not in final
    company.settle()
    heard = len(company.messages("overdue"))
    company.at(360)
    assert [due(a) for a in ("engineers", "leadership", "support", "customers")] == ["-"] * 4
    assert company.stands("customers").sentence == "No further update is owed"
    assert heard == len(company.messages("overdue")), "nothing is owed any more"
    tell(company)


def tell(company: Company) -> None:
    """The story as the record tells it, compared with the one in the documentation."""
    lines = []
    with company.application.reading() as uow:
        for incident in ("INC-1", "INC-2"):
            lines += [f"## {incident}: {uow.record(incident).title}", ""]
            for entry in uow.entries(incident):
                keys = getattr(entry.facts, "keys", [])
                if entry.kind in SHOWN or (
                    entry.kind == "prompt_told" and all(key.startswith(ABOUT_UPDATES) for key in keys)
                ):
                    lines.append(f"- {hour_minute(entry.happened_at)} {entry.facts.sentence()}")
            lines.append("")
    story = HEAD + "\n".join(lines)
    if os.environ.get("STANCH_WRITE_GOLDEN"):
        STORY.write_text(story)
    assert STORY.read_text() == story


HEAD = """# The audience clocks of one SEV-1 and one SEV-2 over six hours

Written by `tests/scenarios/test_audience_clocks.py`, which plays it with a clock in hand on both databases and asserts each clock on the way.

The policy: engineers every 15 minutes (SEV-1) or 30 (SEV-2), leadership and customers every 30 or 60, support every 30 of a SEV-1.
Leadership is Dora (mail), Emil (chat) and a mail list; customers read the status page, and partners get mail; support has no recipients at first.
Mail is down from 15:04 to 15:36. Ben writes, two minutes before an update is owed, except where the story says otherwise.

"""
