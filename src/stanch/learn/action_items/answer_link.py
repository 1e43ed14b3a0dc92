"""The link by which a person answers about one action item without signing in (R48)."""

from urllib.parse import quote

from stanch.ports.signature import link_code


def answer_code(secret: str, incident: str, item: str, person: str) -> str:
    """The signature of an answer link: bound to one person and one action item."""
    return link_code(secret, "answer", incident, item, person)


def answer_url(url: str, secret: str, incident: str, item: str, person: str) -> str:
    """Where this person answers; opening it changes nothing."""
    return f"{url}/answer/{incident}/{item}/{quote(person, safe='')}/{answer_code(secret, incident, item, person)}"
