"""What is kept of answers and timelines: as much as is allowed, and never for another key."""

from typing import Any

from stanch.kernel.kept import Kept
from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Evidence, Option, TextEvidence
from stanch.mitigate.ranking.rank import rank, ranked
from stanch.timeline.record import Record
from stanch.timeline.snapshots import TIMES, Snapshot, Snapshots, bytes_of


def test_the_answer_asked_for_the_longest_ago_goes_first() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(2)

    def ask(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [ask(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]


def test_long_answers_are_fewer_and_one_that_is_longer_than_all_may_be_pushes_out_nothing() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(10, len)

    def ask(text: str) -> None:
        kept.get(text, lambda: made.append(text) or text)  # type: ignore[func-returns-value]

    for text in ("aaaa", "bbbb", "c" * 11, "aaaa", "dddd", "aaaa", "bbbb", "e" * 10, "aaaa"):
        ask(text)
    assert made == ["aaaa", "bbbb", "c" * 11, "dddd", "bbbb", "e" * 10, "aaaa"]


def test_a_snapshot_is_found_by_its_newest_entry_only_and_a_bounded_number_of_bytes_is_kept() -> None:
    def snapshot(size: int) -> Snapshot:
        fakes: Any = ("x" * (size - 2),)  # and its quotation marks, as JSON
        return Snapshot(fakes, Record(), bytes_of(fakes))

    kept, first = Snapshots(most=10 * TIMES), snapshot(4)
    kept.put("INC-1", "h4", first)
    assert kept.get("INC-1", "h4") is first
    assert kept.get("INC-1", "h5") is None and kept.get("INC-2", "h4") is None
    kept.put("INC-2", "x", snapshot(4))
    assert kept.get("INC-1", "h4") is first
    third = snapshot(4)
    kept.put("INC-3", "y", third)
    assert kept.get("INC-2", "x") is None, "asked for the longest ago"
    assert kept.get("INC-1", "h4") is first
    kept.put("INC-4", "z", snapshot(11))
    assert kept.get("INC-4", "z") is None, "more than all may be"
    assert [kept.get(*key) for key in (("INC-1", "h4"), ("INC-3", "y"))] == [first, third]
    kept.put("INC-5", "five", snapshot(10))
    assert [kept.get(*key) is None for key in (("INC-1", "h4"), ("INC-3", "y"), ("INC-5", "five"))] == [
        True,
        True,
        False,
    ]
    kept.put("INC-1", "h4", first)
    kept.forget("INC-1")
    assert kept.get("INC-1", "h4") is None


def test_one_word_more_is_another_ranking() -> None:
    options = [
        Option(Mitigation(name, name, kind, "command", "shop", {"argv": ["true"]}), "shop")  # type: ignore[arg-type]
        for name, kind in (("rollback", "rollback"), ("restart", "custom"))
    ]
    calm = Evidence(1_000_000_000, "shop", told=(TextEvidence("a note", "all is calm"),))
    leak = Evidence(1_000_000_000, "shop", told=(TextEvidence("a note", "a memory leak, it is stuck"),))
    for evidence in (calm, leak, calm):
        assert ranked(options, evidence) == rank(options, evidence)
    assert ranked(options, calm) != ranked(options, leak)
    assert ranked(options[:1], calm) == rank(options[:1], calm)
