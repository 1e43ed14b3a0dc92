"""Built-in probes (R13): for teams without Prometheus, and for the view from outside. Each is a repeating effect."""

from stanch.db.transaction import Row
from stanch.detect import ahead, signals
from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy, Probe
from stanch.ports import Alert, ProbeAnswer
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

# A predicted failure (such as an expiring certificate) has a signal of its own, which makes a ticket and pages nobody.
SOON = ":soon"


def seed(uow: UnitOfWork) -> None:
    """At start: every configured probe has its effect; those of removed probes are dropped when due."""
    for service in uow.policy.services.values():
        for probe in service.probes:
            uow.effect(
                f"probe:{service.name}:{probe.name}",
                "probe",
                "",
                {"service": service.name, "probe": probe.name},
                again=True,
            )


def find(policy: Policy, payload: dict[str, str]) -> Probe | None:
    """The configured probe of an effect."""
    service = policy.services.get(payload["service"])
    return next((p for p in service.probes if p.name == payload["probe"]), None) if service else None


class ProbeHandler(EffectHandler):
    """Runs the check, records the result, and raises an alert after several failures in a row."""

    kind = "probe"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return find(uow.policy, effect.payload) is not None

    def perform(self, effect: Effect) -> ProbeAnswer:
        probe = find(self.application.policy(), effect.payload)
        if probe is None:
            return ProbeAnswer(False, "the probe was removed", 0)
        prober = self.application.world.probers.get(probe.kind)
        seen = prober.check(probe) if prober else ProbeAnswer(False, f"no integration checks '{probe.kind}'", 0)
        if not seen.ok:  # what it may raise is read while no lock is held
            policy, now = self.application.policy(), self.application.clock.now()
            told = _alert(policy, now, effect.payload["service"], probe, seen, effect.key, firing=True)
            ahead.read_alerts(self.application, [told])
        return seen

    def settle(self, uow: UnitOfWork, effect: Effect, answer: ProbeAnswer | Exception) -> int | None:
        probe = find(uow.policy, effect.payload)
        if probe is None:
            return None
        seen = answer if isinstance(answer, ProbeAnswer) else ProbeAnswer(False, str(answer), 0)
        self._record(uow, effect, probe, seen)
        return uow.now + int(probe.every * SECOND)

    def _record(self, uow: UnitOfWork, effect: Effect, probe: Probe, seen: ProbeAnswer) -> None:
        before = uow.tx.one("SELECT failures FROM probe_results WHERE probe = :probe", probe=effect.key)
        had = int(before["failures"]) if before else 0
        # Predicted failures and current ones are counted apart.
        failures = 0 if seen.ok else had + 1 if seen.urgent else min(had + 1, probe.failures)
        service = effect.payload["service"]
        uow.tx.execute(
            "INSERT INTO probe_results (probe, service, ok, failures, detail, checked_at, took_ms) "
            "VALUES (:probe, :service, :ok, :failures, :detail, :now, :took) ON CONFLICT (probe) DO UPDATE SET ok = excluded.ok, "
            "failures = excluded.failures, detail = excluded.detail, checked_at = excluded.checked_at, took_ms = excluded.took_ms",
            probe=effect.key,
            service=service,
            ok=int(seen.ok),
            failures=failures,
            detail=seen.detail[:300],
            now=uow.now,
            took=seen.took_ms,
        )
        firing = {row["fingerprint"] for row in _firing(uow, effect.key)}
        due = failures >= probe.failures * (2 if seen.urgent and firing == {effect.key + SOON} else 1)
        wanted = {effect.key if seen.urgent else effect.key + SOON} if due else set()
        if seen.ok or due:
            turned = [(key, False) for key in firing - wanted] + [(key, True) for key in wanted - firing]
            alerts = [_alert(uow.policy, uow.now, service, probe, seen, key, firing=on) for key, on in sorted(turned)]
            signals.fold(uow, alerts, "probes")


def _firing(uow: UnitOfWork, key: str) -> list[Row]:
    return uow.tx.all(
        "SELECT fingerprint FROM signals WHERE fingerprint IN (:now, :soon) AND state = 'firing'",
        now=key,
        soon=key + SOON,
    )


def _alert(policy: Policy, now: int, service: str, probe: Probe, seen: ProbeAnswer, key: str, *, firing: bool) -> Alert:
    severity = "ticket" if key.endswith(SOON) else probe.severity
    labels = {"alertname": f"Probe {probe.name}", "service": service, "severity": severity, "probe": probe.name}
    summary = f"{policy.service(service).label()}: probe {probe.name} {seen.detail}"
    end = None if firing else now
    return Alert(key, labels["alertname"], firing, now, end, labels, {"summary": summary}, probe.url)
