"""Reads a body: by a mapping's expressions, and by guessing where it has none."""

from collections.abc import Callable
from typing import Any

from stanch.integrations.generic.mapping import FIELDS, Mapping
from stanch.ports import NO_TITLE, Acknowledgement, Alert, Beat, ChangeEvent, Received
from stanch.ports.expression import Expression
from stanch.ports.guess_fields import guess, guess_list, guess_severity, guess_state, guess_title
from stanch.ports.guess_identity import guess_identity
from stanch.ports.json_fields import flatten, kind, link, loose_moment, words
from stanch.ports.severity_words import GRADES, of_scale
from stanch.ports.state_words import ACKNOWLEDGED, is_firing, plain

MOST_ALERTS = 1000
MOST_ERRORS = 20
NAME = 200
SUMMARY = 1024
KEY = 255
_GUESSES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "name": guess_title,
    "severity": guess_severity,
    "firing": guess_state,
}


class CompiledMapping:
    """A compiled mapping. Raises ``ValueError`` naming the field whose expression is none."""

    def __init__(self, mapping: Mapping) -> None:
        given = {field: getattr(mapping, field) for field in FIELDS}
        given |= {f"labels.{label}": text for label, text in mapping.labels.items()}
        self.expressions = {field: Expression(field, text) for field, text in given.items() if text.strip()}
        self.labels = list(mapping.labels)
        self.scale = mapping.scale
        self.severities = {plain(word): severity for word, severity in mapping.severities.items()}

    def read(self, document: object, now: int) -> tuple[list[Received], list[str]]:
        """Raises ``ValueError`` when ``alerts`` gives no list."""
        elements = self._elements(document)
        received: list[Received] = []
        errors = []
        if len(elements) > MOST_ALERTS:
            errors.append(f"{len(elements)} alerts are too many for one body; the first {MOST_ALERTS} were read")
        for position, element in enumerate(elements[:MOST_ALERTS]):
            place = f"alerts[{position}]" if len(elements) > 1 else ""
            if isinstance(element, dict) or self.expressions:
                received += _One(self, element, document, errors, place).read(now)
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

    def __init__(self, reading: CompiledMapping, element: Any, document: object, errors: list[str], place: str) -> None:
        self.reading, self.document, self.errors, self.place = reading, document, errors, place
        self.element = element
        self.keys: dict[str, Any] = element if isinstance(element, dict) else {"": element}

    def read(self, now: int) -> list[Received]:
        service = self.text("service", NAME)
        at = self.moment(now)
        if heartbeat := self.given("heartbeat"):
            failed = "firing" in self.reading.expressions and self.firing("")
            return [Beat(heartbeat, failed=failed, text=self.text("summary", NAME))]
        if release := self.given("release"):
            return [
                ChangeEvent(
                    service,
                    release,
                    at,
                    summary=self.text("summary", SUMMARY),
                    link=link(self.value("link")),
                    identity=self.given("fingerprint"),
                )
            ]
        return self.alert(service, at, now)

    def alert(self, service: str, at: int, now: int) -> list[Received]:
        title, severity = self.text("name", NAME), self.severity()
        firing = self.firing(severity)
        told = {label: self.given(f"labels.{label}") for label in self.reading.labels}
        told |= {"service": service, "severity": severity}
        fingerprint = self.given("fingerprint")
        if not fingerprint:
            mapped = service if "service" in self.reading.expressions else ""
            fingerprint = guess_identity(self.keys, title, mapped)
        alert = Alert(
            fingerprint=fingerprint,
            name=title or NO_TITLE,
            firing=firing,
            starts_at=at,
            ends_at=None if firing else now,
            labels={label: text for label, text in told.items() if text},
            annotations=flatten(self.element) | {"summary": self.text("summary", SUMMARY) or title or NO_TITLE},
            link=link(self.value("link")),
        )
        by_somebody = firing and plain(self.value("firing")) in ACKNOWLEDGED
        return [alert, Acknowledgement(fingerprint)] if by_somebody else [alert]

    def value(self, field: str) -> Any:
        """What the expression gives; when it fails or there is none, what the keys suggest."""
        found, value = self._expressed(field)
        if found:
            return value
        return _GUESSES[field](self.keys) if field in _GUESSES else guess(self.keys, field)

    def text(self, field: str, cut: int) -> str:
        return words(self.value(field), cut).strip()

    def given(self, field: str) -> str:
        """What an expression gives; there is no guessing."""
        return words(self._expressed(field)[1], KEY).strip()

    def severity(self) -> str:
        """The sender's word, in the meaning that the mapping gives it."""
        said = self.text("severity", NAME).lower()
        return self.reading.severities.get(plain(said)) or of_scale(self.reading.scale, said)

    def firing(self, severity: str) -> bool:
        found, value = self._expressed("firing")
        if not found:
            state = guess_state(self.keys)
            return GRADES.get(plain(severity)) != "over" if state is None else is_firing(state) is not False
        said = is_firing(value)
        if said is None:
            gave = words(value, 60) or "nothing"
            self.complain(f"{self.reading.expressions['firing']} gave {gave}, which is no status; taken as firing")
        return said is not False

    def _expressed(self, field: str) -> tuple[bool, Any]:
        """A failing expression is reported in a sentence and its field is skipped; the alert is kept."""
        expression = self.reading.expressions.get(field)
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
            if "starts_at" in self.reading.expressions:
                self.complain(f"{self.reading.expressions['starts_at']}: {error}; the moment of receipt was taken")
            at = None
        return now if at is None else min(at, now)

    def complain(self, sentence: str) -> None:
        told = f"{self.place}.{sentence}" if self.place else sentence
        if told not in self.errors:
            self.errors.append(told)
