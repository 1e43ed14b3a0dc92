"""The revisions of a workload: the current one, those that were rolled back, and the rollback target (formats/06, 6.1)."""

import hashlib
import json
from typing import Any

import msgspec

from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target, owner_uid, selector

REVISION = "deployment.kubernetes.io/revision"
EARLIER = "deployment.kubernetes.io/revision-history"
CAUSE = "kubernetes.io/change-cause"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
HASH = "pod-template-hash"
LEFT = "left by going back from it: it may be the bad one"


class Revision(msgspec.Struct, frozen=True):
    """One revision. ``left``: it was rolled back, so it may be the bad one."""

    number: int
    thing: dict[str, Any]
    left: bool = False

    def template(self) -> dict[str, Any]:
        """Its pod template."""
        return template_of(self.thing)

    def words(self) -> str:
        """Its images, and why it was made, if somebody said so."""
        why = (self.thing["metadata"].get("annotations") or {}).get(CAUSE, "")
        images = ", ".join(images_of(self.template())) or "no containers"
        return images + (f" ({why})" if why else "")


class History(msgspec.Struct, frozen=True):
    """Oldest first. ``current`` 0: what is asked for is in no revision (yet), for instance because the rollout is paused.

    ``running``: the newest one that has gone out, where that is known; while a rollout is paused it is another one than what is asked for.
    """

    known: list[Revision]
    current: int
    running: int = 0

    def find(self, number: int) -> Revision | None:
        """One by its number, or by one that it had before: a revision that is used again gets a new number."""
        exact = (each for each in self.known if each.number == number)
        return next(exact, None) or next((each for each in self.known if number in _earlier(each)), None)

    def before(self) -> Revision | None:
        """kubectl's "previous": the one before what runs; numbers have gaps, since a used one gets a new number."""
        return next(reversed(self._before()), None)

    def way_back(self) -> Revision | None:
        """The newest one before what runs that differs in more than a restart and was not left by going back from it."""
        now = self.find(self.running)
        same = plain(now.template()) if now else ""
        return next(
            (each for each in reversed(self._before()) if not each.left and plain(each.template()) != same), None
        )

    def _before(self) -> list[Revision]:
        return [each for each in self.known if each.number < self.running or not self.running]

    def words(self) -> str:
        """One line each."""
        return "\n".join(
            f"revision {each.number}: {each.words()}"
            + (" (now)" if each.number == self.current else f" ({LEFT})" if each.left else "")
            for each in self.known
        )


def history(connection: Connection, target: Target, thing: dict[str, Any]) -> History:
    """Every known revision of a workload, with its object. Raises ``Failed``."""
    what = "replicasets" if target.kind == "deployment" else "controllerrevisions"
    path = f"/apis/apps/v1/namespaces/{target.namespace}/{what}"
    listed = connection.items(path, labelSelector=selector(thing))
    uid = thing["metadata"]["uid"]
    own = [each for each in listed if owner_uid(each) == uid]
    found = [Revision(number, each) for each in own if (number := _number(target, each)) is not None]
    known = sorted(found, key=lambda revision: revision.number)
    judged = [Revision(each.number, each.thing, _left(each, known)) for each in known]
    current = _current(thing, judged)
    held = bool(thing.get("spec", {}).get("paused")) and not current and judged
    return History(judged, current, judged[-1].number if held else current)


def template_of(thing: dict[str, Any]) -> dict[str, Any]:
    """The pod template of a workload or revision, without the hash of its ReplicaSet: with it each undo would make a new one."""
    template: dict[str, Any] = thing["data"]["spec"]["template"] if "data" in thing else thing["spec"]["template"]
    meta = template.get("metadata") or {}
    if "data" in thing:
        return {key: value for key, value in template.items() if key != "$patch"}
    labels = {k: v for k, v in (meta.get("labels") or {}).items() if k != HASH}
    return {**template, "metadata": {**meta, "labels": labels}}


def images_of(template: dict[str, Any]) -> list[str]:
    """Of its containers, in their order."""
    return [str(each.get("image", "")) for each in (template.get("spec") or {}).get("containers") or []]


def plain(template: dict[str, Any]) -> str:
    """A template for comparing: what is null is not there, and a restart changes nothing."""
    return json.dumps(_without_nothing(template), sort_keys=True)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two templates are the same to the API server, for which null is nothing; a restart counts."""
    return bool(_without_nothing(one, restarts=True) == _without_nothing(other, restarts=True))


def digest(template: dict[str, Any]) -> str:
    """Short enough for an argument; equal for what ``plain`` holds for equal."""
    return hashlib.sha256(plain(template).encode()).hexdigest()[:12]


def tag(image: str) -> str:
    """The tag of an image; of one by digest the digest, shortened; empty where there is neither."""
    name, _, content = image.partition("@")
    last = name.rpartition("/")[2]
    if ":" in last:
        return last.rpartition(":")[2]
    return content[: len("sha256:") + 12]


def _without_nothing(value: Any, *, restarts: bool = False) -> Any:
    if isinstance(value, dict):
        inner = {k: _without_nothing(v, restarts=restarts) for k, v in value.items() if restarts or k != RESTARTED}
        return {k: v for k, v in inner.items() if k == "emptyDir" or v not in (None, {})}
    return [_without_nothing(each, restarts=restarts) for each in value] if isinstance(value, list) else value


def _current(thing: dict[str, Any], known: list[Revision]) -> int:
    """The newest revision with the template that is asked for; while the controller makes one, none."""
    wanted = plain(template_of(thing))
    same = [each.number for each in known if plain(each.template()) == wanted]
    if same or not known:
        return max(same, default=0)
    seen = thing.get("status", {}).get("observedGeneration", 0) >= thing["metadata"].get("generation", 0)
    return known[-1].number if seen and not thing.get("spec", {}).get("paused") else 0


def _left(revision: Revision, known: list[Revision]) -> bool:
    """Whether it was rolled back: a later revision is an older one again, by its creation or an earlier number."""
    made = _made(revision)
    for later in (each for each in known if each.number > revision.number):
        if made and _made(later) and _made(later) != made:
            if _made(later) < made:
                return True
        elif _first(later) < revision.number:
            return True
    return False


def _made(revision: Revision) -> str:
    return str(revision.thing["metadata"].get("creationTimestamp") or "")


def _first(revision: Revision) -> int:
    return min(_earlier(revision), default=revision.number)


def _earlier(revision: Revision) -> list[int]:
    """Its earlier numbers: a ReplicaSet that is used again keeps them in an annotation."""
    told = (revision.thing["metadata"].get("annotations") or {}).get(EARLIER, "")
    return [int(each) for each in told.split(",") if each.isdecimal()]


def _number(target: Target, thing: dict[str, Any]) -> int | None:
    if target.kind != "deployment":
        return int(thing.get("revision", 0))
    text = (thing["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdecimal() else None
