"""A severity proposed from burn rate, impact and scope, with its arithmetic in one sentence (R3). Pure.

A proposal only: a person sets the severity, and overrules this with a reason. The first tier needs more than a burn rate:
a core function that is unavailable (known, or a core service above the fastest page's bound), data at risk, or a security
incident. Burning faster than sustainable alone is never the first tier (R4), nor is anything that only makes a ticket.
A person's statement that the core function works outweighs any count.
"""

from typing import Literal

import msgspec

from stanch.detect.slo.rules import FASTEST, SloEvaluation, number, percent
from stanch.kernel.policy import Policy
from stanch.kernel.severities import Severity

HALF, TENTH, THOUSANDTH = 0.5, 0.1, 0.001
ABRUPT = 14.4  # times the budget: the fastest page's bound over a period of 30 days (SRE Workbook)
# The rungs that R2 describes; the policy gives each a name.
WORST, MAJOR, MINOR, TRACKED = 1, 2, 3, 4


Sign = Literal["data", "security", "function", "risk"]


class Told(msgspec.Struct, frozen=True):
    """The rung that a text asks for, what it is a sign of, and why, the text quoted.

    ``unknown``: no word of it is known, so that it counts only while nothing is stated, counted or measured.
    """

    sign: Sign
    rung: int
    why: str
    unknown: bool = False


class Impact(msgspec.Struct, frozen=True):
    """What customers notice, as far as known. ``users_share``: 0 to 1, None while nobody has counted.

    ``core_function_down``: None while nobody has looked; False when someone has, and it works.
    ``told``: what texts ask for; what is stated or counted of the function outweighs what they say of it.
    ``elevated_risk``: what protection is gone although nobody notices yet (no backups, one replica left), in words.
    """

    core_function_down: bool | None = None
    data_at_risk: bool = False
    security: bool = False
    users_share: float | None = None
    elevated_risk: str = ""
    told: tuple[Told, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """Where it happens: whether the service is core, and which others depend on it."""

    service: str
    core: bool = False
    dependants: tuple[str, ...] = ()


class Proposal(msgspec.Struct, frozen=True):
    """A severity, or None where nothing asks for one, and the sentence that shows how it comes about.

    ``by_words``: it rests on what texts say alone.
    """

    severity: Severity | None
    sentence: str
    rung: int | None = None
    by_words: bool = False


def scope_of(policy: Policy, service: str) -> Scope:
    """The scope of a service as the catalog has it."""
    return Scope(service, policy.service(service).core, tuple(policy.dependants(service)))


def propose(evaluation: SloEvaluation | None, impact: Impact, scope: Scope, policy: Policy) -> Proposal:
    """The severity that burn (None: not measured), impact and scope ask for together, by the policy's name for it."""
    rung, why = _highest(evaluation, impact, scope)
    told = [evaluation.reason] if evaluation else []
    name = None if rung is None else policy.severity_at(rung)
    end = f"{name} proposed" if name else "no incident proposed"
    return Proposal(name, f"{'; '.join([*told, why])}: {end}", rung, (rung, why) == _by_words(evaluation, impact))


def _highest(evaluation: SloEvaluation | None, impact: Impact, scope: Scope) -> tuple[int | None, str]:
    certain = _certain(impact)
    if certain:
        return WORST, certain
    asked = (
        _by_outage(evaluation, impact, scope),
        _by_burn(evaluation, impact, scope),
        _by_share(impact, scope),
        _by_risk(impact),
        _by_words(evaluation, impact),
    )
    reached = [found for found in asked if found]
    if reached:
        return min(reached, key=lambda found: found[0])
    if evaluation and (scope.core or scope.dependants) and _just_began(evaluation):
        return (
            MINOR,
            f"{number(evaluation.burns['5m'])}x budget over 5 m is too short to page and too fast to be normal work",
        )
    if evaluation and evaluation.burns.get("1h", 0) > 1:
        return TRACKED, "burning faster than sustainable alone is normal work"
    return None, "nothing burns faster than sustainable" if evaluation else "nothing is measured"


def _just_began(evaluation: SloEvaluation) -> bool:
    """Whether the last minutes burn as fast as what pages, and the hour has begun to show it."""
    return evaluation.burns.get("5m", 0) > ABRUPT and evaluation.burns.get("1h", 0) > 1


def _certain(impact: Impact) -> str:
    """What makes the first tier without any burn rate (R2)."""
    if impact.security:
        return "a security incident is in progress"
    if impact.data_at_risk:
        return "data is at risk"
    return "a core function is unavailable" if impact.core_function_down else ""


def _nobody_hit(impact: Impact) -> bool:
    """Whether somebody looked and counted: what the requests measure is then not customers (a scraper, a probe)."""
    return impact.core_function_down is False and impact.users_share == 0


def _by_outage(evaluation: SloEvaluation | None, impact: Impact, scope: Scope) -> tuple[int, str] | None:
    """Detects an outage independently of the objective: at 90 % even all errors burn only ten times the budget."""
    if evaluation is None or evaluation.outage < HALF:
        return None
    fails = f"{percent(evaluation.outage)} of requests fail"
    if _nobody_hit(impact):
        return TRACKED, f"{fails}, but the core function works and nobody is affected"
    if scope.core:
        works = impact.core_function_down is False
        return (
            (MAJOR, f"{fails}, but the core function works")
            if works
            else (WORST, f"{scope.service} is core, and {fails}")
        )
    if scope.dependants:
        return MAJOR, f"{fails}, and {_depend(scope)}"
    return MINOR, f"{fails}; {scope.service} is not core and nothing depends on it"


def _depend(scope: Scope) -> str:
    count = len(scope.dependants)
    return f"{count} service{'s depend' if count > 1 else ' depends'} on it"


def _by_burn(evaluation: SloEvaluation | None, impact: Impact, scope: Scope) -> tuple[int, str] | None:
    if evaluation is None or evaluation.action == "none":
        return None
    pages = evaluation.action == "page"
    if pages and _nobody_hit(impact):
        return TRACKED, "the core function works and nobody is affected"
    if scope.core and pages:
        if impact.core_function_down is False:
            return MAJOR, f"{scope.service} is core, and its core function works"
        fastest = evaluation.pair is not None and evaluation.pair == FASTEST
        return (
            (WORST, f"{scope.service} is core")
            if fastest
            else (MAJOR, f"{scope.service} is core, and this burns slowly")
        )
    if scope.core:
        return MINOR, f"{scope.service} is core, and this can wait for working hours"
    if scope.dependants:
        return (MAJOR if pages else MINOR), f"{scope.service} is not core, but {_depend(scope)}"
    return (MINOR if pages else TRACKED), f"{scope.service} is not core and nothing depends on it"


def _by_share(impact: Impact, scope: Scope) -> tuple[int, str] | None:
    """A subset of users is degraded service; a few of them is the third tier, next to nobody the last; nobody asks for nothing."""
    share = impact.users_share
    if share is None or share <= 0:
        return None
    affected = f"{number(share * 100)} % of users are affected"
    if scope.core and share >= HALF:
        if impact.core_function_down is False:
            return MAJOR, f"{affected}, and the core function works"
        return WORST, f"{scope.service} is core and fails for {percent(share)} of users"
    if share >= TENTH:
        return MAJOR, affected
    return (MINOR if share > THOUSANDTH else TRACKED), affected


def _by_risk(impact: Impact) -> tuple[int, str] | None:
    return (MINOR, f"elevated risk ({impact.elevated_risk})") if impact.elevated_risk else None


def _by_words(evaluation: SloEvaluation | None, impact: Impact) -> tuple[int, str] | None:
    """What people and alerts say counts until somebody states or counts it."""
    measured = evaluation is not None or bool(impact.elevated_risk)
    found = [
        (MINOR if told.unknown and impact.core_function_down is False else told.rung, told.why)
        for told in impact.told
        if not _outweighed(told, impact) and not (told.unknown and measured)
    ]
    return min(found, key=lambda pair: pair[0], default=None)


def _outweighed(told: Told, impact: Impact) -> bool:
    """Whether a count outweighs what texts say of a function, or a look at a core function one that asks for the first tier."""
    if told.sign != "function":
        return False
    return impact.users_share is not None or (impact.core_function_down is False and told.rung == WORST)
