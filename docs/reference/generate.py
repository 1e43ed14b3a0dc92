"""Writes ``commands.md`` from the registry and ``../explanation/wording.md`` from the wording rules. A test checks that both are current."""

from pathlib import Path

from stanch.communicate.wording import blameless, public
from stanch.communicate.wording.engine import Rule
from stanch.kernel.command import REGISTRY
from stanch.main import load_commands


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
            f"Phase: {command.group}. Route: `{method} {command.path}`. Fields: {fields}.",
            "",
        ]
    return "\n".join(lines)


WORDING = """# How the wording rules judge a text (R33, R44)

Written by `python docs/reference/generate.py` from the rules in `src/stanch/communicate/wording/`.

The rules suggest and never block. Only a blank, an internal host or a person's name in a public post must be confirmed with
`unchecked`. What is internal comes from the catalog (services, zones, releases, teams, people); words that your customers know,
such as product names, go into `public_words` of `stanch.yaml` and are never found.

Try a text: `stanch wording "Payments fail."`, `stanch wording --kind postmortem "..."`, or `GET /api/v1/wording`.

The labelled examples are in `tests/data/wording/`, half of them kept from tuning;
`python -m tests.unit.wording_sets public --half held` prints precision and recall for each rule.
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


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(text())
    Path(__file__).parents[1].joinpath("explanation", "wording.md").write_text(wording_page())
