"""The figures as CSV (RFC 4180)."""

import csv
import io

from stanch.learn.figures.answers import Learning

# Also in the full width in which some spreadsheets read them.
_BEGINS_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def to_csv(found: Learning) -> str:
    """Every figure as one row: what it is about, its name, and its numbers, spans in seconds."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(["about", "name", "n", "good", "median_seconds", "p90_seconds", "share"])
    write(
        ["completion", "all", found.items_total, found.items_done, "", "", _share(found.items_done, found.items_total)]
    )
    for about in ("by_month", "by_team", "by_purpose", "by_owner"):
        for each in getattr(found, about):
            write(
                [
                    f"completion {about.replace('_', ' ')}",
                    _text(each.name),
                    each.total,
                    each.done,
                    "",
                    "",
                    _share(each.done, each.total),
                ]
            )
    for age in found.by_age:
        write(["open items by age", age.name, age.open, age.open - age.overdue, "", "", ""])
    for month in found.months:
        write(["incidents by month", month.name, month.incidents, "", "", "", ""])
    for quarter in found.quarters:
        write(["resolve by quarter", quarter.name, quarter.n, "", _seconds(quarter.resolved), "", ""])
    for span in found.times:
        write(["time", span.figure, span.n, "", _seconds(span.median), _seconds(span.p90), ""])
    for phase in found.phases:
        write(["phase", phase.phase, phase.n, "", _seconds(phase.median), _seconds(phase.p90), ""])
    for each in found.shares:
        write(["share", each.figure, each.total, each.good, "", "", _share(each.good, each.total)])
    for factor in found.factors:
        write(["factor", _text(factor.kind), factor.incidents, "", "", "", ""])
    for each in found.mitigations:
        write(
            [
                "mitigation",
                _text(f"{each.service} {each.mitigation}"),
                each.runs,
                each.helped,
                each.median_seconds if each.median_seconds is not None else "",
                "",
                _share(each.helped, each.runs),
            ]
        )
    return out.getvalue()


def _text(value: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{value}" if value.lstrip()[:1] in _BEGINS_FORMULA or value[:1] in "\t\r\n" else value


def _share(good: int, total: int) -> str:
    return f"{good / total:.4f}" if total else ""


def _seconds(span: int | None) -> str:
    return "" if span is None else f"{span / 1_000_000:.0f}"
