"""An id is one element in running text, and nowhere else."""

from stanch.kernel.whole_ids import whole_ids

SPAN = '<span class="id">INC-31</span>'


def test_text_gets_the_element_and_attributes_do_not() -> None:
    html = '<p title="INC-31">See INC-31, (INC-31) or &quot;INC-31&quot;: <a href="/incidents/INC-31">INC-31</a>.</p>'
    assert whole_ids(html) == (
        f'<p title="INC-31">See {SPAN}, ({SPAN}) or &quot;{SPAN}&quot;: <a href="/incidents/INC-31">{SPAN}</a>.</p>'
    )
    assert whole_ids("SEV-1/SEV-2") == '<span class="id">SEV-1</span>/<span class="id">SEV-2</span>'
    assert whole_ids("SEV-1 in OPS-204") == '<span class="id">SEV-1</span> in <span class="id">OPS-204</span>'


def test_fields_pictures_and_words_with_more_hyphens_stay_as_they_are() -> None:
    for html in (
        "<textarea rows=2>INC-31</textarea>", "<option>INC-31</option>", "<title>INC-31</title>", "<text x='1'>INC-31</text>",
        "<p>X-INC-31-a, 2026-11-27, zone-b</p>", '<a class="id" href="/x">INC-31</a>', '<input value="INC-31', SPAN,
    ):  # fmt: skip
        assert whole_ids(html) == html
