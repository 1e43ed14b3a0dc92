"""``kubectl cordon`` and ``uncordon`` (formats/06, 6.3): no new pods on a node; those on it stay."""

from stanch.integrations.kubernetes.connection import STRATEGIC_PATCH, Connection
from stanch.integrations.kubernetes.target import Target, needs
from stanch.ports import Applied, Arguments, Preview, Say


def cordon(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """No new pods."""
    return mark(connection, target, True)


def uncordon(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """New pods again."""
    return mark(connection, target, False)


def try_cordon(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try(connection, target, True)


def try_uncordon(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try(connection, target, False)


def mark(connection: Connection, target: Target, wanted: bool) -> Applied:
    """Set or clear ``unschedulable``; without a change there is nothing to undo."""
    needs(target, "node")
    word = "cordoned" if wanted else "uncordoned"
    if cordoned(connection, target) == wanted:
        return Applied(f"{target.words()} was {word} already; nothing was changed", changed=False)
    body = {"spec": {"unschedulable": True if wanted else None}}
    connection.patch(target.path(), STRATEGIC_PATCH, body, seen=lambda: cordoned(connection, target) == wanted)
    return Applied(
        f"{target.words()} {word}", {"verb": "uncordon" if wanted else "cordon", "kind": "node", "name": target.name}
    )


def cordoned(connection: Connection, target: Target) -> bool:
    """Whether a node takes no new pods."""
    return bool(connection.get(target.path()).get("spec", {}).get("unschedulable"))


def _try(connection: Connection, target: Target, wanted: bool) -> Preview:
    needs(target, "node")
    word = "cordoned" if wanted else "uncordoned"
    if cordoned(connection, target) == wanted:
        return Preview(f"{target.words()} is {word} already; nothing would change")
    body = {"spec": {"unschedulable": True if wanted else None}}
    objections = connection.objections(target.path(), STRATEGIC_PATCH, body)
    return Preview(f"{target.words()} would be {word}; the pods on it stay", None, objections)
