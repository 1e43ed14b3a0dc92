"""The runbook's section for this phase, playbooks that may fit, and contacts."""

from stanch.prepare.playbooks.library import playbooks
from stanch.prepare.runbooks import age_problem, for_phase
from stanch.respond.first_move_commands import of_incident
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Of a service that the catalog does not know: nothing."""
    service = view.policy.service(view.record.service)
    return {
        "moves": of_incident(view.uow, view.record),
        "books": playbooks(),
        "runbook_now": for_phase(service.runbook, view.record.phase),
        "runbook_age": age_problem(service, view.now),
    }


PANEL = Panel("runbook", "side", 30, "Runbook", context, "Mitigate")
