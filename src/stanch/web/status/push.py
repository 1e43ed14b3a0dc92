"""Updates of a status page as notifications of a browser: what the page needs to offer them, and what the browser sends (R33; formats/14).

A browser has asked its owner before it knows an address, so its owner is asked nothing more; but it is sent a first notification, which
its worker confirms: what was made up follows nothing. Only addresses of the push services of browsers are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from stanch.communicate.subscribers import store
from stanch.kernel.actor import ENGINE
from stanch.kernel.base64url import packed, unpacked
from stanch.kernel.errors import Invalid
from stanch.ports.web_push import NOTIFIER, Pusher
from stanch.prepare.devices import check_keys
from stanch.web.pages.render import static_url
from stanch.web.status.served import Site

if TYPE_CHECKING:
    from stanch.main import Stanch

WORKER = "/static/status-worker.js"


def offered(stanch: Stanch, site: Site) -> dict[str, str]:
    """What the script of the page needs; empty where nothing is pushed. Each page has a registration of its own."""
    pusher = _pusher(stanch)
    if pusher is None or pusher.devices is None:
        return {}
    scope = f"/static/{site.name}/"
    return {"key": pusher.devices.key()[1], "worker": WORKER, "scope": scope, "script": static_url("status-push.js")}


def ask(
    stanch: Stanch,
    site: Site,
    form: dict[str, list[str]],
    components: list[str],
    sender: str,
    count: Callable[[], None],
) -> Response:
    """A browser is asked to follow the page, or follows it no more. Raises ``Invalid`` and ``TooMany``; its script says that it did not work."""

    def given(name: str) -> str:
        return form.get(name, [""])[-1]

    endpoint, pusher = given("address"), _pusher(stanch)
    if given("stop"):
        with stanch.application.reading() as looking:
            if not store.follower(looking, site.name, endpoint):
                return Response(status_code=204)
        with stanch.application.uow(ENGINE, "page") as uow:
            store.forget(uow, site.name, endpoint)
        return Response(status_code=204)
    if pusher is None or pusher.devices is None:
        raise Invalid("Nothing is pushed to browsers here.", field="kind")
    if why := pusher.refuses(endpoint, stranger=True):
        raise Invalid(why, field="address")
    check_keys(given("p256dh"), given("auth"))
    count()
    keys = packed(unpacked(given("p256dh"))), packed(unpacked(given("auth"))), given("key")
    if keys[2] != pusher.devices.key()[1]:
        raise Invalid("This browser was registered with an earlier key.", field="key", hint="Load the page again.")
    with stanch.application.uow(ENGINE, "page") as uow:
        store.ask(uow, site.name, "push", endpoint, components, sender=sender, keys=keys)
    return Response(status_code=204)


def _pusher(stanch: Stanch) -> Pusher | None:
    found: object = stanch.world.notifiers.get(NOTIFIER)
    return found if isinstance(found, Pusher) else None
