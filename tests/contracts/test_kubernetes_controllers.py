"""What a control plane does by itself: revisions get new numbers, status lags, tokens, authorities and kubeconfigs rotate (R16, R22, R23)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.integrations.kubernetes import Kubernetes
from stanch.integrations.kubernetes.progress import wait
from stanch.integrations.kubernetes.settings import Settings
from stanch.integrations.kubernetes.target import read
from stanch.ports import Failed, Unsure
from tests.components.kubernetes import TOKEN, Cluster
from tests.contracts.test_kubernetes import CHECKOUT, DEPLOYMENT, NODE, Traced, connected, failing, run

BAD = {"reason": "ProgressDeadlineExceeded", "status": "False", "type": "Progressing"}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """With controllers; v3 is out as revision 5."""
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    with Cluster(controllers=True) as running:
        settle(running)
        released(running, "v3")
        yield running


@pytest.fixture
def kube(cluster: Cluster) -> Kubernetes:
    return connected(cluster)


def settle(cluster: Cluster, steps: int = 40) -> None:
    for _ in range(steps):
        cluster.step()


def released(cluster: Cluster, tag: str, steps: int = 40) -> None:
    cluster.release(DEPLOYMENT, f"registry.test/checkout:{tag}")
    settle(cluster, steps)


def numbers(cluster: Cluster) -> dict[str, str]:
    """Revision -> image of every ReplicaSet."""
    found = [thing for path, thing in cluster.things.items() if "/replicasets/" in path]
    return {
        each["metadata"]["annotations"]["deployment.kubernetes.io/revision"]: each["spec"]["template"]["spec"]["containers"][0]["image"]
        for each in found
    }  # fmt: skip


def undo_offer(kube: Kubernetes) -> Any:
    return next((each for each in kube.offers("default/deployment/checkout") if each.run["verb"] == "undo"), None)


def test_the_target_of_a_rollback_gets_a_new_number_and_the_answer_says_it(cluster: Cluster, kube: Kubernetes) -> None:
    offer = undo_offer(kube)
    assert (offer.run["to_revision"], offer.run["from_revision"]) == ("4", "5")
    applied = kube.run(offer.run, lambda line: None)
    assert applied.output.endswith("All 6 pods are up to date and available. It is revision 6 now.")
    assert "4" not in numbers(cluster) and numbers(cluster)["6"].endswith(":v1")
    back = kube.run(applied.undo, lambda line: None)
    assert "It is revision 7 now." in back.output and numbers(cluster)["7"].endswith(":v3")


def test_an_undo_finds_its_revision_after_others_have_gone_back_and_forth(cluster: Cluster, kube: Kubernetes) -> None:
    """5 -> 4 (6 now); somebody goes forward (5 is 7 now) and back again (6 is 8): the undo means what was 5."""
    applied = run(kube, "undo")
    run(kube, "undo", to_revision="5")
    run(kube, "undo", to_revision="6")
    assert sorted(numbers(cluster)) == ["2", "3", "7", "8"]
    assert "v3" in kube.run(applied.undo, lambda line: None).output


def test_a_rollback_to_a_revision_that_was_pruned_meanwhile_is_refused_with_those_there_are(
    cluster: Cluster, kube: Kubernetes
) -> None:
    offer = undo_offer(kube)
    cluster.things[DEPLOYMENT]["spec"]["revisionHistoryLimit"] = 0
    settle(cluster, 2)
    with pytest.raises(Failed, match="has no revision 4; it has 5"):
        kube.run(offer.run, lambda line: None)
    assert undo_offer(kube) is None


def test_the_deadline_that_the_bad_rollout_exceeded_is_not_held_against_the_rollback(
    cluster: Cluster, kube: Kubernetes
) -> None:
    """The condition stays as it was until a pod of the rollback is there: at the first look it is still set."""
    assert cluster.controllers is not None
    released(cluster, "v4-bad")
    assert any(each["reason"] == BAD["reason"] for each in cluster.things[DEPLOYMENT]["status"]["conditions"])
    standing = wait(
        connected(cluster, rollout=0).connection, read(CHECKOUT, []), lambda line: None, cluster.things[DEPLOYMENT]
    )
    assert standing.startswith("Still under way after 0 s") and "has timed out progressing" in standing
    assert "All 6 pods are up to date and available." in run(kube, "undo").output


def test_what_is_not_rolled_out_yet_is_confirmed_by_its_template(cluster: Cluster, kube: Kubernetes) -> None:
    """Offered in the moment before the controller has made the revision: seconds later it is the same release, with a number."""
    assert cluster.controllers is not None
    cluster.controllers.lag = 10_000
    cluster.release(DEPLOYMENT, "registry.test/checkout:v4")
    offer = undo_offer(kube)
    assert (offer.run["to_revision"], offer.run["from_revision"]) == ("5", "0") and offer.run["from_template"]
    cluster.controllers.lag = 0
    settle(cluster)
    assert numbers(cluster)["6"].endswith(":v4")
    assert "revision 6 -> 5" in kube.run(offer.run, lambda line: None).output


def test_a_stateful_set_goes_back_by_its_controller_revisions(cluster: Cluster, kube: Kubernetes) -> None:
    other = {"kind": "statefulset", "namespace": "default", "name": "queue"}
    path = "/apis/apps/v1/namespaces/default/statefulsets"
    template = {
        "metadata": {"labels": {"app": "queue"}},
        "spec": {"containers": [{"name": "queue", "image": "registry.test/queue:v1"}]},
    }
    spec = {"replicas": 3, "serviceName": "queue", "selector": {"matchLabels": {"app": "queue"}}, "template": template}
    thing = {
        "metadata": {"name": "queue", "namespace": "default", "uid": "q", "generation": 1},
        "spec": spec,
        "status": {},
    }
    cluster.add(path, thing)
    before = json.loads(json.dumps(template))
    settle(cluster)
    cluster.release(f"{path}/queue", "registry.test/queue:v2")
    settle(cluster)
    assert "registry.test/queue:v1" in kube.preview({**other, "verb": "undo"}).text
    applied = run(kube, "undo", other)
    assert "All 3 pods that are to change are up to date" in applied.output
    assert cluster.things[f"{path}/queue"]["spec"]["template"] == before, "replaced, not merged"
    cluster.things[f"{path}/queue"]["status"]["readyReplicas"] = 1
    cluster.controllers = None
    assert "until somebody deletes it" in kube.preview({**other, "verb": "undo", "to_revision": "2"}).cautions[0]


def test_a_drain_goes_on_while_pods_end_and_start_elsewhere(cluster: Cluster, kube: Kubernetes) -> None:
    on_it = [
        p["metadata"]["name"]
        for path, p in cluster.things.items()
        if "/pods/" in path and p["spec"].get("nodeName") == "node-2"
    ]
    done = {
        "name": "migrate-x",
        "namespace": "default",
        "uid": "j",
        "ownerReferences": [{"kind": "Job", "controller": True, "uid": "job"}],
    }
    cluster.add(
        "/api/v1/namespaces/default/pods",
        {"metadata": done, "spec": {"nodeName": "node-2", "containers": []}, "status": {"phase": "Succeeded"}},
    )
    selector = {"matchLabels": {"app": "checkout"}}
    budget = {
        "metadata": {"name": "b", "generation": 1},
        "spec": {"minAvailable": 5, "selector": selector},
        "status": {},
    }
    cluster.add("/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget)
    settle(cluster, 2)
    applied = run(kube, "drain", NODE)
    assert f"{len(on_it) + 1} of {len(on_it) + 1} pods evicted" in applied.output and "migrate-x" in applied.output
    assert cluster.things["/api/v1/nodes/node-2"]["spec"]["taints"][0]["effect"] == "NoSchedule"


@pytest.mark.parametrize(
    ("trace", "verb"),
    [("rollout-pause", "pause"), ("rollout-resume", "resume"), ("rollout-restart", "restart"), ("scale", "scale")],
)
def test_a_field_manager_is_named_where_kubectl_names_one(
    cluster: Cluster, kube: Kubernetes, trace: str, verb: str
) -> None:
    cluster.things[DEPLOYMENT]["spec"]["paused"] = verb == "resume"
    run(kube, verb, **({"replicas": "9"} if verb == "scale" else {}))
    (change,) = cluster.changes()
    assert change.query == ({"fieldManager": "stanch"} if "fieldManager=" in Traced(trace).text else {})
    assert change.manager() == "stanch"


def test_the_servers_own_limit_is_waited_for_and_a_long_wait_is_said(cluster: Cluster, kube: Kubernetes) -> None:
    """Priority and fairness answers 429 before anything is done, so that it may be sent again, as kubectl does."""
    told = {
        "kind": "Status",
        "message": "too many requests, please try again later",
        "details": {"retryAfterSeconds": 1},
    }
    cluster.scripted[f"PATCH {DEPLOYMENT}"] = [(429, json.dumps(told).encode())]
    assert "paused" in run(kube, "pause").output and len(cluster.changes()) == 2
    told["details"] = {"retryAfterSeconds": 60}
    cluster.scripted[f"PATCH {DEPLOYMENT}"] = [(429, json.dumps(told).encode())]
    failed = failing(kube, "resume")
    assert failed.after == 60 and not isinstance(failed, Unsure)


def test_a_list_whose_pages_expire_is_begun_anew(cluster: Cluster, kube: Kubernetes) -> None:
    cluster.page = 2
    folder = "/apis/apps/v1/namespaces/default/replicasets"
    expired = (410, b'{"kind":"Status","code":410,"reason":"Expired","message":"too old"}')
    cluster.scripted[f"GET {folder}"] = [None, expired]
    assert len(kube.connection.items(folder)) == 4
    cluster.scripted[f"GET {folder}"] = [None, expired, None, expired]
    with pytest.raises(Failed, match="410"):
        kube.connection.items(folder)


def test_what_is_no_api_server_is_no_crash(cluster: Cluster, kube: Kubernetes) -> None:
    page = (200, b"<html>Please sign in</html>")
    cluster.scripted[f"GET {DEPLOYMENT}"] = [page]
    assert "no API server" in failing(kube, "pause").detail
    cluster.scripted[f"PATCH {DEPLOYMENT}"] = [page]
    assert isinstance(failing(kube, "undo", to_revision="2"), Unsure), "it may have gone through all the same"


def test_a_token_that_was_rotated_on_disk_is_read_again_after_a_refusal(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("the-old-one")
    kube = Kubernetes(Settings(server=cluster.url, token_file=str(file), timeout=5.0))
    with pytest.raises(Failed, match="401"):
        kube.check()
    file.write_text("another-old-one")
    with pytest.raises(Failed, match="401"):
        kube.check()
    file.write_text(TOKEN)
    assert "answers" in kube.check()
    asked = len(cluster.asked)
    file.write_text("gone")
    kube.connection._reached().credentials.forget()
    with pytest.raises(Failed, match="401"):
        kube.check()
    assert len(cluster.asked) == asked + 1, "asked once as somebody who is not known, not twice"


def test_a_kubeconfig_that_was_written_anew_is_read_again(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "config"

    def write(token: str) -> None:
        named = {
            "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": cluster.url}}], "users": [{"name": "u", "user": {"token": token}}],
        }  # fmt: skip
        (tmp_path / "new").write_text(json.dumps(named))
        os.replace(tmp_path / "new", file)

    write("the-old-one")
    kube = Kubernetes(Settings(kubeconfig=str(file), timeout=5.0))
    with pytest.raises(Failed, match="401"):
        kube.check()
    write(TOKEN)
    assert "answers" in kube.check()


def test_a_cluster_that_cannot_say_who_we_are_answers_all_the_same(cluster: Cluster, kube: Kubernetes) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    cluster.scripted[f"POST {path}"] = [(404, b"404 page not found\n")]
    assert kube.check() == "Kubernetes v1.33.13 answers; whom it takes us for it cannot say"
