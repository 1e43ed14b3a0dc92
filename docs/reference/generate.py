"""Writes what derives from the code: ``python docs/reference/generate.py``. A test checks that it is current.

The commands and the wording rules for readers, and the index of the commands for ``stanch --help``.
"""

import json
from collections.abc import Callable
from pathlib import Path

from stanch.cli.tree import first_sentence
from stanch.communicate.audiences.previews import previews
from stanch.communicate.wording import blameless, public
from stanch.communicate.wording.engine import Rule
from stanch.kernel.audiences import AUDIENCES, AudiencePolicy
from stanch.kernel.command import REGISTRY
from stanch.kernel.policy import Policy
from stanch.main import integrations, load_commands
from stanch.ports.integration import CAPABILITIES, PORTS, Integration
from stanch.prepare.update_templates import PLACEHOLDERS

ROOT = Path(__file__).parents[2]


def text() -> str:
    """The reference of all registered commands."""
    load_commands()
    lines = ["# Commands", "", "Written by `python docs/reference/generate.py` from the command registry.", ""]
    for name, command in sorted(REGISTRY.items()):
        method = "GET" if command.reading else "POST"
        fields = ", ".join(f"`{field}`" for field in command.fields()) or "none"
        lines += [
            f"## {name}",
            "",
            command.doc,
            "",
            f"Example: `{command.example}`",
            "",
            f"Phase: {command.group}. Route: `{method} {command.path}`. Fields: {fields}.",
            "",
        ]
    return "\n".join(lines)


WORDING = """# How the wording rules judge a text (R33, R44)

Written by `python docs/reference/generate.py` from the rules in `src/stanch/communicate/wording/`.

The rules suggest. In a public post a blank, an internal host or a person's name must be confirmed with `unchecked`, and in what
customers read of a postmortem whatever is found; nothing else is held up by them. What is internal comes from the catalog (services,
zones, releases, teams, people); words that your customers know, such as product names, go into `public_words` of `stanch.yaml` and are
never found.

Try a text: `stanch wording "Payments fail."`, `stanch wording --kind postmortem "..."`, or `GET /api/v1/wording`.

The labelled examples are in `tests/data/wording/`, half of them kept from tuning;
`python -m tests.unit.wording_sets public --half held` prints precision and recall for each rule.

Batches written in one sitting before the rules were looked at, and what they gave at first sight (November 2026; whether anything at all was found
in a text). The kinds of miss were mended after each, and the kept halves were looked at then too.

| Batch | Texts | Precision | Recall |
| --- | ---: | ---: | ---: |
| `blameless_second`, unusual words on purpose | 85 | 1.00 | 0.42 |
| `blameless_third`, unusual words on purpose | 87 | 0.94 | 0.61 |
| `blameless_fourth`, the plain words of most reports | 80 | 1.00 | 0.96 |
| `blameless_blind`, by somebody who knew neither rules nor sets | 80 | 0.81 | 0.65 |
| `blameless_trades`, unusual words on purpose, ten trades | 78 | 0.60 | 0.19 |
| `blameless_mixed`, plain and unusual words | 96 | 1.00 | 0.70 |
| `blameless_notes`, notes and chat, half of it innocent | 89 | 0.96 | 0.57 |
| `blameless_lookalikes`, innocent sentences that look like blame, and unusual words | 100 | 0.83 | 0.64 |
| `blameless_last`, half of it innocent | 52 | 0.91 | 0.79 |
| `blameless_typical`, two of three plain, by somebody who knew neither rules nor sets | 240 | 0.95 | 0.83 |
| `blameless_typical_odd`, the same writer, after that was mended | 60 | 1.00 | 0.77 |
| `public_second`, unusual words on purpose | 74 | 0.90 | 0.58 |
| `public_third`, unusual words on purpose | 60 | 0.96 | 0.61 |
| `public_fourth`, the plain words of most posts | 44 | 0.93 | 0.93 |
| `public_blind`, by somebody who knew neither rules nor sets | 50 | 0.83 | 1.00 |
| `public_mixed`, half of it innocent | 42 | 0.79 | 0.86 |
| `public_innocent`, most of it innocent | 49 | 0.67 | 0.71 |
| `public_typical`, two of three plain, by somebody who knew neither rules nor sets | 100 | 0.92 | 0.88 |
| `public_typical_odd`, the same writer, after that was mended | 25 | 0.93 | 0.93 |

So the rules miss what is said in an unusual way, and point at some innocent sentences that are made to look like blame: somebody still reads.
[How they do on texts that no rule was changed for](wording-held-out.md), by label.
"""


def wording_page() -> str:
    """The page of the wording rules: each with its reason, a text before and after."""
    parts = [WORDING]
    for title, rules in (("For customers", public.RULES), ("For postmortems", blameless.RULES)):
        parts += [f"## {title}", "", *(line for rule in rules for line in _rule(rule))]
    return "\n".join(parts)


def _rule(rule: Rule) -> list[str]:
    lines = [f"### {rule.title} (`{rule.name}`)", "", f"Why: {rule.why}. Better: {rule.better}.", ""]
    return [*lines, f"- Before: {rule.before}", f"- After: {rule.after}", ""]


def index() -> str:
    """The module from which the help of the command line is written without importing a command."""
    load_commands()
    lines = [
        '"""Written by ``python docs/reference/generate.py`` from the command registry, so that ``--help`` imports no command."""',
        "",
        "# fmt: off",
        "COMMANDS: dict[str, tuple[str, str]] = {",
        *(f'    "{name}": ("{c.group}", {json.dumps(first_sentence(c.doc))}),' for name, c in sorted(REGISTRY.items())),
        "}",
        "MODULES: dict[str, str] = {",
        *(f'    "{name}": "{c.handle.__module__}",' for name, c in sorted(REGISTRY.items())),
        "}",
        "",
    ]
    return "\n".join(lines)


def integrations_page() -> str:
    """The reference of all integrations, from what each says of itself."""
    lines = [
        "# Integrations",
        "",
        "Written by `python docs/reference/generate.py` from the description of each integration.",
        "",
    ]
    for port, title in PORTS.items():
        lines += [f"## {title}", ""]
        for name, integration in sorted(integrations().items()):
            if integration.port == port:
                lines += _integration(name, integration)
    return "\n".join(lines)


def _integration(name: str, integration: Integration) -> list[str]:
    able = "; ".join(CAPABILITIES[each] for each in integration.capabilities)
    lines = [f"### {integration.title} (`{name}`)", "", *([f"It {able}.", ""] if able else [])]
    fields = integration.fields()
    if not fields:
        return [*lines, "There is nothing to set.", ""]
    rows = [f"| `{f.name}` | {'required' if f.required else f'`{f.default}`'} | {f.help} |" for f in fields]
    return [*lines, "| setting | default | meaning |", "|---|---|---|", *rows, ""]


def templates_page() -> str:
    """The reference of templates of updates: placeholders, and what is built in."""
    lines = [
        "# Templates of updates (R9)",
        "",
        "Written by `python docs/reference/generate.py` from `src/stanch/prepare/update_templates.py`.",
        "",
        "A file `templates/<audience>/<phase>[.<service>][.<language>].md` of the catalog holds text, `{{ placeholder }}` and",
        "`{% if placeholder %}...{% else %}...{% endif %}`. What is not known is a blank, `[…]`.",
        "",
        "| placeholder | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in PLACEHOLDERS.items()),
        "",
    ]
    for row in previews(Policy()):
        lines += [
            f"## {row.name}",
            "",
            "```text",
            row.text,
            "```",
            "",
            "For an example incident:",
            "",
            "```text",
            row.filled,
            "```",
            "",
        ]
    return "\n".join(lines)


def audiences_page() -> str:
    """The settings of audiences."""
    lines = [
        "# Settings of audiences (R31, R32)",
        "",
        "Written by `python docs/reference/generate.py` from `src/stanch/kernel/audiences.py`.",
        "",
    ]
    lines += [
        " ".join((AudiencePolicy.__doc__ or "").replace("``", "`").split()),
        "",
        "| setting | by default |",
        "|---|---|",
    ]
    for audience in AUDIENCES:
        usual = "the severity's `update_every`" if audience == "engineers" else "no cadence"
        lines += [f"| `audiences.{audience}.every` | {usual} |", f"| `audiences.{audience}.to` | nobody |"]
    return "\n".join([*lines, ""])


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/commands.md": text,
    "docs/reference/integrations.md": integrations_page,
    "docs/explanation/wording.md": wording_page,
    "docs/reference/templates.md": templates_page,
    "docs/reference/audiences.md": audiences_page,
    "src/stanch/cli/index.py": index,
}

if __name__ == "__main__":
    for name, written in PAGES.items():
        (ROOT / name).write_text(written())
