"""How people say what the keys of a sender's body mean."""

import msgspec

from stanch.ports.severity_words import SCALES

FIELDS = (
    "alerts", "fingerprint", "name", "firing", "starts_at", "service", "severity", "summary", "link", "release", "heartbeat",
)  # fmt: skip


class Mapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """JMESPath expressions, each for one alert of ``alerts`` (which gives a list; by default the body itself).

    ``root`` in an expression is the whole body; ``from_json(text)`` reads JSON inside a text. What is left out is guessed
    from the keys. ``firing`` gives true, false or a status word. ``labels``: an expression for each label. When ``release``
    gives a text, it is a change of ``service``; when ``heartbeat`` gives one, it is a beat of that name (which failed, if
    ``firing`` is given and true). ``severities``: what the sender's words or numbers mean (``{"5": critical}``).
    ``scale``: its numbers are those of ``syslog``, ``zabbix``, ``priority`` (1 is P1), ``nagios`` or ``otel``.
    """

    alerts: str = ""
    fingerprint: str = ""
    name: str = ""
    firing: str = ""
    starts_at: str = ""
    service: str = ""
    severity: str = ""
    summary: str = ""
    link: str = ""
    release: str = ""
    heartbeat: str = ""
    scale: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    severities: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.scale not in ("", "otel", *SCALES):
            raise ValueError(f"scale {self.scale!r} is not known; write one of {', '.join([*SCALES, 'otel'])}")
