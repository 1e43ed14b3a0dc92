"""What people write for the words of a fixed list: ``sev1`` and ``P1`` are ``SEV-1``, ``ic`` is ``incident_commander``. Pure."""

import re
import unicodedata
from collections.abc import Sequence

# How teams call the roles of R25, written without spaces, dashes and underscores.
ROLES = {
    "ic": "incident_commander",
    "commander": "incident_commander",
    "incidentlead": "incident_commander",
    "ol": "operations_lead",
    "ops": "operations_lead",
    "opslead": "operations_lead",
    "operations": "operations_lead",
    "cl": "communications_lead",
    "comm": "communications_lead",
    "comms": "communications_lead",
    "commslead": "communications_lead",
    "communications": "communications_lead",
}
SEVERITY = re.compile(r"(?:sev|severity|p|prio|priority|s)?([0-9])", re.ASCII)


def spelt(given: str, allowed: Sequence[str]) -> str:
    """The value of ``allowed`` that is meant; what matches none of them is returned as it was given."""
    if given in allowed:
        return given
    key = _key(given)
    found = {_key(value): value for value in allowed}.get(key)
    if found is None and (numbered := SEVERITY.fullmatch(key)):
        same = [value for value in allowed if (own := SEVERITY.fullmatch(_key(value))) and own[1] == numbered[1]]
        found = same[0] if len(same) == 1 else None
    elif found is None and ROLES.get(key) in allowed:
        found = ROLES[key]
    return given if found is None else found


def _key(text: str) -> str:
    return re.sub(r"[\s_–—-]+", "", unicodedata.normalize("NFKC", text).casefold())
