"""From an incident's record to lines that its service's runbook lacks, and to a patch of the file (R50). Pure."""

import difflib
import re
from collections.abc import Iterator

from stanch.kernel.clock import day, spell
from stanch.kernel.policy import Policy, Service
from stanch.learn.figures.factors import kinds_of, without_kinds
from stanch.prepare import runbooks
from stanch.timeline.record import Record

Additions = dict[str, list[str]]
_CONTEXT = 3


def additions(record: Record, service: Service, policy: Policy) -> Additions:
    """Lines by the section that they belong to, each with the incident that it comes from; only what the runbook does not say."""
    said, found = _plain(service.runbook), Additions()
    for key, line, about in _lines(record, service, policy):
        if _plain(about) not in said:
            found.setdefault(key, []).append(line)
    return found


def _lines(record: Record, service: Service, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """(section, the line, the words by which one sees that the runbook says it already)."""
    absent, when = (
        set(runbooks.SECTIONS) - _answered(service.runbook),
        f"{record.id}, {day(record.onset())}",
    )
    if "health" in absent:
        for state in record.criteria.values():
            c = state.criterion
            bound = (
                f"below {c.below:g}"
                if c.below is not None
                else f"at least {c.above:g}"
                if c.above is not None
                else "watched"
            )
            yield "health", f"{c.name}: `{_inline(c.query)}` ({c.source}), healthy when {bound} ({when})", c.name
    if "impact" in absent and record.impact:
        yield "impact", f"What customers felt: {_inline(record.impact.value)} ({when})", record.impact.value
    for run in record.runs.values():
        if run.outcome == "helped" and not run.undo_of:
            ends = run.observation_ends()
            took = f", seen after {spell(ends - run.started_at)}" if ends else ""
            key = "degraded" if _degrades(service, run.mitigation) else "rollback"
            yield key, f"{_inline(run.title)} on {_inline(run.target)}: it helped{took} ({when})", run.title
    if "escalate" in absent and service.escalation in policy.escalation:
        yield "escalate", f"Page by the escalation policy `{service.escalation}` ({when})", service.escalation
    for move in record.moves.values():
        if move.passed and move.source.startswith("runbook/") and move.word:
            key = move.source.removeprefix("runbook/")
            line = f"'{_inline(move.text)}' was passed: {_inline(move.word)} ({when})"
            yield key if key in runbooks.SECTIONS else "", line, move.word
    for factor in record.lists.get("factors", []):
        if "runbook" in kinds_of(factor):
            yield "", f"{_inline(without_kinds(factor))} ({when})", without_kinds(factor)


def _answered(text: str) -> set[str]:
    return {section.key for section in runbooks.sections(text) if section.text}


def _degrades(service: Service, mitigation: str) -> bool:
    return any(
        mitigation in (m.name, f"{service.name}:{m.name}") and m.kind in ("degrade", "feature_flag")
        for m in service.mitigations
    )


def _inline(text: str) -> str:
    """Words of the record in one line of Markdown."""
    return (
        re.sub(r"([`<\[\]*_])", r"\\\1", " ".join(text.split()))
        if "`" in text or "<" in text
        else " ".join(text.split())
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())


def patch(path: str, old: str, new: str, *, exists: bool) -> str:
    """A patch for ``git apply``, from the folder that ``path`` is relative to; empty when nothing changes."""
    if old == new:
        return ""
    head = f"diff --git a/{path} b/{path}\n" + ("" if exists else "new file mode 100644\n")
    lines = difflib.unified_diff(
        _lined(old), _lined(new), f"a/{path}" if exists else "/dev/null", f"b/{path}", n=_CONTEXT
    )
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lined(text: str) -> list[str]:
    """Lines as git sees them: only a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
