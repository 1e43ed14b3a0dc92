"""Deploys and other changes, recorded so that it is known when symptoms begin shortly after (R17)."""

import re

from stanch.db.transaction import Row
from stanch.kernel.clock import MINUTE
from stanch.kernel.ids import new_id
from stanch.ports import ChangeEvent
from stanch.timeline.unit_of_work import UnitOfWork

# Prefix of identities of watched releases; a webhook may report the same release before or after.
SEEN = "seen/"
SAME_WITHIN = 30 * MINUTE
VERSION = re.compile(r"\W*(v?\d+([.\-_]\w+)*|[0-9a-f]{7,64}|\w+[-:@]v?\d[\w.\-]*)\W*", re.IGNORECASE)
KINDS: tuple[tuple[str, str], ...] = (
    ("flag", r"\b(feature.?)?flags?\b|\btoggles?\b|\bfeature.?gates?\b|\bexperiments?\b|\bkill.?switch\b"),
    ("capacity", r"\bscal(ed?|ing)\b|\bcapacity\b|\bresiz\w+|\bautoscal\w+|\badd(ed|s|ing)? .{0,20}(servers|nodes|instances|shards|brokers|replicas|hosts|machines)\b"),
    ("config", (r"\bconfig\w*|\bsettings?\b|\brule(s|set)?\b|\bpolic(y|ies)\b|\bacls?\b|\bdns\b|\broutes?\b|\bbgp\b|\bfirewall\b|\bquotas?\b|\bparameters?\b"
               r"|\blimits?\b|\bcertificates?\b|\bfeature.?file\b|\bdefinitions?\b|\blist\b")),
)  # fmt: skip


def kind_of(change: ChangeEvent) -> str:
    """What kind of change it is: as its sender says, else by its words. A version number is a release, whatever it fixes."""
    if change.kind:
        return change.kind
    told = re.sub(r"[-_]+", " ", change.release)
    if not VERSION.fullmatch(change.release):
        told += f" {change.summary}"
    return next((kind for kind, pattern in KINDS if re.search(pattern, told, re.IGNORECASE)), "release")


def record(uow: UnitOfWork, change: ChangeEvent, author: str) -> str:
    """Keep a change; the same ``identity`` again only adds what was not known. Answers with its id."""
    if known := _known(uow, change):
        _complete(uow, known, change)
        return str(known["id"])
    last = uow.tx.one(
        "SELECT release FROM deploys WHERE service = :service AND deployed_at < :at AND kind = 'release' ORDER BY deployed_at DESC LIMIT 1",
        service=change.service,
        at=change.at,
    )
    kind = kind_of(change)
    identity = new_id("deploy")
    uow.tx.execute(
        "INSERT INTO deploys (id, service, release, previous, deployed_at, reversible, reason, author, summary, link, identity, "
        "kind) "
        "VALUES (:id, :service, :release, :previous, :at, :reversible, :reason, :author, :summary, :link, :identity, :kind) "
        "ON CONFLICT (identity) WHERE identity <> '' DO NOTHING",
        id=identity,
        service=change.service,
        release=change.release,
        previous=change.previous or (last["release"] if last and kind == "release" else ""),
        at=change.at,
        reversible=int(change.reversible),
        reason=change.reason,
        author=change.author or author,
        summary=change.summary,
        link=change.link,
        identity=change.identity,
        kind=kind,
    )
    return identity


def _known(uow: UnitOfWork, change: ChangeEvent) -> Row | None:
    """The same change: seen before with more to say of it by now, or told by a webhook and seen by watching."""
    if change.identity.startswith(SEEN):
        again = uow.tx.one("SELECT * FROM deploys WHERE identity = :identity", identity=change.identity)
        if again is not None:
            return again
    near = uow.tx.all(
        "SELECT * FROM deploys WHERE service = :service AND deployed_at BETWEEN :since AND :until ORDER BY deployed_at LIMIT 100",
        service=change.service,
        since=change.at - SAME_WITHIN,
        until=change.at + SAME_WITHIN,
    )
    other_way = [
        row
        for row in near
        if row["release"] == change.release and row["identity"].startswith(SEEN) != change.identity.startswith(SEEN)
    ]
    # With another release in between, the same name is a rollback, not a duplicate.
    nothing_between = (
        row
        for row in other_way
        if not any(
            each["release"] != change.release
            and min(row["deployed_at"], change.at) < each["deployed_at"] < max(row["deployed_at"], change.at)
            for each in near
        )
    )
    return next(nothing_between, None)


def _complete(uow: UnitOfWork, known: Row, change: ChangeEvent) -> None:
    """Adds what one report knows and the other does not, such as that the release cannot be rolled back cleanly."""
    uow.tx.execute(
        "UPDATE deploys SET summary = :summary, link = :link, reversible = :reversible, reason = :reason WHERE id = :id",
        id=known["id"],
        summary=change.summary or known["summary"],
        link=known["link"] or change.link,
        reversible=int(known["reversible"] and change.reversible),
        reason=known["reason"] or change.reason,
    )
