"""The organisation's template of postmortems: its headings are the sections, and a bad file costs only itself (R46)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.policy import Policy
from stanch.learn.document.html import html
from stanch.learn.document.markdown import markdown
from stanch.learn.document.model import document
from stanch.learn.document.pdf import pdf
from stanch.learn.layout import TITLES, layout
from stanch.prepare import catalog
from stanch.prepare.postmortem_template import GATE, headings, part_named
from stanch.timeline.facts.learn import PostmortemWritten
from stanch.timeline.record import Record

OURS = """# How we write postmortems

Read this first.

## Overview
For a reader who was not there.

## Customer voice
What did customers say?
### In their words

```
## not a heading
```

## Root causes ##
## Action items
"""
WORDS = st.text("abcdefghij ", min_size=1, max_size=12).filter(str.strip)


def test_order_titles_hints_and_sections_of_ones_own() -> None:
    found = headings(OURS)
    assert [(x.part, x.title, x.line) for x in found] == [
        ("summary", "Overview", 5),
        ("own-customer-voice", "Customer voice", 8),
        ("factors", "Root causes", 16),
        ("actions", "Action items", 17),
    ]
    assert found[0].hint == "For a reader who was not there."
    assert found[1].hint == "What did customers say?\n### In their words\n\n```\n## not a heading\n```"


def test_parts_of_the_gate_that_it_does_not_name_follow() -> None:
    sections = layout(Policy(postmortem_template=OURS))
    assert [x.part for x in sections] == [
        "summary", "own-customer-voice", "factors", "actions", "impact", "timeline", "whys", "lessons",
    ]  # fmt: skip
    assert sections[2].hint.startswith("One a line"), "a hint that the file does not have is the built-in one"
    assert [x.part for x in layout(Policy())] == list(GATE) == list(TITLES)


def test_what_was_written_stays_when_the_template_names_it_no_more() -> None:
    record = Record("INC-1", parts={"own-customer-voice": "Loud", "summary": "x"})
    assert [(x.part, x.shown()) for x in layout(Policy(), record)][-1] == ("own-customer-voice", "Customer voice")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: it has no heading; write the title of each section as '## Title'"),
        ("text\n", "line 1: it has no heading"),
        ("## Impact\n\n## Customer impact\n", "line 3: 'Customer impact' is the same section as 'Impact' in line 1"),
        ("## Our words\n## our-words!\n", "line 2: 'our-words!' is the same section as 'Our words' in line 1"),
        ("## Summary\n## ...\n", "line 2: the heading has no words"),
        ("## Summary\n##\n", "line 2: the heading has no words"),
        (f"## {'x' * 121}\n", "line 1: the heading has more than 120 characters"),
        (f"## Summary\n{'x' * 2001}", "line 1: the text below it has more than 2,000 characters"),
        ("".join(f"## S {n}\n" for n in range(41)), "line 41: it has more than 40 sections"),
        ("x" * 50_001, "it is longer than 50,000 characters"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("?", r"\?").replace("...", r"\.\.\.")):
        headings(text)


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    (folder / "leadership").mkdir(parents=True)
    (folder / "leadership" / "any.md").write_text("{{ title }}")
    file = folder / "postmortem.md"
    file.write_text(OURS)
    good = catalog.read(Policy(), tmp_path)
    assert (good.policy.postmortem_template, good.problems) == (OURS, [])
    assert file in catalog.files(tmp_path), "a change of it is noticed"
    file.write_text("## Impact\n## impact\n")
    bad = catalog.read(Policy(), tmp_path, good.policy)
    assert bad.policy.postmortem_template == OURS and bad.policy.templates == {"leadership/any": "{{ title }}"}
    assert bad.problems == [
        f"{file}: line 2: 'impact' is the same section as 'Impact' in line 1. What was in force before stays."
    ]
    assert catalog.read(Policy(), tmp_path).problems[0].endswith("in line 1. It is not used.")
    file.write_bytes(b"\xff\xfe")
    assert "cannot be read" in catalog.read(Policy(), tmp_path).problems[0]
    file.unlink()
    assert catalog.read(Policy(), tmp_path, good.policy).policy.postmortem_template == ""


def test_one_in_the_settings_that_cannot_be_used_is_named() -> None:
    policy = Policy(postmortem_template="no heading")
    assert catalog.mistakes(policy) == [
        "postmortem_template: line 1: it has no heading; write the title of each section as '## Title'. It is not used."
    ]
    assert [x.part for x in layout(policy)] == list(GATE)


def test_every_document_follows_it() -> None:
    record = Record("INC-1", title="Checkout fails", parts={"own-customer-voice": "- *Loud*"})
    made = document(record, [], Policy(postmortem_template=OURS), of_policy(Policy()))
    titles = ["Overview", "Customer voice", "Root causes", "Action items", "Impact"]
    md = markdown(made).decode()
    assert re.findall("(?m)^## (.*)$", md) == [*titles, "Timeline (UTC)", TITLES["whys"], "Lessons"]
    assert "## Customer voice\n\n- *Loud*\n\n## Root causes\n" in md
    page = html(made).decode()
    assert re.findall("<h2>(.*?)</h2>", page) == [*titles, "How it went", "Why it could happen", "Lessons"]
    assert "<em>Loud</em>" in page
    assert pdf(made, 0).startswith(b"%PDF-")


def test_a_redaction_takes_the_words_and_leaves_the_section() -> None:
    gone = PostmortemWritten("own-customer-voice", "A secret", ["A secret"]).redact()
    assert gone == PostmortemWritten("own-customer-voice", "[redacted]", ["[redacted]"])


@given(st.lists(WORDS, max_size=8, unique_by=part_named))
def test_every_part_of_the_gate_stands_there_once_and_every_title_in_its_order(titles: list[str]) -> None:
    text = "\n".join(f"## {title.strip()}\nhint" for title in titles) or "## Summary"
    sections = layout(Policy(postmortem_template=text))
    parts = [x.part for x in sections]
    assert len(parts) == len(set(parts)) and set(GATE) <= set(parts)
    if titles:
        assert [x.title for x in sections[: len(titles)]] == [title.strip() for title in titles]
