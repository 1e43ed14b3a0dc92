"""What we send is what kubectl sends (recorded from v1.33), and each way of failing has a clear outcome (R20, R22, P4)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.integrations.kubernetes import Kubernetes, Settings
from stanch.integrations.kubernetes.access import access_of
from stanch.kernel.clock import SystemClock, iso
from stanch.kernel.policy import Service
from stanch.ports import Applied, Arguments, Checkable, Failed, Partly, Unsure
from stanch.prepare.yaml_file import convert
from tests.components.kubernetes import DATA, TOKEN, Asked, Cluster, refusal

DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/checkout"
CHECKOUT: dict[str, str | list[str]] = {"kind": "deployment", "namespace": "default", "name": "checkout"}
NODE: dict[str, str | list[str]] = {"kind": "node", "name": "node-2"}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    with Cluster() as running:
        yield running


@pytest.fixture
def kube(cluster: Cluster) -> Kubernetes:
    return connected(cluster)


def connected(cluster: Cluster, **more: Any) -> Kubernetes:
    quick = {"every": 0.01, "eviction_retry": 0.02, "rollout": 5.0, "drain": 5.0, "timeout": 5.0}
    return Kubernetes(Settings(server=cluster.url, token_env="KUBE_TOKEN", **{**quick, **more}))


def run(kube: Kubernetes, verb: str, target: Arguments = CHECKOUT, **more: str) -> Applied:
    return kube.run({**target, "verb": verb, **more}, lambda line: None)


def failing(kube: Kubernetes, verb: str, target: Arguments = CHECKOUT, **more: str) -> Failed:
    with pytest.raises(Failed) as raised:
        run(kube, verb, target, **more)
    return raised.value


def revision(cluster: Cluster, number: int, image: str, made: str = "", earlier: str = "") -> dict[str, Any]:
    """A ReplicaSet of the deployment as its controller makes it, of the deployment's template with this image."""
    deployment = cluster.things[DEPLOYMENT]
    template = json.loads(json.dumps(deployment["spec"]["template"]))
    template["spec"]["containers"][0]["image"] = image
    template["metadata"]["labels"]["pod-template-hash"] = f"hash{number}"
    notes = {"deployment.kubernetes.io/revision": str(number)}
    meta = {
        "name": f"checkout-{number}", "uid": f"rs-{number}", "labels": template["metadata"]["labels"],
        "annotations": {**notes, **({"deployment.kubernetes.io/revision-history": earlier} if earlier else {})},
        "creationTimestamp": made or f"2026-11-23T04:{number:02d}:00Z",
        "ownerReferences": [{"controller": True, "kind": "Deployment", "uid": deployment["metadata"]["uid"]}],
    }  # fmt: skip
    thing = {"metadata": meta, "spec": {"template": template}}
    return cluster.add("/apis/apps/v1/namespaces/default/replicasets", thing)


class Traced:
    """The changing requests of a kubectl trace: verb, path, query, content type and body."""

    def __init__(self, name: str) -> None:
        self.text = (DATA / "kubectl-traces" / f"{name}.txt").read_text()
        self.changes: list[tuple[str, str, str, Any]] = []
        body: Any = None
        lines = self.text.splitlines()
        for number, line in enumerate(lines):
            if '"Request Body" body=' in line:
                text = line.partition("body=")[2]
                body = (
                    json.loads(json.loads(text) or "null")
                    if text.startswith('"')
                    else json.loads(lines[number + 1].strip())
                )
            found = re.search(r'"Request" verb="(\w+)" url="https://[^/]+([^"]+)"', line)
            if found and found[1] != "GET":
                kind = next(each.partition(": ")[2] for each in lines[number:] if "Content-Type: " in each)
                self.changes.append((found[1], found[2].partition("?")[0], kind, body))


def as_sent(asked: Asked) -> tuple[str, str, str, Any]:
    return asked.method, asked.path, asked.content_type, asked.body


def test_the_trace_is_read_at_all() -> None:
    (change,) = Traced("scale").changes
    assert change == ("PATCH", f"{DEPLOYMENT}/scale", "application/merge-patch+json", {"spec": {"replicas": 5}})


@pytest.mark.parametrize(
    ("trace", "verb", "more"),
    [("rollout-pause", "pause", {}), ("rollout-resume", "resume", {}), ("scale", "scale", {"replicas": "5"})],
)
def test_a_rollout_verb_sends_what_kubectl_sends(
    cluster: Cluster, kube: Kubernetes, trace: str, verb: str, more: dict[str, str]
) -> None:
    traced = Traced(trace)
    cluster.things[DEPLOYMENT]["spec"]["paused"] = verb == "resume"
    run(kube, verb, **more)
    assert [as_sent(each) for each in cluster.changes()] == traced.changes


def test_a_restart_differs_from_kubectls_in_its_stamp_only(cluster: Cluster, kube: Kubernetes) -> None:
    run(kube, "restart")
    ((method, path, kind, body),) = [as_sent(each) for each in cluster.changes()]
    expected = Traced("rollout-restart").changes[0]
    stamp = body["spec"]["template"]["metadata"]["annotations"].pop("kubectl.kubernetes.io/restartedAt")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
    expected[3]["spec"]["template"]["metadata"]["annotations"].pop("kubectl.kubernetes.io/restartedAt")
    assert (method, path, kind, body) == expected


@pytest.mark.parametrize("verb", ["cordon", "uncordon"])
def test_a_node_is_marked_as_kubectl_marks_it(cluster: Cluster, kube: Kubernetes, verb: str) -> None:
    traced = Traced(verb)
    cluster.things["/api/v1/nodes/node-1"]["spec"]["unschedulable"] = verb == "uncordon"
    run(kube, verb, {"kind": "node", "name": "node-1"})
    assert [as_sent(each) for each in cluster.changes()] == traced.changes


def test_undo_sends_kubectls_patch_to_the_byte(cluster: Cluster, kube: Kubernetes) -> None:
    """The ReplicaSet of revision 1 is the one whose template kubectl's own patch carried."""
    traced = Traced("rollout-undo")
    (expected,) = traced.changes
    deployment = cluster.things[DEPLOYMENT]
    deployment["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "2"}
    template = json.loads(json.dumps(expected[3][0]["value"]))
    template["metadata"]["labels"]["pod-template-hash"] = "65cc89f6b"
    for path in [p for p in cluster.things if "/replicasets/" in p]:
        del cluster.things[path]
    for revision, pod, annotations in ((1, template, {}), (2, deployment["spec"]["template"], {})):
        owner = [{"controller": True, "kind": "Deployment", "uid": deployment["metadata"]["uid"]}]
        notes = {
            **annotations,
            "deployment.kubernetes.io/revision": str(revision),
            "deployment.kubernetes.io/desired-replicas": "3",
        }
        meta = {
            "name": f"checkout-{revision}",
            "uid": f"u{revision}",
            "labels": {"app": "checkout"},
            "ownerReferences": owner,
            "annotations": notes,
        }
        cluster.add("/apis/apps/v1/namespaces/default/replicasets", {"metadata": meta, "spec": {"template": pod}})
    run(kube, "undo")
    assert [as_sent(each) for each in cluster.changes()] == traced.changes


def test_drain_evicts_as_kubectl_does_and_waits_until_they_are_gone(cluster: Cluster, kube: Kubernetes) -> None:
    (_, path, kind, body), *_ = Traced("drain").changes
    applied = run(kube, "drain", NODE)
    changes = cluster.changes()
    assert (changes[0].path, changes[0].body) == ("/api/v1/nodes/node-2", {"spec": {"unschedulable": True}})
    evictions = changes[1:]
    assert len(evictions) == 6 and "6 of 6 pods evicted" in applied.output
    for asked in evictions:
        assert (asked.method, asked.content_type) == ("POST", kind)
        assert re.sub("[^/]+/eviction$", "", asked.path) == re.sub("[^/]+/eviction$", "", path)
        assert {k: v for k, v in asked.body.items() if k != "metadata"} == {
            k: v for k, v in body.items() if k != "metadata"
        }
        assert set(asked.body["metadata"]) == {"name", "namespace"}
    assert not [p for p in cluster.things if "/pods/" in p]
    assert applied.undo == {"verb": "uncordon", "kind": "node", "name": "node-2"}


def test_undo_goes_to_the_second_highest_revision_or_the_named_one_and_back(cluster: Cluster, kube: Kubernetes) -> None:
    seen = kube.preview({**CHECKOUT, "verb": "undo", "to_revision": "2"})
    assert seen.text.startswith("revision 4 -> 2: registry.test/checkout:v2-bad (deploy v2-bad by ci #42)")
    assert cluster.changes() == [] and cluster.asked[-1].query["dryRun"] == "All"
    applied = run(kube, "undo", to_revision="2")
    assert {k: v for k, v in applied.undo.items() if k != "from_template"} == {
        "verb": "undo",
        **CHECKOUT,
        "to_revision": "4",
    }
    assert "All 6 pods are up to date and available." in applied.output
    template, annotations = (each["value"] for each in cluster.changes()[0].body)
    assert "pod-template-hash" not in template["metadata"]["labels"]
    assert annotations["kubernetes.io/change-cause"] == "deploy v2-bad by ci #42", (
        "why it was made comes from the ReplicaSet"
    )
    assert annotations["deployment.kubernetes.io/revision"] == "4", "its own stay its own"
    run(kube, "undo", to_revision="3")
    assert "has no revision 99; it has 2, 3, 4" in failing(kube, "undo", to_revision="99").detail


def test_a_restart_is_refused_while_paused_and_undo_is_nothing_when_it_is_so_already(
    cluster: Cluster, kube: Kubernetes
) -> None:
    cluster.things[DEPLOYMENT]["spec"]["paused"] = True
    assert "paused" in failing(kube, "restart").detail
    del cluster.things[DEPLOYMENT]["spec"]["paused"]
    applied = run(kube, "undo", to_revision="4")
    assert "nothing was changed" in applied.output and not applied.changed and applied.undo == {}
    assert cluster.changes() == []


def test_each_undo_puts_back_what_was_found(cluster: Cluster, kube: Kubernetes) -> None:
    before = cluster.things[DEPLOYMENT]["spec"]["replicas"]
    run_back = run(kube, "scale", replicas="9").undo
    kube.run(run_back, lambda line: None)
    assert cluster.things[DEPLOYMENT]["spec"]["replicas"] == before
    kube.run(run(kube, "pause").undo, lambda line: None)
    assert not cluster.things[DEPLOYMENT]["spec"].get("paused")
    kube.run(run(kube, "cordon", NODE).undo, lambda line: None)
    assert not cluster.things["/api/v1/nodes/node-2"]["spec"].get("unschedulable")
    assert run(kube, "uncordon", NODE).undo == {}, "what was so already is not undone into something else"


@pytest.mark.parametrize(
    ("code", "says", "again"),
    [
        ("401", "401 (the credentials are not accepted)", False),
        ("403", "403 (the credentials may not do that; docs/how-to/kubernetes.md", False),
        ("404", "404 (it is not there)", False),
        ("409", "409 (somebody changed it at the same moment", False),
        ("422", "422 (the server finds it invalid): Deployment.apps", False),
    ],
)
def test_each_recorded_refusal_has_a_clear_outcome(
    cluster: Cluster, kube: Kubernetes, code: str, says: str, again: bool
) -> None:
    cluster.scripted[f"PATCH {DEPLOYMENT}/scale"] = [refusal(code)]
    failed = failing(kube, "scale", replicas="9")
    assert says in failed.detail and failed.again is again and not isinstance(failed, Unsure)
    assert len(cluster.changes()) == 1, "never repeated"
    assert TOKEN not in failed.detail


def test_too_many_requests_and_an_overloaded_server_say_when_to_come_back(cluster: Cluster, kube: Kubernetes) -> None:
    cluster.scripted[f"PATCH {DEPLOYMENT}/scale"] = [(429, b'{"kind":"Status","message":"too many"}'), (503, b"")]
    failed = failing(kube, "scale", replicas="9")
    assert failed.again and failed.after == 10
    assert isinstance(failing(kube, "scale", replicas="9"), Unsure), "behind a gateway it may have been taken"


def test_a_connection_that_drops_is_looked_up(cluster: Cluster, kube: Kubernetes) -> None:
    """After the change it is seen to have happened; before it, that nothing did; and when one cannot look, a person is asked."""
    for verb, more in (
        ("scale", {"replicas": "9"}),
        ("pause", {}),
        ("resume", {}),
        ("restart", {}),
        ("undo", {"to_revision": "2"}),
    ):
        path = f"{DEPLOYMENT}/scale" if verb == "scale" else DEPLOYMENT
        cluster.scripted[f"PATCH {path}"] = ["drop after"]
        assert run(kube, verb, **more).output, verb
    cluster.scripted[f"PATCH {DEPLOYMENT}/scale"] = ["drop"]
    failed = failing(kube, "scale", replicas="4")
    assert "unchanged" in failed.detail and isinstance(failed, Unsure), "it may still be on its way"
    cluster.scripted[f"PATCH {DEPLOYMENT}/scale"] = ["drop"]
    cluster.scripted[f"GET {DEPLOYMENT}/scale"] = [None, (500, b"")]
    assert isinstance(failing(kube, "scale", replicas="4"), Unsure)


def test_a_timeout_behind_the_server_is_no_failure_that_anybody_can_be_sure_of(
    cluster: Cluster, kube: Kubernetes
) -> None:
    cluster.scripted[f"PATCH {DEPLOYMENT}"] = [
        (504, b'{"kind":"Status","reason":"Timeout","message":"request timed out"}')
    ]
    cluster.scripted[f"GET {DEPLOYMENT}"] = [None, (500, b"")]
    assert isinstance(failing(kube, "pause"), Unsure)


def test_a_server_that_is_away_was_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    failed = failing(Kubernetes(Settings(server="http://127.0.0.1:1", token_env="KUBE_TOKEN")), "pause")
    assert failed.again and not isinstance(failed, Unsure)


def test_a_disruption_budget_is_waited_for_and_at_the_end_says_what_is_still_there(
    cluster: Cluster, kube: Kubernetes
) -> None:
    cluster.held = {"checkout-55c7f8d7ff-c8vlt": 3}
    said: list[str] = []
    kube.run({**NODE, "verb": "drain"}, said.append)
    assert any("waiting for a disruption budget" in line for line in said)
    with Cluster() as other:
        other.held = {"checkout-55c7f8d7ff-c8vlt": 10_000}
        failed = failing(connected(other, drain=3), "drain", NODE)
    assert "5 of 6 pods evicted" in failed.detail and "still there: default/checkout-55c7f8d7ff-c8vlt" in failed.detail
    assert "stays cordoned" in failed.detail


def test_what_kubectl_would_refuse_to_drain_is_refused_before_anything_is_evicted(
    cluster: Cluster, kube: Kubernetes
) -> None:
    pods = [thing for path, thing in cluster.things.items() if "/pods/" in path]
    pods[0]["metadata"]["ownerReferences"][0].update(kind="DaemonSet", name="agent")
    cluster.add("/apis/apps/v1/namespaces/default/daemonsets", {"metadata": {"name": "agent"}})
    pods[1]["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    pods[2]["spec"]["volumes"] = [{"name": "cache", "emptyDir": {}}]
    del pods[3]["metadata"]["ownerReferences"]
    failed = failing(kube, "drain", NODE)
    assert "emptyDir" in failed.detail and "no controller" in failed.detail
    (cordoned,) = cluster.changes()
    assert cordoned.body == {"spec": {"unschedulable": True}}, "kubectl cordons before it looks"
    assert isinstance(failed, Partly) and failed.undo == {"verb": "uncordon", **NODE}
    applied = run(kube, "drain", NODE, force="true", delete_emptydir_data="true")
    assert (
        "4 of 4 pods evicted" in applied.output
        and "(of a DaemonSet)" in applied.output
        and "(static)" in applied.output
    )
    assert "ignore_daemonsets" in failing(kube, "drain", NODE, ignore_daemonsets="false").detail
    del cluster.things["/apis/apps/v1/namespaces/default/daemonsets/agent"]
    assert "is gone, and it would not come back" in failing(kube, "drain", NODE).detail


def test_a_statefulset_pod_of_the_same_name_is_another_pod(cluster: Cluster, kube: Kubernetes) -> None:
    """It comes back at once under its name: what counts is the uid."""
    path = next(p for p in cluster.things if "/pods/" in p)
    again = json.loads(json.dumps(cluster.things[path]))
    again["metadata"]["uid"] = "another"
    for other in [p for p in cluster.things if "/pods/" in p and p != path]:
        del cluster.things[other]
    cluster.scripted[f"GET {path}"] = [None, (200, json.dumps(again).encode())]
    assert "1 of 1 pods evicted" in run(kube, "drain", NODE).output


def test_a_drain_is_tried_first(cluster: Cluster, kube: Kubernetes) -> None:
    budget = {
        "metadata": {"name": "checkout"},
        "spec": {"selector": {"matchLabels": {"app": "checkout"}}},
        "status": {"disruptionsAllowed": 0},
    }
    cluster.add("/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget)
    seen = kube.preview({**NODE, "verb": "drain"})
    assert seen.extent and (seen.extent.touched, seen.extent.unit) == (6, "pod")
    assert (
        seen.objections == ["the disruption budget default/checkout allows no eviction now"] and cluster.changes() == []
    )


def test_what_would_put_it_back_is_said_before(cluster: Cluster, kube: Kubernetes) -> None:
    scaler = {
        "metadata": {"name": "web-scaler"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "checkout"}},
    }
    cluster.add("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", scaler)
    assert (
        "autoscaler web-scaler will put it back"
        in kube.preview({**CHECKOUT, "verb": "scale", "replicas": "9"}).objections[0]
    )
    cluster.things[DEPLOYMENT]["metadata"]["labels"]["argocd.argoproj.io/instance"] = "shop"
    assert "Git" in kube.preview({**CHECKOUT, "verb": "undo"}).cautions[0]


def test_a_rollout_says_how_it_goes_on_and_that_it_does_not_get_on(cluster: Cluster, kube: Kubernetes) -> None:
    said: list[str] = []
    kube.run({**CHECKOUT, "verb": "restart"}, said.append)
    assert "2 of 6 pods updated, 2 available" in said
    stuck = {
        "type": "Progressing",
        "status": "False",
        "reason": "ProgressDeadlineExceeded",
        "message": "timed out progressing",
    }

    def say(line: str) -> None:
        cluster.things[DEPLOYMENT]["status"]["conditions"] = [stuck]

    assert "does not get on: timed out progressing" in kube.run({**CHECKOUT, "verb": "undo"}, say).output


def test_the_state_before_is_kept_with_logs_previous_logs_and_without_secrets(
    cluster: Cluster, kube: Kubernetes
) -> None:
    pod = next(thing for path, thing in cluster.things.items() if "/pods/" in path)
    ended = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-23T03:18:00Z"}
    pod["status"]["containerStatuses"] = [{"name": "checkout", "ready": False, "restartCount": 4, "lastState": {"terminated": ended},
                                           "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]  # fmt: skip
    name = pod["metadata"]["name"]
    cluster.logs = {name: "starting\n", f"{name} previous": "panic: out of memory\n"}
    container = cluster.things[DEPLOYMENT]["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "MODE", "value": "fast"}]
    found = {exhibit.name: exhibit.text for exhibit in kube.describe({**CHECKOUT, "verb": "undo"})}
    assert found[f"previous log of {name}, checkout"] == "panic: out of memory\n"
    assert (
        "OOMKilled (137)" in found["pods of deployment default/checkout"]
        and "4 restarts" in found["pods of deployment default/checkout"]
    )
    assert "4: registry.test/checkout:v1" in found["revisions of deployment default/checkout"]
    described = found["describe deployment default/checkout"]
    assert "hunter2" not in described and "fast" in described
    cluster.scripted["GET /api/v1/namespaces/default/events"] = [refusal("403")]
    again = {exhibit.name: exhibit.text for exhibit in kube.describe({**CHECKOUT, "verb": "undo"})}
    assert again["events of deployment default/checkout"].startswith("could not be had: Kubernetes answered 403")


def test_a_workload_offers_what_fits_it_now(cluster: Cluster, kube: Kubernetes) -> None:
    """Revision 3 is what runs but for a restart, and 2 was left by going back from it: there is no way back to offer."""
    offers = {offer.name: offer for offer in kube.offers("default/deployment/checkout")}
    assert set(offers) == {f"default-checkout-{verb}" for verb in ("pause", "restart", "scale-to-9")}
    cluster.release(DEPLOYMENT, "registry.test/checkout:v3")
    revision(cluster, 5, "registry.test/checkout:v3")
    offers = {offer.name: offer for offer in kube.offers("default/deployment/checkout")}
    undo = offers["default-checkout-undo-to-4"]
    assert (undo.kind, undo.version, undo.own_undo, undo.destroys != []) == ("rollback", "v3", True, True)
    assert undo.title == "Roll checkout back to registry.test/checkout:v1, revision 4"
    assert (undo.run["to_revision"], undo.run["from_revision"], undo.runs_as) == ("4", "5", "default-checkout-undo")
    assert (
        offers["default-checkout-restart"].reversibility == "none"
        and offers["default-checkout-scale-to-9"].run["replicas"] == "9"
    )
    assert [offer.kind for offer in kube.offers("node/node-1")] == ["cluster", "cluster"]
    for wrong in ("checkout", "default/pod/x", "default/deployment/nothing", "../x/y"):
        with pytest.raises(Failed):
            kube.offers(wrong)


def test_only_configured_diagnostics_are_run_and_their_exit_code_is_kept(cluster: Cluster) -> None:
    kube = connected(cluster, diagnostics={"threads": ["jstack", "-l", "1"]})
    cluster.answers_exec = [b"\x01dumping\n", b"\x02careful\n", b'\x03{"status":"Success"}']
    assert run(kube, "exec", diagnostic="threads").output.endswith("dumping\ncareful\n")
    assert "command=jstack" in cluster.newest_exec or "command=1" in cluster.newest_exec
    failure = {"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "3"}]}}
    cluster.answers_exec = [b"\x01no such process\n", b"\x03" + json.dumps(failure).encode()]
    assert "exit code 3: no such process" in failing(kube, "exec", diagnostic="threads").detail
    cluster.answers_exec = []
    assert "connection was closed" in failing(kube, "exec", diagnostic="threads").detail
    assert "none is configured" in failing(connected(cluster), "exec", diagnostic="rm").detail


def test_a_port_is_forwarded_by_the_person_who_needs_it(kube: Kubernetes) -> None:
    assert (
        run(kube, "port-forward", port="8080").output == "kubectl port-forward -n default deployment/checkout 8080:8080"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"verb": "delete"}, {"verb": "undo", "name": "a/../b"}, {"verb": "undo", "name": "a?x"}, {"verb": "undo", "namespace": "Shop"},
        {"verb": "scale"}, {"verb": "scale", "replicas": "-1"}, {"verb": "scale", "replicas": "many"}, {"verb": "cordon"},
        {"verb": "pause", "kind": "statefulset"}, {"verb": "undo", "kind": "secret"}, {"verb": "scale", "kind": "daemonset", "replicas": "1"},
    ],
)  # fmt: skip
def test_no_argument_leads_anywhere_else(cluster: Cluster, kube: Kubernetes, arguments: dict[str, str]) -> None:
    with pytest.raises(Failed):
        kube.run({**CHECKOUT, **arguments}, lambda line: None)
    assert cluster.changes() == []


def test_namespaces_that_are_not_ours_are_left_alone(cluster: Cluster) -> None:
    assert "not among those" in failing(connected(cluster, namespaces=["shop"]), "pause").detail
    assert cluster.asked == []


def test_a_kubeconfig_says_where_and_as_whom(cluster: Cluster, tmp_path: Path) -> None:
    config = tmp_path / "config"
    plugin = tmp_path / "token.sh"
    plugin.write_text(f'#!/bin/sh\necho \'{{"status": {{"token": "{TOKEN}"}}}}\'\n')
    plugin.chmod(0o755)
    users = [
        {"name": "plain", "user": {"token": TOKEN}},
        {"name": "plugin", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin)}}},
    ]
    contexts = [{"name": name, "context": {"cluster": "c", "user": name}} for name in ("plain", "plugin")]
    clusters = [{"name": "c", "cluster": {"server": cluster.url}}]
    config.write_text(
        json.dumps({"current-context": "plain", "contexts": contexts, "clusters": clusters, "users": users})
    )
    for context in ("", "plugin"):
        kube = Kubernetes(Settings(kubeconfig=str(config), context=context, every=0.01))
        assert "paused" in kube.preview({**CHECKOUT, "verb": "pause"}).text
    with pytest.raises(Failed, match="no context 'nowhere'"):
        Kubernetes(Settings(kubeconfig=str(config), context="nowhere")).preview({**CHECKOUT, "verb": "pause"})
    with pytest.raises(Failed, match="not configured"):
        access_of(Settings())


RULES: dict[str, tuple[str, str]] = {
    "/api/v1": ("", ""),
    "/apis/apps/v1": ("apps", ""),
    "/apis/autoscaling/v2": ("autoscaling", ""),
    "/apis/policy/v1": ("policy", ""),
    "/apis/batch/v1": ("batch", ""),
    "/apis/argoproj.io/v1alpha1": ("argoproj.io", ""),
    "/apis/helm.toolkit.fluxcd.io/v2": ("helm.toolkit.fluxcd.io", ""),
    "/apis/kustomize.toolkit.fluxcd.io/v1": ("kustomize.toolkit.fluxcd.io", ""),
}


def needed(asked: Asked) -> tuple[str, str, str]:
    """(API group, resource, verb) that a request asks of RBAC."""
    group, rest = next((g, asked.path.removeprefix(p)) for p, (g, _) in RULES.items() if asked.path.startswith(p + "/"))
    parts = [p for p in rest.split("/") if p]
    parts = parts[2:] if parts[0] == "namespaces" else parts
    resource = "/".join([parts[0], *parts[2:]])
    if asked.query.get("watch") == "true":
        return group, resource, "watch"
    verb = {"PATCH": "patch", "POST": "create"}.get(asked.method) or ("list" if len(parts) == 1 else "get")
    return group, resource, verb


def documented(*names: str) -> set[tuple[str, str, str]]:
    """What the Roles of the how-to grant: those of these names, or all."""
    text = (Path(__file__).parents[2] / "docs/how-to/kubernetes.md").read_text()
    block = next(b for b in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "ClusterRole" in b)
    return {
        (group, resource, verb)
        for role in yaml.safe_load_all(block)
        if not names or role["metadata"]["name"] in names
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_the_documented_roles_grant_what_is_asked_and_nothing_else(cluster: Cluster) -> None:
    kube = connected(cluster, diagnostics={"true": ["true"]})
    cluster.answers_exec = [b'\x03{"status":"Success"}']
    pod = next(thing for path, thing in cluster.things.items() if "/pods/" in path)
    cluster.logs = {pod["metadata"]["name"]: "x"}
    budget = {
        "metadata": {"name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "checkout"}}},
        "status": {"disruptionsAllowed": 9},
    }
    cluster.add("/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget)
    kube.describe({**CHECKOUT, "verb": "undo"})
    for verb, more in (
        ("undo", {"to_revision": "2"}),
        ("pause", {}),
        ("resume", {}),
        ("restart", {}),
        ("scale", {"replicas": "9"}),
        ("exec", {"diagnostic": "true"}),
    ):
        kube.preview({**CHECKOUT, "verb": verb, **more})
        run(kube, verb, **more)
    for kind in ("statefulset", "daemonset"):
        plural = f"{kind}s"
        meta = {"name": "x", "uid": "u", "generation": 1}
        spec = {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "x"}},
            "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": []}},
        }
        status = {"observedGeneration": 1, "readyReplicas": 1, "desiredNumberScheduled": 0}
        cluster.add(f"/apis/apps/v1/namespaces/default/{plural}", {"metadata": meta, "spec": spec, "status": status})
        other = {"kind": kind, "namespace": "default", "name": "x"}
        kube.offers(f"default/{kind}/x")
        run(connected(cluster, rollout=0.01), "restart", other)
        if kind == "statefulset":
            run(connected(cluster, rollout=0.01), "scale", other, replicas="2")
    kube.preview({**NODE, "verb": "drain"})
    run(kube, "drain", NODE)
    places = ["deployment/checkout", "statefulset/x", "daemonset/x", "rollout/x", "helmrelease/x", "kustomization/x"]
    addresses, bookmark = [f"default/{place}" for place in places], ""
    for _ in range(2):
        cluster.things[DEPLOYMENT]["metadata"]["managedFields"] = []
        bookmark = kube.watch(addresses, bookmark).bookmark
        cluster.release(DEPLOYMENT, "registry.test/checkout:v9", at=iso(SystemClock().now()))
    kube.watch(addresses, bookmark)
    asked = {needed(each) for each in cluster.asked if "/selfsubject" not in each.path} | {
        ("", "pods/exec", "create")
    }  # newer servers ask 'create' of a GET, too
    assert asked == documented()


def test_what_is_done_with_nodes_is_granted_for_the_cluster_and_for_where_their_events_lie(
    cluster: Cluster, kube: Kubernetes
) -> None:
    kube.describe({**NODE, "verb": "drain"})
    kube.preview({**NODE, "verb": "drain"})
    run(kube, "drain", NODE)
    logs = ("", "pods/log", "get")  # of the pods on it: what may be read there is what the namespaces' own roles grant
    assert {needed(each) for each in cluster.asked} - {logs} <= documented("stanch-nodes", "stanch-node-events")


def test_doctor_asks_who_answers_and_who_we_are(cluster: Cluster, kube: Kubernetes) -> None:
    assert isinstance(kube, Checkable)
    assert kube.check() == "Kubernetes v1.33.13 answers, and we are system:serviceaccount:ops:stanch there"
    cluster.scripted["GET /version"] = [refusal("401")]
    with pytest.raises(Failed, match="the credentials are not accepted"):
        kube.check()


def test_the_service_in_the_how_to_is_accepted() -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/kubernetes.md").read_text()
    block = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0]
    service = convert({"name": "shop", **yaml.safe_load(block)}, Service, "docs/how-to/kubernetes.md")
    assert [m.run["verb"] for m in service.mitigations] == ["scale", "exec"]
    settings = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    assert all(convert(each, Settings, key) for key, each in settings.items())


def test_a_lost_undo_of_the_same_image_is_not_taken_for_done(cluster: Cluster, kube: Kubernetes) -> None:
    """Two revisions that differ in an environment variable only."""
    for thing in [t for p, t in cluster.things.items() if "/replicasets/" in p]:
        if thing["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3":
            thing["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "MODE", "value": "slow"}]
    cluster.scripted[f"PATCH {DEPLOYMENT}"] = ["drop"]
    assert isinstance(failing(kube, "undo", to_revision="3"), Unsure)


def test_a_broken_kubeconfig_never_quotes_its_secrets(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("users:\n- name: a\n  user: {token: s3cr3t-t0ken\n")
    with pytest.raises(Failed) as raised:
        access_of(Settings(kubeconfig=str(config)))
    assert "s3cr3t" not in raised.value.detail and "line" in raised.value.detail


def test_pods_that_a_budget_holds_up_keep_no_other_waiting(cluster: Cluster) -> None:
    pods = [thing for path, thing in cluster.things.items() if "/pods/" in path]
    for number in range(6):  # twelve in all, more than are asked at once
        copy = json.loads(json.dumps(pods[0]))
        copy["metadata"].update(name=f"zz-{number}", uid=f"zz-{number}")
        cluster.add("/api/v1/namespaces/default/pods", copy)
    names = [path.rpartition("/")[2] for path in cluster.things if "/pods/" in path]
    cluster.held = {name: 10_000 for name in names if name != "zz-5"}
    failed = failing(connected(cluster, drain=3), "drain", NODE)
    assert "1 of 12 pods evicted" in failed.detail


def test_a_pod_that_came_back_elsewhere_is_not_evicted_instead(cluster: Cluster, kube: Kubernetes) -> None:
    path = next(p for p in cluster.things if "/pods/" in p)
    for other in [p for p in cluster.things if "/pods/" in p and p != path]:
        del cluster.things[other]
    cluster.held = {path.rpartition("/")[2]: 1}
    again = json.loads(json.dumps(cluster.things[path]))
    again["metadata"]["uid"], again["spec"]["nodeName"] = "another", "node-1"
    # It is looked at, asked and refused once; by the next look its controller has made another one.
    cluster.scripted[f"GET {path}"] = [None, *[(200, json.dumps(again).encode())] * 3]
    assert "1 of 1 pods evicted" in run(kube, "drain", NODE).output
    assert sum(each.path.endswith("/eviction") for each in cluster.asked) == 1


def test_a_partitioned_statefulset_is_complete_when_its_part_is() -> None:
    from stanch.integrations.kubernetes.rollout import status
    from stanch.integrations.kubernetes.target import Target

    spec = {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}}
    now = {
        "observedGeneration": 1,
        "readyReplicas": 3,
        "updatedReplicas": 1,
        "updateRevision": "b",
        "currentRevision": "a",
    }
    thing = {"metadata": {"generation": 1}, "spec": spec, "status": now}
    assert status(Target("statefulset", "q", "shop"), thing)[0] is True
