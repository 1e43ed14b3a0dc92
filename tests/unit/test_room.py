"""What the war room shows first: which question, and which lines of the timeline."""

import pytest

from stanch.now.asked import once
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.facts.paging import PageSent
from stanch.timeline.facts.prompting import Prompted
from stanch.timeline.facts.respond import PhaseShifted, Said
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import Fact, PhaseSpan, Record
from stanch.web.pages.render import elapsed
from stanch.web.pages.room import since_hit, tabs
from stanch.web.room import panels
from stanch.web.room.timeline import grouped, row_of, wanted

DAY = 86_400_000_000


def entry(position: int, facts: Facts, author: str = "stanch", at: int = 0) -> Entry:
    return Entry("INC-1", position, at, at, author, "page", facts, "")


def prompt(key: str, text: str) -> Prompt:
    return Prompt(key, "everyone", text, 0, [], "")


def test_the_same_question_is_asked_once_and_the_first_stays_first() -> None:
    asked = [prompt("a:1", "Do you have it?"), prompt("b", "How bad?"), prompt("a:2", "Do you have it?")]
    assert [p.key for p in once(asked)] == ["a:1", "b"]


SENT = PageSent("p1", "ben", "ntfy:x", True, 1, "ok")
LINES = [
    entry(6, Said("Looks better"), "ben", at=DAY + 5),
    entry(5, Prompted("severity", "everyone", "How bad is it?"), at=DAY + 4),
    entry(4, SENT, at=DAY + 3),
    entry(3, SENT, at=5),
    entry(2, PageSent("p1", "ben", "sms:x", False, 1, "no route"), at=4),
    entry(1, PhaseShifted("mitigate"), "ada", at=3),
]


def test_chatter_is_folded_within_a_day_and_a_page_that_failed_is_not() -> None:
    groups = grouped([row_of(x, str) for x in LINES], fold=True)
    assert [(g.kind, [r.entry.position for r in g.rows]) for g in groups] == [
        ("entry", [6]), ("fold", [5, 4]), ("day", [3]), ("entry", [3]), ("entry", [2]), ("entry", [1]),
    ]  # fmt: skip
    assert all(g.kind != "fold" for g in grouped([row_of(x, str) for x in LINES], fold=False))


@pytest.mark.parametrize(
    ("show", "positions"),
    [("all", [6, 5, 4, 3, 2, 1]), ("decisions", [1]), ("people", [6, 1]), ("machine", [5, 4, 3, 2])],
)
def test_a_filter_shows_its_own_lines(show: str, positions: list[int]) -> None:
    assert [x.position for x in LINES if wanted(row_of(x, str), show)] == positions


def test_the_large_clock_says_only_what_is_known() -> None:
    open_ = Record(status="open", detected_at=7, declared_at=9)
    assert since_hit(open_) == ("since it was noticed", 7, None)
    open_.began_at = 5
    assert since_hit(open_) == ("since it began", 5, None)
    open_.impact = Fact("Payments fail", 8, "ada")
    assert since_hit(open_) == ("since customers were hit", 5, None)
    open_.status, open_.resolved_at = "resolved", 20
    assert since_hit(open_) == ("from beginning to end", 5, 20)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (1029, "17 min 9 s"),
        (4061, "1 h 07 min"),
        (2 * 86400 + 3 * 3600 + 240, "2 d 3 h"),
    ],
)
def test_a_running_duration_has_units_and_is_not_taken_for_a_time_of_day(seconds: int, text: str) -> None:
    assert elapsed(seconds * 1_000_000) == text


@pytest.mark.parametrize(
    ("phase", "title"),
    [("triage", "Mitigate"), ("mitigate", "Mitigate"), ("resolve", "Recovery"), ("learn", "Close")],
)
def test_the_phase_chooses_the_tab_that_is_open(phase: str, title: str) -> None:
    record = Record(spells=[PhaseSpan(phase, 0)], phase=phase)  # type: ignore[arg-type]
    side = [(panel, "") for panel in panels()["side"]]
    found = tabs(side, record.phase)  # type: ignore[arg-type]
    assert [tab.title for tab in found if tab.first] == [title]
    assert len({tab.anchor for tab in found}) == len(found) and sum(len(tab.panels) for tab in found) == len(side)
