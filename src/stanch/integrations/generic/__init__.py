"""Reads JSON of any shape: with a mapping of JMESPath expressions for an integration key, and by guessing without one."""

from typing import Annotated

import msgspec
import yaml

from stanch.integrations.generic import try_alone
from stanch.integrations.generic.known_senders import reading_of
from stanch.integrations.generic.mapping import Mapping
from stanch.integrations.generic.reading import Reading
from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid
from stanch.ports import Change, MappedSource, Post, Received
from stanch.ports.integration import Integration
from stanch.ports.json_fields import read_json, words

LONGEST_MAPPING = 20_000


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    mappings: Annotated[
        dict[str, Mapping],
        msgspec.Meta(description="JMESPath expressions by the integration key's name; without them it is guessed."),
    ] = msgspec.field(default_factory=dict)


class Generic:
    """The source for everything that can post JSON."""

    name: str = "generic"

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
        """At most 1,000 things, and a sentence for each that cannot be read. Raises ``ValueError``."""
        document, odd = read_json(post.body, "a JSON object")
        reading = self._readings.get(post.intake_key) or reading_of(document) or self._guessing
        received, errors = reading.read(document, post.received_at)
        return [_of_key(each, post.intake_key) for each in received], odd + errors

    def try_mapping(self, mapping: str, body: bytes, now: int) -> tuple[list[dict[str, str]], list[str]]:
        """What a mapping would make of a body, and what is wrong with either. Never raises."""
        return try_alone.run(mapping, body, now)


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
        document, odd = read_json(body, "a JSON object")
        received, errors = reading.read(document, now)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        return [], [words(str(error).replace("`$.", "`"), 500)]
    return [_row(each) for each in received], odd + errors


def _of_key(each: Received, intake_key: str) -> Received:
    """The identity of a change is the sender's, so it counts behind its own integration key only."""
    if isinstance(each, Change) and each.identity:
        return msgspec.structs.replace(each, identity=f"generic/{intake_key}/{each.identity}")
    return each


def _row(each: Received) -> dict[str, str]:
    row = {"what": type(each).__name__.lower()}
    for field in each.__struct_fields__:
        value = getattr(each, field)
        if field in ("starts_at", "ends_at", "at"):
            value = iso(value) if value else None
        row[field] = words(value)
    return row


INTEGRATION = Integration("JSON of any shape", "sources", Settings, build, ("mapping",))
