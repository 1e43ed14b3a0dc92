"""Splunk On-Call's users: the example of an importer."""

from typing import Any

from stanch.kernel.contacts import Contact
from stanch.prepare.importers.dump import gather
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.people import People


def read(document: Any, now: int) -> Imported:
    """Read a dump. Raises ``ValueError`` with what is wrong and where."""
    imported = Imported()
    people = People(imported)
    for user in gather(document, {"users": "user"}, lambda _: "").get("users", []):
        name, email = user.text("firstName"), user.text("email")
        people.add(user.text("username"), name, email, Contact(name, [f"smtp:{email}"]))
    return imported
