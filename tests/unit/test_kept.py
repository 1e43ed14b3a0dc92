"""What is kept of answers and timelines: as much as is allowed, and never for another key."""

from typing import Any

from stanch.kernel.kept import Kept
from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Evidence, Option, TextEvidence
from stanch.mitigate.ranking.rank import rank, ranked
from stanch.timeline.record import Record
from stanch.timeline.snapshots import Snapshot, Snapshots


def test_the_answer_asked_for_the_longest_ago_goes_first() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(2)

    def ask(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [ask(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]


def test_a_snapshot_is_found_by_its_newest_entry_only_and_a_bounded_number_of_entries_is_kept() -> None:
    def snapshot(entries: int) -> Snapshot:
        fakes: Any = tuple(range(entries))
        return Snapshot(fakes, Record())

    kept, first = Snapshots(most=10), snapshot(4)
    kept.put("INC-1", "h4", first)
    assert kept.get("INC-1", "h4") is first
    assert kept.get("INC-1", "h5") is None and kept.get("INC-2", "h4") is None
    kept.put("INC-2", "x", snapshot(4))
    assert kept.get("INC-1", "h4") is first
    kept.put("INC-3", "y", snapshot(4))
    assert kept.get("INC-2", "x") is None, "asked for the longest ago"
    assert kept.get("INC-1", "h4") is first
    kept.put("INC-4", "z", snapshot(11))
    assert [kept.get(*key) for key in (("INC-1", "h4"), ("INC-3", "y"), ("INC-4", "z"))] == [None, None, None]
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
