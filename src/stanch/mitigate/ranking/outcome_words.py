"""Whether people's words tell what came of an action: those are no evidence that doing it helps. Pure."""

import re
from functools import lru_cache

from stanch.mitigate.ranking.evidence import TextEvidence
from stanch.mitigate.ranking.means import Means
from stanch.mitigate.ranking.text_signs import tells

# That an action of these means has been done, in words that do not tell of a change before the harm as well ("was removed").
DONE: dict[Means, str] = {
    "back": r"rolled.?back|reverted|(put|went|gone|are|is) back (on|to)",
    "config": r"reverted|rolled.?back",
    "flag": r"(switched|turned|flipped) (it )?off|(is|are) (now )?off|disabled",
    "shift": (
        r"drained|evacuated|cordoned|re-?routed|(is|are|was|were|been|taken) out of (the )?(rotation|pool|balanc\w+)|"
        r"(traffic|users|requests) .{0,20}(moved|sent|steered|directed)|(moved|sent|steered|directed) .{0,20}(traffic|users|requests)"
    ),
    "failover": r"failed.?over|promoted",
    "grow": r"scaled (out|up)|doubled|added",
    "shrink": r"scaled (in|down|back)",
    "degrade": r"(degraded|maintenance|read.?only) mode (is|was) (now )?(switched |turned )?(on|entered)",
    "shed": r"throttled|blocked|paused|shed",
    "restart": r"restarted|rebooted|recycled|bounced|power.?cycled",
    "pause_rollout": r"paused|halted",
    "stop_writes": r"paused|fenced|suspended",
    "cut_access": r"revoked|isolated|quarantined",
    "restore": r"restored|rebuilt",
    "free": r"freed|cleaned|purged|pruned|truncated|enlarged",
    "renew": r"renewed|re-?issued",
}
# What is wanted, or may be, has not been done.
NOT_YET = re.compile(
    r"(\b(should|must|could|can|may|might|would|will|shall|to|if|before|until|unless|needs?|want|let|once|have it|get it|being)\b|'ll\b|'d\b)"
    r"(\W+\w+){0,3}\W*$",
    re.I,
)
NO_HELP = re.compile(
    r"\b(did|do|does|has|have|had)( not|n't) (really |seem to )?(help|fix|solve|improve|made? a difference)\w*|"
    r"\bno (effect|difference|improvement)\b|\b(changed|helped|fixed|solved|improved|brought) nothing\b|\bnothing (improved|got better)\b|"
    r"\bin vain\b|\bwithout (any )?(effect|success|result)\b|\b(made|makes) (it|things|that) worse\b",
    re.I,
)
# Alone these say where the harm is; behind what was done they say that this did not end it.
STILL = re.compile(
    r"\bstill\b.{0,30}\b(fail\w*|broken|down|there|the same|errors?|bad|high|slow|unavailable)\b|\b(errors?|failures?) (go on|continue|persist|stay|remain)|"
    r"\b(errors?|failures?|problems?|timeouts?)\b.{0,20}\b(moved|followed|shifted|went)( along| over)? (to|with)\b|"
    r"\b(did|does|do|has|have)( not|n't) (work|change|stop)",
    re.I,
)


def says_outcome(told: TextEvidence, does: frozenset[Means]) -> bool:
    """Whether it says that such an action has been done, or that what was done did not help."""
    return told.outcome and (says_done(told, does) or _in_vain(told.text))


def says_done(told: TextEvidence, does: frozenset[Means]) -> bool:
    """Whether it says that an action of these means has been done: ``zone-b is drained``, not ``zone-b should be drained``."""
    return told.outcome and not does.isdisjoint(_done(told.text))


@lru_cache(maxsize=2048)
def _done(text: str) -> frozenset[Means]:
    """The means of all that a text says has been done."""
    return frozenset(each for each, pattern in DONE.items() if tells(text, rf"\b({pattern})\b", NOT_YET))


@lru_cache(maxsize=2048)
def _in_vain(text: str) -> bool:
    if NO_HELP.search(text):
        return True
    return STILL.search(text) is not None and bool(_done(text))
