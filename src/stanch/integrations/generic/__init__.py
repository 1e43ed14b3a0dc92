"""Reads JSON of any shape: with a mapping of JMESPath expressions for an integration key, and by guessing without one."""

from typing import Annotated

import msgspec

from stanch.integrations.generic import try_mapping_process
from stanch.integrations.generic.known_senders import reading_of
from stanch.integrations.generic.mapping import Mapping
from stanch.integrations.generic.reading import CompiledMapping
from stanch.kernel.errors import Invalid
from stanch.ports import ChangeEvent, MappedSource, Post, Received
from stanch.ports.integration import Integration
from stanch.ports.json_fields import read_json


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
        self._guessing = CompiledMapping(Mapping())
        self._readings = {}
        for key, mapping in settings.mappings.items():
            try:
                self._readings[key] = CompiledMapping(mapping)
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
        return try_mapping_process.run(mapping, body, now)


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


def _of_key(each: Received, intake_key: str) -> Received:
    """The identity of a change is the sender's, so it counts behind its own integration key only."""
    if isinstance(each, ChangeEvent) and each.identity:
        return msgspec.structs.replace(each, identity=f"generic/{intake_key}/{each.identity}")
    return each


INTEGRATION = Integration("JSON of any shape", "sources", Settings, build, ("mapping",))
