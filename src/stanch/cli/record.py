"""``stanch verify``, ``stanch export`` and ``stanch watch``: the timeline itself."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import click
import msgspec

from stanch.cli.place import Place
from stanch.kernel.errors import Unavailable

POLL_SECONDS = 0.5


@click.command(epilog="Example: stanch verify --against -")
@click.argument("incident", required=False)
@click.option("--against", type=click.File("rb"), help="A checkpoint that was kept elsewhere; - reads standard input.")
@click.pass_obj
def verify(place: Place, incident: str | None, against: BinaryIO | None) -> None:
    """Check the hash chain of one timeline, or of all, and the chain of their heads. Exit code 1 names the first wrong entry."""
    from stanch.kernel.filling import incident_id

    name = incident_id(incident) if incident else ""
    kept = against.read() if against else None
    checked = _checked_there(place, name, kept) if place.url else _checked_here(place, name, kept)
    for one in checked:
        if one["wrong"]:
            click.echo(f"stanch: {one['wrong']}.", err=True)
            raise click.exceptions.Exit(1)
    if not checked:
        click.echo(f"There is no incident {'that you may see' if place.url else 'yet'}, so there was nothing to check.")
        return
    entries = sum(one["entries"] for one in checked)
    of = "1 incident" if len(checked) == 1 else f"{len(checked)} incidents"
    click.echo(f"{entries} {'entry' if entries == 1 else 'entries'} of {of} are as they were recorded.")


def _checked_there(place: Place, incident: str, against: bytes | None) -> list[dict[str, Any]]:
    """What the server found in all timelines that the token's person may see."""
    query = f"?incident={quote(incident, safe='')}" if incident else ""
    method = "GET" if against is None else "POST"
    found: list[dict[str, Any]] = msgspec.json.decode(place.fetch(method, f"/api/v1/verify{query}", against))
    return found


def _checked_here(place: Place, incident: str, against: bytes | None) -> list[dict[str, Any]]:
    from stanch.timeline.heads import read_checkpoint
    from stanch.timeline.verifying import verify as check

    kept = None if against is None else read_checkpoint(against)
    with place.stanch.application.reading(place.actor) as uow:
        found = check(uow, place.stanch.seals, incident, kept)
    return [msgspec.to_builtins(each) for each in found]


@click.command(epilog="Example: stanch checkpoint")
@click.pass_obj
def checkpoint(place: Place) -> None:
    """Seal everything that is recorded by now in one line, to be kept where nobody can change it together with the database."""
    if place.url:
        click.echo(place.fetch("POST", "/api/v1/checkpoints").decode().strip())
        return
    click.echo(msgspec.json.encode(place.stanch.seals.checkpoint()).decode())


@click.command(epilog="Example: stanch export INC-1 --format md --output INC-1.md")
@click.argument("incident")
@click.option(
    "--format", "form", type=click.Choice(["json", "md", "html", "pdf"]), default="json", help="JSON has everything."
)
@click.option(
    "--names", type=click.Choice(["names", "roles"]), default="names", help="Roles in place of people's names."
)
@click.option(
    "--comments",
    type=click.Choice(["no", "yes"]),
    default="no",
    help="Whether md, html and pdf have the comments, too.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout.")
@click.pass_obj
def export(place: Place, incident: str, form: str, names: str, comments: str, output: Path | None) -> None:
    """Write an incident out: JSON with every entry and its hash, or the postmortem as Markdown, HTML or PDF."""
    from stanch.kernel.filling import incident_id
    from stanch.learn import export as learn

    name = incident_id(incident)
    if place.url:
        asked = f"format={form}&names={names}&comments={comments}"
        _write(place.fetch("GET", f"/api/v1/incidents/{quote(name, safe='')}/export?{asked}"), output)
        return
    with place.local().application.reading(place.actor) as uow:
        read = learn.prepare(uow, name, form, names, comments)
    _write(read.content(), output)


@click.command(epilog="Example: stanch meeting INC-1 --output meeting.ics")
@click.argument("incident")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout.")
@click.pass_obj
def meeting(place: Place, incident: str, output: Path | None) -> None:
    """Write the meeting of a postmortem as a calendar file: the same event each time, also after it was moved or cancelled."""
    from stanch.kernel.filling import incident_id
    from stanch.learn.meeting import meeting_file

    name = incident_id(incident)
    if place.url:
        _write(place.fetch("GET", f"/api/v1/incidents/{quote(name, safe='')}/meeting.ics"), output)
        return
    with place.local().application.reading(place.actor) as uow:
        content = meeting_file(uow, name)
    _write(content, output)


def _write(content: bytes, output: Path | None) -> None:
    if output:
        output.write_bytes(content)
    elif content.startswith(b"%PDF-") and sys.stdout.isatty():
        raise click.UsageError("A PDF is not for the terminal: name a file with --output.")
    else:
        click.echo(content, nl=not content.startswith(b"%PDF-"))


@click.command(epilog="Example: stanch watch INC-1")
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each entry.")
@click.pass_obj
def watch(place: Place, incident: str, as_json: bool) -> None:
    """Follow the timeline of an incident until interrupted."""
    from stanch.cli.render import line
    from stanch.kernel.filling import incident_id

    name = incident_id(incident)
    for entry in _remote(place, name) if place.url else _local(place, name):
        click.echo(msgspec.json.encode(entry).decode() if as_json else line(entry))


def _local(place: Place, incident: str) -> Iterator[dict[str, Any]]:
    from stanch.kernel.clock import iso

    last = 0
    while True:
        with place.stanch.application.reading(place.actor) as uow:
            entries = uow.entries(incident, after=last)
        for entry in entries:
            last = entry.position
            yield {"position": last, "kind": entry.kind, "sentence": entry.facts.sentence(),
                   "happened_at": iso(entry.happened_at), "author": entry.author}  # fmt: skip
        time.sleep(POLL_SECONDS)


def _remote(place: Place, incident: str) -> Iterator[dict[str, Any]]:
    """The server's events; after a lost connection it goes on behind the last entry seen."""
    import urllib3

    from stanch.kernel.clock import SystemClock, hour_minute

    clock = SystemClock()
    last, heard = 0, clock.now()  # 0: it was said already that it is not live
    place.fetch("GET", f"/api/v1/incidents/{quote(incident, safe='')}?last=1")  # reports errors at once
    while True:
        try:
            answer = urllib3.request(
                "GET", f"{place.url}/api/v1/incidents/{incident}/events", preload_content=False, retries=False,
                headers=place.headers() | {"Last-Event-ID": str(last)}, timeout=urllib3.Timeout(connect=10, read=10),
            )  # fmt: skip
            if answer.status >= 400:
                raise Unavailable(f"The server answered {answer.status}.")
            for data in _events(answer.stream(1, decode_content=False)):
                heard = clock.now()
                if data:  # else a keep-alive event
                    last = data["position"]
                    yield data
        except urllib3.exceptions.HTTPError:  # the connection was lost or silent: reconnect
            if heard:
                click.echo(f"Not live since {hour_minute(heard)} UTC, trying again.", err=True)
            heard = 0
        time.sleep(1)


def _events(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The data of server-sent events."""
    pending = b""
    for chunk in chunks:
        pending += chunk
        while b"\n\n" in pending:
            block, pending = pending.split(b"\n\n", 1)
            for text in block.split(b"\n"):
                if text.startswith(b"data: "):
                    yield msgspec.json.decode(text[6:])
