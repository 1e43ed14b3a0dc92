"""The link by which a person answers about one action item without signing in (R48)."""

import hmac
from hashlib import sha256
from urllib.parse import quote


def answer_code(secret: str, incident: str, item: str, person: str) -> str:
    """The signature of an answer link: bound to one person and one action item."""
    return hmac.new(secret.encode(), f"answer\x1f{incident}\x1f{item}\x1f{person}".encode(), sha256).hexdigest()[:40]


def answer_url(url: str, secret: str, incident: str, item: str, person: str) -> str:
    """Where this person answers; opening it changes nothing."""
    return f"{url}/answer/{incident}/{item}/{quote(person, safe='')}/{answer_code(secret, incident, item, person)}"
