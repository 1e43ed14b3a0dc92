"""``stanch readiness``: the report with an exit code, so that CI can hold a catalog to a score (R7)."""

import json
from typing import Any

import click
import msgspec

from stanch.cli.place import Place
from stanch.cli.render import clean


@click.command(epilog="Example: stanch readiness --minimum 70")
@click.argument("service", required=False, default="")
@click.option("--minimum", type=click.IntRange(0, 100), default=0, help="Exit with 1 if a service is below this score.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def readiness(place: Place, service: str, minimum: int, as_json: bool) -> None:
    """How ready each service is for being paged about, and what would raise its score."""
    from stanch.kernel.command import REGISTRY
    from stanch.main import load_commands

    load_commands()
    found: Any = msgspec.to_builtins(place.run(REGISTRY["readiness"], {"service": service} if service else {}))
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _show(found)
    if minimum and not found["services"]:
        click.echo(f"There is no service in the catalog, so nothing reaches {minimum}.", err=True)
        raise click.exceptions.Exit(1)
    below = [each["service"] for each in found["services"] if each["score"] < minimum]
    if below:
        click.echo(f"Below {minimum}: {', '.join(map(clean, below))}", err=True)
        raise click.exceptions.Exit(1)


def _show(found: Any) -> None:
    if not found["services"]:
        click.echo("The catalog is empty: no service to judge.")
        return
    click.echo(f"Overall {found['overall']} of 100; the weakest core service has {found['weakest_core']}.")
    for each in found["services"]:
        click.echo(f"\n{each['score']:>3}  {clean(each['title'])}{' (core)' if each['core'] else ''}")
        for lack in each["lacks"]:
            click.echo(f"     -{lack['points']:<3} {clean(lack['text'])}: {clean(lack['do'])}")
