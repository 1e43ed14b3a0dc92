"""The proposed change of a runbook, to read and to apply (R50)."""

import msgspec

from stanch.kernel.command import command
from stanch.kernel.errors import Conflict
from stanch.respond.commands import IncidentId
from stanch.timeline.unit_of_work import UnitOfWork


class RunbookChange(msgspec.Struct):
    """What the runbook lacked in an incident, as a patch to its file in the catalog: 'git apply' takes it."""

    incident: IncidentId


class ProposedChange(msgspec.Struct, frozen=True):
    """``file``: below the catalog's folder, where the patch is applied. ``additions``: lines by section. ``patch``: empty when nothing is lacking."""

    incident: str
    service: str
    file: str
    additions: dict[str, list[str]]
    patch: str

    def line(self) -> str:
        """For chat."""
        if not self.additions:
            return f"{self.incident} shows nothing that the runbook of {self.service} lacks."
        lines = [f"{section}: {text}" for section, texts in self.additions.items() for text in texts]
        return "\n".join([f"The runbook of {self.service} lacks:", *lines])


@command(
    "runbook-change",
    RunbookChange,
    group="learn",
    noun="runbook-change",
    reading=True,
    example="stanch runbook-change INC-1",
)
def runbook_change(uow: UnitOfWork, asked: RunbookChange) -> ProposedChange:
    """R50: what a runbook lacked becomes a change to it; people review and apply it, as any change."""
    # Imported late: the help of a command needs no rules.
    from stanch.learn.runbook_change.proposal import additions, patch
    from stanch.prepare.runbooks import LEARNED, SECTIONS, extended

    record = uow.record(asked.incident)
    service = uow.policy.services.get(record.service)
    if service is None:
        raise Conflict(
            f"{record.id} names no service of the catalog, so there is no runbook to change.",
            hint="A service is a file in the catalog; its runbook stands beside it.",
        )
    found = additions(record, service, uow.policy)
    new, old = extended(service.runbook, found), service.runbook_head + service.runbook
    titled = {SECTIONS[key][0] if key else LEARNED: lines for key, lines in found.items()}
    file = service.runbook_file
    written = patch(file, old, service.runbook_head + new, exists=bool(old)) if file and found else ""
    return ProposedChange(record.id, service.name, file, titled, written)
