"""A severity proposed from burn rate, impact and scope, with its arithmetic in one sentence (R3). Pure.

A proposal only: a person sets the severity, and overrules this with a reason. SEV-1 needs more than a burn rate: a core
function that is unavailable (known, or a core service above the fastest page's bound), data at risk, or a security
incident. Burning faster than sustainable alone is never a SEV-1 (R4), nor is anything that only makes a ticket.
"""

import msgspec

from stanch.detect.slo.rules import PAIRS, Verdict, number, percent
from stanch.kernel.policy import Policy, Severity

HALF, TENTH, HUNDREDTH = 0.5, 0.1, 0.01


class Impact(msgspec.Struct, frozen=True):
    """What customers notice, as far as known. ``users_share``: 0 to 1, None while nobody has counted.

    ``core_function_down``: None while nobody has looked; False when someone has, and it works.
    """

    core_function_down: bool | None = None
    data_at_risk: bool = False
    security: bool = False
    users_share: float | None = None


class Scope(msgspec.Struct, frozen=True):
    """Where it happens: whether the service is core, and which others depend on it."""

    service: str
    core: bool = False
    dependants: tuple[str, ...] = ()


class Proposal(msgspec.Struct, frozen=True):
    """A severity, or None where nothing asks for one, and the sentence that shows how it comes about."""

    severity: Severity | None
    sentence: str


def scope_of(policy: Policy, service: str) -> Scope:
    """The scope of a service as the catalog has it."""
    return Scope(service, policy.service(service).core, tuple(policy.dependants(service)))


def propose(verdict: Verdict | None, impact: Impact, scope: Scope) -> Proposal:
    """The severity that burn (None: not measured), impact and scope ask for together."""
    severity, why = _highest(verdict, impact, scope)
    told = [verdict.reason] if verdict else []
    end = f"{severity} proposed" if severity else "no incident proposed"
    return Proposal(severity, f"{'; '.join([*told, why])}: {end}")


def _highest(verdict: Verdict | None, impact: Impact, scope: Scope) -> tuple[Severity | None, str]:
    certain = _certain(impact, scope)
    if certain:
        return "SEV-1", certain
    reached = [found for found in (_by_burn(verdict, impact, scope), _by_share(impact)) if found]
    if reached:
        return min(reached)  # SEV-1 sorts before SEV-2
    if verdict and verdict.burns.get("1h", 0) > 1:
        return "SEV-4", "burning faster than sustainable alone is normal work"
    return None, "nothing burns faster than sustainable" if verdict else "nothing is measured"


def _certain(impact: Impact, scope: Scope) -> str:
    """What makes a SEV-1 without any burn rate (R2)."""
    if impact.security:
        return "a security incident is in progress"
    if impact.data_at_risk:
        return "data is at risk"
    if impact.core_function_down:
        return "a core function is unavailable"
    if scope.core and impact.users_share is not None and impact.users_share >= HALF:
        return f"{scope.service} is core and fails for {percent(impact.users_share)} of users"
    return ""


def _by_burn(verdict: Verdict | None, impact: Impact, scope: Scope) -> tuple[Severity, str] | None:
    if verdict is None or verdict.action == "none":
        return None
    pages = verdict.action == "page"
    if scope.core and pages:
        if impact.core_function_down is False:
            return "SEV-2", f"{scope.service} is core, and its core function works"
        fastest = verdict.pair is not None and verdict.pair == PAIRS[0]
        return (
            ("SEV-1", f"{scope.service} is core")
            if fastest
            else ("SEV-2", f"{scope.service} is core, and this burns slowly")
        )
    if scope.core:
        return "SEV-3", f"{scope.service} is core, and this can wait for working hours"
    if scope.dependants:
        count = len(scope.dependants)
        needed = f"{scope.service} is not core, but {count} service{'s depend' if count > 1 else ' depends'} on it"
        return ("SEV-2" if pages else "SEV-3"), needed
    return ("SEV-3" if pages else "SEV-4"), f"{scope.service} is not core and nothing depends on it"


def _by_share(impact: Impact) -> tuple[Severity, str] | None:
    share = impact.users_share
    if share is None or share < HUNDREDTH:
        return None
    return ("SEV-2" if share >= TENTH else "SEV-3"), f"{number(share * 100)} % of users are affected"
