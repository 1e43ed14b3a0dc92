"""The tables of SLOs: the newest ratio of each window, a week of history, and the current action."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stanch.detect.slo import rules
from stanch.kernel.clock import DAY, MINUTE
from stanch.kernel.policy import Slo
from stanch.timeline.unit_of_work import UnitOfWork

PERIOD = "period"
KEPT = 7 * DAY


class SloState(msgspec.Struct, frozen=True):
    """What is known about one SLO. ``measured``: window to (ratio or None for no traffic, events, moment).

    ``problem``: why the newest evaluation measured less than it should, in a sentence; the action is then that of an earlier evaluation.
    """

    service: str
    slo: Slo
    measured: dict[str, tuple[float | None, float | None, int]]
    action: str
    reason: str
    proposal: str
    problem: str
    since: int | None
    evaluated_at: int | None

    def burns(self) -> dict[str, float]:
        """Burn rates by window, those of the period left out."""
        return {
            span: rules.burn(ratio, self.slo)
            for span, (ratio, _, _) in self.measured.items()
            if ratio is not None and span in rules.SPANS
        }

    def budget_remaining(self) -> float | None:
        """The share of the budget that is left; None until the period has been measured."""
        ratio = self.measured.get(PERIOD, (None, None, 0))[0]
        return None if ratio is None else rules.budget_remaining(ratio, self.slo)


def keep(uow: UnitOfWork, service: str, slo: str, at: int, ratios: rules.Ratios, events: rules.Ratios) -> None:
    """The newest ratios; a window that could not be measured keeps what was measured last."""
    uow.tx.many(
        "INSERT INTO burns (service, slo, span, ratio, events, measured_at) VALUES (:service, :slo, :span, :ratio, :events, :at) "
        "ON CONFLICT (service, slo, span) DO UPDATE SET ratio = excluded.ratio, events = excluded.events, "
        "measured_at = excluded.measured_at",
        [
            {"service": service, "slo": slo, "span": span, "ratio": ratio, "events": events.get(span), "at": at}
            for span, ratio in ratios.items()
        ],
    )


def remember(uow: UnitOfWork, state: SloState, at: int) -> None:
    """One row of history for each minute, and none older than a week."""
    burns = state.burns()
    uow.tx.execute(
        "INSERT INTO burn_history (service, slo, at, burn_1h, burn_6h, budget_remaining) "
        "VALUES (:service, :slo, :at, :one, :six, :left) ON CONFLICT (service, slo, at) DO UPDATE SET "
        "burn_1h = excluded.burn_1h, burn_6h = excluded.burn_6h, budget_remaining = excluded.budget_remaining",
        service=state.service,
        slo=state.slo.name,
        at=at // MINUTE * MINUTE,
        one=burns.get("1h"),
        six=burns.get("6h"),
        left=state.budget_remaining(),
    )
    uow.tx.execute(
        "DELETE FROM burn_history WHERE service = :service AND slo = :slo AND at < :oldest",
        service=state.service,
        slo=state.slo.name,
        oldest=uow.now - KEPT,
    )


def decide(uow: UnitOfWork, service: str, slo: str, action: str, reason: str, proposal: str, problem: str) -> str:
    """Write the current action; answers with the action before. ``since`` changes with the action."""
    before = uow.tx.one(
        "SELECT action FROM slo_verdicts WHERE service = :service AND slo = :slo", service=service, slo=slo
    )
    uow.tx.execute(
        "INSERT INTO slo_verdicts (service, slo, action, reason, proposal, problem, since, evaluated_at) "
        "VALUES (:service, :slo, :action, :reason, :proposal, :problem, :now, :now) ON CONFLICT (service, slo) DO UPDATE SET "
        "since = CASE WHEN slo_verdicts.action = excluded.action THEN slo_verdicts.since ELSE excluded.since END, "
        "action = excluded.action, reason = excluded.reason, proposal = excluded.proposal, problem = excluded.problem, "
        "evaluated_at = excluded.evaluated_at",
        service=service,
        slo=slo,
        action=action,
        reason=reason,
        proposal=proposal,
        problem=problem[:500],
        now=uow.now,
    )
    return str(before["action"]) if before else "none"


def read(uow: UnitOfWork, service: str = "") -> list[SloState]:
    """Every declared SLO, or those of one service, in order of names; one that was never evaluated has nothing measured."""
    measured: dict[tuple[str, str], dict[str, tuple[float | None, float | None, int]]] = {}
    for row in uow.tx.all("SELECT * FROM burns"):
        one = measured.setdefault((row["service"], row["slo"]), {})
        one[row["span"]] = (row["ratio"], row["events"], row["measured_at"])
    verdicts = {(row["service"], row["slo"]): row for row in uow.tx.all("SELECT * FROM slo_verdicts")}
    return [
        _state(each.name, slo, measured.get((each.name, slo.name), {}), verdicts.get((each.name, slo.name), {}))
        for each in sorted(uow.policy.services.values(), key=lambda s: s.name)
        for slo in each.slos
        if not service or each.name == service
    ]


def one(uow: UnitOfWork, service: str, slo: Slo) -> SloState:
    """What is known about one SLO."""
    rows = uow.tx.all("SELECT * FROM burns WHERE service = :service AND slo = :slo", service=service, slo=slo.name)
    verdict = uow.tx.one(
        "SELECT * FROM slo_verdicts WHERE service = :service AND slo = :slo", service=service, slo=slo.name
    )
    return _state(service, slo, {r["span"]: (r["ratio"], r["events"], r["measured_at"]) for r in rows}, verdict or {})


def burn_of(uow: UnitOfWork, service: str) -> float | None:
    """The highest burn rate over one hour of a service's SLOs, None if none is known: what ``Rule.burn_over`` looks at."""
    burns = [burns["1h"] for state in read(uow, service) if "1h" in (burns := state.burns())]
    return max(burns, default=None)


def history(uow: UnitOfWork, service: str, slo: str, since: int) -> list[tuple[int, float | None, float | None]]:
    """(moment, burn over 1 h, budget remaining) from a moment on, oldest first."""
    rows = uow.tx.all(
        "SELECT at, burn_1h, budget_remaining FROM burn_history WHERE service = :service AND slo = :slo AND at >= :since ORDER BY at",
        service=service,
        slo=slo,
        since=since,
    )
    return [(row["at"], row["burn_1h"], row["budget_remaining"]) for row in rows]


def forget(uow: UnitOfWork, service: str, slo: str) -> str:
    """Drop what is known about an SLO that is no longer declared; answers with the action that stood."""
    before = uow.tx.one(
        "SELECT action FROM slo_verdicts WHERE service = :service AND slo = :slo", service=service, slo=slo
    )
    for table in ("burns", "burn_history", "slo_verdicts"):
        uow.tx.execute(f"DELETE FROM {table} WHERE service = :service AND slo = :slo", service=service, slo=slo)
    return str(before["action"]) if before else "none"


def known(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(service, SLO) of every row, also of SLOs that are no longer declared."""
    rows = uow.tx.all("SELECT service, slo FROM slo_verdicts ORDER BY service, slo")
    return [(row["service"], row["slo"]) for row in rows]


def _state(
    service: str,
    slo: Slo,
    measured: dict[str, tuple[float | None, float | None, int]],
    verdict: Mapping[str, Any],
) -> SloState:
    return SloState(
        service,
        slo,
        measured,
        verdict.get("action", "none"),
        verdict.get("reason", "not evaluated yet"),
        verdict.get("proposal", ""),
        verdict.get("problem", ""),
        verdict.get("since"),
        verdict.get("evaluated_at"),
    )
