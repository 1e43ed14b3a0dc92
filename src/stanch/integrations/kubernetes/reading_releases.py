"""What one object says of its release: image, cause, since when, by whom, and whether the way back is clean (R17)."""

from collections.abc import Callable
from typing import Any

import msgspec

from stanch.integrations.kubernetes.revisions import CAUSE, RESTARTED, digest, images_of, tag, template_of
from stanch.kernel.clock import MINUTE, parse_moment

# Written on the workload or its pod template: "true", or why there is no way back.
IRREVERSIBLE = "stanch/irreversible"
SCHEMA_KEYS = ("schema-version", "db-schema-version", "database-schema-version", "migration-version")
SCHEMA_VARIABLES = ("SCHEMA_VERSION", "DB_SCHEMA_VERSION", "DATABASE_SCHEMA_VERSION", "MIGRATION_VERSION")
MIGRATES = ("migrat", "flyway", "liquibase", "alembic", "sqitch")
BELONGS = ("app.kubernetes.io/instance", "app.kubernetes.io/name", "app", "argocd.argoproj.io/instance")
# A job that migrates before a release (pre-upgrade, PreSync), or after it.
JOB_BEFORE, JOB_AFTER = 30 * MINUTE, 10 * MINUTE


class ObservedRelease(msgspec.Struct, frozen=True):
    """``digest`` is another one when something else goes out. ``at``: since when, where the object says so."""

    digest: str
    release: str
    images: list[str] = []
    cause: str = ""
    at: int | None = None
    by: str = ""
    schema: str = ""
    labels: dict[str, str] = {}


def _templated(thing: dict[str, Any]) -> ObservedRelease | None:
    """A workload with a pod template. A restart changes nothing; while it is paused nothing goes out."""
    spec, meta = thing.get("spec") or {}, thing["metadata"]
    if spec.get("paused") or "template" not in spec:
        return None
    template = template_of(thing)
    at, by = _since(meta)
    images, notes = images_of(template), meta.get("annotations") or {}
    first = next(filter(None, map(tag, images)), "")
    labels = {**(meta.get("labels") or {}), **(template.get("metadata", {}).get("labels") or {})}
    version = first or labels.get("app.kubernetes.io/version") or "latest"
    return ObservedRelease(
        digest(template), version, images, notes.get(CAUSE, ""), at, by, _schema(thing, template), labels
    )


def _helm_release(thing: dict[str, Any]) -> ObservedRelease | None:
    """Flux: what Helm has deployed."""
    newest: dict[str, Any] = next(iter((thing.get("status") or {}).get("history") or []), {})
    if newest.get("status") != "deployed":
        return None
    version = str(newest.get("appVersion") or newest.get("chartVersion") or "")
    at = _moment(newest.get("lastDeployed"))
    return ObservedRelease(f"{newest.get('version')}/{newest.get('digest', '')}", version, at=at, by="helm-controller")


def _kustomization(thing: dict[str, Any]) -> ObservedRelease | None:
    """Flux: the revision of the source that is applied, such as ``main@sha1:2c9f…``."""
    applied = str((thing.get("status") or {}).get("lastAppliedRevision") or "")
    if not applied:
        return None
    branch, _, commit = applied.rpartition(":")
    return ObservedRelease(applied, commit[:12] if branch else applied, by="kustomize-controller")


READERS: dict[str, Callable[[dict[str, Any]], ObservedRelease | None]] = {
    "deployment": _templated, "statefulset": _templated, "daemonset": _templated, "rollout": _templated,
    "helmrelease": _helm_release, "kustomization": _kustomization,
}  # fmt: skip


def irreversible(thing: dict[str, Any], before: ObservedRelease | None, now: ObservedRelease) -> str:
    """Why there is no clean way back, as the objects say it; empty where they do not."""
    template = (thing.get("spec") or {}).get("template") or {}
    for meta in (thing["metadata"], template.get("metadata") or {}):
        marked = str({**(meta.get("labels") or {}), **(meta.get("annotations") or {})}.get(IRREVERSIBLE, ""))
        if marked and marked.lower() != "false":
            return "it is marked as irreversible" + ("" if marked.lower() == "true" else f": {marked}")
    if before is not None and before.schema and now.schema and before.schema != now.schema:
        return f"it changes the schema version from {before.schema} to {now.schema}"
    return ""


def migration(jobs: list[dict[str, Any]], seen: ObservedRelease, at: int) -> str:
    """The migration job that belongs to a release, by its time and its image or labels, in a sentence."""
    for job in jobs:
        made = _moment(job["metadata"].get("creationTimestamp"))
        if made is None or not at - JOB_BEFORE <= made <= at + JOB_AFTER or not _belongs(job, seen):
            continue
        if any(word in _text(job) for word in MIGRATES):
            return f"the job {job['metadata']['name']} migrates with it"
    return ""


def _belongs(job: dict[str, Any], seen: ObservedRelease) -> bool:
    labels = job["metadata"].get("labels") or {}
    return bool(set(_job_images(job)) & set(seen.images)) or any(
        labels.get(key) and labels[key] == seen.labels.get(key) for key in BELONGS
    )


def _job_images(job: dict[str, Any]) -> list[str]:
    return images_of((job.get("spec") or {}).get("template") or {})


def _text(job: dict[str, Any]) -> str:
    """Everything of a job that says what it is for."""
    meta, pod = job["metadata"], ((job.get("spec") or {}).get("template") or {}).get("spec") or {}
    said = [meta["name"], *(meta.get("labels") or {}).values(), *(meta.get("annotations") or {}).values()]
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        said += [
            container.get("name", ""),
            container.get("image", ""),
            *container.get("command", []),
            *container.get("args", []),
        ]
    return " ".join(map(str, said)).lower()


def _schema(thing: dict[str, Any], template: dict[str, Any]) -> str:
    """The schema version that it says it needs: a label or annotation, or a variable of a container."""
    for meta in (template.get("metadata") or {}, thing["metadata"]):
        for key, value in {**(meta.get("labels") or {}), **(meta.get("annotations") or {})}.items():
            if key.rpartition("/")[2].replace("_", "-") in SCHEMA_KEYS:
                return str(value)
    for container in (template.get("spec") or {}).get("containers") or []:
        for variable in container.get("env") or []:
            if variable.get("name") in SCHEMA_VARIABLES and variable.get("value"):
                return str(variable["value"])
    return ""


def _since(meta: dict[str, Any]) -> tuple[int | None, str]:
    """When the pod template was last changed by more than a restart, and by whom, as the API server has noted it."""
    newest: tuple[int | None, str] = (None, "")
    for each in meta.get("managedFields") or []:
        template = ((each.get("fieldsV1") or {}).get("f:spec") or {}).get("f:template")
        at = _moment(each.get("time"))
        if not template or each.get("subresource") or at is None or _only_restarts(template):
            continue
        if newest[0] is None or at >= newest[0]:
            newest = (at, str(each.get("manager", "")))
    return newest


def _only_restarts(fields: dict[str, Any]) -> bool:
    if set(fields) != {"f:metadata"} or set(fields["f:metadata"]) != {"f:annotations"}:
        return False
    return set(fields["f:metadata"]["f:annotations"]) <= {".", f"f:{RESTARTED}"}


def _moment(text: Any) -> int | None:
    try:
        return parse_moment(str(text)) if text else None
    except ValueError:
        return None
