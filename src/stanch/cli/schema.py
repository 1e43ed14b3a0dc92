"""``stanch schema``: JSON Schemas of the files that people write."""

import json

import click

FILES = ("stanch", "service", "policy", "drill")


@click.command(epilog="Example: stanch schema service")
@click.argument("name", type=click.Choice(FILES), default="stanch", metavar=f"[{'|'.join(FILES)}]")
def schema(name: str) -> None:
    """Print the JSON Schema of stanch.yaml, of a service's file or of a policy file of the catalog."""
    from stanch.main import integrations
    from stanch.prepare.schema import schema as build

    click.echo(json.dumps(build(name, integrations()), indent=2))
