"""The runbook's section for this phase, playbooks that may fit, and contacts."""

from stanch.prepare.playbooks.library import playbooks
from stanch.prepare.runbooks import age_problem, for_phase, steps
from stanch.respond.first_move_commands import of_incident
from stanch.respond.first_moves import RUNBOOK
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Of a service that the catalog does not know: nothing."""
    service = view.policy.service(view.record.service)
    moves = of_incident(view.uow, view.record)
    asked = {found.source for found in moves}
    return {
        "moves": moves,
        "books": playbooks(),
        # A section that is nothing but steps stands as steps above, and is not said twice.
        "runbook_now": [
            part
            for part in for_phase(service.runbook, view.record.phase)
            if f"{RUNBOOK}{part.key}" not in asked or len(steps(part.text)) < len(part.text.split("\n"))
        ],
        "runbook_age": age_problem(service, view.now),
    }


PANEL = Panel("runbook", "side", 30, "Runbook", context, "Mitigate", still=True)
