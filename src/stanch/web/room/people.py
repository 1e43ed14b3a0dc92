"""Roles, who has been paged, and whom one could page."""

from stanch.prepare.known_people import known_names
from stanch.respond.passing_on import offers
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Names to offer where a person is asked for; who can be paged by name, and for each page that waits, who could be asked instead."""
    if not view.acting:
        return {"people": known_names(view.uow), "askable": [], "unable": [], "instead": {}}
    every = offers(view.uow, view.record, None)
    waiting = [page for page in view.record.pages.values() if page.waiting()]
    return {
        "people": known_names(view.uow),
        "askable": [offer for offer in every if not offer.problem],
        "unable": [offer for offer in every if offer.problem],
        "instead": {p.page: [o for o in offers(view.uow, view.record, p) if not o.problem] for p in waiting},
    }


PANEL = Panel("people", "side", 70, "People", context)
