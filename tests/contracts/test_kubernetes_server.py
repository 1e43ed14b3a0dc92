"""The test server refuses what the real one refuses, in its words (the recordings of v1.33), so that passing against it means something."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.components.kubernetes import TOKEN, Cluster, refusal

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
CHECKOUT = f"{DEPLOYMENTS}/checkout"
PODS = "/api/v1/namespaces/default/pods"
JSON, MERGE, STRATEGIC = (f"application/{kind}-patch+json" for kind in ("json", "merge", "strategic-merge"))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


def ask(
    cluster: Cluster, method: str, path: str, body: Any = None, kind: str = "", accept: str = ""
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}", "User-Agent": "curl/8.0", "Accept": accept or "application/json"}
    sent = json.dumps(body).encode() if body is not None else None
    answer = urllib3.request(
        method, cluster.url + path, body=sent, headers=headers | ({"Content-Type": kind} if kind else {})
    )
    try:
        return answer.status, json.loads(answer.data)
    except ValueError:
        return answer.status, answer.data.decode()


@pytest.mark.parametrize(
    ("code", "path", "body"),
    [
        ("404", f"{DEPLOYMENTS}/none", {}),
        ("409", CHECKOUT, {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 3}}),
        ("422", CHECKOUT, {"spec": {"replicas": -1}}),
    ],
)
def test_a_refusal_is_what_was_recorded(cluster: Cluster, code: str, path: str, body: Any) -> None:
    found, told = ask(cluster, "PATCH", path, body, MERGE)
    assert (found, told) == (int(code), json.loads(refusal(code)[1]))


def test_a_verb_that_rbac_refuses_is_refused_in_the_recorded_words(cluster: Cluster) -> None:
    cluster.forbidden = {"patch deployments"}
    found, told = ask(cluster, "PATCH", CHECKOUT, {}, MERGE)
    recorded = json.loads(refusal("403")[1])
    assert (found, told["reason"], told["details"]) == (403, recorded["reason"], recorded["details"])
    assert told["message"] == recorded["message"].replace("irp-bot", "system:serviceaccount:ops:stanch").replace(
        "delete", "patch"
    )


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "code", "says"),
    [
        ("PATCH", CHECKOUT, "application/json", {}, 415, "application/merge-patch+json"),
        ("PATCH", "/apis/argoproj.io/v1alpha1/namespaces/default/rollouts/checkout", STRATEGIC, {}, 415, "accepted media types"),
        ("PATCH", CHECKOUT, "application/apply-patch+yaml", {}, 422, "fieldManager: Required value"),
        ("PATCH", CHECKOUT, JSON, [{"op": "replace", "path": "/spec/nothing", "value": 1}], 422, "missing key"),
        ("PATCH", CHECKOUT, JSON, [{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}], 422, "testing value"),
        ("PATCH", CHECKOUT, JSON, {}, 400, "cannot unmarshal object"),
        ("PATCH", CHECKOUT, MERGE, {"spec": {"selector": {"matchLabels": {"app": "x"}}}}, 422, "immutable"),
        ("PATCH", CHECKOUT, MERGE, {"spec": {"template": {"metadata": {"labels": {"app": "x"}}}}}, 422, "does not match template"),
        ("PATCH", CHECKOUT, MERGE, {"spec": {"template": {"spec": {"containers": [{"name": "x"}]}}}}, 422, "containers[0].image"),
        ("PATCH", CHECKOUT, MERGE, {"spec": {"paused": "yes"}}, 422, "unrecognized type"),
        ("PATCH", CHECKOUT, MERGE, {"metadata": {"annotations": {"a": 1}}}, 400, "of type string"),
        ("PATCH", CHECKOUT, MERGE, {"metadata": {"uid": "x"}}, 409, "UID in precondition"),
        ("PATCH", f"{CHECKOUT}?dryRun=all", MERGE, {}, 422, 'Unsupported value: "all"'),
        ("GET", f"{PODS}?labelSelector=a%20or%20b", "", None, 400, "unable to parse requirement"),
        ("GET", f"{PODS}?fieldSelector=spec.hostIP%3D1", "", None, 400, "field label not supported"),
        ("GET", f"{PODS}?resourceVersionMatch=Exact", "", None, 422, "forbidden unless resourceVersion"),
        ("GET", f"{PODS}?watch=true&sendInitialEvents=true", "", None, 422, "NotOlderThan"),
        ("GET", "/apis/apps/v1/namespaces/default/secrets", "", None, 404, "404 page not found"),
        ("DELETE", CHECKOUT, "", None, 405, "does not allow this method"),
    ],
)  # fmt: skip
def test_what_the_real_one_refuses_is_refused(
    cluster: Cluster, method: str, path: str, kind: str, body: Any, code: int, says: str
) -> None:
    cluster.add(
        "/apis/argoproj.io/v1alpha1/namespaces/default/rollouts", json.loads(json.dumps(cluster.things[CHECKOUT]))
    )
    before = json.dumps(cluster.things, sort_keys=True)
    found, told = ask(cluster, method, path, body, kind)
    assert found == code and says in (told if isinstance(told, str) else told["message"]), told
    assert json.dumps(cluster.things, sort_keys=True) == before


def test_a_strategic_merge_joins_containers_and_variables_and_a_plain_one_replaces_them(cluster: Cluster) -> None:
    own = cluster.things[CHECKOUT]["spec"]["template"]["spec"]["containers"]
    own[0]["env"] = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    own.append({"name": "proxy", "image": "registry.test/proxy:v1"})

    def sent(kind: str, containers: list[Any]) -> list[Any]:
        body = {"spec": {"template": {"spec": {"containers": containers}}}}
        code, told = ask(cluster, "PATCH", f"{CHECKOUT}?dryRun=All", body, kind)
        assert code == 200
        return list(told["spec"]["template"]["spec"]["containers"])

    joined = sent(STRATEGIC, [{"name": "checkout", "env": [{"name": "B", "value": "3"}]}])
    assert [each["name"] for each in joined] == ["checkout", "proxy"]
    assert joined[0]["env"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}] and joined[0]["image"]
    assert [each["name"] for each in sent(STRATEGIC, [{"name": "proxy", "$patch": "delete"}])] == ["checkout"]
    assert sent(MERGE, [{"name": "checkout", "image": "x"}]) == [{"name": "checkout", "image": "x"}]


def test_what_changes_nothing_is_not_written_and_status_and_generation_are_the_servers_own(cluster: Cluster) -> None:
    was = cluster.things[CHECKOUT]["metadata"]["resourceVersion"]
    code, told = ask(cluster, "PATCH", CHECKOUT, {"status": {"replicas": 99}, "metadata": {"generation": 99}}, MERGE)
    assert (code, told["metadata"]["resourceVersion"], told["metadata"]["generation"], told["status"]["replicas"]) == (
        200,
        was,
        8,
        6,
    )
    code, told = ask(cluster, "PATCH", CHECKOUT, {"spec": {"replicas": 7}}, MERGE)
    assert told["metadata"]["generation"] == 9 and told["metadata"]["managedFields"][-1]["manager"] == "curl"
    code, told = ask(cluster, "PATCH", f"{CHECKOUT}/scale?fieldManager=me", {"spec": {"replicas": 5}}, MERGE)
    newest = cluster.things[CHECKOUT]["metadata"]["managedFields"][-1]
    assert (newest["manager"], newest["subresource"], newest["fieldsV1"]) == (
        "me",
        "scale",
        {"f:spec": {"f:replicas": {}}},
    )


def test_pages_go_on_until_their_version_is_compacted_away(cluster: Cluster) -> None:
    names: list[str] = []
    query = "?limit=4"
    while query:
        _, told = ask(cluster, "GET", PODS + query)
        names += [each["metadata"]["name"] for each in told["items"]]
        more = told["metadata"].get("continue")
        query = f"?limit=4&continue={more}" if more else ""
    assert len(names) == len(set(names)) == 6
    _, first = ask(cluster, "GET", f"{PODS}?limit=4")
    cluster.touch(CHECKOUT)
    cluster.forget()
    code, told = ask(cluster, "GET", f"{PODS}?limit=4&continue={first['metadata']['continue']}")
    assert (code, told["reason"]) == (410, "Expired")


def test_a_watch_tells_what_is_there_and_then_marks_that_it_was_all(cluster: Cluster) -> None:
    query = "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    answer = urllib3.request("GET", cluster.url + DEPLOYMENTS + query, headers={"Authorization": f"Bearer {TOKEN}"})
    events = [json.loads(line) for line in answer.data.splitlines()]
    assert [each["type"] for each in events] == ["ADDED", "BOOKMARK", "BOOKMARK"]
    assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_evictions_have_their_own_refusals(cluster: Cluster) -> None:
    name = next(path for path in cluster.things if path.startswith(PODS)).rpartition("/")[2]
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": "default"}}
    budget = {
        "metadata": {"name": "b", "generation": 2}, "spec": {"selector": {"matchLabels": {"app": "checkout"}}},
        "status": {"disruptionsAllowed": 0, "desiredHealthy": 6, "currentHealthy": 6, "observedGeneration": 2},
    }  # fmt: skip
    cluster.add("/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget)

    def evict(**options: Any) -> tuple[int, Any]:
        return ask(cluster, "POST", f"{PODS}/{name}/eviction", {**body, "deleteOptions": options}, "application/json")

    code, told = evict()
    assert (code, told["details"]["causes"]) == (429, [{
        "reason": "DisruptionBudget", "message": "The disruption budget b needs 6 healthy pods and has 6 currently",
    }])  # fmt: skip
    budget["status"]["observedGeneration"] = 1  # type: ignore[index]
    code, told = evict()
    assert (code, told["details"]["retryAfterSeconds"]) == (429, 10) and "still being processed" in told["details"][
        "causes"
    ][0]["message"]
    assert evict(preconditions={"uid": "another"})[0] == 409
    cluster.things[f"{PODS}/{name}"]["status"]["phase"] = "Succeeded"
    assert evict(dryRun=["All"])[0] == 201 and "deletionTimestamp" not in cluster.things[f"{PODS}/{name}"]["metadata"]
    assert evict()[0] == 201 and cluster.things[f"{PODS}/{name}"]["metadata"]["deletionTimestamp"]


def test_only_json_is_spoken(cluster: Cluster) -> None:
    assert ask(cluster, "GET", CHECKOUT, accept="text/html")[0] == 406
    table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    assert ask(cluster, "GET", CHECKOUT, accept=table)[1]["kind"] == "Deployment"
