"""How names of people are compared: in any case, spacing and Unicode form, and whether two look alike (UTS 39). Pure."""

import re
import unicodedata

from stanch.kernel.look_alikes import DRAWN_ALIKE

_LATIN = str.maketrans({like: latin for latin, several in DRAWN_ALIKE.items() for like in several})
# A Latin letter with a stroke, hook or tail, which Unicode does not take apart.
_STROKED = re.compile(r"LATIN SMALL LETTER ([A-Z])( WITH .*)?")
# Scripts that are written together (UTS 39, "highly restrictive"): Latin with those of Japanese, of Chinese or of Korean.
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"}, {"LATIN", "HAN", "BOPOMOFO"}, {"LATIN", "HAN", "HANGUL"},
)  # fmt: skip
_SCRIPTS = {"CJK": "HAN", "IDEOGRAPHIC": "HAN", "ARABIC-INDIC": "ARABIC"}
_LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl")
# In many typefaces these cannot be told apart; here case still counts.
_STROKES = str.maketrans("I|10", "lllo")


# Letters, marks and symbols that take no place or are drawn as a blank (Unicode's Default_Ignorable_Code_Point, and the empty Braille cell).
_NOT_DRAWN = frozenset("\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(c) for c in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def _shown(name: str) -> str:
    return "".join(
        c for c in name if c not in _NOT_DRAWN and (c.isspace() or unicodedata.category(c) not in ("Cf", "Cc"))
    )


def folded(name: str) -> str:
    """As names are compared: in any case and Unicode form, with single blanks."""
    if not name.isascii():
        name = _shown(name)
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(name.casefold().split())


def begun_as(text: str, name: str, shown: str) -> str:
    """A sentence that the product itself began with a name, begun with what is shown for it."""
    return shown + text[len(name) :] if name and text.startswith(f"{name} ") else text


def scripts(name: str) -> list[str]:
    """The scripts that a name is written in, such as ``LATIN``; none when they are written together in one language."""
    found = {
        unicodedata.name(c, "OTHER").removeprefix("EXTENDED ").partition(" ")[0]
        for c in unicodedata.normalize("NFKC", name)
        if not (c.isascii() and not c.isalpha()) and unicodedata.category(c) in _LETTERS
    } - {"MODIFIER", "KATAKANA-HIRAGANA"}
    found = {_SCRIPTS.get(script, script) for script in found}
    return [] if len(found) < 2 or any(found <= allowed for allowed in _TOGETHER) else sorted(found)


def outline(name: str) -> str:
    """The same for names that a reader would take for one another: without accents and strokes, with a letter of another script, a zero or two
    letters for the Latin one that they are drawn like."""
    parts = unicodedata.normalize("NFKD", _shown(name))
    letters = "".join(part for part in parts if not unicodedata.combining(part)).translate(_STROKES).casefold()
    if not letters.isascii():
        letters = "".join(map(_plain, letters.translate(_LATIN)))
    return " ".join(letters.replace("rn", "m").replace("vv", "w").split())


def _plain(letter: str) -> str:
    found = None if letter.isascii() else _STROKED.fullmatch(unicodedata.name(letter, ""))
    return found[1].lower() if found else letter
