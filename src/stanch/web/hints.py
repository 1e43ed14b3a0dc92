"""Hints in the words of whoever reads them: a program that calls the API, or a person before a page (``kernel/hints``)."""

import copy

from starlette.requests import Request

from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Problem
from stanch.kernel.hints import INCIDENT, for_program, reworded

# What ``stanch`` sends as its name when it works through a server: its user is at a terminal.
TERMINAL = "stanch-cli"
# How the forms call a field, where that is not its name.
LABELS = {
    "next_in": "Minutes to the next update", "override": "Resolve although the criteria have not held",
    "cause_unknown": "The cause is not known yet", "unchecked": "I mean it: post it as it stands",
    "only": "Show only the sections that are filled in here",
    "private": "Private: only you and admins see it", "hold": "Seconds that all must hold",
}  # fmt: skip
# Where a page does what a command does; {id}: of the incident. Any other command of an incident is given in its war room.
PAGES = {
    "incidents": "/incidents", "declare": "/declare", "signals": "/signals", "triage": "/signals", "drills": "/drills", "drill": "/drills",
    "people": "/people", "user": "/people", "oncall": "/oncall", "override": "/oncall", "add-method": "/me", "token": "/me", "me": "/me",
    "maintenances": "/maintenance", "heartbeats": "/services", "services": "/services", "readiness": "/readiness",
    "postmortem": "/incidents/{id}/postmortem", "plan": "/incidents/{id}/postmortem", "comments": "/incidents/{id}/postmortem",
    "impact-figures": "/incidents/{id}/postmortem", "action": "/incidents/{id}/postmortem",
    "debrief": "/drills/{id}", "now": "/",
}  # fmt: skip


def label(field: str) -> str:
    """How a form calls a field."""
    return LABELS.get(field, field.replace("_", " ").capitalize())


def for_reader(text: str) -> str:
    """As a person acts who looks at a page."""
    said = reworded(text, _page, lambda name: f"“{label(name)}”")
    return said[:1].upper() + said[1:]


def _page(name: str, words: str) -> str:
    command = REGISTRY.get(name)
    address = PAGES.get(name, "/incidents/{id}" if command and command.needs_incident else "")
    incident = next((word for word in words.split() if INCIDENT.fullmatch(word)), "")
    if not address:
        return f"'{' '.join(('stanch', name, words)).strip()}' at a terminal"
    if "{id}" in address and not incident:
        return "the page of the incident"
    return f"the page {address.replace('{id}', incident)}"


def from_terminal(request: Request) -> bool:
    """Whether somebody at a terminal works through this server."""
    return request.headers.get("user-agent", "").startswith(TERMINAL)


def said_to(request: Request, problem: Problem, *, page: bool = False) -> Problem:
    """The problem with its hint in the words of whoever asked."""
    if from_terminal(request):
        return problem
    said = copy.copy(problem)
    said.hint = for_reader(problem.hint) if page else for_program(problem.hint)
    return said
