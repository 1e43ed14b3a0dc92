"""``stanch serve`` and ``stanch migrate``."""

import os

import click

from stanch.cli.place import Place


@click.command(
    short_help="Run the server: pages, API, hooks and the engine.", epilog="Example: stanch serve --port 9000"
)
@click.option("--host", help="The address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="The port [default: 8080]; 0 takes a free one.")
@click.pass_obj
def serve(place: Place, host: str | None, port: int | None) -> None:
    """Run the server: pages, API, hooks and the engine."""
    from stanch.web.app import serve as run

    # As settings, before anything is built from them: pages and snippets name the address that is listened on.
    if host is not None:
        os.environ["STANCH_HOST"] = host
    if port is not None:
        os.environ["STANCH_PORT"] = str(port)
    run(place.stanch)


@click.command(epilog="Example: stanch migrate")
@click.pass_obj
def migrate(place: Place) -> None:
    """Bring the database to this release's schema. 'serve' does it too."""
    from stanch.db.migrate import migrate as run

    click.echo(f"The database has schema {run(place.stanch.application.database)}.")
