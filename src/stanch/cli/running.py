"""Commands that run the product: serve, demo, doctor, migrate, users and tokens, export, verify, watch."""

import json
import os
import time
from pathlib import Path
from typing import Any

import click

from stanch.kernel.errors import Problem

JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def _say(answer: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(answer) if as_json else answer["message"])


@click.command(help="Run the server: pages, API, hooks and the engine.")
@click.option("--host", help="Address to listen on; 127.0.0.1 by default.")
@click.option("--port", type=int, help="Port; 8080 by default.")
def serve(host: str | None, port: int | None) -> None:
    from stanch.main import open_stanch
    from stanch.prepare.settings import load
    from stanch.web.serving import serve as run

    settings = load()
    settings.host, settings.port = host or settings.host, port or settings.port
    run(open_stanch(settings=settings))


@click.command(help="Watch, or drive, an incident of a small real shop that is broken on purpose.")
@click.option("--auto", is_flag=True, help="Drive it to its end without you, and report.")
@click.option(
    "--speed",
    type=click.FloatRange(1, 100),
    default=1.0,
    help="Shorten waiting times so many fold; no step is left out.",
)
@click.option(
    "--prometheus", is_flag=True, help="Detect through a real Prometheus and Alertmanager that are started for it."
)
@click.option("--port", type=int, default=0, help="Port of the server; a free one by default.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to keep everything; a temporary folder by default."
)
def demo(auto: bool, speed: float, prometheus: bool, port: int, folder: Path | None) -> None:
    # The demo is an application of its own above this one: it is started by name so that imports keep going down.
    import importlib

    raise click.exceptions.Exit(
        importlib.import_module("stanch.demo.cli").demo(
            auto=auto, speed=speed, prometheus=prometheus, port=port, folder=folder
        )
    )


@click.command(help="Bring the database's schema up to this release.")
@JSON
def migrate(as_json: bool) -> None:
    from stanch.main import open_stanch

    stanch = open_stanch()
    stanch.office.database.close()
    _say({"message": f"The schema of {stanch.settings.database_url.split('@')[-1]} is up to date."}, as_json)


@click.command(help="Check configuration, database and data directory; exit code 1 when something is wrong.")
@JSON
def doctor(as_json: bool) -> None:
    from stanch.main import open_stanch

    findings: list[tuple[bool, str]] = []
    try:
        stanch = open_stanch()
    except Problem as problem:
        findings.append((False, problem.sentence()))
    else:
        policy = stanch.settings.policy
        findings.append((True, f"database: {stanch.office.database.dialect}, schema up to date"))
        findings.append((os.access(stanch.settings.data, os.W_OK), f"data directory: {stanch.settings.data}"))
        findings.append((bool(policy.services), f"catalog: {len(policy.services)} services"))
        reachable = [c.name for c in policy.contacts.values() if c.reach]
        findings.append(
            (bool(reachable), f"people who can be paged: {', '.join(reachable) or 'none, so a page wakes nobody'}")
        )
        used = {reach.split(":", 1)[0] for c in policy.contacts.values() for reach in c.reach}
        for kind in sorted(used - set(stanch.world.notifiers)):
            findings.append((False, f"notifier '{kind}' is used by a contact and not configured"))
        stanch.office.database.close()
    if as_json:
        click.echo(json.dumps([{"ok": ok, "finding": text} for ok, text in findings]))
    else:
        for ok, text in findings:
            click.echo(f"{'ok ' if ok else 'BAD'}  {text}")
    if not all(ok for ok, _ in findings):
        raise click.exceptions.Exit(1)


@click.group(help="People who may sign in.")
def user() -> None:
    """Only ``add`` and ``link`` below."""


@user.command("add", help="Add a person. They sign in by a one-time link, or with a password.")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May see private incidents.")
@click.option("--password", is_flag=True, help="Ask for a password now.")
@JSON
def user_add(name: str, admin: bool, password: bool, as_json: bool) -> None:
    from stanch.main import open_stanch
    from stanch.prepare.people import add_person

    stanch = open_stanch()
    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True) if password else ""
    with stanch.office.database.transaction() as tx:
        add_person(tx, name, admin=admin, password=secret, now=stanch.office.clock.now())
    _say({"message": f"{name} is known. Sign in with 'stanch user link {name}'.", "name": name}, as_json)


@user.command("link", help="Print a sign-in link for a person; it works once, for a day.")
@click.argument("name")
@JSON
def user_link(name: str, as_json: bool) -> None:
    from stanch.main import open_stanch
    from stanch.prepare.people import once_link

    stanch = open_stanch()
    with stanch.office.database.transaction() as tx:
        link = once_link(tx, name, stanch.settings.url(), stanch.office.clock.now())
    _say({"message": link, "url": link}, as_json)


@click.group(help="Tokens for programs.")
def token() -> None:
    """Only ``create`` below."""


@token.command("create", help="Create an API token for a person; it is shown once.")
@click.argument("person")
@click.option("--name", default="cli", help="What it is for.")
@JSON
def token_create(person: str, name: str, as_json: bool) -> None:
    from stanch.main import open_stanch
    from stanch.prepare.people import create_credential

    stanch = open_stanch()
    with stanch.office.database.transaction() as tx:
        secret = create_credential(tx, person, "token", stanch.office.clock.now(), name=name)
    _say({"message": secret, "token": secret}, as_json)


@click.command(help="Check the hash chain of an incident, or of all; exit code 1 names the first wrong entry.")
@click.argument("incident", required=False)
@JSON
def verify(incident: str | None, as_json: bool) -> None:
    from stanch.main import open_stanch
    from stanch.timeline import store

    if os.environ.get("STANCH_URL"):
        from stanch.cli.calling import fetch

        _verdict(json.loads(fetch("/api/v1/verify" + (f"?incident={incident}" if incident else ""))), as_json)
        return
    stanch = open_stanch()
    with stanch.office.reading() as desk:
        _verdict(store.verify_all(desk.tx, incident), as_json)


def _verdict(found: list[dict[str, Any]], as_json: bool) -> None:
    wrong = [each["wrong"] for each in found if each["wrong"]]
    if as_json:
        click.echo(json.dumps(found))
    else:
        for each in found:
            click.echo(each["wrong"] or f"{each['incident']}: clean, {each['entries']} entries")
    if wrong:
        raise click.exceptions.Exit(1)


@click.command(help="Export an incident: Markdown (the postmortem) or JSON (everything).")
@click.argument("incident")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file; the terminal by default.")
@JSON
def export(incident: str, form: str, output: Path | None, as_json: bool) -> None:
    from stanch.cli.calling import exported

    text = exported(incident, form)
    if output:
        output.write_text(text)
        _say({"message": f"Written to {output}.", "path": str(output)}, as_json)
    else:
        click.echo(text)


@click.command(help="Follow an incident's timeline until Ctrl-C.")
@click.argument("incident")
def watch(incident: str) -> None:
    from stanch.cli.calling import call
    from stanch.kernel.command import REGISTRY

    command, seen = REGISTRY["show"], 0
    while True:
        for entry in call(command, command.struct(incident=incident))["timeline"]:
            if entry["position"] > seen:
                click.echo(f"{entry['happened_at'][11:19]}  {entry['author']}: {entry['sentence']}")
                seen = entry["position"]
        time.sleep(1)


COMMANDS: dict[str, click.Command] = {
    "serve": serve, "demo": demo, "doctor": doctor, "migrate": migrate, "user": user, "token": token, "export": export,
    "verify": verify, "watch": watch,
}  # fmt: skip
