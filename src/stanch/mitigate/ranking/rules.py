"""One function for each kind of evidence: what it adds or takes, why, and what would move it."""

from collections.abc import Callable

import msgspec

from stanch.kernel.clock import HOUR, MINUTE, SECOND, spell
from stanch.mitigate.ranking.evidence import Evidence, Option, Release, Spread

# A release within the hour before the onset is suspected; onsets are dated by alerts, and clocks differ a little.
SUSPECT = HOUR
GRACE = MINUTE
CONCENTRATED, LEANING, SPARED = 0.8, 0.5, 0.2
# What each shape speaks for and against, by kind, beyond what the catalog says: points and the reason.
SUITS: dict[tuple[str, str], tuple[float, str]] = {
    ("rate-limits", "degrade"): (25, "asking for less is the first move when a limit is reached"),
    ("rate-limits", "scale"): (-30, "more instances would ask the provider even more often"),
    ("database-connections", "degrade"): (25, "taking load away frees connections"),
    ("database-connections", "scale"): (-45, "each new instance brings connections of its own"),
    ("expired-certificate", "rollback"): (-25, "an earlier release has the same certificate"),
    ("expired-certificate", "scale"): (-25, "more instances show the same certificate"),
    ("firewall-rule", "scale"): (-25, "more instances are behind the same rule"),
    ("firewall-rule", "rollback"): (-10, "the code did not change the path"),
}


class Weight(msgspec.Struct, frozen=True):
    """Points, why (half a sentence), what would move it (a sentence), and what to beware of."""

    points: float
    because: str
    would: str = ""
    caution: str = ""


def deploy(option: Option, evidence: Evidence) -> Weight | None:
    """R17: symptoms shortly after a deployment make rollback nearly always first."""
    if option.mitigation.kind != "rollback":
        return None
    release = suspect(option.service, evidence)
    if release is None:
        because = f"no release of {option.service or 'it'} is on record, so nothing speaks for a rollback"
        return Weight(-10, because, "A release shortly before the onset would lift it.")
    gap = evidence.onset - release.deployed_at
    when = f"{release.service} {release.release} went out {spell(abs(gap))} {'before' if gap >= 0 else 'after'} onset"
    if -GRACE <= gap <= SUSPECT:
        points, would = 45 - 15 * max(gap, 0) / SUSPECT, "It would fall if the errors had begun before the release."
    elif SUSPECT < gap <= 24 * HOUR:
        points, when, would = (
            8,
            when + ", which is a weaker sign",
            "It would rise if the errors were in that release alone.",
        )
    else:
        points, when, would = (
            -10,
            when + ", too far from it to be likely",
            "A release nearer to the onset would lift it.",
        )
    if release.reversible:
        return Weight(points, when, would)
    why = f"{release.release} cannot be rolled back cleanly: {release.reason or 'it was marked so'}"
    return Weight(min(points, 0) - 40, f"{when}, but {why}", "It would rise if the way back were safe.", why)


def suspect(service: str, evidence: Evidence) -> Release | None:
    """The release of a service nearest before the onset, else its newest."""
    own = [r for r in evidence.releases if r.service == service]
    before = [r for r in own if r.deployed_at <= evidence.onset + GRACE]
    return max(before or own, key=lambda r: r.deployed_at, default=None)


def spread(option: Option, evidence: Evidence) -> Weight | None:
    """R19, R18: errors concentrated in a zone, version or feature make taking just that away a tractable first move."""
    for label in ("zone", "version", "feature"):
        value = _takes_away(option, label, evidence)
        found = evidence.spreads.get(label)
        if value and found:
            return _concentration(label, value, found, option.mitigation.kind)
        if value and label == "zone":
            because = "nothing says yet that the errors are in one zone; it works without knowing the cause"
            return Weight(0, because, f"Errors in {value} alone would put it near the top.")
        if value and label == "feature":
            because = f"nothing says yet whether {value} is what fails"
            return Weight(0, because, f"Errors in {value} alone would put it near the top.")
    return None


def _takes_away(option: Option, label: str, evidence: Evidence) -> str:
    said = str(getattr(option.mitigation, label))
    if said or label != "version" or option.mitigation.kind != "rollback":
        return said
    release = suspect(option.service, evidence)
    return release.release if release else ""


def _concentration(label: str, value: str, found: Spread, kind: str) -> Weight:
    share, count = found.shares.get(value, 0.0), len(found.shares)
    if not found.measured:
        return _by_alerts(label, value, found)
    rounded = "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"
    place = value if value.startswith(label) else f"{label} {value}"
    percent = f"{rounded} of the errors are in {place}"
    where = ", ".join(sorted(found.shares, key=lambda v: -found.shares[v])[:3])
    if count == 1:
        only = f"all measured errors are in {place}" if share else f"the errors are in {where}, not in {value}"
        return Weight(25 if share else -30, only, f"Errors elsewhere than in {value} would lower it.")
    if share >= CONCENTRATED:
        return Weight(40, percent, f"It would fall if the errors spread beyond {value}.")
    if share >= LEANING and share >= 1.5 / count:
        return Weight(15, f"{percent}, and the rest elsewhere", f"It would rise if they were in {value} alone.")
    if share < SPARED and share < 1 / count:
        return Weight(-30, f"only {percent}; most are in {where}", f"Errors in {value} would lift it.")
    even = f"the errors are as frequent elsewhere as in {place} ({share:.0%} of {count})"
    # Errors in the old version, too: going back to it does not help.
    return Weight(-45 if kind == "rollback" else -25, even, f"It would rise if they were in {value} alone.")


def _by_alerts(label: str, value: str, found: Spread) -> Weight:
    named, share = sorted(found.shares), found.shares.get(value, 0.0)
    if named == [value]:
        because = f"every firing alert that names a {label} names {value}"
        return Weight(40, because, f"It would fall if alerts from another {label} fired.")
    if share:
        because = f"{value} is hit, and so are other {label}s; moving traffic only helps in part"
        return Weight(5, because, f"It would rise if {value} alone were hit.")
    return Weight(-30, f"the errors are in {', '.join(named)}, not in {value}", f"Alerts from {value} would lift it.")


def capacity(option: Option, evidence: Evidence) -> Weight | None:
    """R20: scaling is for capacity pressure only."""
    pressure = evidence.pressure
    if option.mitigation.kind == "degrade" and pressure and pressure.saturated:
        return Weight(
            15, f"{pressure.sentence}, and less work relieves that", "It would fall if there were capacity left."
        )
    if option.mitigation.kind != "scale":
        return None
    if pressure is None:
        because = "no saturation is measured; more instances may fail just the same"
        return Weight(-25, because, "A measurement that shows saturation would lift it.")
    if pressure.saturated:
        return Weight(
            35, f"{pressure.sentence}, and capacity relieves that", "It would fall if there were capacity left."
        )
    because = f"{pressure.sentence}, so there is no saturation; more instances may fail just the same"
    return Weight(-30, because, "Saturation would lift it.")


def shape(option: Option, evidence: Evidence) -> Weight | None:
    """R6: what the catalog declares to help with a shape, and what each shape speaks against."""
    best: Weight | None = None
    for seen in evidence.shapes:
        found = None
        if seen.name in option.mitigation.helps:
            why = f"{seen.reason}, and this is a first move for that ({seen.title.lower()})"
            found = Weight(min(50, 14 * seen.weight), why, "It would fall if another shape fitted better.")
        elif (seen.name, option.mitigation.kind) in SUITS and seen.weight > 1:
            points, why = SUITS[seen.name, option.mitigation.kind]
            found = Weight(points, f"{seen.reason}: {why}", f"It would move if it were not: {seen.title.lower()}.")
        if found and (best is None or abs(found.points) > abs(best.points)):
            best = found
    return best


def value(option: Option, evidence: Evidence) -> Weight | None:
    """R21: of two that help, the one that keeps more of what users have."""
    lost = option.mitigation.users_lose
    return Weight(-6, f"users lose something ({lost})", "", f"users lose: {lost}") if lost else None


def refused(option: Option, evidence: Evidence) -> Weight | None:
    """What the real system said when it was asked in a dry run."""
    if not option.objections:
        return None
    said = "; ".join(option.objections)
    return Weight(
        -60, f"it would be refused or is dangerous now: {said}", "It would rise once that is no longer so.", said
    )


def dependency(option: Option, evidence: Evidence) -> Weight | None:
    """What is done to a dependency helps when the dependency is what fails."""
    if option.service in ("", evidence.service) or not evidence.service:
        return None
    if option.service in evidence.firing:
        return Weight(8, f"alerts are firing on {option.service}, too", "")
    because = f"{option.service} is a dependency, and no alert fires on it"
    return Weight(-8, because, f"An alert on {option.service} would lift it.")


def history(option: Option, evidence: Evidence) -> Weight | None:
    """R16, R50: measured past runs. One run proves little: a share of (helped + 1) in (runs + 2) says how much."""
    past = evidence.past.get(option.mitigation.name)
    if past is None or not past.runs:
        return None
    points = 24 * ((past.helped + 1) / (past.runs + 2) - 0.5)
    because = f"helped in {past.helped} of {past.runs} earlier run{'s' if past.runs > 1 else ''}"
    if past.alike:
        return Weight(points + 12, f"{because}, in {past.alike} too, which looked the same", "")
    return Weight(points, because, "")


def tried(option: Option, evidence: Evidence) -> Weight | None:
    """R23: revise after the outcome."""
    outcome = evidence.tried.get(option.mitigation.name)
    if outcome in ("no_change", "worse"):
        because = f"tried in this incident already: {outcome.replace('_', ' ')}"
        return Weight(-60, because, "Only new evidence would lift it.")
    if outcome:
        return Weight(-60, "already in place in this incident", "Undoing it would put it back on the list.")
    return None


def speed(seconds: float, undo_seconds: float, reversible: bool) -> float:
    """The points that time takes away: up to 12 for the effect and up to 10 for the undo."""
    return -min(12.0, seconds / 60 * 3) - (min(10.0, undo_seconds / 60 * 2) if reversible else 0.0)


def in_words(seconds: float) -> str:
    """``40 s``, ``2 min``."""
    return spell(int(seconds * SECOND))


RULES: tuple[Callable[[Option, Evidence], Weight | None], ...] = (
    deploy, spread, capacity, shape, value, refused, dependency, history, tried,
)  # fmt: skip
