"""Makes text from alerts safe for the channels it is sent over: it may hold anything."""

from stanch.kernel.hidden_characters import visible


def printable(text: str) -> str:
    """Without control characters but line ends and tabs, without what nobody sees, and with valid Unicode."""
    text = visible(text.encode("utf-8", "replace").decode()).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160))


def one_line(text: str) -> str:
    """In one line, for titles."""
    return " ".join(printable(text).split())


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last of them an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def without(text: str, title: str, link: str) -> list[str]:
    """The lines of a text that say more than a title and a link that stand beside it."""
    lines = [line for line in text.splitlines() if line.strip() and line.strip() not in title]
    return [line for line in lines if not (link and line.endswith(link))]
