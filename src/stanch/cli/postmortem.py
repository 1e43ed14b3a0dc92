"""``stanch import-postmortem``: a Markdown file into the postmortem of an incident."""

import sys
from pathlib import Path

import click

from stanch.cli.place import Place
from stanch.kernel.errors import Invalid


@click.command(epilog="Example: stanch import-postmortem INC-1 INC-1.md")
@click.argument("incident")
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--mine", multiple=True, metavar="PART", help="A part that both changed, and whose text in the file holds both."
)
@click.option("--keep", is_flag=True, help="Import the rest where lines cannot be placed, and keep these in a comment.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def import_postmortem(
    place: Place, incident: str, file: Path, mine: tuple[str, ...], keep: bool, as_json: bool
) -> None:
    """Import a postmortem as Markdown: an export that was edited, or one written by hand. FILE may be - for stdin.

    What others wrote since the export is merged with it, part by part. Nothing changes where both changed the same words, or where a line cannot be placed.
    """
    from stanch.cli.render import show
    from stanch.kernel.command import REGISTRY
    from stanch.main import load_commands

    load_commands()
    command = REGISTRY["import-postmortem"]
    given = {"incident": incident, "text": _text(file), "mine": list(mine), "keep": keep}
    show(command, place.run(command, given), as_json)


def _text(file: Path) -> str:
    from stanch.learn.importing import LONGEST

    try:
        if str(file) == "-":
            read = sys.stdin.buffer.read(4 * LONGEST + 1)
        else:
            with file.open("rb") as opened:
                read = opened.read(4 * LONGEST + 1)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None
    try:
        text = read.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{file} is no text in UTF-8.", hint="Give Markdown.") from None
    if len(text) > LONGEST:
        raise Invalid(
            f"{file} has more than {LONGEST:,} characters.",
            hint="The timeline may be left out: it comes from the record.",
        )
    return text
