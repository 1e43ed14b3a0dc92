"""``stanch import``: leave another on-call tool. It only reads files and writes files; no server, no database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.sentences import counted

if TYPE_CHECKING:
    from stanch.prepare.importers.imported import Imported

# Size limit of a dump, against memory exhaustion.
LARGEST = 512 * 1024 * 1024
ENDINGS = (".json", ".jsonl", ".ndjson")


@click.group("import", no_args_is_help=True)
def import_() -> None:
    """Take contacts, schedules, escalation and services over from another on-call tool."""


def _command(name: str, module: str, title: str, lists: str) -> None:
    @import_.command(
        name,
        short_help=f"Read a dump of {title}.",
        help=f"Read answers of {title}'s API: {lists}. The report on stderr names what did not map.\n\n"
        "FILE is JSON, JSON lines, a zip or a folder of them, or - for stdin.",
        epilog=f"Example: stanch import {name} dump.json --into catalog",
    )
    @click.argument(
        "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, allow_dash=True)
    )
    @click.option(
        "--into", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="Write into this catalog."
    )
    @click.option("--force", is_flag=True, help="With --into: replace files that are there.")
    @click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
    def run(files: tuple[Path, ...], folder: Path | None, force: bool, as_json: bool) -> None:
        _run(name, module, title, files, folder, force, as_json)


_command("pagerduty", "pagerduty_dump", "PagerDuty", "users, schedules, escalation policies, services")
_command("opsgenie", "opsgenie_dump", "Opsgenie", "users, teams, schedules, escalations, services")
_command(
    "grafana-oncall",
    "grafana_oncall_dump",
    "Grafana OnCall",
    "users, schedules, shifts, escalation chains, integrations",
)


def _run(
    tool: str, module: str, title: str, paths: tuple[Path, ...], folder: Path | None, force: bool, as_json: bool
) -> None:
    import importlib

    from stanch.kernel.clock import SystemClock, iso

    reader: Any = importlib.import_module(f"stanch.prepare.importers.{module}")
    documents = [document for path in paths for document in _documents(path)]
    now = SystemClock().now()
    try:
        imported: Imported = reader.read(documents[0] if len(documents) == 1 else documents, now)
    except ValueError as error:
        raise Invalid(f"{', '.join(map(str, paths))}: {error}.", hint=f"Is it a dump of {title}?") from None
    origin = f"{title} on {iso(now)[:10]}, from {', '.join(path.name or str(path) for path in paths)}"
    files = imported.files(tool, origin)
    if folder is None:
        click.echo("\n".join(f"# --- {path}\n{text}" for path, text in files.items()), nl=False)
    else:
        _write(folder, files, force)
    _report(tool, imported, list(files), folder, as_json)


def _report(tool: str, imported: Imported, paths: list[str], folder: Path | None, as_json: bool) -> None:
    import msgspec

    if as_json:
        written = [str(folder / path) for path in paths] if folder else []
        report = {"tool": tool, "taken": imported.counts(), "written": written, "notes": imported.notes}
        click.echo(msgspec.json.encode(report).decode(), err=folder is None)  # without --into stdout is the YAML's
        return
    taken = ", ".join(f"{number} {what}" for what, number in imported.counts().items())
    click.echo(f"Taken: {taken}. {counted(len(imported.notes), 'note')}.", err=True)
    for note in imported.notes:
        click.echo(f"- {note.sentence()}", err=True)
    for path in paths if folder else []:
        click.echo(f"Written: {folder}/{path}", err=True)


def _write(folder: Path, files: dict[str, str], force: bool) -> None:
    there = [path for path in files if (folder / path).exists()]
    if there and not force:
        raise Conflict(f"In {folder} there is already {', '.join(there)}.", hint="--force replaces it.")
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _documents(path: Path) -> Iterator[Any]:
    """Every document of a file, folder, archive or stdin. Raises ``Invalid`` naming the file and what is wrong."""
    if str(path) == "-":
        yield from _parsed(sys.stdin.buffer.read(LARGEST + 1), "stdin")
    elif path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in (*ENDINGS, ".zip"))
        if not inside:
            raise Invalid(f"{path} has no file that ends in {', '.join(ENDINGS)} or .zip.")
        for file in inside:
            yield from _documents(file)
    else:
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
        yield from _archived(path, content) if content[:4] == b"PK\x03\x04" else _parsed(content, str(path))


def _archived(path: Path, content: bytes) -> Iterator[Any]:
    import io
    import zipfile
    import zlib

    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.filename.lower().endswith(ENDINGS):
                    with archive.open(entry) as stream:
                        text = stream.read(
                            left + 1
                        )  # sizes are counted while reading, not taken from the archive's headers
                    left -= len(text)
                    if left < 0:
                        raise Invalid(f"{path} is larger than {LARGEST} bytes when unpacked.")
                    yield from _parsed(text, f"{path}:{entry.filename}")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Invalid(f"{path} is not a zip archive that can be read: {error}.") from None


def _parsed(content: bytes, where: str) -> Iterator[Any]:
    """One JSON document, or one on each line."""
    import msgspec

    if len(content) > LARGEST:
        raise Invalid(f"{where} is larger than {LARGEST} bytes.")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise Invalid(f"{where} is empty.", hint="Did the request that made it fail?")
    try:
        yield msgspec.json.decode(content)
        return
    except (msgspec.DecodeError, RecursionError) as error:
        whole = str(error)
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError) as error:
                if number == 1:
                    raise Invalid(f"{where} is not JSON: {whole}.") from None
                raise Invalid(f"{where}, line {number}, is not JSON: {error}.") from None
