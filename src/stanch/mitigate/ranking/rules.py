"""One function for each kind of evidence: how much more probable it makes it that an action helps, and why.

Every answer is the logarithm of a likelihood ratio. The table of ratios is in ``docs/explanation/ranking.md``.
"""

from collections.abc import Callable
from math import log

import msgspec

from stanch.kernel.clock import MINUTE, spell
from stanch.kernel.suspicion import when
from stanch.mitigate.ranking.evidence import Pressure, Release, TextEvidence
from stanch.mitigate.ranking.means import Means, means, switches_off
from stanch.mitigate.ranking.outcome_words import says_outcome
from stanch.mitigate.ranking.situation import Situation, full_text, tokens
from stanch.mitigate.ranking.spreads import spread
from stanch.mitigate.ranking.text_signs import quote, signs_in
from stanch.mitigate.ranking.weight import Weight, Weights

# What each shape speaks for and against, by kind or means, beyond what the catalog says: the ratio and the reason.
SUITS: dict[tuple[str, str], tuple[float, str]] = {
    ("rate-limits", "degrade"): (5, "asking for less is the first move when a limit is reached"),
    ("rate-limits", "scale"): (0.1, "more instances would ask the provider even more often"),
    ("database-connections", "degrade"): (4, "taking load away frees connections"),
    ("database-connections", "scale"): (0.03, "each new instance brings connections of its own"),
    ("rate-limits", "shed"): (4, "asking for less is the first move when a limit is reached"),
    ("database-connections", "shed"): (4, "taking load away frees connections"),
    ("expired-certificate", "renew"): (15, "a valid certificate ends it"),
    ("expired-certificate", "restart"): (0.3, "a restart loads the same certificate"),
    ("expired-certificate", "rollback"): (0.1, "an earlier release has the same certificate"),
    ("expired-certificate", "scale"): (0.1, "more instances show the same certificate"),
    ("firewall-rule", "scale"): (0.1, "more instances are behind the same rule"),
    ("firewall-rule", "rollback"): (0.3, "the code did not change the path"),
}

# More instances where there is capacity left, where they are full themselves, and where what they depend on is.
SPOKEN_AGAINST = 0.2
FREE, RELIEVED, ASKS_MORE = log(0.08), log(20), log(0.04)


def changes(s: Situation) -> Weights:
    """R17: symptoms shortly after a change make taking it back nearly always first. All changes compete as causes."""
    own = [(s.takes_back(r) * s.suspected(r), r) for r in s.evidence.releases if r.left < 1]
    yield from _left(s)
    taken, all_of_it = sum(h for h, _ in own), sum(s.suspected(r) for r in s.evidence.releases)
    left = all_of_it - taken
    strongest = max(own, key=lambda pair: (pair[0], pair[1].deployed_at), default=None)
    if strongest and strongest[0] == 0 and s.kind == "rollback":
        strongest = max(
            ((s.suspected(r), r) for r in s.evidence.releases if r.service == s.option.service and r.left < 1),
            default=None,
            key=lambda p: p[0],
        )
    if strongest is None or (strongest[0] == 0 and s.kind != "rollback"):
        yield from _no_change(s, left)
        return
    _, change = strongest
    what = "" if change.kind == "release" else f" ({change.kind})"
    told = f"{change.service} {change.release}{what} went out {_when(s, change)}"
    floor = 0.25 if s.kind == "rollback" else 1.0
    ratio = (floor + taken) / (1 + left)
    if ratio < 1.5 and s.kind == "rollback":
        told += ", too far from it to be likely" if taken < 1.5 else ", and another change is as near"
    would = (
        "It would fall if the errors had begun before that."
        if ratio > 1
        else "A release nearer to the onset would lift it."
    )
    bad = [(h, r) for h, r in own if not r.reversible]
    share = sum(h for h, _ in bad) / taken if taken > 0 else 0.0
    if share > 0 and s.kind == "rollback":
        _, worst = max(bad, key=lambda pair: pair[0])
        why = f"{worst.release} cannot be rolled back cleanly: {worst.reason or 'it was marked so'}"
        yield Weight(log(ratio) - 3 * share, f"{told}, but {why}", "It would rise if a rollback were safe.", why, share)
        return
    yield Weight(log(ratio), told, would)


def _when(s: Situation, change: Release) -> str:
    """The time to the onset in words; names the alert's own wait where that shifts the onset."""
    waited, said = s.evidence.waited, when(change.deployed_at, s.evidence.onset)
    near = waited >= MINUTE and s.evidence.onset - change.deployed_at >= MINUTE
    return f"{said} (the onset comes from an alert that waits {spell(waited)} before it fires)" if near else said


# Less than this is not spoken of, and weighs nothing: from there on it weighs more and more.
LEAST_LEFT = 0.05


def _left(s: Situation) -> Weights:
    """A release that was abandoned since the onset is no rollback target: a rollback to the release before would bring it back."""
    gone = [r for r in s.evidence.releases if r.instead and r.left > LEAST_LEFT and r.service == s.option.service]
    if s.kind != "rollback" or not gone or s.option.offered_by:
        return
    bad = max(gone, key=lambda r: (r.left, r.deployed_at))
    why = f"{bad.service} {bad.release} was left for {bad.instead} since the onset; going back from there would bring it back"
    if bad.left < 0.5:
        why = f"{bad.service} {bad.release} was left for {bad.instead}, and this may bring it back"
    yield Weight(
        log(0.05) * (bad.left - LEAST_LEFT) / (1 - LEAST_LEFT),
        why,
        "It would rise if it led to another release.",
        why if bad.left > 0.5 else "",
    )


def _no_change(s: Situation, left: float) -> Weights:
    bad = max(
        (r for r in s.evidence.releases if r.instead and r.service == s.option.service),
        key=lambda r: r.left,
        default=None,
    )
    if s.kind == "rollback" and bad is not None:
        because = f"{bad.service} {bad.release}, which may be the bad one, was left for {bad.instead} already"
        yield Weight(-log(4 * (1 + left)), because, "Another release near the onset would lift it.")
    elif s.kind == "rollback":
        because = f"no release of {s.option.service or 'it'} is on record, so nothing speaks for a rollback"
        yield Weight(log(0.3), because, "A release shortly before the onset would lift it.")
    elif left > 0.05 and s.means & {"shift", "restart", "grow", "failover", "free"}:
        suspect = max(s.evidence.releases, key=s.suspected)
        told = f"{suspect.service} {suspect.release} went out {_when(s, suspect)}, and this does not take it back"
        grows = sum(s.suspected(r) for r in s.evidence.releases if r.kind == "capacity") if "grow" in s.means else 0.0
        if grows > 0.05:
            told = "capacity was changed shortly before the onset, and this is more of it"
        yield Weight(-log(1 + 0.06 * left + grows), told)


def capacity(s: Situation) -> Weights:
    """R20: scaling is for capacity pressure only, and only for that of the instances themselves."""
    found = s.evidence.pressures
    fullest = max(found, key=lambda p: p.full(), default=None)
    if fullest and s.means & {"degrade", "shed"} and "grow" not in s.means and fullest.full() > 0.1:
        told = f"{fullest.sentence}, and less work relieves that"
        yield Weight(log(4) * fullest.full(), told, "It would fall if there were capacity left.")
    if fullest and "free" in s.means:
        yield Weight(log(1.5) * fullest.full(), f"{fullest.sentence}")
    if "grow" not in s.means:
        return
    if not found:
        because = "no saturation is measured; more instances may fail just the same"
        yield Weight(log(0.2), because, "A measurement that shows saturation would lift it.")
        return
    mine = max((p for p in found if _relieved(p, s)), key=lambda p: p.full(), default=None)
    other = max((p for p in found if not _relieved(p, s)), key=lambda p: p.full(), default=None)
    own, behind = mine.full() if mine else 0.0, other.full() if other else 0.0
    odds = (1 - behind) * (FREE + (RELIEVED - FREE) * own) + behind * ASKS_MORE
    if other and behind > 0.5:
        yield Weight(
            odds,
            f"{other.sentence}, and more instances ask more of it",
            "It would rise if the instances themselves were full.",
        )
    elif mine and odds > 0.3:
        yield Weight(odds, f"{mine.sentence}, and capacity relieves that", "It would fall if there were capacity left.")
    elif odds > -0.7:
        yield Weight(
            odds, f"{(mine or found[0]).sentence}, which is close to its bound", "More saturation would lift it."
        )
    else:
        because = f"{found[0].sentence}, so there is no saturation; more instances may fail just the same"
        yield Weight(odds, because, "Saturation would lift it.")


def _relieved(p: Pressure, s: Situation) -> bool:
    """Whether more of this option's instances relieve it: the capacity is their own, or the option scales that very thing."""
    if p.own:
        return not p.of or not s.option.service or p.of == s.option.service
    of = tokens(p.of) | {p.of.lower()}
    return bool(p.of) and (p.of == s.option.service or bool(of & tokens(full_text(s.option))))


def shape(s: Situation) -> Weights:
    """R6: what the catalog declares to help with a shape, and what each shape speaks against."""
    best: Weight | None = None
    for seen in s.evidence.shapes:
        found = None
        if seen.name in s.option.mitigation.helps:
            why = f"{seen.reason}, and this is a first move for that ({seen.title.lower()})"
            # A release near the onset is weighed by ``changes`` already; and a declaration of the catalog alone does not raise an irreversible action.
            known = seen.name == "crash-on-deploy" and bool(s.evidence.releases)
            most = 0.4 if known and s.kind == "rollback" else 1.0 if known or s.irreversible() else 4.0
            found = Weight(min(most, 0.75 * seen.weight), why, "It would fall if another shape fitted better.")
        elif suits := [SUITS[seen.name, does] for does in (s.kind, *s.means) if (seen.name, does) in SUITS]:
            ratio, why = max(suits) if max(suits)[0] > 1 else min(suits)
            found = Weight(
                log(ratio) * min(1.0, seen.weight / 3),
                f"{seen.reason}: {why}",
                f"It would move if it were not: {seen.title.lower()}.",
            )
        if found and (best is None or abs(found.odds) > abs(best.odds)):
            best = found
    if best:
        yield best


def text_signs(s: Situation) -> Weights:
    """What the words of alerts and people are a sign of. What says the same again counts less each time."""
    found: list[Weight] = []
    hopeful = {sign.sign: told for sign, told in signs_in(s.hopeful)}
    for sign, first in signs_in(s.evidence.told):
        ratios = [
            log(ratio)
            for means, ratio in sign.ratios.items()
            if means in s.means and (means != "config" or "back" in s.means)
        ]
        if ratios:
            odds = max(ratios) if max(ratios) > 0 else min(ratios)
            told = first if odds < 0 else hopeful.get(sign.sign)
            if told is None:
                continue
            found.append(
                Weight(
                    odds * min(1.0, told.weight),
                    f"{quote(told)}, a sign of {sign.sign}",
                    "It would move if that were not so.",
                )
            )
    found.sort(key=lambda weight: -abs(weight.odds))
    for position, weight in enumerate(found[:3]):
        yield msgspec.structs.replace(weight, odds=weight.odds / 2**position)


def named(s: Situation) -> Weights:
    """What acts on the very thing that alerts and people name."""
    best, by, words = 0.0, None, frozenset[str]()
    for told in s.hopeful:
        shared = s.words & tokens(told.text)
        odds = min(1.8, 0.9 * len(shared)) * told.weight
        if odds > best and not (says_outcome(told, s.means) or _spoken_against(told, s.means)):
            best, by, words = odds, told, shared
    if by:
        yield Weight(
            best,
            f"{quote(by)}, and this acts on that ({', '.join(sorted(words)[:3])})",
            "It would fall if something else were named.",
        )


def _spoken_against(told: TextEvidence, does: frozenset[Means]) -> bool:
    """Whether it is a sign only of what such an action does not help with: then that it names the same thing says nothing."""
    found = [sign.ratios[each] for sign, _ in signs_in((told,)) for each in does if each in sign.ratios]
    return bool(found) and max(found) < SPOKEN_AGAINST


def dependency(s: Situation) -> Weights:
    """What is done to a dependency helps when the dependency fails; what works without it helps when nothing else can."""
    own, evidence = s.option.service, s.evidence
    down = {d.name: d for d in evidence.dependencies if d.state != "up"}
    if own in down:
        yield Weight(log(4), f"{down[own].reason}, and this acts on it", f"It would fall if {own} recovered.")
        return
    needed = [down[name] for name in evidence.needs.get(own or evidence.service, ()) if name in down]
    needed = needed or (
        [d for d in down.values() if not any(o.service == d.name for o in s.options)]
        if own in ("", evidence.service)
        else []
    )
    if needed:
        yield from _needs(s, needed[0].name, needed[0].reason, 1.0 if needed[0].state == "down" else 0.7)
        return
    if own in ("", evidence.service) or not evidence.service:
        return
    if own in evidence.firing:
        yield Weight(log(1.5), f"alerts are firing on {own}, too")
    elif own not in evidence.needs.get(evidence.service, ()) and s.means & {"degrade", "shed", "flag", "stop_writes"}:
        return
    else:
        yield Weight(log(0.4), f"no alert fires on {own}", f"An alert on {own} would lift it.")


def _needs(s: Situation, name: str, reason: str, certainty: float) -> Weights:
    actionable = any(o.service == name for o in s.options)
    for does, ratio, because in (
        ("failover", 5.0, "there is another way"), ("degrade", 2.5 if actionable else 7.0, "this works without it"),
        ("shed", 1.5, "this asks less of it"), ("flag", 1.2, "this may work without it"),
        ("shift", 0.2, "moving traffic does not bring it back"), ("grow", 0.15, "more instances would only ask more of it"),
        ("restart", 0.25, "a restart does not bring it back"), ("back", 0.35, "an earlier release needs it just as much"),
    ):  # fmt: skip
        if does in s.means:
            yield Weight(log(ratio) * certainty, f"{reason}: {because}", f"It would move if {name} recovered.")
            return


def harm(s: Situation) -> Weights:
    """Harm in progress (R2): what stops it is raised; slow ways to look for the cause are lowered."""
    for each in s.evidence.harms:
        if degree := stops(s, each.kind):
            what = "stops the writes" if each.kind == "data" else "takes the access away"
            what = what if degree == 1 else "lets nobody in" if "close" in s.means else "switches off what is named"
            what = "keeps the release from reaching more" if s.means == {"pause_rollout"} else what
            yield Weight(
                log(25) * each.certainty * degree,
                f"{each.reason}, and this {what}",
                "It would fall once the harm is stopped.",
            )
            return
    if any(each.kind == "data" for each in s.evidence.harms) and "failover" in s.means and not stops(s, "data"):
        worst = max((each for each in s.evidence.harms if each.kind == "data"), key=lambda each: each.certainty)
        yield Weight(log(0.4) * worst.certainty, f"{worst.reason}, and the other side holds the same")
    others = (means(o.mitigation) for o in s.options if s.evidence.harms)
    if any(stop_of(each.kind) in does for does in others for each in s.evidence.harms):
        worst = max(s.evidence.harms, key=lambda each: each.certainty)
        ratio = 0.1 if "restore" in s.means else 0.25
        yield Weight(log(ratio) * worst.certainty, f"{worst.reason}, and what stops that comes first")


def stop_of(kind: str) -> Means:
    """The means that stops harm of a kind."""
    return "stop_writes" if kind == "data" else "cut_access"


def stops(s: Situation, kind: str) -> float:
    """How far an action stops harm of this kind: closing a service to its users does not stop its internal writers."""
    if stop_of(kind) in s.means or ("pause_rollout" in s.means and slow_way_back(s)):
        return 1.0
    if "close" in s.means:
        return 0.6
    # What is switched off and is named: the search that shows other people's mails.
    off = s.kind != "rollback" and s.means & {"flag", "degrade", "other"} and switches_off(s.option.mitigation)
    return 0.6 if off and any(s.words & tokens(told.text) for told in s.hopeful) else 0.0


def slow_way_back(s: Situation) -> bool:
    """Whether each rollback here takes more than an hour to work: until then the release reaches more and more."""
    back = [o.mitigation for o in s.options if o.mitigation.kind == "rollback"]
    return bool(back) and all(m.effect_seconds > 3600 for m in back)


def history(s: Situation) -> Weights:
    """R16, R50: measured past runs. One run proves little: (helped + 1) to (not helped + 1) says how much.

    A run of which nobody knows whether it helped says nothing.
    """
    past = s.evidence.past.get(s.option.mitigation.name)
    if past is None or not past.judged:
        return
    odds = 0.7 * log((past.helped + 1) / (past.judged - past.helped + 1))
    because = past.words()
    if past.alike:
        yield Weight(odds + log(2), f"{because}, in {past.alike} too, which looked the same")
    else:
        yield Weight(odds, because)


def tried(s: Situation) -> Weights:
    """R23: revise after the outcome."""
    outcome = s.evidence.tried.get(s.option.mitigation.name)
    if outcome in ("no_change", "worse"):
        said = "changed nothing" if outcome == "no_change" else "made things worse"
        yield Weight(log(0.02), f"tried in this incident already: it {said}", "Only new evidence would lift it.")
    elif outcome:
        yield Weight(log(0.01), "already in place in this incident", "Undoing it would put it back on the list.")


RULES: tuple[Callable[[Situation], Weights], ...] = (
    changes, spread, capacity, shape, text_signs, named, dependency, harm, history, tried,
)  # fmt: skip
