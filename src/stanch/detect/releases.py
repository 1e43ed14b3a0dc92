"""Releases seen by watching what the services of the catalog run on (R17): one effect for each system that can be watched."""

from typing import Any

from stanch.detect import deploys
from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.ports import ChangeEvent, Failed, Release, Watched
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

AGAIN_SECONDS, AFTER_TROUBLE_SECONDS = 1, 10


def seed(uow: UnitOfWork) -> None:
    """At start and when the catalog has changed: whatever is bound and can be watched."""
    for adapter in uow.application.world.watchers():
        if bound(uow.policy, adapter):
            uow.effect(f"releases:{adapter}", "releases", "", {"adapter": adapter}, again=True)


def bound(policy: Policy, adapter: str) -> dict[str, list[str]]:
    """The addresses at one system, and the services that run there."""
    found: dict[str, list[str]] = {}
    for service in policy.services.values():
        for each in service.runs_on:
            name, _, address = each.partition(":")
            if name == adapter:
                found.setdefault(address, []).append(service.name)
    return found


class ReleaseHandler(EffectHandler):
    """One look of some seconds. What was seen and how far are kept together: a crash in between sees it again, once."""

    kind = "releases"
    patient = True
    lease_seconds = 20.0

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return bool(bound(uow.policy, effect.payload["adapter"]))

    def perform(self, effect: Effect) -> Watched:
        adapter = effect.payload["adapter"]
        watcher = self.application.world.watchers().get(adapter)
        if watcher is None:
            raise Failed(f"no adapter '{adapter}' is configured that can be watched", again=False)
        with self.application.reading() as uow:
            row = uow.tx.one("SELECT bookmark FROM release_watches WHERE adapter = :adapter", adapter=adapter)
            addresses = sorted(bound(uow.policy, adapter))
        return watcher.watch(addresses, row["bookmark"] if row else "")

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        adapter = effect.payload["adapter"]
        if not isinstance(answer, Watched):
            trouble = answer.detail if isinstance(answer, Failed) else f"{type(answer).__name__}: {answer}"
            _keep(uow, adapter, None, trouble)
            return uow.now + AFTER_TROUBLE_SECONDS * SECOND
        services = bound(uow.policy, adapter)
        for release in answer.releases:
            for service in services.get(release.address, []):
                record(uow, adapter, service, release)
        _keep(uow, adapter, answer.bookmark, "; ".join(answer.troubles))
        return uow.now + (AFTER_TROUBLE_SECONDS if answer.troubles else AGAIN_SECONDS) * SECOND


def record(uow: UnitOfWork, adapter: str, service: str, release: Release) -> None:
    """Keep it once, with whatever more is known of it later; what a webhook has told already is not told twice."""
    change = ChangeEvent(
        service, release.release, min(release.at, uow.now), release.summary, release.previous, release.reversible,
        release.reason, release.author, identity=f"{deploys.SEEN}{adapter}/{service}/{release.identity}",
    )  # fmt: skip
    deploys.record(uow, change, adapter)


def troubles(uow: UnitOfWork) -> list[str]:
    """What cannot be watched, and since when."""
    rows = uow.tx.all("SELECT adapter, trouble FROM release_watches WHERE trouble <> '' ORDER BY adapter")
    return [
        f"releases of {row['adapter']} are not seen: {row['trouble']}"
        for row in rows
        if bound(uow.policy, row["adapter"])
    ]


def _keep(uow: UnitOfWork, adapter: str, bookmark: str | None, trouble: str) -> None:
    uow.tx.execute(
        "INSERT INTO release_watches (adapter, bookmark, trouble, looked_at) VALUES (:adapter, :bookmark, :trouble, :now) "
        "ON CONFLICT (adapter) DO UPDATE SET bookmark = COALESCE(:kept, release_watches.bookmark), trouble = excluded.trouble, "
        "looked_at = excluded.looked_at",
        adapter=adapter,
        bookmark=bookmark or "",
        kept=bookmark,
        trouble=trouble[:1000],
        now=uow.now,
    )
