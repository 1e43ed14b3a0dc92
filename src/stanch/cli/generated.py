"""A sub-command for a registered command: its struct's fields become arguments and options."""

import importlib
import re
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click
import msgspec

from stanch.cli import last_seen
from stanch.cli.index import COMMANDS, MODULES
from stanch.cli.place import Place
from stanch.kernel.command import REGISTRY, Command, Done
from stanch.kernel.errors import Invalid, Problem

# What is an option, known or mistyped; any other word with a dash before it is text.
OPTION = re.compile(r"-[A-Za-z]+|--[A-Za-z][\w-]*(=.*)?", re.DOTALL)
# Marks a text so that click does not read it as an option; removed after parsing.
TEXT = "\x00"
# Lines that are written one after another: what comes next is not said behind each.
NARRATION = frozenset({"say", "chat", "fact", "pin", "for", "against"})


def registered(name: str) -> Command:
    """The command; of all that define commands its module alone is imported, since all of them take half a second."""
    importlib.import_module(MODULES[name])
    return REGISTRY[name]


def build(command: Command) -> click.Command:
    """Positional fields in their order, the incident first; everything else as options."""
    fields = {field.name: field for field in msgspec.inspect.type_info(command.struct).fields}  # type: ignore[attr-defined]
    order = [name for name in command.positional if name != "incident"]
    params: list[click.Parameter] = []
    if command.needs_incident:
        params.append(click.Argument(["incident"], metavar="INCIDENT"))
    for place, name in enumerate(order):
        params.append(_argument(name, fields[name], last=place == len(order) - 1))
    for name, field in fields.items():
        if name not in order and name != "incident":
            params.append(_option(name, field))
    params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."))

    def run(as_json: bool, **values: Any) -> None:
        place: Place = click.get_current_context().obj
        given = {name: value for name, value in values.items() if value is not None and value != ()}
        for name in order:
            if isinstance(given.get(name), tuple):
                given[name] = " ".join(given[name])
        value = _carry_out(place, command, given)
        from stanch.cli.render import show

        show(command, value, as_json)
        if not as_json and isinstance(value, Done) and value.incident and command.name not in NARRATION:
            _say_next(place, value.incident)

    return WithText(
        command.name,
        params=params,
        callback=run,
        help=command.doc,
        short_help=command.doc,
        epilog=f"Example: {command.example}",
    )


def _say_next(place: Place, incident: str) -> None:
    """What comes next, beside the answer: programs read the answer alone, on standard output."""
    from stanch.cli.terminal import clean

    with suppress(Problem):  # the command itself was carried out
        found = place.run(registered("next"), {"incident": incident})
        if found.due is not None:
            click.echo(clean(f"Next: {found.line()}"), err=True)


class WithText(click.Command):
    """A command whose texts may begin with a dash: ``stanch say 1 "-5 % of requests"`` names no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ends = args.index("--") if "--" in args else len(args)
        words = [TEXT + word if word[:1] == "-" and not OPTION.fullmatch(word) else word for word in args[:ends]]
        try:
            rest = super().parse_args(ctx, words + args[ends:])
        except click.NoSuchOption as error:
            raise click.NoSuchOption(error.option_name, f"{error.message} {self._instead(error)}", ctx=ctx) from None
        except click.UsageError as error:
            if "unexpected extra argument" not in error.message or not (one := of_one(self.name or "")):
                raise
            typed = " ".join(word for word in args if word[:1] != "-")
            raise click.UsageError(f"{error.message}. Did you mean 'stanch {one} {typed}'?", ctx) from None
        ctx.params = {name: _unmarked(value) for name, value in ctx.params.items()}
        return rest

    def _instead(self, error: click.NoSuchOption) -> str:
        """What to write in place of an option that is not there: the argument of that name, one spelt alike, or one of all."""
        import difflib

        name = error.option_name.lstrip("-").partition("=")[0].replace("-", "_")
        if any(isinstance(param, click.Argument) and param.name == name for param in self.params):
            return f"It is written without an option. {self.epilog}"
        flags = [flag for param in self.params if isinstance(param, click.Option) for flag in param.opts]
        near = difflib.get_close_matches(error.option_name, flags, n=1, cutoff=0.7)
        instead = f"Did you mean {near[0]}?" if near else f"There is {', '.join(flags)}."
        return f"{instead} Text that begins with a dash goes behind '--'."


def of_one(name: str) -> str:
    """The command for one of what a command lists: ``service`` of ``services``; empty where there is none."""
    one = name.removesuffix("s")
    return one if one != name and one in COMMANDS else ""


def _unmarked(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_unmarked(part) for part in value)
    return value.removeprefix(TEXT) if isinstance(value, str) else value


def _carry_out(place: Place, command: Command, given: dict[str, Any]) -> Any:
    """Run it; what asks for a confirmation is confirmed at the terminal, once, with a word of its own.

    What was listed before, or is shown with the question, is what runs: its fingerprint goes along.
    """
    given = last_seen.recall(place.where(), command, given)
    try:
        answer = place.run(command, given)
        last_seen.remember(place.where(), command, given, answer)
        return answer
    except Invalid as problem:
        if problem.field != "confirm" or given.get("confirm") or not sys.stdin.isatty():
            raise
        click.echo(problem.detail, err=True)
        click.confirm("Do it?", abort=True, err=True)
        return place.run(command, {**given, **problem.repeat, "confirm": secrets.token_urlsafe(12)})


def _shape(kind: Any) -> tuple[Any, str]:
    """The type inside optional and annotated ones, and its description."""
    text = ""
    while True:
        if isinstance(kind, msgspec.inspect.Metadata):
            text = text or (kind.extra_json_schema or {}).get("description", "")
            kind = kind.type
        elif isinstance(kind, msgspec.inspect.UnionType):
            kind = next(part for part in kind.types if not isinstance(part, msgspec.inspect.NoneType))
        else:
            return kind, text


def _argument(name: str, field: Any, *, last: bool) -> click.Argument:
    kind, _ = _shape(field.type)
    free_text = last and isinstance(kind, msgspec.inspect.StrType)
    return click.Argument(
        [name],
        shell_complete=_words(kind),
        required=field.required,
        nargs=-1 if free_text else 1,
        metavar=_usage(name, kind, required=field.required) + ("..." if free_text else ""),
    )


def _words(kind: Any) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """What the shell may complete a value with: the words that it is chosen from, also within a list."""
    if isinstance(kind, msgspec.inspect.ListType):
        kind, _ = _shape(kind.item_type)
    known = [str(value) for value in kind.values if value] if isinstance(kind, msgspec.inspect.LiteralType) else []
    return lambda _context, _parameter, begun: [word for word in known if word.startswith(begun)]


def _usage(name: str, kind: Any, *, required: bool) -> str:
    """As usage lines write it: an argument that may be left out stands in brackets."""
    chosen = isinstance(kind, msgspec.inspect.LiteralType)
    text = "|".join(str(value) for value in kind.values if value) if chosen else name.upper()
    if not required:
        return f"[{text}]"
    return f"{{{text}}}" if chosen else text


def _option(name: str, field: Any) -> click.Option:
    kind, text = _shape(field.type)
    flag = f"--{name.replace('_', '-')}"
    if isinstance(kind, msgspec.inspect.BoolType) and field.default is None:
        return click.Option([f"{flag}/--no-{flag[2:]}", name], default=None, help=text)
    if isinstance(kind, msgspec.inspect.BoolType):
        return click.Option([flag, name], is_flag=True, default=None, help=text)
    multiple = isinstance(kind, msgspec.inspect.ListType)
    default = field.default if isinstance(field.default, int | float | str) and field.default else None
    shown = f"{text} [default: {default}]".strip() if default is not None else text
    return click.Option(
        [flag, name],
        shell_complete=_words(kind),
        required=field.required,
        multiple=multiple,
        help=shown,
        metavar=_metavar(kind),
    )


def _metavar(kind: Any) -> str:
    if isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        return "NUMBER"
    return _usage("text", kind, required=True)
