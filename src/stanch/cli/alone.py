"""``stanch`` without a command: what needs the user now; without an installation, how to set one up."""

import os
from pathlib import Path

import click

from stanch.cli.place import Place

NONE_YET = """There is no stanch here yet, and STANCH_URL names none.

  stanch demo     play a whole incident on this machine, nothing to set up
  stanch serve    run one here; docs/tutorial.md says what comes next
  export STANCH_URL=https://stanch.example.org STANCH_TOKEN=...
                  use one that runs; a token is made on your page there

'stanch --help' lists every command."""


def alone(place: Place) -> None:
    """Print it. Creates neither a folder nor a database."""
    if not place.url and not _there(place):
        click.echo(NONE_YET)
        return
    from stanch.cli.render import show
    from stanch.kernel.command import REGISTRY
    from stanch.main import load_commands

    load_commands()
    command = REGISTRY["now"]
    show(command, place.run(command, {}), as_json=False)


def _there(place: Place) -> bool:
    """Whether settings name a stanch, or its folder is where it is by default."""
    from stanch.prepare.settings import default_data, settings_file

    if place.config or settings_file() or any(os.environ.get(name) for name in ("STANCH_DATABASE_URL", "STANCH_DATA")):
        return True
    return (Path(default_data(os.environ)) / "stanch.db").is_file()
