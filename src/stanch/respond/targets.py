"""From what an escalation step names to the people who are meant right now."""

from stanch.respond.escalation import Reached
from stanch.timeline.desk import Desk


def reached(desk: Desk, targets: list[str]) -> Reached:
    """Contacts as they are, ``schedule:NAME`` as whoever is on call there at this moment."""
    people: list[str] = []
    problems: list[str] = []
    for target in targets:
        if target.startswith("schedule:"):
            problems.append(f"there is no schedule '{target.removeprefix('schedule:')}'")
        elif target not in desk.policy.contacts:
            problems.append(f"'{target}' is no contact")
        elif not desk.policy.contacts[target].reach:
            problems.append(f"{target} has no way to be reached")
        else:
            people.append(target)
    return Reached(list(dict.fromkeys(people)), problems)
