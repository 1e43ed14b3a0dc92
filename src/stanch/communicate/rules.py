"""The check of wording for each audience, and whose word a public post needs (R8, R33). Pure."""

from stanch.communicate.wording.engine import Finding
from stanch.communicate.wording.public import WHOLE_POST, check_inside, check_public
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.audiences import Audience
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.prepare.oncall.people import same_contact
from stanch.timeline.record import Record


def wording(text: str, policy: Policy, state: str = "", audience: Audience = "customers") -> list[Finding]:
    """What to reword in a post for an audience, each with why and what to say instead (R33). ``state``: that of a public post."""
    if audience != "customers":
        return check_inside(text, of_policy(policy), audience)
    return check_public(text, of_policy(policy), state=state)


def suggestions(findings: list[Finding]) -> list[str]:
    """The findings as sentences for people."""
    return list(dict.fromkeys(_suggestion(finding) for finding in findings))


def _suggestion(finding: Finding) -> str:
    if finding.rule in WHOLE_POST:
        return f"{finding.why[0].upper()}{finding.why[1:]}: {finding.better}."
    return (
        f"'{finding.text}' is {finding.why}: {finding.better}."
        if finding.why.startswith("a")
        else f"'{finding.text}': {finding.why}; {finding.better}."
    )


def may_approve(record: Record, policy: Policy, actor: str) -> bool:
    """R8: whether this person may post without anybody else's approval."""
    allowed = policy.public_approval
    named = [*allowed, *(record.holder(role) for role in allowed)]
    return not allowed or any(same_contact(policy.contacts, name, actor) for name in named if name)


def approvers(record: Record, policy: Policy) -> str:
    """Who must approve, in words: ``Grace or the Communications Lead (ben)``."""
    said = []
    for name in policy.public_approval:
        if name in ROLE_TITLES:
            said.append(f"the {ROLE_TITLES[name]} ({record.holder(name) or 'nobody yet'})")
        else:
            said.append(policy.contacts[name].name if name in policy.contacts else name)
    return " or ".join(said)
