"""The world moves on, fails half way and is not what one thought: what a real control plane showed (R16, R22, R23, P4)."""

import json
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.integrations.kubernetes import Kubernetes
from stanch.integrations.kubernetes.settings import Settings
from stanch.integrations.kubernetes.target import selects
from stanch.ports import Failed, Partly, Unsure
from tests.components.kubernetes import TOKEN, Cluster
from tests.contracts.test_kubernetes import CHECKOUT, DEPLOYMENT, NODE, connected, failing, revision, run

BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
PATIENT = {"every": 0.01, "eviction_retry": 0.02, "rollout": 5.0, "drain": 5.0, "timeout": 5.0}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Revision 5, v3, runs; 4, v1, is the way back; 3 is 4 but for its restart; 2 was left by going back from it."""
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    with Cluster() as running:
        running.release(DEPLOYMENT, "registry.test/checkout:v3")
        revision(running, 5, "registry.test/checkout:v3")
        yield running


@pytest.fixture
def kube(cluster: Cluster) -> Kubernetes:
    return connected(cluster)


def offer(kube: Kubernetes, verb: str) -> Any:
    return next(each for each in kube.offers("default/deployment/checkout") if each.run["verb"] == verb)


def offered(kube: Kubernetes) -> list[str]:
    return [str(each.run["verb"]) for each in kube.offers("default/deployment/checkout")]


def budget(cluster: Cluster, name: str, selector: dict[str, Any] | None, allowed: int = 0) -> None:
    spec = {} if selector is None else {"selector": selector}
    cluster.add(BUDGETS, {"metadata": {"name": name}, "spec": spec, "status": {"disruptionsAllowed": allowed}})


def pods(cluster: Cluster) -> list[dict[str, Any]]:
    return [thing for path, thing in cluster.things.items() if "/pods/" in path]


def rolled_back(cluster: Cluster) -> None:
    """Somebody else goes back to revision 4, which gets the number 6."""
    back = cluster.things.pop("/apis/apps/v1/namespaces/default/replicasets/checkout-55c7f8d7ff")
    back["metadata"]["annotations"].update(
        {"deployment.kubernetes.io/revision": "6", "deployment.kubernetes.io/revision-history": "4"}
    )
    cluster.add("/apis/apps/v1/namespaces/default/replicasets", back)
    cluster.things[DEPLOYMENT]["spec"]["template"] = json.loads(json.dumps(back["spec"]["template"]))
    del cluster.things[DEPLOYMENT]["spec"]["template"]["metadata"]["labels"]["pod-template-hash"]


def test_a_rollback_is_refused_when_somebody_else_has_rolled_back_meanwhile(cluster: Cluster, kube: Kubernetes) -> None:
    confirmed = offer(kube, "undo").run
    rolled_back(cluster)
    for attempt in (lambda: kube.run(confirmed, lambda line: None), lambda: kube.preview(confirmed)):
        with pytest.raises(Failed, match=r"runs revision 6 .*v1\) by now, and no longer revision 5"):
            attempt()
    assert cluster.changes() == []


def test_the_bad_revision_is_not_the_way_back_and_says_that_it_was_left(cluster: Cluster, kube: Kubernetes) -> None:
    rolled_back(cluster)
    assert "undo" not in offered(kube), "5 was left, 3 is what runs, 2 was left before"
    assert "may be the bad one" in failing(kube, "undo").detail
    seen = kube.preview({**CHECKOUT, "verb": "undo", "to_revision": "5"})
    assert "revision 5 was left by going back from it: it may be the bad one" in seen.objections
    assert "revision 5: registry.test/checkout:v3 (left by going back" in seen.text
    revision(cluster, 7, "registry.test/checkout:v4")
    cluster.release(DEPLOYMENT, "registry.test/checkout:v4")
    assert offer(kube, "undo").run["to_revision"] == "6", (
        "after the next release the one before it is the way back again"
    )


def test_going_forward_again_is_not_taken_for_going_back(cluster: Cluster, kube: Kubernetes) -> None:
    """After the undo of a rollback the older one is the way back: it was made before the one that runs."""
    rolled_back(cluster)
    forward = cluster.things["/apis/apps/v1/namespaces/default/replicasets/checkout-5"]
    forward["metadata"]["annotations"].update(
        {"deployment.kubernetes.io/revision": "7", "deployment.kubernetes.io/revision-history": "5"}
    )
    cluster.things[DEPLOYMENT]["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/checkout:v3"
    assert offer(kube, "undo").run["to_revision"] == "6"


def test_the_dry_run_of_a_rollback_pins_what_it_is_about(cluster: Cluster, kube: Kubernetes) -> None:
    pinned = kube.preview({**CHECKOUT, "verb": "undo"}).pinned
    assert (pinned["from_revision"], pinned["to_revision"]) == ("5", "4")
    rolled_back(cluster)
    with pytest.raises(Failed, match="choose anew"):
        kube.run(pinned, lambda line: None)


def test_an_undo_of_a_rollback_does_not_take_away_what_was_released_since(cluster: Cluster, kube: Kubernetes) -> None:
    back = run(kube, "undo").undo
    cluster.release(DEPLOYMENT, "registry.test/checkout:v4-fixed")
    with pytest.raises(
        Failed, match=r"runs registry\.test/checkout:v4-fixed by now, and no longer what this run had put there"
    ):
        kube.run(back, lambda line: None)
    cluster.things[DEPLOYMENT]["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/checkout:v1"
    run(kube, "restart")
    assert "v3" in kube.run(back, lambda line: None).output, "a restart in between is no other release"


def test_scaling_is_refused_when_somebody_else_has_scaled_meanwhile(cluster: Cluster, kube: Kubernetes) -> None:
    confirmed = offer(kube, "scale").run
    cluster.things[DEPLOYMENT]["spec"]["replicas"] = 20
    with pytest.raises(Failed, match="has 20 replicas by now, and no longer 6"):
        kube.run(confirmed, lambda line: None)
    back = run(kube, "scale", replicas="30").undo
    cluster.things[DEPLOYMENT]["spec"]["replicas"] = 40
    with pytest.raises(Failed, match="has 40 replicas by now, and no longer 30"):
        kube.run(back, lambda line: None)


def test_rolling_back_a_paused_rollout_says_so_and_lets_it_go_on_in_one_request(
    cluster: Cluster, kube: Kubernetes
) -> None:
    cluster.things[DEPLOYMENT]["spec"]["paused"] = True
    seen = kube.preview({**CHECKOUT, "verb": "undo"})
    assert "Its rollout is paused: going back lets it go on." in seen.text and not seen.objections
    applied = run(kube, "undo")
    (change,) = cluster.changes()
    assert [each["op"] for each in change.body] == ["replace", "replace", "remove"]
    assert "paused" not in cluster.things[DEPLOYMENT]["spec"]
    kube.run(applied.undo, lambda line: None)
    assert cluster.things[DEPLOYMENT]["spec"]["paused"] is True
    assert cluster.things[DEPLOYMENT]["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":v3")


def test_what_is_asked_for_while_paused_is_in_no_revision_and_the_way_back_is_from_what_runs(
    cluster: Cluster, kube: Kubernetes
) -> None:
    cluster.things[DEPLOYMENT]["spec"]["paused"] = True
    cluster.release(DEPLOYMENT, "registry.test/checkout:v4")
    undo = offer(kube, "undo")
    assert (undo.run["to_revision"], undo.run["from_revision"], undo.own_undo) == ("4", "0", False)
    assert undo.version == "v3", "what runs, and what errors are broken down by"
    cluster.release(DEPLOYMENT, "registry.test/checkout:v5")
    with pytest.raises(Failed, match=r"checkout:v5 by now, and no longer what was asked for then"):
        kube.run(undo.run, lambda line: None)
    cluster.release(DEPLOYMENT, "registry.test/checkout:v4")
    assert "stanch cannot bring it back" in kube.preview(undo.run).text
    assert kube.run(undo.run, lambda line: None).undo == {}


def test_pause_is_no_first_move_for_a_release_that_is_fully_out(cluster: Cluster, kube: Kubernetes) -> None:
    """What the ranking weighs: no playbook is helped by it, and its dry run objects. In the middle of a rollout it is."""
    assert kube.preview({**CHECKOUT, "verb": "undo"}).objections == []
    settled = cluster.things[DEPLOYMENT]
    settled["status"]["observedGeneration"] = settled["metadata"]["generation"]
    assert offer(kube, "pause").helps == []
    assert "nothing to hold" in kube.preview({**CHECKOUT, "verb": "pause"}).objections[0]
    settled["status"].update(updatedReplicas=2, availableReplicas=6)
    settled["rolling"] = 2
    assert offer(kube, "pause").helps == ["crash-on-deploy"]
    settled["rolling"] = 2
    assert kube.preview({**CHECKOUT, "verb": "pause"}).objections == []


@pytest.mark.parametrize(
    "mark",
    [
        {"labels": {"argocd.argoproj.io/instance": "shop"}}, {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/x"}},
        {"managedFields": [{"manager": "argocd-controller"}]}, {"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}},
        {"labels": {"helm.toolkit.fluxcd.io/name": "shop"}}, {"managedFields": [{"manager": "helm-controller"}]},
    ],
)  # fmt: skip
def test_what_git_keeps_says_so_before_anyone_confirms(
    cluster: Cluster, kube: Kubernetes, mark: dict[str, Any]
) -> None:
    meta = cluster.things[DEPLOYMENT]["metadata"]
    assert not any("Git" in each.risk for each in kube.offers("default/deployment/checkout"))
    meta.update(mark)
    assert all("keeps it as it is in Git" in each.risk for each in kube.offers("default/deployment/checkout"))
    for verb in ("undo", "pause", "restart", "scale"):
        seen = kube.preview({**CHECKOUT, "verb": verb, "replicas": "9"})
        assert any("Git" in text for text in seen.cautions), verb
        assert not any("Git" in text for text in seen.objections), "no reason against it, and no place at the end"


def test_a_helm_chart_of_ones_own_is_not_taken_for_argo_cd(cluster: Cluster, kube: Kubernetes) -> None:
    meta = cluster.things[DEPLOYMENT]["metadata"]
    meta["labels"]["app.kubernetes.io/instance"] = "shop"
    assert "by which Argo CD marks" in kube.preview({**CHECKOUT, "verb": "undo"}).cautions[0], "it may be of either"
    meta["annotations"]["meta.helm.sh/release-name"] = "shop"
    assert kube.preview({**CHECKOUT, "verb": "undo"}).cautions == []


@pytest.mark.parametrize("kind", ["statefulset", "daemonset"])
def test_pods_that_are_replaced_on_delete_only_are_not_said_to_be_replaced(
    cluster: Cluster, kube: Kubernetes, kind: str
) -> None:
    spec = {
        "replicas": 2, "selector": {"matchLabels": {"app": "x"}}, "updateStrategy": {"type": "OnDelete"},
        "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": []}},
    }  # fmt: skip
    status = {
        "observedGeneration": 1,
        "readyReplicas": 2,
        "desiredNumberScheduled": 2,
        "updatedReplicas": 1,
        "updatedNumberScheduled": 1,
    }
    thing = {"metadata": {"name": "x", "uid": "u", "generation": 1}, "spec": spec, "status": status}
    cluster.add(f"/apis/apps/v1/namespaces/default/{kind}s", thing)
    other = {"kind": kind, "namespace": "default", "name": "x"}
    seen = kube.preview({**other, "verb": "restart"})
    assert seen.text == f"no pod of {kind} default/x would be replaced" and "OnDelete" in seen.objections[0]
    cluster.things[f"/apis/apps/v1/namespaces/default/{kind}s/x"]["status"]["observedGeneration"] = 9
    assert "1 of 2 are up to date" in run(kube, "restart", other).output
    assert "restart" not in [each.run["verb"] for each in kube.offers(f"default/{kind}/x")]


def test_all_pods_at_once_are_not_said_to_be_a_few_at_a_time(cluster: Cluster, kube: Kubernetes) -> None:
    cluster.things[DEPLOYMENT]["spec"]["strategy"] = {"type": "Recreate"}
    seen = kube.preview({**CHECKOUT, "verb": "restart"})
    assert "all at once" in seen.text and "nothing answers in between" in seen.objections[0]


@pytest.mark.parametrize(
    ("selector", "held"),
    [
        ({"matchLabels": {"app": "checkout"}}, True), ({"matchLabels": {"app": "other"}}, False), ({}, True), (None, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "checkout"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["checkout"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["front"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchLabels": {"app": "checkout"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
    ],
)  # fmt: skip
def test_a_budget_with_any_selector_is_foreseen(
    cluster: Cluster, kube: Kubernetes, selector: dict[str, Any] | None, held: bool
) -> None:
    budget(cluster, "b", selector)
    seen = kube.preview({**NODE, "verb": "drain"})
    assert seen.objections == (["the disruption budget default/b allows no eviction now"] if held else [])
    assert selector is None or selects(selector, {"app": "checkout"}) is held
    asked = [each for each in cluster.asked if each.path.endswith("/eviction")]
    assert len(asked) == 6 and all(
        each.query["dryRun"] == "All" and each.body["deleteOptions"] == {"dryRun": ["All"]} for each in asked
    )
    assert cluster.changes() == []


def test_several_budgets_on_one_pod_are_foreseen_and_never_waited_for(cluster: Cluster, kube: Kubernetes) -> None:
    for name in ("one", "two"):
        budget(cluster, name, {"matchLabels": {"app": "checkout"}}, 9)
    seen = kube.preview({**NODE, "verb": "drain"})
    (said,) = seen.objections
    assert said.startswith("default/one and default/two both cover default/checkout-") and said.count("checkout-") == 6
    assert "go at a time" not in seen.text, "none of them goes"
    began = time.monotonic()
    failed = failing(kube, "drain", NODE)
    assert "more than one PodDisruptionBudget" in failed.detail and time.monotonic() - began < 3


def test_a_budget_that_lets_some_go_says_how_many_and_the_drain_waits(cluster: Cluster, kube: Kubernetes) -> None:
    budget(cluster, "b", {}, 4)
    seen = kube.preview({**NODE, "verb": "drain"})
    assert seen.objections == [] and "default/b lets 4 of these 6 go at a time" in seen.text
    failed = failing(connected(cluster, drain=4), "drain", NODE)
    assert isinstance(failed, Partly) and "4 of 6 pods evicted" in failed.detail
    assert failed.detail.count("The disruption budget b needs") == 1, "a reason stands once for all its pods"


def test_a_drain_that_failed_half_way_can_be_taken_back_and_says_how_long_it_took(cluster: Cluster) -> None:
    cluster.held = {pods(cluster)[0]["metadata"]["name"]: 10_000}
    failed = failing(connected(cluster, drain=4), "drain", NODE)
    assert isinstance(failed, Partly) and failed.undo == {"verb": "uncordon", **NODE}
    assert re.match(
        r"5 of 6 pods evicted from node node-2 \(after \d+ s\)\. The node stays cordoned: uncordon it to go back; still there: ",
        failed.detail,
    )
    connected(cluster).run(failed.undo, lambda line: None)
    assert not cluster.things["/api/v1/nodes/node-2"]["spec"].get("unschedulable")


def test_a_node_that_was_cordoned_before_stays_so(cluster: Cluster, kube: Kubernetes) -> None:
    cluster.things["/api/v1/nodes/node-2"]["spec"]["unschedulable"] = True
    del pods(cluster)[0]["metadata"]["ownerReferences"]
    failed = failing(kube, "drain", NODE)
    assert isinstance(failed, Partly) and failed.undo == {} and "was cordoned before, and stays so" in failed.detail
    applied = run(kube, "drain", NODE, force="true")
    assert applied.undo == {} and applied.changed
    assert not run(kube, "drain", NODE, force="true").changed, "nothing was on it any more"


def test_an_api_server_that_is_away_for_seconds_ends_neither_drain_nor_rollout(
    cluster: Cluster, kube: Kubernetes
) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "takes no new pods" in line or "is being restarted" in line:
            cluster.down = 12

    assert "6 of 6 pods evicted" in kube.run({**NODE, "verb": "drain"}, say).output
    assert "All 6 pods are up to date" in kube.run({**CHECKOUT, "verb": "restart"}, say).output
    assert any("API server does not answer" in line for line in said)


def test_an_eviction_whose_answer_was_lost_is_asked_again_of_that_very_pod_only(
    cluster: Cluster, kube: Kubernetes
) -> None:
    first = next(path for path in cluster.things if "/pods/" in path)
    cluster.scripted[f"POST {first}/eviction"] = ["drop"]
    assert "6 of 6 pods evicted" in run(kube, "drain", NODE).output
    uid, evictions = None, [each for each in cluster.asked if each.path == f"{first}/eviction"]
    assert len(evictions) == 2 and "preconditions" not in evictions[0].body["deleteOptions"]
    uid = evictions[1].body["deleteOptions"]["preconditions"]["uid"]
    assert uid


def test_exec_goes_to_a_ready_pod_and_its_default_container(cluster: Cluster) -> None:
    kube = connected(cluster, diagnostics={"threads": ["jstack"]})
    own = pods(cluster)
    for pod in own:
        pod["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}
        pod["spec"]["containers"] = [{"name": "proxy"}, {"name": "app"}]
        pod["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "app"}
    well, leaving = own[3], own[1]
    for pod in (well, leaving):
        pod["status"]["conditions"][0]["status"] = "True"
    leaving["metadata"]["deletionTimestamp"] = "2026-11-23T03:20:00Z"
    asked = {**CHECKOUT, "verb": "exec", "diagnostic": "threads"}
    seen = kube.preview(asked)
    assert seen.text == f"would run in {well['metadata']['name']}, container app: jstack" and seen.objections == []
    cluster.answers_exec = [b'\x03{"status":"Success"}']
    kube.run(asked, lambda line: None)
    assert f"pods/{well['metadata']['name']}/exec" in cluster.newest_exec and "container=app" in cluster.newest_exec
    assert (
        "has no container 'web'; it has proxy, app"
        in failing(kube, "exec", diagnostic="threads", container="web").detail
    )
    cluster.forbidden = {"create pods/exec"}
    assert "may not run anything" in kube.preview(asked).objections[0]


def test_nothing_is_run_where_no_pod_runs(cluster: Cluster) -> None:
    kube = connected(cluster, diagnostics={"threads": ["jstack"]})
    for pod in pods(cluster):
        pod["status"] = {"phase": "Pending"}
    assert "no pod of deployment default/checkout is running" in failing(kube, "exec", diagnostic="threads").detail


def config(folder: Path, cluster: Cluster, user: dict[str, Any], **about: Any) -> Kubernetes:
    named = {
        "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": cluster.url, **about}}], "users": [{"name": "u", "user": user}],
    }  # fmt: skip
    (folder / "config").write_text(json.dumps(named))
    return Kubernetes(Settings(kubeconfig=str(folder / "config"), every=0.01, timeout=5.0))


def test_a_kubeconfig_that_acts_as_somebody_else_says_so_in_every_request(cluster: Cluster, tmp_path: Path) -> None:
    user = {
        "token": TOKEN, "as": "ada", "as-uid": "7", "as-groups": ["ops", "on-call"],
        "as-user-extra": {"scopes/a": ["view", "edit"]},
    }  # fmt: skip
    config(tmp_path, cluster, user).preview({**CHECKOUT, "verb": "pause"})
    for asked in cluster.asked:
        sent = sorted((name, value) for name, value in asked.headers if name.startswith("Impersonate"))
        assert sent == [
            ("Impersonate-Extra-scopes%2Fa", "edit"), ("Impersonate-Extra-scopes%2Fa", "view"), ("Impersonate-Group", "on-call"),
            ("Impersonate-Group", "ops"), ("Impersonate-Uid", "7"), ("Impersonate-User", "ada"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("user", "about", "says"),
    [
        ({"auth-provider": {"name": "gcp"}}, {}, "'auth-provider', which stanch cannot use"),
        ({"as-groups": ["ops"]}, {}, "no user ('as')"),
        ({}, {"proxy-url": "socks5://127.0.0.1:1080"}, "not an http or https proxy"),
        ({"exec": {"command": "x", "interactiveMode": "Always"}}, {}, "a person at a terminal"),
        ({"client-certificate-data": "eA=="}, {}, "a certificate without its key"),
        ({"exec": {"command": "true"}}, {}, "gave no credentials"),
    ],
)
def test_what_a_kubeconfig_asks_for_and_is_not_understood_is_refused(
    cluster: Cluster, tmp_path: Path, user: dict[str, Any], about: dict[str, Any], says: str
) -> None:
    with pytest.raises(Failed) as raised:
        config(tmp_path, cluster, user, **about).preview({**CHECKOUT, "verb": "pause"})
    assert says in raised.value.detail and cluster.asked == []


def test_a_kubeconfig_with_a_proxy_goes_through_it(cluster: Cluster, tmp_path: Path) -> None:
    """The test server takes a proxy's request line, too: only through the proxy can this host be reached."""
    kube = config(tmp_path, cluster, {"token": TOKEN}, **{"server": "http://cluster.invalid", "proxy-url": cluster.url})
    assert "paused" in kube.preview({**CHECKOUT, "verb": "pause"}).text


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cluster, Path]]:
    """A control plane that asks for a certificate of its own authority, as most do."""
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    openssl(tmp_path, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority",
            "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    (tmp_path / "san").write_text("subjectAltName=IP:127.0.0.1")
    for name in ("server", "person"):
        openssl(
            tmp_path,
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        )
        openssl(tmp_path, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "san", "-out", f"{name}.pem")  # fmt: skip
    cluster = Cluster()
    cluster.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cluster.tls.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    cluster.tls.load_verify_locations(tmp_path / "ca.pem")
    cluster.tls.verify_mode = ssl.CERT_REQUIRED
    with cluster:
        yield cluster, tmp_path


def plugin(folder: Path, status: dict[str, str]) -> dict[str, Any]:
    (folder / "answer.json").write_text(json.dumps({"status": status}))
    (folder / "login.sh").write_text(
        f'#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" > {folder}/told\ncat {folder}/answer.json\n'
    )
    (folder / "login.sh").chmod(0o755)
    return {
        "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./login.sh", "provideClusterInfo": True}
    }


def test_a_credential_plugin_may_give_a_certificate(secured: tuple[Cluster, Path]) -> None:
    cluster, folder = secured
    mine = {
        "token": TOKEN,
        "clientCertificateData": (folder / "person.pem").read_text(),
        "clientKeyData": (folder / "person.key").read_text(),
    }
    kube = config(folder, cluster, plugin(folder, mine), **{"certificate-authority": "ca.pem"})
    assert "paused" in kube.preview({**CHECKOUT, "verb": "pause"}).text
    told = json.loads((folder / "told").read_text())["spec"]["cluster"]
    assert told["server"] == cluster.url and told["certificate-authority-data"]


def test_a_tls_failure_before_anything_was_sent_is_a_failure(secured: tuple[Cluster, Path]) -> None:
    """A server that is not trusted, and one that does not accept who we are: nobody need look whether it happened."""
    cluster, folder = secured
    by_token = {"token": TOKEN}
    unknown = config(folder, cluster, by_token)
    nobody = config(folder, cluster, by_token, **{"certificate-authority": "ca.pem"})
    plain = Kubernetes(Settings(server=cluster.url.replace("https", "http"), token_env="KUBE_TOKEN", timeout=5.0))
    for kube in (unknown, nobody, plain):
        with pytest.raises(Failed) as raised:
            kube.connection.post("/api/v1/namespaces/default/pods/x/eviction", {})
        if kube is not plain:
            assert not isinstance(raised.value, Unsure), raised.value.detail
    assert cluster.asked == []
