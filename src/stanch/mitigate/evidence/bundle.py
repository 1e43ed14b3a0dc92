"""All evidence of an incident as one archive with a manifest: names, moments, digests, and what could not be captured."""

import io
import re
import zipfile

import msgspec

from stanch.kernel.clock import iso
from stanch.kernel.errors import NotFound
from stanch.mitigate.evidence import store as evidence_store
from stanch.timeline.unit_of_work import UnitOfWork

ENDINGS = {
    "application/json": ".json",
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "text/html": ".html",
    "text/plain": ".txt",
}


class Piece(msgspec.Struct):
    """One line of the manifest."""

    file: str
    name: str
    run: str
    mitigation: str
    media_type: str
    captured_at: str
    bytes: int
    sha256: str
    intact: bool
    redacted: bool = False


class Manifest(msgspec.Struct):
    """``missing``: what could not be had, and why, for each run."""

    incident: str
    title: str
    made_at: str
    pieces: list[Piece]
    missing: dict[str, list[str]]


def bundle(uow: UnitOfWork, incident: str) -> bytes:
    """A zip archive. Raises ``NotFound`` for an incident one may not see, and where nothing was captured."""
    record = uow.record(incident)
    rows = evidence_store.of(uow, incident)
    missing = {run.run: run.missing for run in record.runs.values() if run.missing}
    if not rows and not missing:
        raise NotFound(f"Nothing was captured in {incident} yet.", hint="Evidence is kept when a mitigation starts.")
    pieces, buffer = [], io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, row in enumerate(rows, 1):
            found = evidence_store.content(uow, incident, row["digest"]) or b""
            run = record.runs.get(row["run"])
            title = run.title if run else row["run"]
            file = f"{row['run']}/{number:03d}-{_slug(row['name'])}{ENDINGS.get(row['media_type'], '.bin')}"
            _write(archive, file, found)
            pieces.append(
                Piece(
                    file, row["name"], row["run"], title, row["media_type"], iso(row["captured_at"]), len(found),
                    row["digest"], evidence_store.intact(found, row["digest"]), found == evidence_store.REDACTED,
                )
            )  # fmt: skip
        manifest = Manifest(incident, record.title, iso(uow.now), pieces, missing)
        _write(archive, "manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # A fixed date, so that the archive of the same evidence differs in its manifest only.
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "piece"
