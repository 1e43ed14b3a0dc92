"""A snapshot in, every file of the page out: what stanch serves and what is published are these bytes (P7). Pure."""

from pathlib import Path

import msgspec

from stanch.communicate.page import badge, feeds, html, statuspage_v2
from stanch.communicate.page.snapshot import Document, Snapshot
from stanch.kernel.clock import iso

IMAGES = {
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}  # fmt: skip


def render(snapshot: Snapshot, images: dict[str, bytes] | None = None) -> dict[str, Document]:
    """The files by their path below the page. ``images``: ``logo`` and ``favicon`` -> content, those that could be read."""
    files = _assets(snapshot, images or {})
    assets = {kind: name for kind, (name, _) in files.items()}
    found = dict(files.values())
    found.update(html.documents(snapshot, assets))
    found.update(feeds.documents(snapshot))
    found.update(badge.documents(snapshot))
    found.update(statuspage_v2.documents(snapshot))
    found["health.json"] = Document(
        msgspec.json.encode({"as_of": iso(snapshot.as_of), "updated_at": iso(snapshot.updated_at())}),
        statuspage_v2.MEDIA_TYPE,
    )
    return found


def assets_of(documents: dict[str, Document]) -> dict[str, str]:
    """The names of the assets among the files of a page."""
    kinds = {"style": "style.", "script": "local-time.", "logo": "logo.", "favicon": "favicon."}
    found = {kind: next((name for name in documents if name.startswith(start)), "") for kind, start in kinds.items()}
    return {kind: name for kind, name in found.items() if name}


def _assets(snapshot: Snapshot, images: dict[str, bytes]) -> dict[str, tuple[str, Document]]:
    style, script = html.style(snapshot), html.script()
    found = {
        "style": (html.hashed("style.css", style), Document(style, "text/css; charset=utf-8")),
        "script": (html.hashed("local-time.js", script), Document(script, "text/javascript; charset=utf-8")),
    }
    for kind, body in images.items():
        ending = Path(getattr(snapshot.page, kind)).suffix.lower()
        if ending in IMAGES:
            found[kind] = (html.hashed(f"{kind}{ending}", body), Document(body, IMAGES[ending]))
    return found
