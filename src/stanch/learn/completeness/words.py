"""Whether a text has content beyond placeholders. Pure."""

import re
import unicodedata

# The placeholder in a drafted impact; a part that still contains it counts as not written.
WHO_WAS_HIT = "how many, and what did they see?"
_PLACEHOLDERS = frozenset(
    ["tbd", "todo", "to do", "n a", "na", "none", "nil", "null", "nothing", "xx", "xxx", "unknown", "later", "test"]
)


# What stands in documents, ours and those of others, where nobody has written anything yet.
_UNWRITTEN = frozenset([
    "not written yet", "not yet written", "nothing written yet", "nothing has been written yet", "nothing yet", "none yet", "to be written",
    "noch nicht geschrieben", "noch nichts geschrieben", "noch nichts", "noch keine", "pas encore écrit", "pas encore rédigé", "rien encore", "à rédiger",
    "aún no escrito", "todavía no escrito", "aún no se ha escrito", "todavía no se ha escrito", "ninguno todavía", "ainda não escrito", "nenhum ainda",
    "non ancora scritto", "ancora da scrivere", "nog niet geschreven", "nog niets", "jeszcze nie napisano", "inte skrivet än", "ännu inte skrivet",
    "ikke skrevet endnu", "ikke skrevet ennå", "ще не написано", "ещё не написано", "еще не написано", "пока не написано", "henüz yazılmadı",
    "未記入", "まだ書かれていません", "尚未编写", "尚未填写", "尚未撰寫", "待补充", "아직 작성되지 않음", "미작성",
])  # fmt: skip
# HTML, the kind of a factor, and the mark or number of an entry of a list.
_AROUND = re.compile(r"<[^<>\n]{0,100}>|#[\w-]+|^[\s>]*(?:\d{1,3}[.)]|[-*+]\s+\[[ xX]?\])")


def worded(text: str) -> bool:
    """Whether a text says anything: a full stop does not, nor do lines that are placeholders."""
    return any(_says(line) for line in text.splitlines())


def _says(line: str) -> bool:
    words = re.findall(r"[^\W_]+", line.casefold())
    any_word = any(len(re.sub(r"\d", "", word)) > 1 for word in words)
    return any_word and bare(line) not in _PLACEHOLDERS and not unwritten(line)


def bare(line: str) -> str:
    """The words of a line in small letters, whatever their emphasis and the mark before them."""
    line = _AROUND.sub(" ", unicodedata.normalize("NFC", line))
    return " ".join(re.findall(r"[^\W_]+", line.casefold()))


def unwritten(line: str) -> bool:
    """Whether a line only says that nothing was written there yet."""
    return bare(line) in _UNWRITTEN
