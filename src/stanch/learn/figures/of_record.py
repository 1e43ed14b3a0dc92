"""The figures of one incident that has ended, from its record (R49). Pure."""

from collections import defaultdict

from stanch.kernel.policy import PHASES
from stanch.timeline.record import Record

# Spans in microseconds.
SPANS: dict[str, str] = {
    "detect": "From the onset until it was noticed",
    "acknowledge": "From noticed until somebody had it",
    "first_public_word": "From noticed until customers were told",
    "mitigate": "From noticed until mitigated",
    "resolve": "From noticed until resolved",
}
PHASE_SPANS: dict[str, str] = {f"phase_{phase}": phase for phase in PHASES if phase != "learn"}
# Counts, which are added up: a title, the whole, and the part of it that was as it should be.
SHARES: tuple[tuple[str, str, str], ...] = (
    ("Promised updates that came in time", "updates_promised", "updates_kept"),
    ("Handoffs that were acknowledged", "handoffs_offered", "handoffs_acknowledged"),
    ("Prompts that did not have to be repeated", "prompts_raised", "prompts_heeded"),
)
COUNTS = tuple(name for _, whole, good in SHARES for name in (whole, good))


def named(figure: str) -> str:
    """A figure's title."""
    if figure in PHASE_SPANS:
        return f"Time in {PHASE_SPANS[figure].capitalize()}"
    shares = {name: words for words, *names in SHARES for name in names}
    return SPANS.get(figure) or shares.get(figure) or figure


def figures_of(record: Record) -> dict[str, int]:
    """By name: spans in microseconds, and ``phase_<name>`` for the time in each phase that has ended.

    A span that is not known, or would be negative because a moment was corrected, is left out: it does not count as zero.
    """
    noticed = record.detected_at or record.declared_at
    public = [at for at, _, update in record.updates if update.audience == "public"]
    spans = {
        "detect": (record.began_at, record.detected_at),
        "acknowledge": (noticed, record.acknowledged_at),
        "first_public_word": (noticed, min(public, default=None)),
        "mitigate": (noticed, record.mitigated_at),
        "resolve": (noticed, record.resolved_at),
    }
    found = {
        name: until - since
        for name, (since, until) in spans.items()
        if since is not None and until is not None and until >= since
    }
    phases: defaultdict[str, int] = defaultdict(int)
    for span in record.spells:
        if span.until is not None and f"phase_{span.phase}" in PHASE_SPANS:
            phases[f"phase_{span.phase}"] += span.until - span.since
    return found | dict(phases)


def counts_of(record: Record) -> dict[str, int]:
    """What is added up over incidents: see ``SHARES``."""
    promised, kept = cadence(record)
    offers = [offer for offer in record.handoffs.values() if offer.standing != "withdrawn"]
    raised = record.prompted.values()
    return {
        "updates_promised": promised,
        "updates_kept": kept,
        "handoffs_offered": len(offers),
        "handoffs_acknowledged": sum(offer.standing == "acknowledged" for offer in offers),
        "prompts_raised": len(raised),
        "prompts_heeded": sum(asked.round == 0 and not asked.over for asked in raised),
    }


def cadence(record: Record, audience: str = "") -> tuple[int, int]:
    """How many updates were promised for a moment, and how many of them came by then, over all audiences or for one."""
    ended = record.resolved_at or record.closed_at
    by_audience: defaultdict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for at, _, update in record.updates:
        if audience and update.audience != audience:
            continue
        by_audience[update.audience].append((at, update.next_at))
    promised = kept = 0
    for posts in by_audience.values():
        following = [at for at, _ in posts[1:]]
        for (_, next_at), came in zip(posts, [*following, None], strict=True):
            if next_at is None or (came is None and (ended is None or ended <= next_at)):
                continue
            promised += 1
            kept += came is not None and came <= next_at
    return promised, kept
