"""One integration: what it can do, how it is set, what came of its newest test, and the button that tests it (R8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import NotFound
from stanch.ports.integration import CAPABILITIES, PORTS
from stanch.prepare.integration_asking import WILL
from stanch.prepare.integration_tests import IntegrationRow, Integrations, integrations
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

# Among so many of the newest posts the last one of a source is looked for.
NEWEST_POSTS = 10_000


def routes(stanch: Stanch) -> list[Route]:
    """``/settings/notifiers/smtp``."""

    def show(request: Request) -> Response:
        port, name = request.path_params["port"], request.path_params["name"]
        with stanch.application.reading(auth.require(request)) as uow:
            found = next(
                (row for row in integrations(uow, Integrations()) if (row.port, row.name) == (port, name)), None
            )
            if found is None:
                raise NotFound(f"No integration '{name}' is in use there.", hint="The page /settings lists them.")
            context = _context(stanch, uow, found)
        return page(request, "integration.html", **context)

    return [signed_in("/settings/{port}/{name}", show)]


def _context(stanch: Stanch, uow: UnitOfWork, row: IntegrationRow) -> dict[str, Any]:
    kind = _kind(getattr(stanch.world, row.port)[row.name])
    key, described = (row.name if "@" in row.name else kind), stanch.known_integrations().get(kind)
    can = [CAPABILITIES[each] for each in described.capabilities] if described else []
    return {
        "row": row, "described": described, "can": can, "what": PORTS[described.port] if described else row.port,
        "values": stanch.settings.integrations.get(key, {}), "will": WILL[described.port] if described else "", "now": uow.now,
        "last": _last_post(uow, row.name) if row.port == "sources" else None, "admin": uow.actor.admin, "key": key,
    }  # fmt: skip


def _kind(adapter: object) -> str:
    """The name of an integration is that of its file or folder, also where an adapter of it is called otherwise (sms and voice of twilio)."""
    return type(adapter).__module__.removeprefix("stanch.integrations.").partition(".")[0]


def _last_post(uow: UnitOfWork, source: str) -> Any:
    return uow.tx.one(
        "SELECT received_at, state, note FROM intake WHERE format = :source AND id > (SELECT COALESCE(MAX(id), 0) FROM intake) - :most "
        "ORDER BY id DESC LIMIT 1",
        source=source, most=NEWEST_POSTS,
    )  # fmt: skip
