"""The address of every page there is, derived from the routes: a new page is looked at without being named here."""

import itertools
import re
from typing import Any

from stanch.communicate.components import pages
from stanch.communicate.subscribers import store
from stanch.identity import profiles
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.learn.action_items.answer_link import answer_code
from stanch.mitigate.evidence import store as evidence
from stanch.prepare import confirming
from stanch.respond.page_effect import acknowledge_code
from stanch.respond.reactions import request_page
from stanch.web.app import routes_of
from stanch.web.status.served import Served
from tests.browser.house import PERSON, House

# How a page looks in more ways than its bare address shows: as of the past, with a filter, with a hit, with a dry run.
ALSO = {
    "/incidents/{incident}/mitigate/{name}": ["?dry=1"],
    "/find": ["?q=checkout", "?q=page%20ben"], "/incidents": ["?status=closed"], "/signals": ["?disposition=noise"],
    "/oncall": ["?view=month"],
}  # fmt: skip
PARAMETER = re.compile(r"{(\w+)(?::path)?}")
# Whoever opens these has followed a link, and is not signed in.
OUTSIDE = ("/login", "/ack/", "/answer/", "/confirm/", "/status")


def of(house: House, opened: str, done: str) -> list[str]:
    """Every address that a browser can be given. ``opened``: an incident that goes on; ``done``: one that is learned from."""
    values = _values(house, opened, done)
    found = []
    for route in routes_of(house.stanch):
        path = getattr(route, "path", "")
        if "GET" not in (getattr(route, "methods", None) or ()) or path.startswith("/api/"):
            continue
        names = PARAMETER.findall(path)
        chosen_all = values.get(path) or itertools.product(
            *(values.get(f"{path} {name}") or values[name] for name in names)
        )
        for chosen in chosen_all:
            filled = path
            for name, value in zip(names, chosen, strict=True):
                filled = re.sub(rf"{{{name}(?::path)?}}", value, filled)
            found += [filled + query for query in ["", *ALSO.get(path, [])]]
    return [*found, f"/incidents/{opened}?entry=12"]


def _values(house: House, opened: str, done: str) -> dict[str, list[Any]]:
    """What stands for each parameter, by its name or by the whole path. A parameter that is not here is a page that nobody looks at."""
    application, secret = house.stanch.application, house.stanch.settings.secret_key

    def do(name: str, **asked: object) -> Any:
        with application.uow(Actor(PERSON, admin=True), "page") as uow:
            return REGISTRY[name].handle(uow, fill(REGISTRY[name], asked))

    played = next(run.incident for run in do("drills").runs if run.ended_at)
    drill = do("drill", script=do("drills").scripts[0].script, service="checkout").incident
    do("worksheet", incident=done, about="The wrong database was deleted", deviated="no")
    do("test-page", person=PERSON)
    with application.uow(Actor(PERSON, admin=True), "page") as uow:
        store.ask(uow, next(iter(pages(uow.policy))), "webhook", "https://example.org/hook", [])
        subscriber = uow.tx.one("SELECT id FROM status_subscribers WHERE address = 'https://example.org/hook'")
        record, past = uow.record(opened), uow.record(done)
        paged = request_page(uow, record, "to look at", person=PERSON)
        test = max((each.sent_at, each.test) for each in profiles.confirmations(uow.tx) if each.person == PERSON)[1]
        item = next(iter(past.action_items))
        piece = evidence.of(uow, opened)[0]["digest"]
        proofs = {
            what: store.proof(secret, what, subscriber["id"] if subscriber else 0) for what in ("confirm", "leave")
        }
    return {
        "incident": [opened], "/incidents/{incident} incident": [opened, done, drill], "/drills/{incident} incident": [drill, played],
        **{f"/incidents/{{incident}}/{page} incident": [done] for page in ("postmortem", "postmortem/read", "postmortem.ics", "just-culture")},
        "/ack/{incident}/{page}/{person:path}/{code}": [(opened, paged, PERSON, acknowledge_code(secret, opened, paged, PERSON))],
        "/answer/{incident}/{item}/{person:path}/{code}": [(done, item, PERSON, answer_code(secret, done, item, PERSON))],
        "/confirm/{test}/{code}": [(test, confirming.code_of(secret, test))],
        "/status/confirm/{code}": [(proofs["confirm"],)], "/status/u/{code}": [(proofs["leave"],)],
        "/status/{rest:path}": [(name,) for name in _published(house)], "/status/pages/{name}/subscribe name": ["status"],
        "/signals/keys/{name} name": ["alertmanager"], "/services/{name} name": ["checkout", "ledger"], "/incidents/{incident}/mitigate/{name} name": ["rollback"],
        "schedule": ["payments"], "figure": ["detect"], "run": [next(iter(record.runs))], "digest": [piece],
        "/schema/{name}.json name": ["policy"], "/login": [()],
        "/settings/{port}/{name}": [("notifiers", "webhook"), ("sources", "alertmanager"), ("metrics", "http_json")],
    }  # fmt: skip


def _published(house: House) -> list[str]:
    """The documents of the public page, one of each kind."""
    served = Served(house.stanch)
    served.look()
    names = [name for name in served.sites[0].documents if name.endswith(".html")]
    served.close()
    return list({name.partition("/")[0]: name for name in names}.values())
