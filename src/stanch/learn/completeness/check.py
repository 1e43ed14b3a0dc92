"""Is a postmortem complete? Looked at by structure, not by surface (R46). Pure, with named reasons."""

from collections.abc import Callable

from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.kernel.clock import day
from stanch.learn.completeness.done_test import could_fail
from stanch.learn.completeness.gap import Gap
from stanch.learn.completeness.impact import measured
from stanch.learn.completeness.same_factor import distinct
from stanch.learn.completeness.why_leaf import Kind
from stanch.learn.completeness.why_tree import ends, tree
from stanch.learn.completeness.words import WHO_WAS_HIT, worded
from stanch.timeline.record import ActionItem, Record

_ENDS: dict[Kind, tuple[str, str]] = {
    "person": (
        "ends at a person: ask why the system allowed it",
        "people will slip again; only what the system allows can be changed",
    ),
    "event": ("ends at an event: ask why it could happen", "the next event will differ; what let it through stays"),
    "decision": (
        "ends at a decision: ask what made it look right",
        "the next person with the same information decides the same",
    ),
    "condition": ("ends at a condition: ask what keeps it so", "a condition is found again until its cause is changed"),
}


def gaps(record: Record, people: Vocabulary, known: Callable[[str], bool], now: int) -> list[Gap]:
    """What keeps a postmortem from being published. A short review needs a summary and nothing more.

    Only what a person wrote or confirmed counts, never a draft. ``known``: whether a name means one person.
    """
    found = [] if worded(record.parts.get("summary", "")) else [
        Gap("summary", "the summary is empty", "it is the one part that everybody reads")
    ]  # fmt: skip
    if record.postmortem_form == "review":
        return found
    found += [*_impact(record.parts.get("impact", "")), *_factors(record), *_whys(record, people)]
    return found + _actions(record, known, now)


def _impact(text: str) -> list[Gap]:
    why = "without a measure nobody can say what it was worth to prevent it"
    if WHO_WAS_HIT in text:
        return [Gap("impact", f"the impact still asks of the customers: {WHO_WAS_HIT}", why)]
    if not (worded(text) and measured(text)):
        return [Gap("impact", "the impact has no number that measures it: how many, how long, how much?", why)]
    return []


def _factors(record: Record) -> list[Gap]:
    said = [factor for factor in record.lists.get("factors", []) if worded(factor)]
    if len(distinct(said)) >= 2:
        return []
    what = "contributing factors are plural: name at least two"
    if len(said) > 1:
        what += " that differ (the lines say one thing)"
    return [
        Gap("factors", what, "no single cause explains an incident, and each factor is a place to stop the next one")
    ]


def _whys(record: Record, people: Vocabulary) -> list[Gap]:
    whys = [why for why in record.lists.get("whys", []) if worded(why)]
    if len({why.strip().casefold() for why in whys}) < 2:
        what = "the why-chain is too short: ask again until a structure of the system answers"
        return [Gap("whys", what, "the first answer names what happened, not what let it happen")]
    nodes, found = tree(whys, people), []
    last = ends(nodes)
    for node in last:
        if node.kind in _ENDS:
            what, why = _ENDS[node.kind]
            branch = "the why-chain" if len(last) == 1 else f"the branch '{node.text[:80]}'"
            found.append(Gap("whys", f"{branch} {what}", why))
    return found


def _actions(record: Record, known: Callable[[str], bool], now: int) -> list[Gap]:
    items = [item for item in record.action_items.values() if not item.dropped]
    if not items:
        return [Gap("actions", "there is no action item", "without a change it will happen again")]
    return [gap for item in items for gap in _action(item, known, now)]


def _action(item: ActionItem, known: Callable[[str], bool], now: int) -> list[Gap]:
    found = []
    if not known(item.owner):
        found.append(
            Gap(
                "actions",
                f"{item.item} has no one known owner: '{item.owner}'",
                "with several owners nobody is responsible",
            )
        )
    if item.done_at is None and item.due_at <= now:
        found.append(
            Gap(
                "actions",
                f"{item.item} is due on {day(item.due_at)}, which is past",
                "nobody is reminded of a date in the past",
            )
        )
    if not worded(item.test):
        found.append(
            Gap(
                "actions",
                f"{item.item} has no test that says when it is done",
                "without a test nobody can verify that it is done",
            )
        )
    elif not could_fail(item.test):
        what = f"the test of {item.item} could not fail ('{item.test[:80]}'): say what one would see"
        found.append(Gap("actions", what, "a test that always holds says nothing"))
    return found
