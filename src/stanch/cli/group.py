"""Builds the click group from the registry, in the phases' order."""

import types
import typing
from typing import Any, Literal, get_args, get_origin

import click
import msgspec

from stanch.cli import running
from stanch.kernel.asking import ask
from stanch.kernel.command import REGISTRY, Command
from stanch.main import load_commands

GROUPS = ("run", "prepare", "detect", "respond", "mitigate", "communicate", "recover", "learn")


class Phased(click.Group):
    """Lists the commands by the phase they belong to."""

    phases: dict[str, str]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One section for each phase."""
        for phase in GROUPS:
            rows = [
                (name, self.commands[name].get_short_help_str(90)) for name, of in self.phases.items() if of == phase
            ]
            if rows:
                with formatter.section(phase.capitalize()):
                    formatter.write_dl(rows)


def build() -> click.Group:
    """The whole command line."""
    load_commands()
    group = Phased(
        "stanch",
        help="Incident response: stop the bleeding, then diagnose the wound.",
        context_settings={"max_content_width": 110},
    )
    group.phases = {}
    for name, own in running.COMMANDS.items():
        group.add_command(own, name)
        group.phases[name] = "run"
    for name, command in REGISTRY.items():
        group.add_command(_from(command), name)
        group.phases[name] = command.group
    return group


def _from(command: Command) -> click.Command:
    parameters: list[click.Parameter] = []
    leading = ("incident",) if command.needs_incident else ()
    positional = [*leading, *(name for name in command.positional if name not in leading)]
    fields = {field.name: field for field in msgspec.structs.fields(command.struct)}
    hints = command.fields()
    for name in positional:
        parameters.append(click.Argument([name], required=fields[name].required, metavar=name.upper()))
    for name, field in fields.items():
        if name not in positional:
            parameters.append(_option(name, hints[name], field.required))
    parameters.append(click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON."))

    def call(as_json: bool, **given: Any) -> None:
        from stanch.cli.calling import call
        from stanch.cli.showing import show

        values = {name: value for name, value in given.items() if value is not None and value is not False}
        if isinstance(values.get("incident"), str) and values["incident"].isdigit():
            values["incident"] = f"INC-{values['incident']}"
        show(command, call(command, ask(command, values)), as_json=as_json)

    return click.Command(command.name, callback=call, params=parameters, help=command.doc)


def _option(name: str, hint: Any, required: bool) -> click.Option:
    plain, described = _unwrapped(hint)
    flag = f"--{name.replace('_', '-')}"
    if plain is bool:
        return click.Option([flag, name], is_flag=True, default=None, help=described)
    choices = _choices(plain)
    kind: Any = click.Choice(choices) if choices else {int: int, float: float}.get(plain, str)
    return click.Option([flag, name], type=kind, required=required, default=None, help=described)


def _unwrapped(hint: Any) -> tuple[Any, str]:
    described = ""
    while True:
        if get_origin(hint) is typing.Annotated:
            described = described or next(
                (m.description for m in hint.__metadata__ if isinstance(m, msgspec.Meta) and m.description), ""
            )
            hint = get_args(hint)[0]
        elif get_origin(hint) in (typing.Union, types.UnionType):
            hint = next(part for part in get_args(hint) if part is not type(None))
        else:
            return hint, described


def _choices(plain: Any) -> list[str]:
    return [value for value in get_args(plain) if value] if get_origin(plain) is Literal else []
