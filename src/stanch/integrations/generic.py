"""Reads JSON of any shape: with a mapping of JMESPath expressions for an integration key, and by guessing without one."""

import hashlib
from typing import Any

import msgspec
import yaml

from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid
from stanch.ports import Alert, Beat, Change, MappedSource, Post, Received
from stanch.ports.expression import Expression
from stanch.ports.guess_fields import guess, guess_firing, guess_list, is_firing
from stanch.ports.json_fields import UNREADABLE, flatten, kind, link, loose_moment, words

PORT = "source"
MOST_ALERTS = 1000
MOST_ERRORS = 20
NAME = 200
SUMMARY = 1024
KEY = 255
LONGEST_MAPPING = 20_000
FIELDS = (
    "alerts", "fingerprint", "name", "firing", "starts_at", "service", "severity", "summary", "link", "release", "heartbeat",
)  # fmt: skip


class Mapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """JMESPath expressions, each for one alert of ``alerts`` (which gives a list; by default the body itself).

    ``root`` in an expression is the whole body. What is left out is guessed from the keys. ``firing`` gives true, false or
    a status word. ``labels``: an expression for each label. When ``release`` gives a text, it is a change of ``service``;
    when ``heartbeat`` gives one, it is a beat of that name (which failed, if ``firing`` is given and true).
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
    labels: dict[str, str] = msgspec.field(default_factory=dict)


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``mappings`` by the name of the integration key."""

    mappings: dict[str, Mapping] = msgspec.field(default_factory=dict)


class Generic:
    """The source for everything that can post JSON."""

    name: str = "generic"
    scoped: bool = True

    def __init__(self, settings: Settings) -> None:
        """Raises ``ValueError`` naming the mapping and the field whose expression is none."""
        self.settings = settings
        self._guessing = Reading(Mapping())
        self._readings = {}
        for key, mapping in settings.mappings.items():
            try:
                self._readings[key] = Reading(mapping)
            except ValueError as error:
                raise ValueError(f"mappings.{key}.{error}") from None

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """At most ``MOST_ALERTS`` things, and a sentence for each that cannot be read. Raises ``ValueError``."""
        received, errors = self._readings.get(post.intake_key, self._guessing).read(post.body, post.received_at)
        return [_of_key(each, post.intake_key) for each in received], errors

    def try_mapping(self, mapping: str, body: bytes, now: int) -> tuple[list[dict[str, str]], list[str]]:
        """What a mapping would make of a body, and what is wrong with either. Never raises."""
        return try_mapping(mapping, body, now)


def build(settings: Settings) -> MappedSource:
    """For the scanner in main. Raises ``Invalid`` for an expression that is none."""
    try:
        return Generic(settings)
    except ValueError as error:
        raise Invalid(
            f"integrations.generic.{error}",
            field="integrations.generic.mappings",
            hint="See https://jmespath.org for the language.",
        ) from None


def try_mapping(mapping_yaml: str, body: bytes, now: int = 0) -> tuple[list[dict[str, str]], list[str]]:
    """What a mapping (YAML, as in the configuration) makes of a body: a row of texts for each thing, and what is wrong.

    Never raises. ``now``, in microseconds, is the moment of receipt that stands in for a missing start.
    """
    if len(mapping_yaml) > LONGEST_MAPPING or "<<" in mapping_yaml:
        return [], [f"the mapping is longer than {LONGEST_MAPPING} characters, or uses YAML's '<<'; write it plainly"]
    try:
        given = yaml.safe_load(mapping_yaml)
        reading = Reading(msgspec.convert({} if given is None else given, Mapping))
        received, errors = reading.read(body, now)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        return [], [words(str(error).replace("`$.", "`"), 500)]
    return [_row(each) for each in received], errors


class Reading:
    """A compiled mapping. Raises ``ValueError`` naming the field whose expression is none."""

    def __init__(self, mapping: Mapping) -> None:
        given = {field: getattr(mapping, field) for field in FIELDS}
        given |= {f"labels.{label}": text for label, text in mapping.labels.items()}
        self.expressions = {field: Expression(field, text) for field, text in given.items() if text.strip()}
        self.labels = list(mapping.labels)

    def read(self, body: bytes, now: int) -> tuple[list[Received], list[str]]:
        """Raises ``ValueError`` when the body is not JSON, or ``alerts`` gives no list."""
        try:
            document = msgspec.json.decode(body)
        except UNREADABLE as error:
            raise ValueError(f"the body is not JSON ({error or 'nested too deeply'}); send a JSON object") from None
        elements = self._elements(document)
        received: list[Received] = []
        errors = []
        if len(elements) > MOST_ALERTS:
            errors.append(f"{len(elements)} alerts are too many for one body; the first {MOST_ALERTS} were read")
        for position, element in enumerate(elements[:MOST_ALERTS]):
            place = f"alerts[{position}]" if len(elements) > 1 else ""
            if isinstance(element, dict) or self.expressions:
                received.append(_One(self.expressions, element, document, errors, place).read(self.labels, now))
            else:
                errors.append(f"{place or 'the body'} is {kind(element)}; send a JSON object")
        return received, errors[:MOST_ERRORS]

    def _elements(self, document: object) -> list[Any]:
        expression = self.expressions.get("alerts")
        if expression is None:
            return guess_list(document)
        found = expression.of(document, document)
        if isinstance(found, dict):
            return [found]
        if not isinstance(found, list):
            raise ValueError(f"{expression} gave {kind(found)}; write one that gives a list of alerts")
        return found


class _One:
    """One element while it is read: what a field gives, by its expression or by guessing."""

    def __init__(
        self, expressions: dict[str, Expression], element: Any, document: object, errors: list[str], place: str
    ) -> None:
        self.expressions, self.document, self.errors, self.place = expressions, document, errors, place
        self.element = element
        self.keys: dict[str, Any] = element if isinstance(element, dict) else {}

    def read(self, labels: list[str], now: int) -> Received:
        service = self.text("service", NAME)
        at = self.moment(now)
        if heartbeat := self.given("heartbeat"):
            return Beat(
                heartbeat, failed="firing" in self.expressions and self.firing(), text=self.text("summary", NAME)
            )
        if release := self.given("release"):
            return Change(
                service,
                release,
                at,
                summary=self.text("summary", SUMMARY),
                link=link(self.value("link")),
                identity=self.given("fingerprint"),
            )
        return self.alert(service, at, labels, now)

    def alert(self, service: str, at: int, labels: list[str], now: int) -> Alert:
        name = self.text("name", NAME) or "event without a title"
        firing = self.firing()
        told = {label: self.given(f"labels.{label}") for label in labels}
        told |= {"service": service, "severity": self.text("severity", NAME).lower()}
        summary = self.text("summary", SUMMARY) or name
        return Alert(
            fingerprint=self.text("fingerprint", KEY) or _made(name, service),
            name=name,
            firing=firing,
            starts_at=at,
            ends_at=None if firing else now,
            labels={label: text for label, text in told.items() if text},
            annotations=flatten(self.element) | {"summary": summary},
            link=link(self.value("link")),
        )

    def value(self, field: str) -> Any:
        """What the expression gives; when it fails or there is none, what the keys suggest."""
        found, value = self._expressed(field)
        return value if found else guess(self.keys, field)

    def text(self, field: str, cut: int) -> str:
        return words(self.value(field), cut).strip()

    def given(self, field: str) -> str:
        """What an expression gives; there is no guessing."""
        return words(self._expressed(field)[1], KEY).strip()

    def firing(self) -> bool:
        found, value = self._expressed("firing")
        if not found:
            return guess_firing(self.keys)
        said = is_firing(value)
        if said is None:
            gave = words(value, 60) or "nothing"
            self.complain(f"{self.expressions['firing']} gave {gave}, which is no status; taken as firing")
        return said is not False

    def _expressed(self, field: str) -> tuple[bool, Any]:
        """A failing expression costs a sentence and its field, never the alert."""
        expression = self.expressions.get(field)
        if expression is None:
            return False, None
        try:
            return True, expression.of(self.element, self.document)
        except ValueError as error:
            self.complain(str(error))
            return False, None

    def moment(self, now: int) -> int:
        """Never after the receipt, or the end with our moment would seem to be before the start."""
        try:
            at = loose_moment(self.value("starts_at"))
        except ValueError as error:
            if "starts_at" in self.expressions:
                self.complain(f"{self.expressions['starts_at']}: {error}; the moment of receipt was taken")
            at = None
        return now if at is None else min(at, now)

    def complain(self, sentence: str) -> None:
        self.errors.append(f"{self.place}.{sentence}" if self.place else sentence)


def _of_key(each: Received, intake_key: str) -> Received:
    """The identity of a change is the sender's, so it counts behind its own integration key only."""
    if isinstance(each, Change) and each.identity:
        return msgspec.structs.replace(each, identity=f"generic/{intake_key}/{each.identity}")
    return each


def _made(name: str, service: str) -> str:
    """Without a key of its own, an alert is the same when name and service are: its end must find its beginning."""
    return hashlib.sha256(f"{service}\n{name}".encode()).hexdigest()[:16]


def _row(each: Received) -> dict[str, str]:
    row = {"what": type(each).__name__.lower()}
    for field in each.__struct_fields__:
        value = getattr(each, field)
        if field in ("starts_at", "ends_at", "at"):
            value = iso(value) if value else None
        row[field] = words(value)
    return row
