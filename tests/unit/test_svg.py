"""What every picture rests on: values land where the scale says, and foreign text cannot become markup (P6)."""

from xml.etree import ElementTree

from stanch.kernel import svg


def test_a_scale_maps_both_ends_and_survives_one_value() -> None:
    x = svg.scale(10, 20, 0, 100)
    assert (x(10), x(15), x(20)) == (0, 50, 100)
    assert svg.scale(5, 5, 60, 0)(5) == 60


def test_foreign_text_is_text_everywhere() -> None:
    words = """<script>"x"</script> & 'y'"""
    drawn = [svg.text(words, 1, 2, class_="lane"), svg.element("svg", svg.title(words), class_=words)]
    root = ElementTree.fromstring(svg.picture(words, drawn, viewBox="0 0 1 1"))
    assert root.attrib == {"viewBox": "0 0 1 1", "role": "img", "aria-label": words}
    assert root[0].text == words and root[1].attrib["class"] == words and root[1][0].text == words
    assert not list(root.iter("script"))
