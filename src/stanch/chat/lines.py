"""What a line in a chat means: a command, a mark on another line, or something said. Pure."""

import re
from collections.abc import Sequence

from stanch.kernel.command import Command
from stanch.kernel.errors import NotFound
from stanch.timeline.facts.chat import PinnedAs

# Phone keyboards insert these in place of straight quotes and plain spaces; no command needs them.
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
PREFIX = re.compile(r"\s*[!/]stanch\b[:,]?\s*", re.IGNORECASE)
MARK = re.compile(r"\s*!(decision|action|evidence)[.!]?\s*", re.IGNORECASE)
# Matrix sends the sign itself, Slack its name; a variation selector or a skin tone changes nothing.
SIGNS: dict[str, PinnedAs] = {
    "✅": "decision", "white_check_mark": "decision", "⚖": "decision", "scales": "decision",
    "📝": "action", "memo": "action", "🛠": "action", "hammer_and_wrench": "action",
    "📌": "evidence", "pushpin": "evidence", "🔍": "evidence", "mag": "evidence",
}  # fmt: skip
USUAL = (
    "declare", "show", "severity", "role", "impact", "hypothesis", "mitigate", "update", "phase", "ack", "page",
    "timebox", "resolve", "close", "reopen", "incidents",
)  # fmt: skip


def command_in(text: str) -> str | None:
    """The line behind ``!stanch`` or ``/stanch``, in straight quotes; None where none is given."""
    text = without_quote(text)
    found = PREFIX.match(text)
    return text[found.end() :].translate(STRAIGHT).strip() if found else None


def without_quote(text: str) -> str:
    """Without the quotation that old clients put before a reply (``> <@ada:...> ...`` and an empty line)."""
    if not text.startswith("> <"):
        return text
    lines = text.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).lstrip("\n") or text


def mark_in(text: str) -> PinnedAs | None:
    """What a reply such as ``!decision`` marks its line as."""
    found = MARK.fullmatch(without_quote(text))
    return {"decision": "decision", "action": "action", "evidence": "evidence"}[found[1].lower()] if found else None  # type: ignore[return-value]


def sign(key: str) -> PinnedAs | None:
    """What a reaction marks its line as."""
    return SIGNS.get(key.replace("\ufe0f", "").partition("::")[0].strip(":"))


def help_text(commands: dict[str, Command], tiers: Sequence[str], about: str = "") -> str:
    """What can be written; ``tiers``: the names of the severities. Raises ``NotFound`` for help about a command that there is not."""
    if about:
        found = commands.get(about)
        if found is None:
            raise NotFound(f"There is no command '{about}'.", hint="'help' lists the usual ones.")
        taken = [*found.positional, *(f"{n}=..." for n in found.fields() if n not in (*found.positional, "incident"))]
        named = f"\nSeverities, the worst first: {', '.join(tiers)}." if "severity" in found.fields() else ""
        return f"{found.name} {' '.join(taken)}\n{found.doc}{named}"
    lines = [_usual(commands[name]) for name in USUAL if name in commands]
    return "\n".join(
        [
            f"Write a command behind '!stanch' or '/stanch', for example 'severity {tiers[0]}' or 'role ic ada'; everything else is noted.",
            *lines,
            "'help severity' says more of one. A reply '!decision', '!action' or '!evidence' marks a line, and so do ✅ 📝 📌.",
        ]
    )


def _usual(command: Command) -> str:
    return f"{' '.join((command.name, *command.positional))} – {command.doc.split('. ')[0].rstrip('.')}"
