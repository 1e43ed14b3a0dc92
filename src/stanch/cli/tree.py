"""The tree of sub-commands: those of the registry beside those written by hand, shown by phase."""

import importlib
import keyword
from typing import Any

import click
from click.shell_completion import CompletionItem

from stanch.cli.index import COMMANDS

# name -> (group, module, first line of help); the module is imported when the command is called for
BY_HAND: dict[str, tuple[str, str, str]] = {
    "serve": ("run", "serve", "Run the server: pages, API, hooks and the engine."),
    "demo": ("run", "demo", "Play a whole incident against a real small system."),
    "doctor": ("run", "doctor", "Check database, configuration, data directory and integrations."),
    "migrate": ("run", "serve", "Bring the database to this release's schema."),
    "schema": ("prepare", "schema", "Print the JSON Schema of stanch.yaml or of the catalog's files."),
    "user": ("run", "people", "Add, list and remove people."),
    "token": ("run", "people", "Create and revoke API tokens."),
    "completion": ("run", "completion", "Print what makes bash, zsh or fish complete commands and options."),
    "readiness": ("prepare", "readiness", "How ready each service is, and what would raise its score."),
    "verify": ("run", "record", "Check the hash chain of the timelines."),
    "checkpoint": ("run", "record", "Seal all timelines in one line, to verify against later."),
    "export": ("run", "record", "Write an incident out: JSON, or its postmortem as Markdown, HTML or PDF."),
    "import-postmortem": (
        "learn",
        "postmortem",
        "Import a postmortem as Markdown: an edited export, or one written by hand.",
    ),
    "meeting": ("learn", "record", "Write the meeting of a postmortem as a calendar file."),
    "slo": ("detect", "slo", "SLOs: burn rates and error budgets, Prometheus rules for them, OpenSLO import."),
    "import": ("run", "importing", "Take schedules, people and escalation over from another on-call tool."),
    "watch": ("respond", "record", "Follow the timeline of an incident."),
}
GROUPS = ("respond", "mitigate", "communicate", "recover", "learn", "detect", "prepare", "run")


class Tree(click.Group):
    """The help imports no command at all, and a command no other one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *BY_HAND})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in BY_HAND:
            module = importlib.import_module(f"stanch.cli.{BY_HAND[cmd_name][1]}")
            found: click.Command = getattr(module, cmd_name.replace("-", "_") + "_" * keyword.iskeyword(cmd_name))
            return found
        if cmd_name not in COMMANDS:
            return None
        from stanch.cli.generated import build, registered

        return build(registered(cmd_name))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and their help as the index has them: pressing Tab loads no command."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        told = {name: text for name, (_, text) in COMMANDS.items()} | {
            name: text for name, (_, _, text) in BY_HAND.items()
        }
        return [CompletionItem(name, help=told[name]) for name in sorted(told) if name.startswith(incomplete)]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines: dict[str, list[tuple[str, str]]] = {group: [] for group in GROUPS}
        for name, (group, text) in COMMANDS.items():
            if name not in BY_HAND:
                lines[group].append((name, text))
        for name, (group, _, text) in BY_HAND.items():
            lines[group].append((name, text))
        for group, rows in lines.items():
            if rows:
                with formatter.section(group.capitalize()):
                    formatter.write_dl(sorted(rows))


def first_sentence(text: str) -> str:
    """What the help shows of a command's description."""
    first = text.partition(". ")[0].rstrip(".")
    return first if first.endswith(("?", "!")) else first + "."
