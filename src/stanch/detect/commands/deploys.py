"""Recording deploys (R17)."""

from typing import Annotated, Literal

import msgspec

from stanch.detect import deploys
from stanch.kernel.clock import iso
from stanch.kernel.command import Done, command
from stanch.kernel.moments import given_moment
from stanch.ports import ChangeEvent
from stanch.timeline.unit_of_work import UnitOfWork


class Deploy(msgspec.Struct):
    """Record that a release went out, or a flag or a configuration changed, so that it is known when symptoms begin shortly after."""

    service: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    release: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The version that is now running.")]
    previous: Annotated[str, msgspec.Meta(description="The version before.")] = ""
    irreversible: Annotated[bool, msgspec.Meta(description="It cannot be rolled back cleanly.")] = False
    reason: Annotated[str, msgspec.Meta(description="What makes it irreversible, such as a dropped column.")] = ""
    at: Annotated[
        str, msgspec.Meta(description="When it went out, in UTC unless it has an offset; now by default.")
    ] = ""
    kind: Annotated[
        Literal["", "release", "flag", "config", "capacity", "other"],
        msgspec.Meta(description="What kind of change it is; told from its words by default."),
    ] = ""
    summary: Annotated[str, msgspec.Meta(max_length=1024, description="What changed, in a few words.")] = ""


@command(
    "deploy", Deploy, noun="deploys", positional=("service", "release"), example="stanch deploy shop v2 --previous v1"
)
def deploy(uow: UnitOfWork, asked: Deploy) -> Done:
    """Record a deploy (R17)."""
    at = given_moment(asked.at, "at") if asked.at else uow.now
    reversible = not asked.irreversible
    change = ChangeEvent(
        asked.service,
        asked.release,
        at,
        asked.summary,
        asked.previous,
        reversible,
        asked.reason,
        kind=asked.kind,
    )
    identity = deploys.record(uow, change, uow.actor.name)
    return Done(f"Recorded: {asked.service} runs {asked.release} since {iso(at)}.", id=identity)
