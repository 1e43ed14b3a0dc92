"""The pages for people: server-rendered, working without JavaScript. Each file here is a few pages of one purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from stanch.web.pages import (
    confirm,
    drills,
    evidence,
    find,
    home,
    intake,
    integration,
    just_culture,
    learning,
    lists,
    maintenance,
    me,
    oncall,
    people,
    postmortem,
    public_postmortem,
    readiness,
    room,
    runbook_change,
    scribe,
    service,
    sign_in,
    wall,
)
from stanch.web.static_files import mount

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[BaseRoute]:
    """Every page, and the static files."""
    return [
        *home.routes(stanch),
        *find.routes(stanch),
        *lists.routes(stanch),
        *intake.routes(stanch),
        *integration.routes(stanch),
        *readiness.routes(stanch),
        *maintenance.routes(stanch),
        *drills.routes(stanch),
        *just_culture.routes(stanch),
        *me.routes(stanch),
        *service.routes(stanch),
        *oncall.routes(stanch),
        *people.routes(stanch),
        *room.routes(stanch),
        *wall.routes(stanch),
        *scribe.routes(stanch),
        *postmortem.routes(stanch),
        *runbook_change.routes(stanch),
        *public_postmortem.routes(stanch),
        *learning.routes(stanch),
        *confirm.routes(stanch),
        *sign_in.routes(stanch),
        *evidence.routes(stanch),
        mount(),
    ]
