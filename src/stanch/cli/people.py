"""``stanch user`` and ``stanch token``: who may sign in, and with what."""

import sys

import click

from stanch.cli.place import Place


@click.group()
def user() -> None:
    """Add, list and remove people."""


@user.command("add", epilog="Example: stanch user add ben")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May see private incidents and manage people.")
@click.option("--password", is_flag=True, help="Ask for a password instead of printing a sign-in link.")
@click.option("--reach", default="", metavar="WAY", help="How a page wakes them, such as smtp:ben@example.org.")
@click.pass_obj
def add(place: Place, name: str, admin: bool, password: bool, reach: str) -> None:
    """Add a person; prints a sign-in link that works once within ten minutes."""
    from stanch.identity import people
    from stanch.kernel.actor import Actor
    from stanch.prepare.profile.commands import AddMethod, add_method, checked_address

    application = place.local().application
    if reach:
        with application.reading() as uow:
            checked_address(uow, reach, "reach")
    secret = _ask() if password else ""
    people.add(application.database, name, application.clock.now(), admin=admin, password=secret)
    if reach:
        with application.uow(Actor(name.strip(), admin=admin), "cli") as uow:
            click.echo(add_method(uow, AddMethod(reach)).message)
    click.echo(f"{name} may sign in now{' and is an admin' if admin else ''}.")
    if not password:
        _print_link(place, name)


@user.command("link", epilog="Example: stanch user link ben")
@click.argument("name")
@click.pass_obj
def link(place: Place, name: str) -> None:
    """Print a new sign-in link for a person."""
    _print_link(place, name)


@user.command("password", epilog="Example: stanch user password ben")
@click.argument("name")
@click.pass_obj
def change(place: Place, name: str) -> None:
    """Set a person's password; their sessions end."""
    from stanch.identity import people

    people.set_password(place.local().application.database, name, _ask())
    click.echo(f"The password of {name} is set.")


@user.command("list", epilog="Example: stanch user list")
@click.pass_obj
def everybody(place: Place) -> None:
    """List who may sign in."""
    import msgspec

    from stanch.cli.render import table
    from stanch.identity import people

    table(msgspec.to_builtins(people.everybody(place.local().application.database)))


@user.command("remove", epilog="Example: stanch user remove ben")
@click.argument("name")
@click.pass_obj
def remove(place: Place, name: str) -> None:
    """Take a person's access away at once; what they wrote stays."""
    from stanch.identity import people

    people.remove(place.local().application.database, name)
    click.echo(f"{name} can no longer sign in.")


@click.group()
def token() -> None:
    """Create and revoke API tokens."""


@token.command("create", epilog="Example: stanch token create ben --name laptop")
@click.argument("person")
@click.option("--name", default="", help="What it is for; needed to revoke it.")
@click.pass_obj
def create(place: Place, person: str, name: str) -> None:
    """Print a new token of a person. It is shown this once."""
    from stanch.identity import credentials

    application = place.local().application
    click.echo(credentials.create_token(application.database, person, application.clock.now(), name))


@token.command("revoke", epilog="Example: stanch token revoke ben --name laptop")
@click.argument("person")
@click.option("--name", default="", help="Which; those without a name by default.")
@click.pass_obj
def revoke(place: Place, person: str, name: str) -> None:
    """End a person's tokens of a name."""
    from stanch.identity import credentials

    click.echo(f"{credentials.revoke_tokens(place.local().application.database, person, name)} revoked.")


def _ask() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


def _print_link(place: Place, name: str) -> None:
    from stanch.identity import credentials
    from stanch.prepare import served_at

    stanch = place.local()
    code = credentials.create_link(stanch.application.database, name, stanch.application.clock.now())
    click.echo(f"Open once, within ten minutes:\n  {credentials.link_address(served_at.read(stanch.settings), code)}")
