"""What belongs to a person who signs in: name, look, and their contact methods; and which methods are known to arrive.

All within a transaction of the caller's. Moments in microseconds, spans in seconds.
"""

import msgspec

from stanch.db.transaction import Transaction
from stanch.kernel.ids import new_id, new_secret
from stanch.kernel.names import outline


class Profile(msgspec.Struct, frozen=True):
    """``shown``: what others read in place of the sign-in name. ``theme``: light or dark; empty: as the device has it."""

    person: str
    shown: str = ""
    theme: str = ""
    time_zone: str = ""
    checklist_hidden_at: int | None = None


class Method(msgspec.Struct, frozen=True):
    """A contact method that they added themselves: ``notifier:address``. ``confirmed_at``: a test page was seen to arrive."""

    id: str
    person: str
    reach: str
    after: int
    prompts: bool
    confirmed_at: int | None


class Confirmation(msgspec.Struct, frozen=True):
    """The newest test page on one method of a contact."""

    person: str
    reach: str
    test: str
    sent_at: int
    confirmed_at: int | None


def profile(tx: Transaction, person: str) -> Profile:
    """A person's own settings; an empty one before they set any."""
    row = tx.one(
        "SELECT person, shown, theme, time_zone, checklist_hidden_at FROM profiles WHERE person = :p", p=person
    )
    return Profile(**dict(row)) if row else Profile(person)


def profiles(tx: Transaction) -> list[Profile]:
    """Of everybody who has set anything."""
    rows = tx.all("SELECT person, shown, theme, time_zone, checklist_hidden_at FROM profiles")
    return [Profile(**dict(row)) for row in rows]


def keep(tx: Transaction, wanted: Profile) -> None:
    """Write a profile."""
    tx.execute(
        "INSERT INTO profiles (person, shown, theme, time_zone, checklist_hidden_at) VALUES (:person, :shown, :theme, :zone, :hidden) "
        "ON CONFLICT (person) DO UPDATE SET shown = excluded.shown, theme = excluded.theme, time_zone = excluded.time_zone, "
        "checklist_hidden_at = excluded.checklist_hidden_at",
        person=wanted.person, shown=wanted.shown, theme=wanted.theme, zone=wanted.time_zone, hidden=wanted.checklist_hidden_at,
    )  # fmt: skip
    changed(tx)


def methods(tx: Transaction) -> list[Method]:
    """Everybody's own, in the order in which they were added; only of people who may still sign in."""
    rows = tx.all(
        "SELECT m.id, m.person, m.reach, m.after_seconds, m.prompts FROM contact_methods m "
        "JOIN people p ON p.name = m.person ORDER BY m.added_at, m.id"
    )
    return [
        Method(row["id"], row["person"], row["reach"], int(row["after_seconds"]), bool(row["prompts"]), None)
        for row in rows
    ]


def add(tx: Transaction, person: str, reach: str, now: int, *, after: int = 0, prompts: bool = False) -> str:
    """A new method, not known to arrive yet; answers with its id."""
    method = new_id("method")
    tx.execute(
        "INSERT INTO contact_methods (id, person, reach, after_seconds, prompts, added_at) "
        "VALUES (:id, :person, :reach, :after, :prompts, :now)",
        id=method, person=person, reach=reach, after=after, prompts=int(prompts), now=now,
    )  # fmt: skip
    changed(tx)
    return method


def change(tx: Transaction, method: str, after: int, prompts: bool) -> None:
    """The notification rule of a method."""
    tx.execute(
        "UPDATE contact_methods SET after_seconds = :after, prompts = :prompts WHERE id = :id",
        after=after, prompts=int(prompts), id=method,
    )  # fmt: skip
    changed(tx)


def remove(tx: Transaction, method: Method, contact: str) -> None:
    """The method is gone, and what was known of it: added again it is confirmed anew."""
    tx.execute("DELETE FROM contact_methods WHERE id = :id", id=method.id)
    tx.execute("DELETE FROM confirmations WHERE person = :p AND reach = :r", p=contact, r=method.reach)
    changed(tx)


def confirmations(tx: Transaction) -> list[Confirmation]:
    """Of every method that a test page was ever sent on."""
    rows = tx.all("SELECT person, reach, test, sent_at, confirmed_at FROM confirmations")
    return [Confirmation(**dict(row)) for row in rows]


def sent(tx: Transaction, contact: str, reach: str, test: str, now: int) -> None:
    """A test page leaves on this method; the codes of the one before are worth nothing any more."""
    tx.execute(
        "INSERT INTO confirmations (person, reach, test, sent_at, confirmed_at) VALUES (:p, :r, :test, :now, NULL) "
        "ON CONFLICT (person, reach) DO UPDATE SET test = excluded.test, sent_at = excluded.sent_at",
        p=contact, r=reach, test=test, now=now,
    )  # fmt: skip


def confirmed(tx: Transaction, test: str, now: int) -> None:
    """The person has seen the test page."""
    tx.execute("UPDATE confirmations SET confirmed_at = :now WHERE test = :test", now=now, test=test)
    changed(tx)


def release_name(tx: Transaction, name: str) -> None:
    """Whoever else is shown by this name is shown by their sign-in name again."""
    for other in profiles(tx):
        if other.person != name and outline(other.shown) == outline(name):
            keep(tx, msgspec.structs.replace(other, shown=""))


def forget(tx: Transaction, person: str) -> None:
    """Delete the profile and contact methods of a person who is removed."""
    tx.execute("DELETE FROM contact_methods WHERE person = :p", p=person)
    tx.execute("DELETE FROM devices WHERE person = :p", p=person)
    tx.execute("DELETE FROM profiles WHERE person = :p", p=person)
    changed(tx)


def version(tx: Transaction) -> str:
    """The version of all contact methods: changes with each of them and never repeats, even after a rollback."""
    row = tx.one("SELECT version FROM contacts_version")
    return str(row["version"]) if row else ""


def changed(tx: Transaction) -> None:
    """Invalidates the joined contacts."""
    tx.execute("UPDATE contacts_version SET version = :version", version=new_secret())
