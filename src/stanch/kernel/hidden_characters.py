"""Characters that nobody sees and that turn a text around, hide a part of it or make two texts look the same (Unicode TR 36). Pure.

One rule for all that people, alerts and trackers say: they are taken out where a text comes in (commands, entries, signals),
and again where it leaves for a channel or a terminal. What writing needs is kept: joiners between letters that are no ASCII
(Persian, Hindi, emoji) and the marks of direction in a text that has letters of a right-to-left script.
"""

import re
from typing import Any

import msgspec

# Soft hyphen, fillers, zero-width space (kept after "@", where it keeps names from being mentions), embeddings, overrides, isolates,
# invisible operators, the byte order mark, annotations, formats of music, and the block of tags, which can carry a whole text.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\ufe00-\ufe0f](?=[\ufe00-\ufe0f])|(?<!@)\u200b|[\u200c\u200d](?=[0-9A-Za-z\u200c\u200d])|(?<![^\x00-\x7f])[\u200c\u200d]"
)
_MARKS = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u0619\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_DEEPEST = 20


def visible(text: str) -> str:
    """A text without them."""
    if text.isascii():
        return text
    text = _HIDDEN.sub("", text)
    return text if _RIGHT_TO_LEFT.search(text) else _MARKS.sub("", text)


def visible_values(value: Any, deep: int = 0) -> Any:
    """The same for every text in what an interface was given."""
    if isinstance(value, str):
        return visible(value)
    if deep > _DEEPEST:  # no command takes this; it is refused with its reason
        return value
    if isinstance(value, dict):
        return {visible_values(key): visible_values(inner, deep + 1) for key, inner in value.items()}
    return [visible_values(inner, deep + 1) for inner in value] if isinstance(value, list) else value


def forget_hidden(struct: Any, *names: str) -> None:
    """Take them out of these fields of a frozen struct, texts or texts by their names, while it is made."""
    for name in names:
        value = getattr(struct, name)
        texts = (value,) if isinstance(value, str) else (*value, *value.values())
        if not all(map(str.isascii, texts)):
            msgspec.structs.force_setattr(struct, name, visible_values(value))
