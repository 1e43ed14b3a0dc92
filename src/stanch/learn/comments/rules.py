"""What a comment says: the names after an @, and whether the words it is about still stand there. Pure."""

import re


def mentions(text: str) -> list[str]:
    """The names after an @, each once: ``@ben``, ``@"Ben Okri"``; an address such as ``ops@example.org`` is none."""
    found = re.finditer(r"(?<![\w@])@(?:\"([^\"\n]{1,100})\"|([\w][\w.-]{0,98}[\w]|\w))", text)
    return list(dict.fromkeys(match[1] or match[2] for match in found))


def replaced(text: str, quote: str, suggestion: str) -> str | None:
    """The text with the suggestion in the place of the quoted words; None where these are gone, or stand there more than once."""
    return text.replace(quote, suggestion) if text.count(quote) == 1 else None
