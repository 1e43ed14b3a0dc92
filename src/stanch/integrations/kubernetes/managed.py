"""Finds what else manages a workload (such as Argo CD or Flux) and would revert a manual change."""

from typing import Any

from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target
from stanch.ports import Failed

# Argo CD marks by label or by annotation, depending on its configuration. The plain label `app.kubernetes.io/instance` is also used by Helm, so
# for that label only the field manager's name decides. Flux marks by the names of its own objects.
MARKS = {
    "argocd.argoproj.io/instance": "Argo CD",
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
WRITERS = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
}


def gitops(thing: dict[str, Any]) -> list[str]:
    """Which GitOps tool would revert a change, in a sentence; empty where none is known."""
    meta = thing.get("metadata", {})
    marks = {**(meta.get("labels") or {}), **(meta.get("annotations") or {})}
    writers = [str(each.get("manager", "")) for each in meta.get("managedFields") or []]
    tools = [tool for mark, tool in MARKS.items() if mark in marks] + [
        WRITERS[each] for each in writers if each in WRITERS
    ]
    return [f"{tools[0]} keeps it as it is in Git and may put it back: pause its synchronisation, too"] if tools else []


def autoscalers(connection: Connection, target: Target) -> list[str]:
    """Autoscalers of a workload: they own its number of replicas. Empty where listing is forbidden."""
    try:
        listed = connection.items(f"/apis/autoscaling/v2/namespaces/{target.namespace}/horizontalpodautoscalers")
    except Failed:
        return []
    own = [each for each in listed if _is(each.get("spec", {}).get("scaleTargetRef", {}), target)]
    return [f"the autoscaler {each['metadata']['name']} will put it back: change its limits instead" for each in own]


def _is(reference: dict[str, Any], target: Target) -> bool:
    return str(reference.get("kind", "")).lower() == target.kind and reference.get("name") == target.name
