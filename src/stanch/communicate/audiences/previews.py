"""Every template of an update with what it would say of an example incident (R9)."""

from typing import Annotated, Literal

import msgspec

from stanch.communicate.audiences.drafts import BUILT_IN
from stanch.kernel.audiences import AUDIENCES, Audience
from stanch.kernel.command import command
from stanch.kernel.policy import Policy
from stanch.prepare.update_templates import UNKNOWN, compiled, name_of
from stanch.timeline.unit_of_work import UnitOfWork

# What placeholders hold in a preview; the others are blanks, so that both can be seen.
EXAMPLE = {
    "incident": "INC-7", "title": "Customers cannot pay", "phase": "Mitigate", "service": "Shop",
    "public_name": "Checkout", "impact": "Three of ten payments fail", "symptoms": "Three of ten payments fail.",
    "share": "30 %", "since": "14:05 UTC", "lasting": "25 min", "commander": "Ada", "hypothesis": "Release v2 declines cards",
    "tried": "Roll back the shop (watching)", "under_way": "Roll back the shop",
    "trying_next": "watching whether 'Roll back the shop' helps",
    "business_impact": "Three of ten payments fail", "next_update": "15:00 UTC", "public_state": "investigating",
    "public_post": "Some customers may have trouble with Checkout.",
}  # fmt: skip


class TemplateRow(msgspec.Struct, frozen=True):
    """A template. ``name``: of its file below ``templates/``. ``problem``: why it is not used."""

    name: str
    audience: str
    source: Literal["catalog", "built in"]
    text: str
    filled: str
    problem: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.name} ({self.source}): {self.problem or self.filled}"


class Templates(msgspec.Struct):
    """Templates of updates: those of the catalog and those that are built in, filled for an example incident."""

    audience: Annotated[Literal["", Audience], msgspec.Meta(description="Only those for this audience.")] = ""


@command("templates", Templates, reading=True, example="stanch templates --audience leadership")
def templates(uow: UnitOfWork, asked: Templates) -> list[TemplateRow]:
    """R9: written when nobody is under pressure, and seen before they are needed."""
    return [row for row in previews(uow.policy) if asked.audience in ("", row.audience)]


def previews(policy: Policy) -> list[TemplateRow]:
    """Those of the catalog first. Pure but for the files that are built in."""
    found = [_of_catalog(policy, key, text) for key, text in policy.templates.items()]
    for audience in AUDIENCES:
        for path in sorted((BUILT_IN / audience).glob("*.md")):
            text = path.read_text("utf-8").strip()
            found.append(TemplateRow(f"{audience}/{path.stem}", audience, "built in", text, _filled(text, policy)))
    return found


def _of_catalog(policy: Policy, key: str, text: str) -> TemplateRow:
    audience = key.partition("/")[0]
    try:
        name_of(key, policy)
        return TemplateRow(key, audience, "catalog", text, _filled(text, policy))
    except ValueError as error:
        return TemplateRow(key, audience, "catalog", text, "", f"It is not used: {error}.")


def _filled(text: str, policy: Policy) -> str:
    """The template for the example incident, which is as bad as can be."""
    example = EXAMPLE | {"severity": policy.severity_at(1)}
    filled: str = compiled(text).render({"needed": UNKNOWN, "known_answer": UNKNOWN} | example)
    return filled.strip()
