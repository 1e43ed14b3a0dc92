"""The rules for what customers read (R33), each with its example. Pure."""

from collections.abc import Iterable

from stanch.communicate.wording import claims, codes, completeness, manner, names
from stanch.communicate.wording.engine import Finding, Rule, check
from stanch.communicate.wording.jargon import jargon
from stanch.communicate.wording.vocabulary import Vocabulary

RULES = (
    Rule("blank", "A blank", "it was not filled in", "fill it in, or leave the sentence out", completeness.blanks,
         "Payments fail since [time].", "Payments fail since 14:05 UTC."),
    Rule("person_name", "A person's name", "customers need no names of our people", "say 'we' or 'our team'", names.person_names,
         "Ada Lovelace is looking into slow pages.", "We are looking into slow pages."),
    Rule("internal_name", "An internal name", "a name that only we use", "say which function is affected", names.internal_names,
         "order-api-v2 does not answer.", "Orders cannot be placed."),
    Rule("status_code", "A status code", "a code: customers see a page that fails", "say what customers see", codes.status_codes,
         "Checkout returns HTTP 503.", "Checkout shows an error instead of the payment page."),
    Rule("acronym", "An acronym that is not explained", "not everybody knows it", "write it out, with the short form in brackets", codes.acronyms,
         "SSO is not available.", "Single sign-on (SSO) is not available."),
    Rule("jargon", "A word of the trade", "a technical word: say what customers see", "say what customers see", jargon,
         "We see high latency on search.", "Search is slow."),
    Rule("speculation", "A guess at the cause", "a guess at the cause: it may turn out wrong", "leave the cause out until it is known", claims.speculation,
         "This is probably caused by a bad update.", "We do not know the cause yet."),
    Rule("blame", "Blame", "it names a culprit: say what happened, not whose fault it is", "say what happened and what you do about it", claims.blame,
         "Our payment provider let us down again.", "Card payments fail. We are working with our payment provider."),
    Rule("repair_time", "A promise of a repair time", "a promise that may not be kept", "promise the time of the next update instead", claims.promises,
         "Payments will be fixed within the hour.", "Payments fail. We will post again by 15:00 UTC."),
    Rule("passive_evasion", "Evasion", "it hides who is affected and what we do", "say who cannot do what, and what we are doing", manner.passive_evasion,
         "An issue was experienced with logins.", "You could not sign in."),
    Rule("minimising", "Minimising", "to those who are hit it is not small", "give the number, or say nothing of the size", manner.minimising,
         "Only a small number of customers cannot pay.", "About 2 % of payments fail."),
    Rule("non_apology", "An apology that is none", "it doubts that anybody was harmed", "say 'we are sorry' and for what", manner.non_apology,
         "We apologise for any inconvenience this may have caused.", "We are sorry that you could not pay."),
    Rule("no_impact", "No impact", "customers cannot tell whether they are affected", "say who cannot do what, since when", completeness.no_impact,
         "We are investigating an issue. Next update by 15:00 UTC.", "You cannot sign in. Next update by 15:00 UTC."),
    Rule("no_next_update", "No next update", "customers do not know when to look again", "add 'We will post again by ...'", completeness.no_next_update,
         "You cannot sign in. We are working on it.", "You cannot sign in. We will post again by 15:00 UTC."),
    Rule("wall_of_text", "Too long to read", "nobody reads this on a phone", "short sentences, a paragraph for each thought", completeness.walls,
         "You cannot sign in at the moment and we are looking into it with everybody who can help and we will let you know as soon as we know more "
         "which may take a while since we have to look at many things first.",
         "You cannot sign in at the moment. We are looking into it."),
)  # fmt: skip

# Rules that judge the post as a whole and not some words of it.
WHOLE_POST = frozenset({"no_impact", "no_next_update", "wall_of_text"})


# Those who work here may read names of hosts and people; each is spared what it could not use.
INSIDE = {
    "engineers": ("blank", "blame"),
    "leadership": ("blank", "blame", "status_code", "acronym", "jargon", "speculation", "minimising", "wall_of_text"),
    "support": ("blank", "blame", "status_code", "jargon", "speculation", "repair_time", "minimising"),
}


def check_inside(text: str, vocabulary: Vocabulary, audience: str) -> list[Finding]:
    """What to reword in an update for engineers, leadership or support (R32)."""
    return check(text, (rule for rule in RULES if rule.name in INSIDE[audience]), vocabulary)


def check_public(text: str, vocabulary: Vocabulary, *, state: str = "", leave_out: Iterable[str] = ()) -> list[Finding]:
    """What to reword in a public post. ``state`` is that of the post: a resolved one owes no next update."""
    skipped = {*leave_out, *({"no_next_update"} if state in ("resolved", "completed", "postmortem") else set())}
    return check(text, (rule for rule in RULES if rule.name not in skipped), vocabulary)
