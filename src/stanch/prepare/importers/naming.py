"""Makes catalog keys (letters, digits, hyphens) out of free names."""

import re
import unicodedata

LONGEST = 60


def slug(name: str) -> str:
    """Small letters, digits and single hyphens; empty when nothing of the name can be written so."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-")


class Keys:
    """Unique keys: one for each id, and the same one when asked again."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._taken: set[str] = set()

    def give(self, identity: str, *names: str) -> str:
        """The key of something: the first name that can be written as one, with a number where it is taken already."""
        if identity in self._of:
            return self._of[identity]
        wanted = next(filter(None, map(slug, (*names, identity))), "unnamed")
        key, number = wanted, 2
        while key in self._taken:
            key, number = f"{wanted}-{number}", number + 1
        self._taken.add(key)
        self._of[identity] = key
        return key

    def find(self, identity: str) -> str:
        """The key that was given to an id, or an empty text."""
        return self._of.get(identity, "")
