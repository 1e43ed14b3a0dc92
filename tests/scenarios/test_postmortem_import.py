"""A postmortem as Markdown, out and in again (R46)."""

import warnings

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn import export
from stanch.learn.completeness.of_record import gaps_of
from stanch.learn.completeness.words import worded
from stanch.learn.document.markdown import bodies, markdown
from stanch.learn.document.model import Document
from stanch.learn.document.reading import front_of, normal, pieces, titles_of, without_html
from stanch.learn.document.reading import written as text_of
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SUMMARY = "Release v2 failed three of ten checkouts.\n\n- one @ben | two <b>three</b>"
WHYS = [
    "Checkouts failed",
    "  v2 could not read the old schema",
    "    No step checks a migration",
    "  Images are not kept",
]
LINES = [
    "## Impact", "# Summary", "#### Deep", "```", "~~~~", "---", "===", "- x", "| a | b |", "@ben, @\u200bada", "<!--", "", "words", "    four", "Lessons",
    "## Comments", "_Not written yet._", "\u2028",
]  # fmt: skip


@pytest.fixture
def written(house: House) -> House:
    house.do("declare", title="Checkout fails", severity="SEV-1")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.do("postmortem", incident="INC-1", summary=SUMMARY, factors=["No canary #change", "One region"], whys=WHYS)
    house.do(
        "action", incident="INC-1", title="Add a | canary", owner="ben", due="2126-06-04", test="A broken release stops"
    )
    house.do("comment", incident="INC-1", part="summary", text="@ben is that all?")
    return house


def exported(house: House, names: str = "names", comments: str = "yes") -> str:
    with house.application.reading() as uow:
        return export.prepare(uow, "INC-1", "md", names, comments).content().decode()


def imported(house: House, text: str, who: str = "ada", **more: object) -> str:
    said: str = house.do("import-postmortem", who, incident="INC-1", text=text, **more).message
    return said.removeprefix("Postmortem of INC-1: ")


def test_what_was_exported_changes_nothing(written: House) -> None:
    before = written.record().entries
    for text in (
        exported(written),
        exported(written, comments="no"),
        exported(written).replace("\n", "\r\n"),
        "\ufeff" + exported(written),
    ):
        assert imported(written, text) == "nothing in the file is new."
    assert written.record().entries == before


@given(st.lists(st.lists(st.sampled_from(LINES), max_size=6).map("\n".join), min_size=5, max_size=5))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_part_comes_back_as_that_part(texts: list[str]) -> None:
    """Headings, code that nothing closes, and rules in a part are its own."""
    document = msgspec.structs.replace(DOCUMENT, parts=dict(zip(DOCUMENT.parts, texts, strict=True)))
    lines = markdown(document).decode().split("\n")
    base, titles = bodies(document), titles_of({x.part: x.shown() for x in document.layout})
    found = pieces(lines, front_of(lines), titles, base)
    assert [piece.part for piece in found if piece.part] == [x.part for x in document.layout]
    assert {piece.part: normal("\n".join(piece.lines)) for piece in found if piece.part} == {
        x.part: normal(base[x.part]) for x in document.layout
    }


def _document() -> Document:
    from stanch.communicate.wording.vocabulary import Vocabulary
    from stanch.kernel.policy import Policy
    from stanch.learn.document.model import document
    from stanch.timeline.record import Record

    return document(Record(id="INC-1", title="A title", began_at=1, entries=9), [], Policy(), Vocabulary())


DOCUMENT = _document()


def test_an_edited_export_is_merged_with_what_others_wrote(written: House) -> None:
    text = exported(written)
    written.do("postmortem", "ben", incident="INC-1", lessons="The rollback was quick")
    written.do("postmortem", "ben", incident="INC-1", factors=["No canary #change", "One region", "No drill"])
    edited = (
        text.replace("three of ten", "four of ten").replace("- One region", "- One region only\n- Nobody looked at the graph,\n  at night")
        .replace("| A1 | Add a \\| canary | ben |", "| A1 | Add a \\| canary | grace |")
        .replace("    - No step checks a migration", "    - structure: no step checks a migration")
    )  # fmt: skip
    edited = edited.replace(
        "## Lessons",
        "- [ ] Alert on the other zone (owner: ben, due: 2126-07-01; done when: a test fires it)\n\n## Lessons",
    )
    assert imported(written, edited) == "summary, factors, whys written; A1 changed; A2 added."
    record = written.record()
    assert record.parts["summary"] == SUMMARY.replace("three of ten", "four of ten")
    assert record.lists["factors"] == [
        "No canary #change",
        "One region only",
        "Nobody looked at the graph, at night",
        "No drill",
    ]
    assert record.lists["whys"][2] == "    structure: no step checks a migration"
    assert record.parts["lessons"] == "The rollback was quick"
    first, second = record.action_items.values()
    assert (first.owner, first.title) == ("grace", "Add a | canary")
    assert (second.title, second.owner, second.test) == ("Alert on the other zone", "ben", "a test fires it")
    assert imported(written, edited) == "nothing in the file is new."
    written.do("action", incident="INC-1", item="A1", owner="ada")
    with pytest.raises(Invalid, match="A1 was changed meanwhile, and its owner is 'ada'"):
        imported(written, edited)


def test_a_conflict_shows_both_and_nothing_is_written_until_it_is_solved(written: House) -> None:
    text = exported(written).replace("three of ten", "four of ten").replace("- One region", "- Two regions")
    written.do("postmortem", "ben", incident="INC-1", summary=SUMMARY.replace("three of ten", "five of ten"))
    before = written.record().entries
    with pytest.raises(Conflict, match=r"ben changed the same words of the summary .* five of ten") as refused:
        imported(written, text)
    assert "--mine summary" in refused.value.hint and written.record().entries == before
    assert (
        imported(written, text.replace("four of ten", "four or five of ten"), mine=["summary"])
        == "summary, factors written."
    )
    assert "four or five of ten" in written.record().parts["summary"]


def test_what_people_write_by_hand(house: House) -> None:
    house.do("declare", title="Checkout fails", severity="SEV-1")
    by_hand = (
        "Post-mortem of Tuesday\n======================\n\nExecutive summary\n-----------------\nCheckouts failed. <script>alert(1)</script>\n\n"
        "## Root causes\n1. No canary\n2. One region\n\n## 5 Whys\n* Checkouts failed\n    * v2 was broken\n\n"
        "## Follow-ups\n- [ ] Add a canary @ben due 2126-06-04\n- [x] Write it down (grace, 2126-06-05)\n* Test: nothing\n"
    )
    with pytest.raises(
        Invalid, match=r"1 line cannot be placed: line 19 \(The action item needs a title.*Test: nothing"
    ):
        imported(house, by_hand)
    assert not house.record().parts and not house.record().action_items
    said = imported(house, by_hand, keep=True)
    assert said == "summary, factors, whys written; A1 added; A2 added, done; 1 line is kept in C1."
    record = house.record()
    assert record.parts["summary"] == "Checkouts failed. \\<script>alert(1)\\</script>"
    assert record.lists == {"factors": ["No canary", "One region"], "whys": ["Checkouts failed", "  v2 was broken"]}
    assert [(i.owner, bool(i.done_at)) for i in record.action_items.values()] == [("ben", False), ("grace", True)]
    assert record.comments["C1"].text.endswith("* Test: nothing")
    with pytest.raises(Conflict, match="same words of the summary"):
        imported(house, "## Summary\nOther words altogether", "ben")


def test_lines_without_a_place_are_named_and_nothing_changes(written: House) -> None:
    text = exported(written)
    before = written.record().entries
    for edited, why in (
        (
            text.replace("| ada | Closed |", "| ada | Not closed |") + "\n\n## Weather\nIt rained",
            "the timeline comes from the record|no part has",
        ),
        (text.replace("| open |", "| dropped |"), "A1 is open: whether it is dropped"),
        (text.replace("| ben |", "| zoe |"), "Nobody known is called 'zoe'"),
        (text.replace("is that all?", "is that everything?"), "comments are written here"),
        ("It rained.\n", "no part has this heading"),
    ):
        with pytest.raises(Invalid, match=why):
            imported(written, edited)
    assert written.record().entries == before


NOTHING = [
    "_Not written yet._", "- _Not written yet._", "* **NOT WRITTEN YET**", "> not written yet", "1. *Not written yet.*", "- [ ] __none yet__",
    "<p><em>Not written yet.</em></p>", "_Noch nicht geschrieben._", "Pas encore e\u0301crit", "_Todavía no escrito_", "未記入", "Not written yet #change",
]  # fmt: skip


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_line_that_says_that_nothing_is_written_is_none(nothing: str) -> None:
    assert not worded(nothing) and not worded(f"{nothing}\n\n{nothing}")
    assert text_of(f"- Real\n{nothing}\n") == "- Real" and text_of(f"{nothing}\n") == ""
    assert worded("The runbook was not written yet") and text_of("Nothing yet was tried") == "Nothing yet was tried"


def test_what_says_that_nothing_is_written_is_never_content(written: House) -> None:
    written.do("declare", title="Search fails", severity="SEV-1")
    with written.application.reading() as uow:
        text = export.prepare(uow, "INC-2", "md").content().decode()
    for title in ("Contributing factors", "Root-cause path (5 Whys)", "Lessons", "Action items"):
        before, after = text.split(f"## {title}\n")
        text = f"{before}## {title}\n- Real {title[:4]} @ada 2126-06-04\n- _Not written yet._\n{after}"
    said = written.do("import-postmortem", incident="INC-2", text=text).message
    assert said == "Postmortem of INC-2: factors, whys, lessons written; A1 added."
    record = written.record("INC-2")
    assert record.lists == {"factors": ["Real Cont @ada 2126-06-04"], "whys": ["Real Root @ada 2126-06-04"]}
    assert record.parts["lessons"] == "- Real Less @ada 2126-06-04" and len(record.action_items) == 1
    # Nor does the gate take it for a factor where somebody types it.
    written.do("postmortem", incident="INC-2", summary="Not written yet.", factors=["No canary", "_Not written yet._"])
    with written.application.reading() as uow:
        assert {"summary", "factors"} <= {gap.part for gap in gaps_of(uow, uow.record("INC-2"))}


def test_words_beside_the_placeholder_are_kept_without_it(written: House) -> None:
    lessons = "We had not written yet what to do\nthe file says `_Not written yet._`\n```\n_Not written yet._\n```"
    text = exported(written).replace("## Lessons\n\n_Not written yet._", f"## Lessons\n\n_Not written yet._ {lessons}")
    assert imported(written, text) == "lessons written."
    assert written.record().parts["lessons"] == lessons
    assert imported(written, text) == "nothing in the file is new."


MARK = "_Draft from the record; nobody has confirmed it._\n\n"


def test_a_draft_is_marked_and_the_mark_taken_away_confirms_it(written: House) -> None:
    written.do("declare", title="Search fails", severity="SEV-1")
    written.do("postmortem", incident="INC-2", lessons="We were lucky")

    def out(form: str = "md") -> str:
        with written.application.reading() as uow:
            return export.prepare(uow, "INC-2", form).content().decode()

    def back(text: str) -> str:
        said: str = written.do("import-postmortem", incident="INC-2", text=text).message
        return said.removeprefix("Postmortem of INC-2: ")

    first = out()
    assert (
        first.count(MARK) == 2
        and 'drafts: "summary, impact"' in first
        and out("html").count("nobody has confirmed it") == 2
    )
    older = first.replace(MARK, "").replace('drafts: "summary, impact"\n', "")
    by_hand = first.split("---\n", 2)[2]
    for text in (
        first,
        older,
        by_hand,
        first.replace(MARK, MARK.upper()).replace("_DRAFT", "_*DRAFT").replace("IT._", "IT.*_"),
    ):
        assert back(text) == "nothing in the file is new."
    with pytest.raises(Conflict, match="The draft of the impact still asks of the customers"):
        back(first.replace(MARK, ""))
    assert "summary" not in written.record("INC-2").parts
    assert back(first.replace(f"## Summary\n\n{MARK}", "## Summary\n\n")) == "summary written."
    record = written.record("INC-2")
    assert "Search fails" in record.parts["summary"] and record.last is not None and record.last.facts.confirmed
    assert back(first.replace(f"## Summary\n\n{MARK}", "## Summary\n\n")) == "nothing in the file is new."
    edited = out().replace("how many, and what did they see?", "3 of 10 saw an error")
    assert edited.count(MARK) == 1 and back(edited) == "impact written."
    assert (
        "3 of 10" in written.record("INC-2").parts["impact"]
        and "Draft from" not in written.record("INC-2").parts["impact"]
    )
    assert MARK not in out() and 'drafts: "none"' in out() and "nobody has confirmed it" not in out("html")


def test_whose_file_it_is_and_what_is_new_comes_before_the_state(written: House) -> None:
    text = exported(written)
    written.do("postmortem", incident="INC-1", override="for the test")
    for unchanged in (text, exported(written)):
        assert imported(written, unchanged) == "nothing in the file is new."
    with pytest.raises(Invalid, match="is of INC-2, and not of INC-1"):
        imported(written, text.replace('"INC-1"', '"INC-2"'))
    for changed in (text.replace("three of ten", "four of ten"), text + "\n## Weather\nIt rained\n"):
        with pytest.raises(Conflict, match="is published"):
            imported(written, changed, keep=True)


def test_what_is_no_file_of_this_postmortem(written: House) -> None:
    text = exported(written)
    for wrong, why in (
        (" \n", "empty"),
        ("a\x00b", "no text"),
        (text.replace('"INC-1"', '"INC-2"'), "is of INC-2"),
        (exported(written, "roles"), "roles in place of names"),
        (text.replace('version: "', 'version: "9'), "and the file names 9"),
        ("## Impact\n" + "x" * 50_001, "more than 50,000"),
    ):
        with pytest.raises(Invalid, match=why):
            imported(written, wrong)
    written.do("postmortem", incident="INC-1", override="for the test")
    secret = written.do("declare", title="Secret", severity="SEV-3", private=True).incident
    with pytest.raises(NotFound):
        written.do("import-postmortem", "ben", incident=secret, text="## Summary\nx")


def test_html_is_words() -> None:
    said = without_html("a <b>x</b>\n\n<div>\n<img src=x onerror=y>\n</div>\n\n`<i>`\n\n> <!-- <script>\n", "")
    assert "`<i>`" in said and without_html(said, "") == said
    assert without_html("a <b>x</b>", "<b> </b>") == "a <b>x</b>"


def test_page_api_and_command(written: House) -> None:
    text = exported(written)
    with TestClient(create_app(written.stanch), follow_redirects=False) as client:
        client.headers.update({**written.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        assert 'action="/do/import-postmortem"' in client.get("/incidents/INC-1/postmortem").text
        form = {
            "incident": "INC-1",
            "next": "/incidents/INC-1/postmortem",
            "text": text.replace("three of", "four of").replace("\n", "\r\n"),
        }
        assert client.post("/do/import-postmortem", data=form).status_code == 303
        answer = client.post("/do/import-postmortem", data=form | {"text": "<b>It rained</b>"})
        assert (
            answer.status_code == 422
            and "no part has this heading" in answer.text
            and "&lt;b&gt;It rained" in answer.text
        )
        said = client.post(
            "/api/v1/incidents/INC-1/import-postmortem", json={"text": text}, headers={"Accept": "application/json"}
        )
        assert said.json()["message"].endswith("nothing in the file is new.")
        assert (
            client.post("/api/v1/incidents/INC-1/import-postmortem", json={"text": "x", "keep": "maybe"}).status_code
            == 422
        )
        long = client.post("/api/v1/incidents/INC-1/import-postmortem", json={"text": "x" * 400_001})
        assert long.status_code == 422
    assert "four of ten" in written.record().parts["summary"]
