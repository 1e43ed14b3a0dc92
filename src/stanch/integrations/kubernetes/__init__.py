"""Kubernetes: what ``kubectl`` does in an incident, with its requests (formats/06; R20, R22), each with a dry run.

``undo``, ``pause``, ``resume``, ``restart`` and ``scale`` for workloads; ``cordon``, ``uncordon`` and ``drain`` for nodes;
``exec`` of allow-listed diagnostics; how to ``port-forward``. To look: a describe-like snapshot, events, logs and previous logs.
"""

from collections.abc import Callable

from stanch.integrations.kubernetes import describe, drain, nodes, offers, pods, rollout, scale
from stanch.integrations.kubernetes.connection import Connection, Refused
from stanch.integrations.kubernetes.releases import Releases
from stanch.integrations.kubernetes.settings import Settings
from stanch.integrations.kubernetes.target import Target, read
from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say, Watched
from stanch.ports.integration import Integration

REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
__all__ = ["INTEGRATION", "Kubernetes", "Settings", "build"]

Act = Callable[[Connection, Target, Arguments, Say], Applied]
Try = Callable[[Connection, Target, Arguments], Preview]
VERBS: dict[str, tuple[Act, Try]] = {
    "undo": (rollout.undo, rollout.try_undo),
    "pause": (rollout.pause, rollout.try_pause),
    "resume": (rollout.resume, rollout.try_resume),
    "restart": (rollout.restart, rollout.try_restart),
    "scale": (scale.scale, scale.try_scale),
    "cordon": (nodes.cordon, nodes.try_cordon),
    "uncordon": (nodes.uncordon, nodes.try_uncordon),
    "drain": (drain.drain, drain.try_drain),
    "exec": (pods.execute, pods.try_execute),
    "port-forward": (pods.forward, pods.try_forward),
}


class Kubernetes:
    """Arguments: ``verb``, ``kind``, ``namespace``, ``name``, and what the verb needs."""

    name: str = "kubernetes"

    def __init__(self, settings: Settings) -> None:
        self.connection = Connection(settings)

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Do it once. Raises ``Failed`` with the server's own words, and ``Unsure`` when nobody can tell whether it happened."""
        act, _ = _verb(arguments)
        return act(self.connection, read(arguments, self.connection.settings.namespaces), arguments, say)

    def preview(self, arguments: Arguments) -> Preview:
        """What would happen, asked of the server (``dryRun=All``) where it changes an object. Raises ``Failed``."""
        _, attempt = _verb(arguments)
        return attempt(self.connection, read(arguments, self.connection.settings.namespaces), arguments)

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The state before, with events and logs; a part that cannot be had says so and costs no other."""
        return describe.evidence_items(self.connection, read(arguments, self.connection.settings.namespaces))

    def watch(self, addresses: list[str], bookmark: str) -> Watched:
        """What is released at ``namespace/kind/name``, from the bookmark on (R17). Raises ``Failed``."""
        return Releases(self.connection).look(addresses, bookmark)

    def check(self) -> str:
        """Which version answers, and who we are there. Raises ``Failed``."""
        version = self.connection.get("/version").get("gitVersion", "of an unknown version")
        try:
            told = self.connection.ask(REVIEW, {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
        except Refused as refused:
            if refused.status != 404:  # before v1.28 nobody could ask that
                raise
            return f"Kubernetes {version} answers; whom it takes us for it cannot say"
        who = ((told.get("status") or {}).get("userInfo") or {}).get("username") or "somebody unnamed"
        return f"Kubernetes {version} answers, and we are {who} there"

    def offers(self, address: str) -> list[Mitigation]:
        """``namespace/deployment/name`` (or statefulset, daemonset), or ``node/name``. Raises ``Failed``."""
        return offers.of(self.connection, self.name, address)


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return Kubernetes(settings)


def _verb(arguments: Arguments) -> tuple[Act, Try]:
    verb = arguments.get("verb")
    if verb not in VERBS:
        raise Failed(f"verb is {verb!r}; write one of {', '.join(VERBS)}", again=False)
    return VERBS[str(verb)]


INTEGRATION = Integration("Kubernetes", "mitigators", Settings, build, ("offers",))
