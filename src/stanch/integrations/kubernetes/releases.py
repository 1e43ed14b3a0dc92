"""What is released, seen by watching (R17): resumable by ``resourceVersion`` and bookmarks, and by a new list after 410."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec

from stanch.integrations.kubernetes.connection import Connection, Refused
from stanch.integrations.kubernetes.reading_releases import READERS, ObservedRelease, irreversible, migration
from stanch.integrations.kubernetes.revisions import tag
from stanch.integrations.kubernetes.target import NAME
from stanch.kernel.clock import MINUTE, SystemClock
from stanch.ports import Failed, Release, Watched

FOLDERS = {
    "deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "statefulset": "/apis/apps/v1/namespaces/{}/statefulsets",
    "daemonset": "/apis/apps/v1/namespaces/{}/daemonsets",
    "rollout": "/apis/argoproj.io/v1alpha1/namespaces/{}/rollouts",
    "helmrelease": "/apis/helm.toolkit.fluxcd.io/v2/namespaces/{}/helmreleases",
    "kustomization": "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{}/kustomizations",
}
# The most watches at once; further ones take turns within the same look.
AT_ONCE = 8
# A migration job may come a little after the release that it belongs to.
JOBS_WITHIN = 10 * MINUTE
EARLIER = 10


class KnownObject(msgspec.Struct):
    """What one object was when it was last seen. ``earlier``: templates that it had before; ``told``: what was said of it."""

    uid: str
    seen: ObservedRelease
    identity: str
    at: int
    earlier: list[str] = []
    told: str = ""
    cause_before: str = ""


class Folder(msgspec.Struct):
    """How far one folder (objects of a kind in a namespace) has been seen. ``names``: of whom."""

    version: str = ""
    names: list[str] = []
    known: dict[str, KnownObject] = {}


class Releases:
    """One look of some seconds at everything bound, and the bookmark to go on from."""

    def __init__(self, connection: Connection, now: int | None = None) -> None:
        self.connection = connection
        self.now = SystemClock().now() if now is None else now

    def look(self, addresses: list[str], bookmark: str) -> Watched:
        """Raises ``Failed`` when no folder at all could be looked at."""
        folders = msgspec.json.decode(bookmark or "{}", type=dict[str, Folder])
        bound = self._bound(addresses)
        if not bound:
            return Watched([], bookmark)
        rounds = -(-len(bound) // AT_ONCE)
        seconds = max(1.0, self.connection.settings.watch / rounds)
        with ThreadPoolExecutor(min(AT_ONCE, len(bound)), "watch") as pool:
            looks = [
                pool.submit(partial(self._folder, kind, namespace, names, folders.get(f"{namespace}/{kind}"), seconds))
                for (namespace, kind), names in bound.items()
            ]
        found, troubles, kept = list[Release](), list[str](), dict[str, Folder]()
        for ((namespace, kind), _), look in zip(bound.items(), looks, strict=True):
            key = f"{namespace}/{kind}"
            try:
                kept[key], releases = look.result()
                found += releases
            except Failed as failed:
                troubles.append(f"{kind}s of {namespace}: {failed.detail}")
                if key in folders:
                    kept[key] = folders[key]
        if len(troubles) == len(bound):
            raise Failed("; ".join(troubles), again=True)
        return Watched(found, msgspec.json.encode(kept).decode(), troubles)

    def _bound(self, addresses: list[str]) -> dict[tuple[str, str], list[str]]:
        """By namespace and kind; nodes and invalid addresses are skipped."""
        found: dict[tuple[str, str], list[str]] = {}
        allowed = self.connection.settings.namespaces
        for address in sorted(set(addresses)):
            namespace, _, rest = address.partition("/")
            kind, _, name = rest.partition("/")
            fine = kind in FOLDERS and NAME.fullmatch(namespace) and NAME.fullmatch(name)
            if fine and (not allowed or namespace in allowed):
                found.setdefault((namespace, kind), []).append(name)
        return found

    def _folder(
        self, kind: str, namespace: str, names: list[str], before: Folder | None, seconds: float
    ) -> tuple[Folder, list[Release]]:
        """The folder as it is now, and what was released in it. A look that fails in the middle keeps what it has seen."""
        path = FOLDERS[kind].format(namespace)
        folder = msgspec.json.decode(msgspec.json.encode(before or Folder()), type=Folder)
        found: dict[str, Release] = {}
        one = {"fieldSelector": f"metadata.name={names[0]}"} if len(names) == 1 else {}
        if not folder.version or folder.names != names:
            folder.version, listed = self.connection.listed(path, **one)
            folder.names = names
            there = {str(each["metadata"]["name"]): each for each in listed}
            folder.known = {name: known for name, known in folder.known.items() if name in there and name in names}
            for name in names:
                if name in there:
                    self._observe(kind, namespace, there[name], folder, found)
        else:
            self._watched(kind, namespace, path, one, seconds, folder, found)
        for name in folder.known:
            self._jobs(kind, namespace, name, folder, found)
        return folder, list(found.values())

    def _watched(
        self,
        kind: str,
        namespace: str,
        path: str,
        query: dict[str, str],
        seconds: float,
        folder: Folder,
        found: dict[str, Release],
    ) -> None:
        try:
            for event in self.connection.watch(path, seconds, resourceVersion=folder.version, **query):
                thing = event.get("object") or {}
                if event.get("type") == "ERROR":
                    if thing.get("code") != 410:
                        raise Failed(f"the watch was ended: {thing.get('message', 'no reason given')}", again=True)
                    folder.version = ""  # the version is too old: list again to see what was missed
                    return
                meta = thing.get("metadata") or {}
                name = str(meta.get("name", ""))
                if event.get("type") == "DELETED":
                    folder.known.pop(name, None)
                elif event.get("type") in ("ADDED", "MODIFIED") and name in folder.names:
                    self._observe(kind, namespace, thing, folder, found)
                folder.version = str(meta.get("resourceVersion") or folder.version)
        except Refused as refused:
            if refused.status != 410:
                raise
            folder.version = ""
        except Failed:
            if not found:
                raise  # nothing new; the next look continues from the same bookmark

    def _observe(
        self, kind: str, namespace: str, thing: dict[str, Any], folder: Folder, found: dict[str, Release]
    ) -> None:
        """A template that was not there before is a release; one that was seen already may have more said of it."""
        seen = READERS[kind](thing)
        if seen is None:  # paused: recorded once it is resumed
            return
        meta = thing["metadata"]
        name, uid = str(meta["name"]), str(meta["uid"])
        before = folder.known.get(name)
        if before is not None and (before.uid, before.seen.digest) == (uid, seen.digest):
            if seen.cause and seen.cause not in (before.seen.cause, before.cause_before):
                before.seen = msgspec.structs.replace(before.seen, cause=seen.cause)
                found[before.identity] = _release(kind, namespace, name, before, None)
            return
        at = min(seen.at or self.now, self.now)
        known = KnownObject(uid, seen, f"{uid}/{seen.digest}/{seen.at or meta.get('resourceVersion', '')}", at)
        if before is not None:
            known.earlier = [*before.earlier, before.seen.digest][-EARLIER:]
            # `kubectl set image` keeps the change cause of the release before.
            known.cause_before = before.seen.cause
            if seen.cause == before.seen.cause:
                known.seen = msgspec.structs.replace(seen, cause="")
        folder.known[name] = known
        if before is None and seen.at is None:
            return  # running since before the watch began, at an unknown time
        known.told = irreversible(thing, before.seen if before else None, seen)
        found[known.identity] = _release(kind, namespace, name, known, before)

    def _jobs(self, kind: str, namespace: str, name: str, folder: Folder, found: dict[str, Release]) -> None:
        """A migration job that belongs to a release makes it irreversible, also when it comes a little later."""
        known = folder.known[name]
        if known.told or not known.seen.images or self.now - known.at > JOBS_WITHIN:
            return
        try:
            jobs = self.connection.items(f"/apis/batch/v1/namespaces/{namespace}/jobs")
        except Failed:
            return  # empty where listing is forbidden
        known.told = migration(jobs, known.seen, known.at)
        if known.told:
            found[known.identity] = msgspec.structs.replace(
                found.get(known.identity) or _release(kind, namespace, name, known, None),
                reversible=False,
                reason=known.told,
            )


def _release(kind: str, namespace: str, name: str, known: KnownObject, before: KnownObject | None) -> Release:
    seen = known.seen
    said = [seen.cause] if seen.cause else []
    if before is not None and before.uid == known.uid and seen.digest in before.earlier:
        said.append("back to what ran before")
    elif before is not None and before.seen.images == seen.images and seen.images:
        said.append("the same image; something else of its pod template has changed")
    return Release(
        f"{namespace}/{kind}/{name}", _named(seen, before), known.at, known.identity, "; ".join(said),
        before.seen.release if before else "", seen.by, not known.told, known.told,
    )  # fmt: skip


def _named(seen: ObservedRelease, before: KnownObject | None) -> str:
    """The tag of the image that has changed; where none has, of the first."""
    was = before.seen.images if before else []
    changed = [image for image in seen.images if image not in was]
    return (tag(changed[0]) if was and changed else "") or seen.release
