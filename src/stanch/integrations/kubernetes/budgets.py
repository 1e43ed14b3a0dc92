"""Disruption budgets: which cover a pod, by any selector, and what the eviction API itself says to an eviction now (formats/06, 6.3)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stanch.integrations.kubernetes.connection import Connection, Refused
from stanch.integrations.kubernetes.target import selects
from stanch.ports import Failed

AT_ONCE = 8
Pod = dict[str, Any]


def path_of(pod: Pod) -> str:
    """Its path at the API server."""
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def words_of(pod: Pod) -> str:
    """``shop/web-1``."""
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def eviction(pod: Pod, **options: Any) -> dict[str, Any]:
    """The body of an eviction."""
    meta = {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
    return {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta, "deleteOptions": options}


def objections(connection: Connection, pods: list[Pod]) -> list[str]:
    """Why some of them could not be evicted now, asked of the eviction API (``dryRun: All``). Raises ``Failed`` when it is away."""
    if not pods:
        return []
    listed = {namespace: _listed(connection, namespace) for namespace in {pod["metadata"]["namespace"] for pod in pods}}
    with ThreadPoolExecutor(AT_ONCE, "evict") as pool:
        refused = list(pool.map(lambda pod: _refused(connection, pod), pods))
    twice: dict[str, list[str]] = {}
    found = list[str]()
    for pod, why in zip(pods, refused, strict=True):
        if why is None:
            continue
        own = [each for each in listed[pod["metadata"]["namespace"]] if covers(each, pod)]
        if why.status == 500 and len(own) > 1:
            twice.setdefault(
                " and ".join(f"{pod['metadata']['namespace']}/{each['metadata']['name']}" for each in own), []
            ).append(words_of(pod))
        else:
            found.append(_said(pod, why, own))
    found += [
        f"{names} {'both' if names.count(' and ') == 1 else 'all'} cover {', '.join(held)}, and Kubernetes evicts no pod with more than one budget"
        for names, held in twice.items()
    ]
    return list(dict.fromkeys(found))


def pace(connection: Connection, pods: list[Pod]) -> list[str]:
    """How many pods each budget lets go at a time, where that is fewer than are to go: the drain will wait for it."""
    found = []
    for namespace in sorted({pod["metadata"]["namespace"] for pod in pods}):
        budgets = _listed(connection, namespace)
        here = [pod for pod in pods if pod["metadata"]["namespace"] == namespace]
        single = [pod for pod in here if sum(covers(each, pod) for each in budgets) == 1]
        for each in budgets:
            own = [pod for pod in single if covers(each, pod)]
            allowed = int(each.get("status", {}).get("disruptionsAllowed", 0))
            if 0 < allowed < len(own):
                name = each["metadata"]["name"]
                found.append(
                    f"the disruption budget {namespace}/{name} lets {allowed} of these {len(own)} go at a time"
                )
    return found


def covers(budget: dict[str, Any], pod: Pod) -> bool:
    """Whether a budget's selector is about a pod: an empty one is about every pod, none at all about none (policy/v1)."""
    chosen = budget.get("spec", {}).get("selector")
    return chosen is not None and selects(chosen, pod["metadata"].get("labels") or {})


def _listed(connection: Connection, namespace: str) -> list[dict[str, Any]]:
    """Empty where listing is forbidden; the eviction API still enforces the budgets."""
    try:
        return connection.items(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets")
    except Failed:
        return []


def _refused(connection: Connection, pod: Pod) -> Refused | None:
    try:
        connection.post(f"{path_of(pod)}/eviction", eviction(pod, dryRun=["All"]), dry=True)
    except Refused as refused:
        return None if refused.status == 404 else refused
    return None


def _said(pod: Pod, refused: Refused, covering: list[dict[str, Any]]) -> str:
    names = [f"{pod['metadata']['namespace']}/{each['metadata']['name']}" for each in covering]
    if refused.status == 429 and len(names) == 1:
        return f"the disruption budget {names[0]} allows no eviction now"
    if refused.status == 403:
        return f"evicting from {pod['metadata']['namespace']} is not allowed: {refused.detail}"
    return f"{words_of(pod)}: {refused.detail}"
