"""Every kind of entry that was ever written can still be read: one frozen sample of each, as the database has it.

A sample is never changed. A new kind gets one by ``STANCH_WRITE_SAMPLES=1 pytest tests/unit/test_entry_samples.py``.
"""

import os
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from stanch.timeline.entries import Facts
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.facts.deciding import TimeboxExtended

SAMPLES = Path(__file__).parents[1] / "data/entries"
KINDS = {str(kind.__struct_config__.tag): kind for kind in get_args(Facts)}


def plausible(kind: Any) -> Any:
    """A value for every field, so that a renamed or removed one is noticed."""
    if isinstance(kind, msgspec.inspect.UnionType):
        return plausible(next(each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType)))
    if isinstance(kind, msgspec.inspect.LiteralType):
        return next(value for value in kind.values if value)
    if isinstance(kind, msgspec.inspect.StructType):
        return kind.cls(**{field.name: plausible(field.type) for field in kind.fields})
    if isinstance(kind, msgspec.inspect.ListType):
        return [plausible(kind.item_type)]
    if isinstance(kind, msgspec.inspect.DictType):
        return {"key": plausible(kind.value_type)}
    simple = {
        msgspec.inspect.StrType: "some text", msgspec.inspect.IntType: 1_779_000_000_000_000,
        msgspec.inspect.FloatType: 1.5, msgspec.inspect.BoolType: True,
    }  # fmt: skip
    return simple[type(kind)]


def sample(tag: str) -> Path:
    path = SAMPLES / f"{tag}.json"
    if not path.exists() and os.environ.get("STANCH_WRITE_SAMPLES"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(msgspec.json.encode(plausible(msgspec.inspect.type_info(KINDS[tag]))) + b"\n")
    return path


@pytest.mark.parametrize("tag", KINDS)
def test_what_was_written_is_read_and_says_itself(tag: str) -> None:
    path = sample(tag)
    assert path.exists(), f"a new kind '{tag}' needs its sample (see the top of this file)"
    written = path.read_bytes()
    facts = msgspec.json.decode(written, type=Facts)
    assert type(facts) is KINDS[tag]
    assert msgspec.json.decode(msgspec.json.encode(facts)) == msgspec.json.decode(written), "nothing of it is lost"
    assert facts.sentence().strip()


def test_no_kind_has_gone() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(KINDS)


def test_a_time_of_day_that_stanch_writes_says_that_it_is_utc() -> None:
    at = 52_320 * 1_000_000  # 14:32
    assert (
        UpdatePosted("internal", "v2 is out", next_at=at).sentence()
        == "Internal update: v2 is out. Next update at 14:32 UTC."
    )
    assert UpdatePosted("internal", "Out!", next_at=at).sentence() == "Internal update: Out! Next update at 14:32 UTC."
    assert UpdatePosted("internal", "Again at 14:32.", next_at=at).sentence() == "Internal update: Again at 14:32."
    assert TimeboxExtended("t", at, "it runs").sentence() == "Time-box extended to 14:32 UTC: it runs"
