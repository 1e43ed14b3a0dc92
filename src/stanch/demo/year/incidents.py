"""Each story from its first alert to its last action item, as the people of the team would play it."""

from __future__ import annotations

import msgspec

from stanch.demo.year.organisation import PEOPLE, SERVICES
from stanch.demo.year.playing import Player
from stanch.demo.year.stories import Story
from stanch.kernel.clock import DAY, HOUR, iso, spell


class Cast(msgspec.Struct):
    """Who has the page, who commands, who writes to customers."""

    first: str
    commander: str
    writer: str


def cast(story: Story, number: int) -> Cast:
    """The service's team, in turn; the commander comes from another team when it is bad."""
    team = [person for person, (_, own) in PEOPLE.items() if own == SERVICES[story.service][1]]
    others = [person for person in PEOPLE if person not in team]
    first = team[number % 2]
    commander = others[number % len(others)] if story.severity == "SEV-1" else team[(number + 1) % len(team)]
    return Cast(first, commander, next(person for person in others if person != commander))


def play(player: Player, story: Story, number: int) -> str:
    """One incident to its end; answers with its id."""
    who = cast(story, number)
    if story.release:
        player.do("deploy", who.first, service=story.service, release=f"v{number + 2}", previous=f"v{number + 1}")
        player.wait(4)
    fingerprint = f"year-{number}"
    player.meters.fails(story.service, story.users / 100 + 0.05, story.mitigation)
    player.alert(fingerprint, story.alert, story.service, story.summary)
    player.wait(1.2)
    incident = player.newest()
    _respond(player, story, who, incident, number)
    _mitigate(player, story, who, incident)
    _recover(player, story, who, incident, fingerprint)
    return incident


def _respond(player: Player, story: Story, who: Cast, incident: str, number: int) -> None:
    player.wait(1 + number % 3)
    player.do("ack", who.first, incident=incident)
    player.do(
        "severity",
        who.first,
        incident=incident,
        severity=story.severity,
        reason=f"{story.users} percent of customers" if story.users else "nobody notices yet",
    )
    player.wait(1)
    player.do("role", who.commander, incident=incident, role="incident_commander")
    player.do("role", who.first, incident=incident, role="operations_lead")
    if story.users:
        player.do("impact", who.first, incident=incident, text=story.impact, users_percent=story.users)
    else:
        player.do("impact", who.first, incident=incident, text=story.impact)
    player.do("criteria", who.commander, incident=incident, propose=True)
    player.do(
        "say",
        who.first,
        incident=incident,
        text=f"Looking at the dashboards of {SERVICES[story.service][0]}, both zones.",
    )
    player.wait(2)
    player.do("hypothesis", who.first, incident=incident, text=story.hypothesis, standing="leading")
    player.do(
        "update",
        who.commander,
        incident=incident,
        text=f"{story.severity}. {story.impact} Next: {story.hypothesis.lower()}?",
    )
    if story.public:
        state = {"SEV-1": "major_outage", "SEV-2": "partial_outage"}.get(story.severity, "degraded_performance")
        components = [f"{story.service}={state}"] if SERVICES[story.service][3] else []
        player.do(
            "status",
            who.writer,
            incident=incident,
            state="investigating",
            text=story.public,
            components=components,
            unchecked=True,
        )
    if story.severity == "SEV-1":
        player.do("role", who.writer, incident=incident, role="communications_lead")
        player.do("bridge", who.commander, incident=incident, step="open", link="https://meet.example.org/incident")


def _mitigate(player: Player, story: Story, who: Cast, incident: str) -> None:
    player.do("phase", who.commander, incident=incident, phase="mitigate", reason="it is clear enough to act")
    player.wait(1)
    player.do("mitigate", who.first, incident=incident, mitigation=story.mitigation, confirm=f"mitigate {incident}")
    player.wait(4)
    player.do(
        "hypothesis",
        who.first,
        incident=incident,
        hypothesis="H1",
        standing="confirmed",
        because="the errors are gone since the mitigation",
    )


def _tell_customers(
    player: Player, story: Story, who: Cast, incident: str, state: str, component: str, text: str
) -> None:
    """A public post, where the story has any."""
    if not story.public:
        return
    components = [f"{story.service}={component}"] if SERVICES[story.service][3] else []
    player.do("status", who.writer, incident=incident, state=state, text=text, components=components, unchecked=True)


def _recover(player: Player, story: Story, who: Cast, incident: str, fingerprint: str) -> None:
    player.do("phase", who.commander, incident=incident, phase="resolve", reason="the mitigation helped")
    better = "It works again for most customers. We keep watching it."
    _tell_customers(player, story, who, incident, "monitoring", "degraded_performance", better)
    _watch(player, story, who, incident, max(6, story.minutes - 16))
    player.alert(fingerprint, story.alert, story.service, story.summary, firing=False)
    player.wait(1)
    player.do("resolve", who.commander, incident=incident, reason="all criteria held for five minutes", override=True)
    over = "It works again. We are sorry for the disruption."
    _tell_customers(player, story, who, incident, "resolved", "operational", over)
    player.do("close", who.commander, incident=incident, reason="nothing is urgent any more")


def _watch(player: Player, story: Story, who: Cast, incident: str, minutes: int) -> None:
    """An update before each promised one is due."""
    while minutes > 0:
        what = f"{story.hypothesis}: put right, and it holds so far."
        player.do("update", who.commander, incident=incident, text=what, next_in=15)
        player.wait(min(12, minutes))
        minutes -= 12


def learn(player: Player, story: Story, number: int, incident: str) -> None:
    """The postmortem but of some of the newest, and the action items of all; what is left open is left on purpose."""
    who = cast(story, number)
    if number not in (34, 36, 38):
        whys = [f"Why did it fail? {story.hypothesis}", f"  Why was that possible? {story.lesson}"]
        factors = [line.removeprefix("- ") for line in story.factors.splitlines()]
        record = player.record(incident)
        lasted = spell((record.resolved_at or player.clock.now()) - record.onset())
        summary = f"{story.impact} It lasted {lasted}. {story.hypothesis}."
        player.do(
            "postmortem",
            who.commander,
            incident=incident,
            summary=summary,
            impact=story.impact,
            factors=factors,
            whys=whys,
            lessons=story.lesson,
        )
    items = {}
    for place, (title, test) in enumerate(story.items):
        owner = [who.first, who.commander, who.writer][place % 3]
        due = iso(player.clock.now() + (28 + 14 * place) * DAY)[:10]
        player.do("action", who.commander, incident=incident, title=title, owner=owner, test=test, due=due)
        items[f"A{place + 1}"] = owner
    if number not in (34, 36, 38):
        player.do("postmortem", who.commander, incident=incident, publish=True, override="The team has talked about it")
    if number < 33:
        _act(player, number, incident, items)


def _act(player: Player, number: int, incident: str, items: dict[str, str]) -> None:
    """Most items are done in time, some are dropped with a reason, some stay open."""
    player.until(player.clock.now() + DAY, step=HOUR)
    for place, (item, owner) in enumerate(items.items()):
        if (number + place) % 5 == 4:
            continue
        if (number * 3 + place) % 11 == 7:
            player.do(
                "action", owner, incident=incident, item=item, dropped=True, note="Another change has made it needless"
            )
        else:
            player.do(
                "action",
                owner,
                incident=incident,
                item=item,
                done=True,
                evidence=f"https://git.example.org/changes/{number * 10 + place}",
            )
