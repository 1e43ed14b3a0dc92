"""What a room is called, what its topic and its pinned summary say, and which entries are posted. Pure."""

import re
import shlex
import unicodedata
from datetime import UTC, datetime

from stanch.kernel.clock import SECOND
from stanch.kernel.command import Command
from stanch.kernel.policy import Policy
from stanch.ports.chat import Choice
from stanch.ports.message_text import cut, one_line
from stanch.respond.facts import six_facts
from stanch.timeline.prompt import Prompt, PromptAction
from stanch.timeline.record import Record

# Letters that Unicode takes no accent off.
IN_ASCII = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
NAME_CHARACTERS, TOPIC_CHARACTERS = 80, 250
# Kinds that are not posted: how people were reached is personal, and measurements are too frequent.
SILENT = frozenset(
    {
        "signal_attached", "signal_cleared", "signal_detached", "page_sent", "page_stepped", "page_put_off",
        "severity_proposed", "criterion_turned", "evidence_captured", "prompt_told", "audience_told", "prompt_declined", "review_asked",
        "review_answered", "postmortem_written", "triage_answered", "channel_opened", "channel_failed", "investigating",
        "concluded", "finding_stated", "ticket_wanted", "ticket_moved", "ticket_noted", "ticket_agreed",
    }
)  # fmt: skip


def room_name(record: Record, word: str, again: int) -> str:
    """``inc-2026-05-14-checkout-outage``, ASCII, at most 80 characters with what a taken name needs.

    ``word`` stands for the title of a private incident, whose name must tell nothing, and for a title without letters.
    ``again``: which room of the incident it is; later ones end in ``-r2``.
    """
    day = datetime.fromtimestamp(record.declared_at / SECOND, UTC).strftime("%Y-%m-%d")
    letters = record.title.casefold().translate(IN_ASCII)  # 'ß' is 'ss' by then
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if record.private or not words:
        words = word
    end = f"-r{again}" if again > 1 else ""
    room_for_number = 4
    return f"inc-{day}-{words}"[: NAME_CHARACTERS - len(end) - room_for_number].rstrip("-") + end


def topic(record: Record) -> str:
    """How bad, how far and who decides; it changes with these only, because each change is a line in the room."""
    commander = record.holder("incident_commander")
    parts = [
        record.severity_name() or "no severity yet",
        "closed" if record.status == "closed" else record.phase,
        f"IC {commander}" if commander else "no Incident Commander yet",
        one_line(record.title),
    ]
    return cut(" · ".join(parts), TOPIC_CHARACTERS)


def summary(record: Record, policy: Policy, prefix: str) -> str:
    """The six facts as of the newest entry, where it stands, and how to act; no ages, which would change by themselves."""
    lines = [
        f"{fact.label}: {one_line(fact.value) or ('missing' if fact.missing else 'not recorded')}"
        for fact in six_facts(record, policy, record.changed_at)
    ]
    return "\n".join(
        [
            *[cut(line, 400) for line in lines],
            f"Status: {record.status}, {record.phase.capitalize()}",
            f"Act from here: '{prefix} help'",
        ]
    )


# As on the page: what one tap must not do.
ASKED_ONCE = {
    "phase": "The phase of the incident moves for everybody.",
    "undo": "The mitigation is taken back on the real system.",
    "mitigate": "The mitigation runs on the real system.",
    "close": "The incident is closed, and its three weeks begin.",
    "resolve": "The incident is called resolved.",
}


def choices(prompt: Prompt, commands: dict[str, Command]) -> list[Choice]:
    """What one can answer to a prompt, as lines that people may type."""
    return [
        Choice(action.label, line_of(action, commands[action.command]), ASKED_ONCE.get(action.command, ""))
        for action in prompt.actions
    ]


def line_of(action: PromptAction, command: Command) -> str:
    """``phase mitigate``; what a person must add stands in angle brackets."""
    values = dict(action.values)
    parts = [command.name]
    for name in command.positional:
        if name not in values:
            break
        parts.append(shlex.quote(values.pop(name)))
    parts += [shlex.quote(f"{name}={value}") for name, value in values.items()]
    if action.asks:
        parts.append(f"{action.asks}=<{action.asks}>")
    return " ".join(parts)
