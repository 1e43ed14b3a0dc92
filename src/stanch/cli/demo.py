"""``stanch demo``: a whole incident against a real small system."""

from pathlib import Path

import click


@click.command(epilog="Example: stanch demo --auto --speed 20")
@click.option(
    "--auto", is_flag=True, help="Three people drive it to its end by themselves; exits 1 when a stage did not happen."
)
@click.option(
    "--full", is_flag=True, help="Serve an example organisation with a year of incidents instead, one of them open."
)
@click.option(
    "--speed", type=click.FloatRange(1, 100), default=1.0, help="Shortens waiting times so many fold, never steps."
)
@click.option(
    "--drill",
    is_flag=True,
    help="Nothing breaks until you start the drill 'shop-release' (with --auto: three people play it).",
)
@click.option("--prometheus", is_flag=True, help="Detect through a real Prometheus and Alertmanager, started for it.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port of the pages [default: a free one].")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything here [default: a temporary folder].",
)
def demo(auto: bool, full: bool, speed: float, drill: bool, prometheus: bool, port: int, folder: Path | None) -> None:
    """Break a small real shop and respond: alert, page, mitigation, updates, recovery, postmortem."""
    if full and (auto or drill or prometheus):
        raise click.UsageError("The year is played as it is: --full goes with --port and --folder only.")
    if full:
        from stanch.demo.year.full import serve

        raise click.exceptions.Exit(serve(folder, port))
    from stanch.demo.cli import demo as run

    if drill and prometheus:
        raise click.UsageError("A drill has the alerts of its script: choose --drill or --prometheus.")

    raise click.exceptions.Exit(
        run(auto=auto, speed=speed, drill=drill, prometheus=prometheus, port=port, folder=folder)
    )
