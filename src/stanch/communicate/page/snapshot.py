"""Everything that is public of one page at one moment. Rendering gets nothing else, so nothing private can be shown (P6)."""

import msgspec

from stanch.kernel.status_page import COMPONENT_STATES, ComponentState, PublicImpact, StatusPage

WORST = {state: rank for rank, state in enumerate(COMPONENT_STATES)}


class Component(msgspec.Struct, frozen=True):
    """A service by its public name. ``since``: when stanch first knew it (microseconds): there is no uptime before."""

    id: str
    name: str
    group: str = ""
    note: str = ""
    state: ComponentState = "operational"
    since: int = 0
    changed_at: int = 0


class ComponentChange(msgspec.Struct, frozen=True):
    """What a post said of a component. ``old`` equals ``new`` where it was only named."""

    component: str
    old: ComponentState
    new: ComponentState


class Post(msgspec.Struct, frozen=True):
    """One post. ``at``: when it counts for readers, ``recorded_at``: when it was written; moments in microseconds.

    ``link``: where more can be read, such as the postmortem.
    """

    id: str
    at: int
    recorded_at: int
    state: str
    text: str
    corrected_at: int | None = None
    changes: tuple[ComponentChange, ...] = ()
    link: str = ""


class Span(msgspec.Struct, frozen=True):
    """A component was in a state from ``start`` to ``end`` (None: it still is), by the posts of ``source``."""

    component: str
    start: int
    end: int | None
    state: ComponentState
    source: str


class Learned(msgspec.Struct, frozen=True):
    """The postmortem as customers read it: name of a section -> Markdown. ``at``: when it was published (microseconds)."""

    at: int
    sections: dict[str, str]


class Event(msgspec.Struct, frozen=True):
    """What incidents and maintenance have in common. ``posts``: newest first, never empty. ``title``: empty where people chose none."""

    id: str
    title: str
    about: str
    state: str
    created_at: int
    posts: tuple[Post, ...]
    components: tuple[str, ...]

    @property
    def updated_at(self) -> int:
        """When anything of it was last written or corrected."""
        return max(max(post.at, post.recorded_at, post.corrected_at or 0) for post in self.posts)


class Incident(Event, frozen=True, kw_only=True):
    """An incident with at least one public post. ``learned_at``: when a post said what was learned; ``learned``: the postmortem; ``learning``: it may still come."""

    impact: PublicImpact
    started_at: int
    monitoring_at: int | None = None
    resolved_at: int | None = None
    learned_at: int | None = None
    learned: Learned | None = None
    learning: bool = True

    @property
    def updated_at(self) -> int:
        """When anything of it was last written, corrected or published."""
        return max(super().updated_at, self.learned.at if self.learned else 0)

    def live(self) -> bool:
        """Not resolved yet."""
        return self.resolved_at is None


class Maintenance(Event, frozen=True, kw_only=True):
    """Planned work. ``sequence``: how often it was changed, for calendars."""

    starts_at: int
    ends_at: int
    sequence: int = 0

    def live(self) -> bool:
        """Planned or under way."""
        return self.state not in ("completed", "cancelled")

    def under_way(self) -> bool:
        """Begun and not over."""
        return self.state in ("in_progress", "verifying")


class Snapshot(msgspec.Struct, frozen=True):
    """One page. ``as_of``: the moment of the last change, which every picture of time in the page ends at.

    ``incidents`` and ``maintenances`` are newest first. ``name``: that of the page in the policy.
    """

    name: str
    page: StatusPage
    url: str
    as_of: int
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    spans: tuple[Span, ...] = ()
    subscribe_url: str = ""

    def live(self) -> list[Incident]:
        """The incidents that are not resolved."""
        return [incident for incident in self.incidents if incident.live()]

    def under_way(self) -> list[Maintenance]:
        """Maintenance that has begun and is not over."""
        return [each for each in self.maintenances if each.under_way()]

    def planned(self) -> list[Maintenance]:
        """Maintenance that is still to come, the next one first."""
        return sorted(
            (each for each in self.maintenances if each.state == "scheduled"), key=lambda each: each.starts_at
        )

    def updated_at(self) -> int:
        """When anything public was last written."""
        return max((each.updated_at for each in (*self.incidents, *self.maintenances)), default=0)

    def component(self, identity: str) -> Component | None:
        """One of its components."""
        return next((each for each in self.components if each.id == identity), None)

    def groups(self) -> list[tuple[str, list[Component]]]:
        """The components by group, in their order; those of no group stand under ''."""
        found: dict[str, list[Component]] = {}
        for component in self.components:
            found.setdefault(component.group, []).append(component)
        return list(found.items())


class Document(msgspec.Struct, frozen=True):
    """A file of the page."""

    body: bytes
    media_type: str


def worst(states: "list[ComponentState]") -> ComponentState:
    """The worst of several; operational for none."""
    return max(states, key=WORST.__getitem__, default="operational")
