"""Roles, who has been paged, and whom one could page."""

from stanch.prepare.known_people import known_names, same_person
from stanch.respond.brief import summary
from stanch.respond.passing_on import offers
from stanch.respond.roles.free import free_people
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Names to offer where a person is asked for; who can be paged by name, and for each page that waits, who could be asked instead."""
    handing = {h.role: h for h in view.record.handoffs.values() if h.standing == "offered"}
    if not view.acting:
        nobody: Context = {"askable": [], "unable": [], "instead": {}, "mine": [], "free": [], "draft": ""}
        return {"people": known_names(view.uow), "handing": handing, **nobody}
    every = offers(view.uow, view.record, None)
    waiting = [page for page in view.record.pages.values() if page.waiting()]
    return {
        "people": known_names(view.uow),
        "handing": handing,
        **_handing_over(view),
        "askable": [offer for offer in every if not offer.problem],
        "unable": [offer for offer in every if offer.problem],
        "instead": {p.page: [o for o in offers(view.uow, view.record, p) if not o.problem] for p in waiting},
    }


def _handing_over(view: View) -> Context:
    """Whoever looks and has a role could hand it over: the summary, and who is free."""
    roles = [role for role, fact in view.record.roles.items() if same_person(view.uow, fact.value, view.uow.actor.name)]
    if not roles:
        return {"mine": [], "free": [], "draft": ""}
    draft = summary(view.record, view.policy, view.now)
    return {"mine": roles, "free": free_people(view.uow, view.record), "draft": draft}


PANEL = Panel("people", "side", 70, "People", context)
