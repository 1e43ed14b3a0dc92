"""``stanch slo``: how the SLOs stand, the Prometheus rules for them, and SLOs from OpenSLO files."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from stanch.cli.place import Place
from stanch.kernel.errors import Invalid

if TYPE_CHECKING:
    from stanch.kernel.policy import Policy


@click.group(invoke_without_command=True, epilog="Example: stanch slo --service shop")
@click.option("--service", default="", help="Only those of this service.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def slo(context: click.Context, service: str, as_json: bool) -> None:
    """Service level objectives: burn rates, the error budget that is left, and whether that pages."""
    if context.invoked_subcommand:
        return
    from stanch.cli.render import show
    from stanch.kernel.command import REGISTRY
    from stanch.main import load_commands

    load_commands()
    command = REGISTRY["slo"]
    show(command, context.obj.run(command, {"service": service} if service else {}), as_json)


@slo.command("rules", epilog="Example: stanch slo rules --output slo.rules.yml")
@click.argument("service", default="")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout.")
@click.pass_obj
def print_rules(place: Place, service: str, output: Path | None) -> None:
    """Print Prometheus recording and alerting rules of all SLOs, or of one service's."""
    from stanch.detect.slo import generate

    if place.url:
        query = f"?{urlencode({'service': service})}" if service else ""
        text = place.fetch("GET", f"/api/v1/slo/rules{query}").decode()
    else:
        text = generate.of_catalog(*_policy(place), service)
    for note in generate.notes(text):
        click.echo(f"stanch: {note}", err=True)
    if output:
        output.write_text(text)
    else:
        click.echo(text, nl=False)


@slo.command("import", epilog="Example: stanch slo import openslo.yaml")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def import_openslo(files: tuple[Path, ...]) -> None:
    """Print OpenSLO v1 files as 'slos:' of the catalog; what cannot be mapped is told on stderr."""
    from stanch.prepare import openslo

    found, told = openslo.read_files(files)
    for sentence in told:
        click.echo(f"stanch: {sentence}", err=True)
    if not found:
        raise Invalid(
            "Nothing of this could be mapped.", hint="OpenSLO v1 with a ratioMetric and a rolling window can."
        )
    click.echo(openslo.catalog_yaml(found), nl=False)


def _policy(place: Place) -> "tuple[Policy, str]":
    """The catalog beside stanch.yaml; no database is opened for it."""
    from stanch.prepare.settings import load

    if place.config and not place.config.is_file():
        raise Invalid(f"There is no file {place.config}.", hint="Correct --config.")
    settings = load(place.config)
    return settings.policy, settings.url() if settings.public_url else ""
