"""The document as PDF, by Typst in a process of its own: it can be ended, and its memory is bounded (docs/formats/20)."""

import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import msgspec

from stanch.kernel.clock import SECOND, day, hour_minute, spell
from stanch.kernel.errors import Unavailable
from stanch.kernel.logs import log
from stanch.learn.document.blocks import blocks
from stanch.learn.document.markdown import DRAFT
from stanch.learn.document.model import NAMES, Document, comment_line, state_of

MOST_SECONDS = 30
# The most timeline lines in a PDF: of longer timelines the first and the last; the other formats have all.
MOST_LINES = 2_000


def pdf(document: Document, at: int) -> bytes:
    """The PDF; the same document at the same moment (microseconds) gives the same bytes. Raises ``Unavailable``."""
    return typeset("document.typ", _plain(document), at, document.incident)


def typeset(template: str, plain: dict[str, Any], at: int, incident: str) -> bytes:
    """A template of this folder with its data. Raises ``Unavailable``."""
    if find_spec("typst") is None:
        raise Unavailable("PDF needs Typst.", hint="Install stanch with its extra 'pdf', or export HTML and print it.")
    body = msgspec.json.encode({"template": template, "document": plain, "timestamp": at // SECOND})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "stanch.learn.document.typst_process"],
            input=body, capture_output=True, timeout=MOST_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(f"The PDF took more than {MOST_SECONDS} s.", hint="Export HTML and print it.") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        log.error("a PDF could not be made", incident=incident, said=done.stderr.decode("utf-8", "replace")[-500:])
        raise Unavailable(
            "The PDF could not be made.", hint="Export HTML and print it; the log of the server says more."
        )
    return done.stdout


def _plain(d: Document) -> dict[str, Any]:
    """Text only: the template prints strings and never reads them as markup."""
    kept = (
        d.timeline if len(d.timeline) <= MOST_LINES else d.timeline[: MOST_LINES // 2] + d.timeline[-MOST_LINES // 2 :]
    )
    sections = [
        {
            "part": x.part,
            "title": x.title or NAMES.get(x.part) or x.shown(),
            "blocks": blocks((f"_{DRAFT}_\n\n" if x.part in d.drafts else "") + d.parts.get(x.part, "")),
        }
        for x in d.layout
    ]
    if d.comments:
        titles = {x.part: x.shown() for x in d.layout}
        said = [
            {"kind": "item", "depth": 1, "runs": [{"text": comment_line(c, titles[c.part]), "style": ""}]}
            for c in d.comments
        ]
        sections.append({"part": "comments", "title": "Comments", "blocks": said})
    start, end = (d.spans[0][1], max(s[2] for s in d.spans)) if d.spans else (0, 1)
    return {
        "heading": f"{d.heading} of {d.incident}", "title": d.title,
        "meta": " · ".join(x for x in (d.severity, d.service, d.when, d.state) if x),
        "figures": [{"value": f.value, "of": f.of} for f in d.figures],
        "sections": sections,
        "spans": [
            {"phase": p, "share": max(0.004, (u - s) / max(1, end - start)), "lasted": spell(u - s)} for p, s, u in d.spans
        ],
        "left_out": len(d.timeline) - len(kept),
        "timeline": [
            {"day": day(x.at), "time": hour_minute(x.at), "who": x.who, "what": x.sentence, "known": x.known} for x in kept
        ],
        "whys": [{"text": w.text, "kind": w.kind, "depth": _depth(d, n)} for n, w in enumerate(d.whys)],
        "actions": [
            [f"{i.item} {i.title}", i.owner, day(i.due_at), i.test or "no test was written", state_of(i)]
            for i in d.actions
        ],
    }  # fmt: skip


def _depth(d: Document, number: int) -> int:
    depth, parent = 0, d.whys[number].parent
    while parent is not None:
        depth, parent = depth + 1, d.whys[parent].parent
    return depth
