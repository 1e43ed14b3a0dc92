"""What the language engine finds in a text, as the names of the rules, for each labelled set."""

from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.public import check_public
from stanch.communicate.wording.vocabulary import Vocabulary

PUBLIC_CODES = {
    "K": "blank", "P": "person_name", "I": "internal_name", "S": "status_code", "A": "acronym", "J": "jargon", "C": "speculation",
    "B": "blame", "T": "repair_time", "E": "passive_evasion", "M": "minimising", "N": "non_apology", "X": "no_impact",
    "U": "no_next_update", "W": "wall_of_text",
}  # fmt: skip
BLAMELESS_CODES = {
    "F": "counterfactual", "P": "person_as_cause", "J": "judgement", "H": "hindsight", "T": "team_blame",
}  # fmt: skip
VOCABULARY = Vocabulary(
    internal={"order-api": "Checkout", "search-svc": "Search"},
    people=frozenset({"Ada Lovelace", "Ada", "Lovelace", "Ben Okafor", "Ben", "Okafor"}),
    teams=frozenset({"Platform"}),
    allowed=frozenset({"acme pay", "acme", "tiller", "checkout", "search"}),
)


def public(text: str) -> set[str]:
    """Rules that find something in a public post."""
    return {finding.rule for finding in check_public(text, VOCABULARY)}


def blameless(text: str) -> set[str]:
    """Rules that find something in a sentence of a postmortem."""
    return {finding.rule for finding in check_blameless(text, VOCABULARY)}


SETS = {
    "public": (PUBLIC_CODES, public),
    "public_new": (PUBLIC_CODES, public),
    "public_later": (PUBLIC_CODES, public),
    "public_second": (PUBLIC_CODES, public),
    "public_third": (PUBLIC_CODES, public),
    "public_fourth": (PUBLIC_CODES, public),
    "public_blind": (PUBLIC_CODES, public),
    "public_mixed": (PUBLIC_CODES, public),
    "public_innocent": (PUBLIC_CODES, public),
    "blameless": (BLAMELESS_CODES, blameless),
    "blameless_new": (BLAMELESS_CODES, blameless),
    "blameless_second": (BLAMELESS_CODES, blameless),
    "blameless_third": (BLAMELESS_CODES, blameless),
    "blameless_fourth": (BLAMELESS_CODES, blameless),
    "blameless_blind": (BLAMELESS_CODES, blameless),
    "blameless_trades": (BLAMELESS_CODES, blameless),
    "blameless_mixed": (BLAMELESS_CODES, blameless),
    "blameless_notes": (BLAMELESS_CODES, blameless),
    "blameless_lookalikes": (BLAMELESS_CODES, blameless),
    "blameless_last": (BLAMELESS_CODES, blameless),
    "blameless_held": (BLAMELESS_CODES, blameless),
    "public_held": (PUBLIC_CODES, public),
    "blameless_typical": (BLAMELESS_CODES, blameless),
    "blameless_typical_odd": (BLAMELESS_CODES, blameless),
    "blameless_apart": (BLAMELESS_CODES, blameless),
    "public_typical": (PUBLIC_CODES, public),
    "public_typical_odd": (PUBLIC_CODES, public),
    "public_apart": (PUBLIC_CODES, public),
}
