"""How names of people are compared: in any case, spacing and Unicode form, and whether two look alike. Pure."""

import unicodedata

# Cyrillic and Greek letters that are drawn like a Latin one, in either case (UTS 39, confusables.txt).
_DRAWN_ALIKE = {
    "a": "\u0430\u03b1\u0251", "b": "\u0432\u03b2", "c": "\u0441\u03f2", "d": "\u0501", "e": "\u0435\u03b5",
    "g": "\u0261", "h": "\u04bb\u043d\u03b7", "i": "\u0456\u03b9\u0131\u04cf", "j": "\u0458\u03f3", "k": "\u043a\u03ba",
    "m": "\u043c\u03bc", "n": "\u03bd", "o": "\u043e\u03bf\u03c3", "p": "\u0440\u03c1", "q": "\u051b", "s": "\u0455",
    "t": "\u0442\u03c4", "w": "\u051d", "x": "\u0445\u03c7", "y": "\u0443\u03c5\u04af", "z": "\u03b6",
}  # fmt: skip
_LATIN = str.maketrans({like: latin for latin, several in _DRAWN_ALIKE.items() for like in several})
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


def outline(name: str) -> str:
    """The same for names that a reader would take for one another: without accents, with a Cyrillic letter or a zero for a Latin one."""
    parts = unicodedata.normalize("NFKD", _shown(name))
    letters = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(letters.translate(_STROKES).casefold().translate(_LATIN).split())
