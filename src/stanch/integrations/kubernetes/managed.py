"""Finds what else manages a workload (such as Argo CD or Flux) and would revert a manual change."""

from typing import Any

from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target
from stanch.ports import Failed

# Argo CD marks by annotation or by label, depending on its configuration and version. Flux marks by the names of its own objects.
MARKS = {
    "argocd.argoproj.io/instance": "Argo CD",
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
# The label that Argo CD marks by unless configured otherwise. Charts set it as well: what Helm itself has installed bears Helm's mark.
INSTANCE, BY_HELM = "app.kubernetes.io/instance", "meta.helm.sh/release-name"
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
    if tools:
        return [f"{tools[0]} keeps it as it is in Git and may put it back: pause its synchronisation, too"]
    if INSTANCE in marks and BY_HELM not in marks:
        return [f"it has the label {INSTANCE}, by which Argo CD marks what it keeps as it is in Git and may put back"]
    return []


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
