"""What people find out and the ranking weighs: a change, where the errors are, what is full, what is down (R16, R17)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Invalid
from stanch.kernel.moments import past_moment
from stanch.timeline.facts.mitigate import FindingStated
from stanch.timeline.unit_of_work import UnitOfWork

Name = Annotated[str, msgspec.Meta(max_length=200)]


class StateFinding(msgspec.Struct):
    """State something that you found out, so that the ranking weighs it. A newer one about the same replaces it."""

    incident: str
    about: Annotated[
        Literal["change", "spread", "saturation", "dependency"],
        msgspec.Meta(description="What changed; where the errors are; what is full; how a dependency does."),
    ]
    subject: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=200, description="A flag, node-7, the broker's disk, a provider."),
    ]
    text: Annotated[str, msgspec.Meta(max_length=2_000, description="In your own words.")] = ""
    label: Annotated[Name, msgspec.Meta(description="Of a spread: zone, version, node, tenant, feature.")] = ""
    percent: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=100)] | None,
        msgspec.Meta(description="The share of the errors, or how full it is."),
    ] = None
    kind: Annotated[
        Literal["", "release", "flag", "config", "capacity", "other"], msgspec.Meta(description="Of a change.")
    ] = ""
    state: Annotated[Literal["", "down", "degraded", "up"], msgspec.Meta(description="Of a dependency.")] = ""
    service: Annotated[Name, msgspec.Meta(description="The service it belongs to; the incident's own by default.")] = ""
    at: Annotated[
        str,
        msgspec.Meta(max_length=100, description="When it changed, in UTC unless it has an offset; now by default."),
    ] = ""


@command(
    "finding",
    StateFinding,
    noun="findings",
    positional=("about", "subject"),
    example="stanch finding INC-1 spread zone-b --label zone --percent 92",
)
def finding(uow: UnitOfWork, asked: StateFinding) -> Done:
    """R16: evidence that no alert and no webhook brings has its place in the record, too."""
    uow.live(asked.incident)
    if asked.about == "spread" and (not asked.label or asked.percent is None):
        raise Invalid(
            "A spread needs its label and the share.", field="label", hint="Such as --label node --percent 92."
        )
    if asked.about == "saturation" and asked.percent is None:
        raise Invalid("Say how full it is.", field="percent", hint="Such as --percent 98.")
    if asked.about == "dependency" and not asked.state:
        raise Invalid("Say how it does.", field="state", hint="down, degraded or up.")
    share = None if asked.percent is None else asked.percent / 100
    facts = FindingStated(
        asked.about, asked.subject.strip(), asked.text.strip(), asked.service, asked.label.strip().lower(), share,
        asked.kind, asked.state, (past_moment(asked.at, uow.now) or uow.now) if asked.about == "change" else None,
    )  # fmt: skip
    uow.append(asked.incident, facts)
    return Done(f"Noted in {asked.incident}: {facts.sentence()}.", asked.incident)
