"""Templates of updates (R9): files of the catalog for an audience and a phase, for a service or a language where wanted.

``templates/<audience>/<phase>[.<service>][.<language>].md``. A file holds text, ``{{ placeholder }}`` and
``{% if placeholder %}...{% endif %}``: nothing that could run for long. What is not known stays a blank to fill in.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stanch.kernel.audiences import AUDIENCES
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import PHASES, Policy
from stanch.prepare.yaml_file import read_plain

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER = "templates"
BLANK = "[…]"
ANY = "any"
LONGEST = 20_000
# A template for customers is for a state of the public post, every other one for a phase of the incident.
STATES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
PLACEHOLDERS = {
    "incident": "The incident's number, such as INC-7.",
    "title": "Its title.",
    "severity": "Its severity, or 'No severity yet'.",
    "phase": "The phase that it is in.",
    "service": "What engineers call the affected service.",
    "public_name": "What customers call it.",
    "impact": "What customers see, as it was stated.",
    "symptoms": "The same, where customers can read it as it stands; else nothing.",
    "share": "The share of users that is hit, such as '12 %'.",
    "since": "When it began, as far as is known.",
    "lasting": "For how long that is.",
    "commander": "Who decides.",
    "hypothesis": "The leading hypothesis, or 'none yet'.",
    "tried": "The newest mitigation and its outcome, or 'nothing yet'.",
    "under_way": "The mitigation that runs or is watched now; else nothing.",
    "trying_next": "What is tried next: the newest of what was stated or decided, the mitigation that is watched and the open time-box.",
    "business_impact": "What it costs the business, as it was stated, else what customers see.",
    "needed": "What is needed from leadership, as it was stated.",
    "known_answer": "What support can answer, as it was stated.",
    "public_state": "The state of the newest public post.",
    "public_post": "Its text.",
    "next_update": "When the audience hears next, in the zone of its readers; nothing where no further update is owed.",
}
_LANGUAGE = re.compile(r"^[a-z]{2}(-[A-Za-z]{2,4})?$")


class Unknown(str):
    """A fact that nobody has stated: it is rendered as a blank and is false in an ``if``."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown(BLANK)


class TemplateName(msgspec.Struct, frozen=True):
    """What a template is for. Empty service or language: for every one."""

    audience: str
    phase: str
    service: str = ""
    language: str = ""


def read_templates(folder: Path, problems: list[str]) -> dict[str, str]:
    """The texts by name. A file that cannot be read is skipped."""
    found = {}
    for path in sorted((folder / FOLDER).glob("*/*.md")):
        try:
            found[path.relative_to(folder / FOLDER).with_suffix("").as_posix()] = read_plain(path, folder).strip()
        except Invalid as problem:
            problems.append(problem.sentence())
    return found


def name_of(key: str, policy: Policy) -> TemplateName:
    """What a template of this name is for. Raises ``ValueError`` with what to write."""
    audience, _, rest = key.partition("/")
    if audience not in AUDIENCES:
        raise ValueError(f"there is no audience '{audience}'; it is one of {', '.join(AUDIENCES)}")
    phase, *more = rest.split(".")
    phases = STATES if audience == "customers" else PHASES
    if phase not in (*phases, ANY):
        raise ValueError(f"'{phase}' is none of {', '.join(phases)} and {ANY}")
    language = more.pop() if more and _LANGUAGE.match(more[-1]) and ".".join(more) not in policy.services else ""
    service = ".".join(more)
    if service and service not in policy.services:
        raise ValueError(f"'{service}' is neither a service of the catalog nor a language such as de")
    return TemplateName(audience, phase, service, language)


def template_problems(policy: Policy) -> list[str]:
    """A sentence for each template that cannot be used. Pure."""
    found = []
    for key, text in policy.templates.items():
        try:
            name_of(key, policy)
            compiled(text)
        except ValueError as error:
            found.append(f"The template {FOLDER}/{key}.md is not used: {error}.")
    return found


@lru_cache(maxsize=500)
def compiled(text: str) -> Template:
    """A template that is ready to be filled. Raises ``ValueError`` for what it must not hold."""
    from jinja2 import TemplateSyntaxError, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    environment = ImmutableSandboxedEnvironment(autoescape=False, trim_blocks=True, lstrip_blocks=True)
    allowed = (nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or)
    try:
        parsed = environment.parse(text)
        for node in parsed.find_all(nodes.Node):
            if not isinstance(node, allowed):
                raise ValueError(
                    f"line {node.lineno}: only {{{{ placeholder }}}} and {{% if placeholder %}} may stand in braces"
                )
            if isinstance(node, nodes.Name) and node.name not in PLACEHOLDERS:
                near = difflib.get_close_matches(node.name, PLACEHOLDERS, n=1)
                raise ValueError(
                    f"line {node.lineno}: there is no placeholder '{node.name}'{f'; did you mean {near[0]}?' if near else ''}"
                )
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.message}") from error
    except (RecursionError, SyntaxError) as error:  # Python refuses what jinja makes of a hundred levels
        raise ValueError("it is nested too deeply") from error
