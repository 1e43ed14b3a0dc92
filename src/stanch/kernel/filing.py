"""Where action items and signals of which service are filed as tickets (R47)."""

from typing import Literal

from stanch.kernel.part import Part


class Filing(Part, frozen=True):
    """One rule; the first that fits a service decides. ``tracker``: the integration (``github_issues``), ``place``: the project there.

    ``service``, ``team``: of which; empty for all. ``when``: action items are filed when their postmortem is published, as soon
    as they are added, or only when somebody asks. ``private``: also those of private incidents. ``details``: the ticket also
    says when it is done, and of which incident it is; by default it holds the title and the link only. ``signals``: signals
    that are normal work are filed too; ``close_signals``: and their tickets closed when they clear.
    """

    tracker: str
    place: str
    service: str = ""
    team: str = ""
    when: Literal["added", "published", "asked"] = "published"
    private: bool = False
    details: bool = False
    signals: bool = False
    close_signals: bool = False

    def fits(self, service: str, team: str) -> bool:
        """Whether it is about this service."""
        return self.service in ("", service) and self.team in ("", team)
