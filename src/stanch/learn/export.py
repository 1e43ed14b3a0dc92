"""An incident as JSON (everything), and its postmortem as Markdown, HTML and PDF."""

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid
from stanch.learn import postmortem
from stanch.learn.document.html import debrief_html, html
from stanch.learn.document.markdown import markdown
from stanch.learn.document.model import Document, document
from stanch.learn.document.names import anonymous, labels
from stanch.learn.document.pdf import pdf, typeset
from stanch.learn.drills.debrief import markdown as debrief_md
from stanch.learn.drills.debrief import plain
from stanch.learn.drills.judging import debrief_of
from stanch.prepare.called import called_by
from stanch.prepare.known_people import known_names
from stanch.timeline.record import fold
from stanch.timeline.unit_of_work import UnitOfWork

Format = Literal["json", "md", "html", "pdf"]
MEDIA_TYPES: dict[str, str] = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_RENDERERS: dict[str, Callable[[Document], bytes]] = {"md": markdown, "html": html}


class Export(msgspec.Struct, frozen=True):
    """What was read; it is rendered outside the transaction, since a PDF takes seconds. ``at``: microseconds.

    ``later``: makes the file of a drill that is not made yet.
    """

    form: str
    document: Document | None
    json: bytes
    at: int
    later: Callable[[int], bytes] | None = None

    def content(self) -> bytes:
        """The file. Raises ``Unavailable`` when a PDF cannot be made."""
        if self.document is None:
            return self.later(self.at) if self.later else self.json
        return pdf(self.document, self.at) if self.form == "pdf" else _RENDERERS[self.form](self.document)


def checked(form: str, names: str, comments: str = "no") -> None:
    """Raises ``Invalid`` for a format, or a choice of names or comments, that there is not."""
    if form not in get_args(Format):
        raise Invalid(f"'{form}' is not a format.", field="format", hint=f"It is {', '.join(get_args(Format))}.")
    if names not in ("names", "roles"):
        raise Invalid(f"'{names}' is not a choice of names.", field="names", hint="It is names or roles.")
    if form == "json" and names == "roles":
        raise Invalid("JSON has everything as it was recorded.", field="names", hint="Roles stand in md, html and pdf.")
    if comments not in ("no", "yes"):
        raise Invalid(f"'{comments}' is not a choice of comments.", field="comments", hint="It is no or yes.")
    if comments == "yes" and form == "json":
        raise Invalid("JSON has the entries of the comments.", field="comments", hint="They stand in md, html and pdf.")


def prepare(uow: UnitOfWork, incident: str, form: str, names: str = "names", comments: str = "no") -> Export:
    """Read what an export needs. ``names``: as they are, or ``roles`` in their place (R44). ``comments``: ``yes`` adds them. Raises ``Invalid``, ``NotFound``."""
    checked(form, names, comments)
    if form == "json":
        return Export(form, None, as_json(uow, incident), 0)
    entries = uow.entries(incident)
    record = fold(entries)
    if record.drill is not None:
        return _debrief(uow, incident, form)
    # Markdown is edited and read back: it keeps the names that people sign in with.
    called = called_by(uow.policy) if names == "names" and form != "md" else str
    made = document(record, entries, uow.policy, of_policy(uow.policy), called)
    if comments == "yes":
        made.comments = [
            msgspec.structs.replace(c, by=called(c.by), settled_by=called(c.settled_by))
            for c in record.comments.values()
        ]
    if names == "roles":
        made = anonymous(made, labels(entries, uow.policy, known_names(uow)))
    return Export(form, made, b"", record.published_at or record.changed_at)


def _debrief(uow: UnitOfWork, incident: str, form: str) -> Export:
    """A drill has a debrief in the place of a postmortem (R40)."""
    found, at = debrief_of(uow, incident), uow.now
    if form == "md":
        return Export(form, None, debrief_md(found, uow.application.installation.url).encode(), at)
    made = plain(found)
    if form == "html":
        return Export(form, None, debrief_html(made), at)
    return Export(form, None, b"", found.ended_at or at, lambda moment: typeset("debrief.typ", made, moment, incident))


def as_json(uow: UnitOfWork, incident: str) -> bytes:
    """Record, entries with their hashes, and the postmortem's parts; moments in RFC 3339 beside the stored integers."""
    entries = uow.entries(incident)
    record = fold(entries)
    parts = postmortem.draft(record, entries, uow.policy)
    record.last = None
    document = {
        "incident": incident,
        "exported_at": iso(uow.now),
        "record": msgspec.to_builtins(record),
        "postmortem": parts,
        "entries": [
            {
                **msgspec.to_builtins(x),
                "happened": iso(x.happened_at),
                "recorded": iso(x.recorded_at),
                "sentence": x.facts.sentence(),
            }
            for x in entries
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document, order="deterministic"), indent=2)
