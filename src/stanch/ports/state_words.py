"""The words in which senders say that something fires or is over."""

import re

_FIRING = (
    "firing fire fired alerting alert alarm alarming inalarm critical crit error err warning warn major minor problem trigger "
    "triggered triggering open opened reopened new active activated activate raised raise failed failing failure fail bad nok notok "
    "unhealthy degraded unavailable unreachable offline outage down harddown softdown true yes on created create started unknown "
    "emergency emerg fatal disaster high breached breach violated violation violating exceeded red yellow nodata missing timeout "
    "acknowledged acked acknowledge ack escalated escalate unresolved broken impaired detected"
)
_OVER = (
    "resolved resolve resolving autoresolved autoresolve ok okay up normal good green recovered recovery recover recovering closed "
    "close autoclosed clear cleared clearing inactive healthy success successful succeeded passed pass passing fixed available false "
    "no off done ended end completed complete solved online back restored restore reachable operational deactivated notfiring "
    "backtonormal allclear nominal cancelled canceled dismissed deleted"
)
FIRING, OVER = frozenset(_FIRING.split()), frozenset(_OVER.split())
ACKNOWLEDGED = frozenset(["acknowledged", "acked", "acknowledge", "ack", "acknowledgement"])
# Without brackets only unambiguous words: "Closed: port 443" reports a problem.
_ENDS_A_TITLE = frozenset(["resolved", "recovered", "recovery", "ok", "okay", "cleared", "up", "solved", "fixed"])
# The state in front of a title: "RESOLVED: disk", "[OK] disk", "[FIRING:2] disk", 'ALARM: "cpu"', "Recovery - disk".
_PREFIX = re.compile(
    r"(?:[^\w\[]*\[\W*([A-Za-z][A-Za-z ]{1,20}?)(?::\d+)?\W*\]|\W*([A-Za-z]{2,20})\s*(?::|\s[-|]\s))\s*"
)


def is_firing(value: object) -> bool | None:
    """What true, false, a number (0 is false) or a status word says; None when it says nothing known."""
    if isinstance(value, bool | int | float):
        return bool(value)
    word = plain(value) if isinstance(value, str) else ""
    return True if word in FIRING else False if word in OVER else None


def title_and_state(title: str) -> tuple[str, bool | None]:
    """A title without the state in front of it, and what that state says (None without one).

    The same thing has the same title then, whatever becomes of it: ``PROBLEM: no answer`` and ``RESOLVED: no answer``.
    """
    found = _PREFIX.match(title)
    word = (found.group(1) or found.group(2)) if found else ""
    said = is_firing(word)
    if found is None or said is None or (said is False and not found.group(1) and plain(word) not in _ENDS_A_TITLE):
        return title, None
    return title[found.end() :].strip() or title, said


def plain(text: object) -> str:
    """A word or a key without what senders write differently: case, spaces, underscores, hyphens."""
    return re.sub(r"[\s_\-./]", "", str(text)).lower()
