"""What the keys of an unknown JSON object most likely mean, so that anything that speaks JSON can be a sender."""

from typing import Any

from stanch.ports.json_fields import words
from stanch.ports.severity_words import GRADES, of_scale
from stanch.ports.state_words import is_firing, plain, title_and_state

LIKELY: dict[str, tuple[str, ...]] = {
    "name": (
        "title", "name", "alertname", "alarmname", "rulename", "rule", "check", "checkname", "monitor", "monitorname", "policyname",
        "conditionname", "problemtitle", "subject",
    ),
    "text": ("event", "summary", "message", "msg", "text", "description"),
    "summary": ("summary", "message", "description", "msg", "text", "body", "reason", "title", "subject", "name"),
    "firing": (
        "firing", "status", "state", "alertstate", "alertstatus", "newstatevalue", "newstate", "currentstate", "currentstatus",
        "monitorcondition", "monitorstatus", "incidentstate", "incidentstatus", "problemstate", "problemstatus", "notificationtype",
        "servicestate", "hoststate", "alerttransition", "transition", "triggerstatus", "eventstatus", "eventaction", "eventtype",
        "action", "event", "result", "condition",
    ),
    "severity": (
        "severity", "level", "priority", "urgency", "criticality", "alertseverity", "triggerseverity", "eventseverity", "loglevel",
        "severitytext", "impact",
    ),
    "service": ("service", "servicename", "app", "application", "component", "project", "host", "hostname", "instance"),
    "starts_at": ("startsat", "startedat", "startedon", "timestamp", "occurredat", "createdat", "time", "date", "at"),
    "link": (
        "url", "link", "href", "htmlurl", "alerturl", "permalink", "dashboardurl", "weburl", "linktoupstreamdetails", "eventurl",
        "incidenturl", "monitorurl", "generatorurl", "subscribeurl",
    ),
}  # fmt: skip
# Numbers whose key says in which scale they are.
SCALE_OF_KEY = {
    "nseverity": "zabbix", "eventnseverity": "zabbix", "triggernseverity": "zabbix", "syslogseverity": "syslog",
    "severitynumber": "otel",
}  # fmt: skip
# Boolean keys: those for which true means well, and those for which it means a problem.
_WELL = (
    "resolved",
    "isresolved",
    "recovered",
    "isrecovered",
    "closed",
    "cleared",
    "healthy",
    "ishealthy",
    "up",
    "isup",
    "ok",
    "passed",
)
_ILL = (
    "firing",
    "isfiring",
    "active",
    "isactive",
    "down",
    "isdown",
    "failed",
    "failing",
    "triggered",
    "breached",
    "alerting",
)
LISTS = ("alerts", "events")
# Where senders put what they tell of, one level down.
INSIDE = (
    "alert",
    "incident",
    "problem",
    "alarm",
    "issue",
    "event",
    "data",
    "payload",
    "essentials",
    "detail",
    "details",
    "check",
    "monitor",
)


def guess(element: dict[str, Any], what: str) -> Any:
    """The value of the likeliest key for ``what`` (see ``LIKELY``) that has one, also one level down; None without one."""
    for keys in _levels(element):
        for key in LIKELY[what]:
            value = keys.get(key)
            if value is not None and not isinstance(value, dict | list) and words(value).strip():
                return value
    return None


def guess_title(element: dict[str, Any]) -> str:
    """What it is called, else what it says; empty without either."""
    return words(guess(element, "name"), 200).strip() or words(guess(element, "text"), 200).strip()


def guess_severity(element: dict[str, Any]) -> str:
    """How bad it is, in the sender's word; a number in words where its key names the scale, empty without any.

    A state can say it, too: Nagios and Checkmk have ``WARNING`` as a state, and no severity.
    """
    for keys in _levels(element):
        for key, scale in SCALE_OF_KEY.items():
            if keys.get(key) is not None and (told := of_scale(scale, words(keys[key], 40))) != words(keys[key], 40):
                return told
    if (said := words(guess(element, "severity"), 200).strip().lower()) != "":
        return said
    state = words(guess(element, "firing"), 40).strip().lower()
    return state if GRADES.get(plain(state)) in ("ticket", "noise") else ""


def guess_state(element: dict[str, Any]) -> Any:
    """The word that says whether it fires: of a status, else of a severity such as ``clear``, else in front of the title."""
    for keys in _levels(element):
        for key in LIKELY["firing"]:
            if is_firing(keys.get(key)) is not None and not _is_number(keys.get(key)):
                return keys[key]
        for names, fires in ((_WELL, False), (_ILL, True)):
            if (told := next((keys[name] for name in names if isinstance(keys.get(name), bool)), None)) is not None:
                return told is fires
    if GRADES.get(plain(guess(element, "severity"))) == "over":
        return "resolved"
    return title_and_state(guess_title(element))[1]


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


def _levels(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of an object as ``plain`` has them, then those of what is told of inside."""
    top = {plain(key): value for key, value in element.items()}
    inner = [top[name] for name in INSIDE if isinstance(top.get(name), dict)]
    return [top, *({plain(key): value for key, value in each.items()} for each in inner)]


def _is_number(value: object) -> bool:
    """Bare numbers are not interpreted: 0 means fine for one sender and down for another."""
    return isinstance(value, int | float) and not isinstance(value, bool)
