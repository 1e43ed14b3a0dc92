"""What the keys of an unknown JSON object most likely mean, so that anything that speaks JSON can be a sender."""

from typing import Any

from stanch.ports.json_fields import words

LIKELY: dict[str, tuple[str, ...]] = {
    "fingerprint": ("dedupkey", "fingerprint", "alias", "incidentkey", "alertid", "alertkey", "id", "uid"),
    "name": (
        "title", "name", "alertname", "rulename", "rule", "check", "checkname", "monitor", "monitorname", "subject",
        "event", "summary", "message", "msg", "text", "description",
    ),
    "summary": ("summary", "message", "description", "msg", "text", "body", "reason", "title", "subject", "name"),
    "firing": ("firing", "status", "state", "alertstate", "alertstatus", "eventaction", "eventtype", "action", "event"),
    "severity": ("severity", "level", "priority", "urgency", "criticality"),
    "service": ("service", "servicename", "app", "application", "component", "project", "host", "hostname", "instance"),
    "starts_at": ("startsat", "startedat", "startedon", "timestamp", "occurredat", "createdat", "time", "date", "at"),
    "link": ("url", "link", "href", "htmlurl", "alerturl", "permalink", "dashboardurl", "weburl"),
}  # fmt: skip
_FIRING = (
    "firing fire alerting alert alarm down critical error warning warn major minor problem trigger triggered open opened "
    "new active activated failed failing failure fail bad nok unhealthy degraded unavailable true yes on created unknown"
)
_OVER = (
    "resolved resolve ok okay up normal good green recovered recovery recover closed close clear cleared inactive healthy "
    "success successful succeeded passed pass passing fixed available false no off done ended completed"
)
FIRING, OVER = frozenset(_FIRING.split()), frozenset(_OVER.split())
LISTS = ("alerts", "events")


def guess(element: dict[str, Any], what: str) -> Any:
    """The value of the likeliest key for ``what`` (see ``LIKELY``) that has one; None when there is none."""
    known = {_plain(key): value for key, value in element.items()}
    for key in LIKELY[what]:
        value = known.get(key)
        if value is not None and not isinstance(value, dict | list) and words(value).strip():
            return value
    return None


def guess_firing(element: dict[str, Any]) -> bool:
    """Whether an object tells of a problem; without a word that says it is over, it does."""
    known = {_plain(key): value for key, value in element.items()}
    if isinstance(known.get("resolved"), bool):
        return not known["resolved"]
    for key in LIKELY["firing"]:
        said = is_firing(known.get(key))
        if said is not None and not _is_number(known.get(key)):
            return said
    return True


def is_firing(value: object) -> bool | None:
    """What true, false, a number (0 is false) or a status word says; None when it says nothing known."""
    if isinstance(value, bool | int | float):
        return bool(value)
    word = value.strip().lower() if isinstance(value, str) else ""
    return True if word in FIRING else False if word in OVER else None


def guess_list(document: object) -> list[Any]:
    """The things told of: the elements of an array, of ``alerts`` or ``events``, else the document alone."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        for key in LISTS:
            inner = document.get(key)
            if isinstance(inner, list) and inner and all(isinstance(each, dict) for each in inner):
                return inner
    return [document]


def _is_number(value: object) -> bool:
    """Numbers are no guess: 0 is fine for one sender and down for the next."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(key: object) -> str:
    return str(key).lower().replace("_", "").replace("-", "").replace(" ", "")
