"""The queries of Linear's GraphQL, and which of a team's states means what (formats/19, 19.6)."""

from collections.abc import Mapping
from typing import Any

from stanch.ports.tracker import TicketState
from stanch.ports.tracker_service import part, parts

ISSUE = (
    "fragment I on Issue { id identifier title url updatedAt dueDate trashed "
    "team { id key } state { id name type } assignee { id name email } }"
)
READ = f"query($id: String!) {{ issue(id: $id) {{ ...I }} }} {ISSUE}"
CREATE = f"mutation($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ success issue {{ ...I }} }} }} {ISSUE}"
UPDATE = f"mutation($id: String!, $input: IssueUpdateInput!) {{ issueUpdate(id: $id, input: $input) {{ success issue {{ ...I }} }} }} {ISSUE}"
COMMENT = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"
TEAM = "query($key: String!) { teams(filter: { key: { eq: $key } }, first: 1) { nodes { id key name } } }"
STATES = "query($id: String!) { team(id: $id) { states(first: 100) { nodes { id name type position } } } }"
USER = "query($email: String!) { users(filter: { email: { eq: $email } }, first: 1) { nodes { id email } } }"
VIEWER = "query { viewer { id name } }"
CHANGED = (
    "query($team: ID!, $since: DateTimeOrDuration!, $after: String) { issues(filter: { team: { id: { eq: $team } }, updatedAt: { gt: $since } }, "
    "orderBy: updatedAt, first: 50, after: $after, includeArchived: true) { nodes { ...I } pageInfo { hasNextPage endCursor } } } "
    + ISSUE
)
TYPES: dict[TicketState, tuple[str, ...]] = {
    "done": ("completed",), "dropped": ("canceled",), "open": ("unstarted", "started", "backlog", "triage"),
}  # fmt: skip


def meaning(kind: str) -> TicketState:
    """What a type of state means to us."""
    return "done" if kind == "completed" else "dropped" if kind in ("canceled", "duplicate") else "open"


def state_for(said: Mapping[str, Any], wanted: TicketState, name: str) -> str:
    """The state of a team to move to: the configured name, else the first of the type by its position; empty for none."""
    states = parts(part(said, "team", "states"), "nodes")
    states.sort(key=lambda each: float(each.get("position") or 0))
    named = [each for each in states if str(each.get("name", "")).casefold() == name.casefold()] if name else []
    for kind in TYPES[wanted]:
        named += [each for each in states if each.get("type") == kind]
    return str(named[0].get("id", "")) if named else ""
