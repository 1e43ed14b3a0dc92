"""What a mapping makes of a body, for the page on which it is tried."""

import msgspec
import yaml

from stanch.integrations.generic.mapping import Mapping
from stanch.integrations.generic.reading import CompiledMapping
from stanch.kernel.clock import iso
from stanch.kernel.yaml_depth import too_deep
from stanch.ports import Received
from stanch.ports.json_fields import read_json, words

LONGEST_MAPPING = 20_000


def try_mapping(mapping_yaml: str, body: bytes, now: int = 0) -> tuple[list[dict[str, str]], list[str]]:
    """What a mapping (YAML, as in the configuration) makes of a body: a row of texts for each thing, and what is wrong.

    Never raises. ``now``, in microseconds, is the moment of receipt that stands in for a missing start.
    """
    if len(mapping_yaml) > LONGEST_MAPPING or "<<" in mapping_yaml:
        return [], [f"the mapping is longer than {LONGEST_MAPPING} characters, or uses YAML's '<<'; write it plainly"]
    if why := too_deep(mapping_yaml):
        return [], [f"the mapping is not read: {why}"]
    try:
        given = yaml.safe_load(mapping_yaml)
        reading = CompiledMapping(msgspec.convert({} if given is None else given, Mapping))
        document, odd = read_json(body, "a JSON object")
        received, errors = reading.read(document, now)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        return [], [words(str(error).replace("`$.", "`"), 500)]
    return [_row(each) for each in received], odd + errors


def _row(each: Received) -> dict[str, str]:
    row = {"what": type(each).__name__.lower()}
    for field in each.__struct_fields__:
        value = getattr(each, field)
        if field in ("starts_at", "ends_at", "at"):
            value = iso(value) if value else None
        row[field] = words(value)
    return row
