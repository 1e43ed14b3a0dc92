"""From the posts of an incident to what readers see of it: state, components, impact, and for how long. Pure (formats/18, 18.3-18.5)."""

import hashlib
from collections.abc import Sequence

import msgspec

from stanch.communicate.page.snapshot import WORST, ComponentChange, Incident, Post, Span
from stanch.kernel.status_page import ComponentState, PublicImpact


class Written(msgspec.Struct, frozen=True):
    """A public post as the record has it. ``components``: id -> state, as far as its author named any.

    ``began_at``: since when customers have been affected. ``impact``: chosen by its author.
    """

    position: int
    at: int
    recorded_at: int
    state: str
    text: str
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    corrected_at: int | None = None
    link: str = ""


def identity(text: str) -> str:
    """A stable id of 12 lower-case letters and digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def fold(
    incident: str, about: str, own: Sequence[str], written: list[Written], total: int
) -> tuple[Incident, list[Span]]:
    """An incident and the spans of its components, from its posts in any order; ``own``: the components of its services.

    Until a post names components, those count as degraded: the first posts often name none.
    ``total``: how many components the page has; all of them down is critical.
    """
    ordered = sorted(written, key=lambda each: (each.at, each.position))
    states: dict[str, ComponentState] = {}
    posts: list[Post] = []
    spans: list[Span] = []
    since: dict[str, tuple[int, ComponentState]] = {}
    began = next((each.began_at for each in reversed(ordered) if each.began_at is not None), ordered[0].at)
    for number, each in enumerate(ordered):
        moment = min(began, each.at) if number == 0 else each.at
        changes = _changes(each, states, own)
        for change in changes:
            _turn(incident, change, moment, since, spans)
        posts.append(
            Post(identity(f"{incident}/{each.position}"), each.at, each.recorded_at, each.state, each.text, each.corrected_at, tuple(changes), each.link)
        )  # fmt: skip
    spans += [Span(name, start, None, state, incident) for name, (start, state) in since.items()]
    last = ordered[-1]
    return Incident(
        id=incident,
        title=next((each.title for each in reversed(ordered) if each.title), ""),
        about=about,
        state=last.state,
        created_at=ordered[0].at,
        posts=tuple(reversed(posts)),
        components=tuple(states),
        impact=next((each.impact for each in reversed(ordered) if each.impact), _impact(posts, total)),
        started_at=min(began, ordered[0].at),
        monitoring_at=next((each.at for each in ordered if each.state == "monitoring"), None),
        resolved_at=_over(ordered),
        learned_at=last.at if last.state == "postmortem" else None,
    ), spans


def _over(ordered: list[Written]) -> int | None:
    """When it was resolved; a later post of the postmortem does not change that."""
    last = [each for each in ordered if each.state != "postmortem"][-1:]
    return last[0].at if last and last[0].state == "resolved" else None


def _changes(each: Written, states: dict[str, ComponentState], own: Sequence[str]) -> list[ComponentChange]:
    said = dict(each.components)
    if each.state == "resolved":
        working: dict[str, ComponentState] = dict.fromkeys((*states, *said), "operational")
        said = working | said
    elif each.state == "postmortem":
        return []
    elif not said and own and (not states or all(state == "operational" for state in states.values())):
        said = dict.fromkeys(own, "degraded_performance")
    found = [ComponentChange(name, states.get(name, "operational"), state) for name, state in said.items()]
    states.update(said)
    return found


def _turn(
    incident: str, change: ComponentChange, moment: int, since: dict[str, tuple[int, ComponentState]], spans: list[Span]
) -> None:
    before = since.get(change.component)
    if before and before[1] == change.new:
        return
    if before:
        spans.append(Span(change.component, before[0], max(before[0], moment), before[1], incident))
        del since[change.component]
    if change.new != "operational":
        since[change.component] = (moment, change.new)


def _impact(posts: list[Post], total: int) -> PublicImpact:
    """The worst during the incident; it does not fall on recovery (formats/04, 4.3)."""
    states: dict[str, ComponentState] = {}
    found: list[PublicImpact] = ["none"]
    for post in posts:
        states.update({change.component: change.new for change in post.changes})
        down = sum(state == "major_outage" for state in states.values())
        rank = max((WORST[state] for state in states.values()), default=0)
        if down and down == total:
            found.append("critical")
        elif down:
            found.append("major")
        elif rank >= WORST["degraded_performance"]:
            found.append("minor")
    order: tuple[PublicImpact, ...] = ("none", "minor", "major", "critical")
    return max(found, key=order.index)


def state_of(component: str, spans: list[Span] | tuple[Span, ...]) -> ComponentState:
    """The worst state over all open incidents and maintenance of a component."""
    return max(
        (span.state for span in spans if span.component == component and span.end is None),
        key=WORST.__getitem__,
        default="operational",
    )
