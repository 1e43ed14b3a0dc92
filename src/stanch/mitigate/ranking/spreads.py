"""How errors are distributed over zones, nodes, versions and so on, and whether an action removes just the failing part (R18, R19)."""

from math import log, tanh

import msgspec

from stanch.mitigate.ranking.evidence import Spread
from stanch.mitigate.ranking.situation import Situation, full_text
from stanch.mitigate.ranking.weight import Weight, Weights


def spread(s: Situation) -> Weights:
    """R19, R18: errors concentrated in a zone, node, version, tenant or feature make taking just that away a tractable first move."""
    for label, found in s.evidence.spreads.items():
        for value, share in _taken(s, label, found):
            weight = _concentration(s, label, value, found)
            yield msgspec.structs.replace(weight, odds=weight.odds * share)
    missing = [
        label
        for label in ("zone", "feature")
        if getattr(s.option.mitigation, label) and label not in s.evidence.spreads
    ]
    for label in missing:
        value = getattr(s.option.mitigation, label)
        because = (
            "nothing says yet that the errors are in one zone; it works without knowing the cause"
            if label == "zone" else f"nothing says yet whether {value} is what fails"
        )  # fmt: skip
        yield Weight(0, because, f"Errors in {value} alone would put it near the top.")
    yield from _elsewhere(s)


def _taken(s: Situation, label: str, found: Spread) -> list[tuple[str, float]]:
    """The values of a label that an action takes away, each with a weight from 0 to 1."""
    stated = str(getattr(s.option.mitigation, label, "") or "")
    if stated:
        return [(stated, 1.0)]
    if label == "version":
        back = [(r.release, s.takes_back(r) * s.suspected(r)) for r in s.evidence.releases if r.kind == "release"]
        total = sum(h for _, h in back)
        newest = [(name, h / total) for name, h in back if total > 0 and h > 0]
        if newest and s.kind == "rollback":
            return newest
    text = f" {full_text(s.option)} "
    named = [
        value
        for value in found.shares
        if len(value) > 1 and f" {value.lower()} " in text.replace("/", " ").replace(".", " ")
    ]
    if label == "version" and s.kind != "traffic_shift":
        return []
    return [(value, 1.0) for value in named or [v for v in found.shares if len(v) > 2 and v.lower() in text][:1]]


def _lift(share: float, count: int) -> float:
    """How far a value's share of the errors lies above what an even spread would give, in log-odds."""
    even = max(count, 2) - 1
    return log((share + 0.01) / (1 - share + 0.01)) + log(even)


def _ratio(share: float, count: int) -> float:
    """About 20 when all errors are in one value, 1/6 when they are spread evenly, 1/20 when none are in it."""
    return 3.2 * tanh((_lift(share, count) - 1) / 1.6)


def _concentration(s: Situation, label: str, value: str, found: Spread) -> Weight:
    share, count = found.shares.get(value, 0.0), len(found.shares)
    if not found.measured:
        return _by_alerts(label, value, found)
    rounded = "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"
    place = value if value.startswith(label) else f"{label} {value}"
    percent = f"{rounded} of the errors are in {place}"
    where = ", ".join(sorted(found.shares, key=lambda v: -found.shares[v])[:3])
    if count == 1:
        only = f"all measured errors are in {place}" if share else f"the errors are in {where}, not in {value}"
        telling = 0.2 if label == "version" else 1.8
        return Weight(telling if share else -2.0, only, f"Errors elsewhere than in {value} would lower it.")
    odds = _ratio(share, count)
    if odds > 0:
        return Weight(odds, percent, f"It would fall if the errors spread beyond {value}.")
    if share < 0.2 and share < 1 / count:
        return Weight(odds, f"only {percent}; most are in {where}", f"Errors in {value} would lift it.")
    even = f"the errors are as frequent elsewhere as in {place} ({share:.0%} of {count})"
    # Errors in the old version, too: going back to it does not help.
    return Weight(odds * (1.3 if s.kind == "rollback" else 1), even, f"It would rise if they were in {value} alone.")


def _by_alerts(label: str, value: str, found: Spread) -> Weight:
    named, share = sorted(found.shares), found.shares.get(value, 0.0)
    if named == [value]:
        because = f"every firing alert that names a {label} names {value}"
        return Weight(2.4, because, f"It would fall if alerts from another {label} fired.")
    if share:
        because = f"{value} is hit, and so are other {label}s; moving traffic only helps in part"
        return Weight(max(0.0, 0.6 * _ratio(share, len(named))), because, f"It would rise if {value} alone were hit.")
    return Weight(-2.2, f"the errors are in {', '.join(named)}, not in {value}", f"Alerts from {value} would lift it.")


def _elsewhere(s: Situation) -> Weights:
    """Errors concentrated in one place are evidence against actions that work everywhere alike."""
    if not s.means & {"back", "restart", "grow", "shift"}:
        return
    for label, found in s.evidence.spreads.items():
        if _taken(s, label, found) or (found.measured and len(found.shares) < 2):
            continue
        if "shift" in s.means and f" {label} " in f" {full_text(s.option)} ":  # "away from that carrier"
            continue
        if label == "version" and s.means & {"back"}:
            continue
        value, share = max(found.shares.items(), key=lambda pair: pair[1])
        alone = 2.4 if len(found.shares) == 1 else 0.0
        strength = max(0.0, _ratio(share, len(found.shares))) if found.measured else alone
        if strength > 0.3:
            where = (
                f"{share:.0%} of the errors are in"
                if found.measured
                else f"every firing alert that names a {label} names"
            )
            yield Weight(-0.5 * strength, f"{where} {value}, which this does not single out")
