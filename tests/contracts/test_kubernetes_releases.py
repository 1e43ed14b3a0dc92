"""Releases are seen by watching: each once, however the watch ends, and with what tells whether the way back is clean (R17)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stanch.integrations.kubernetes import Kubernetes
from stanch.integrations.kubernetes.reading_releases import READERS
from stanch.integrations.kubernetes.releases import Releases
from stanch.integrations.kubernetes.revisions import tag
from stanch.kernel.clock import parse_moment
from stanch.ports import Failed, Release, ReleaseWatcher, Watched
from tests.components.kubernetes import TOKEN, Cluster
from tests.contracts.test_kubernetes import DEPLOYMENT, connected

BOUND = ["default/deployment/checkout"]
JOBS = "/apis/batch/v1/namespaces/default/jobs"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    with Cluster() as running:
        yield running


class Watching:
    """Looks again and again, as the engine does; a crash forgets nothing but what was not kept."""

    def __init__(self, cluster: Cluster, addresses: list[str] | None = None) -> None:
        self.kube, self.addresses, self.bookmark = connected(cluster), addresses or BOUND, ""

    def look(self) -> list[Release]:
        seen = self.glance()
        assert seen.troubles == []
        self.bookmark = seen.bookmark
        return seen.releases

    def glance(self, moment: str = "2026-11-24T00:00:00Z") -> Watched:
        """One look whose bookmark is not kept."""
        return Releases(self.kube.connection, parse_moment(moment)).look(self.addresses, self.bookmark)


@pytest.fixture
def watching(cluster: Cluster) -> Watching:
    return Watching(cluster)


def test_the_adapter_can_be_watched(cluster: Cluster) -> None:
    assert isinstance(connected(cluster), ReleaseWatcher)


def test_what_runs_at_first_is_known_with_its_own_time_and_never_again(watching: Watching) -> None:
    """The restart at 03:17:43 is no release; the image of 03:17:40 is."""
    (first,) = watching.look()
    assert (first.address, first.release, first.at) == (BOUND[0], "v1", parse_moment("2026-11-23T03:17:40Z"))
    assert [watching.look() for _ in range(3)] == [[], [], []]


def test_a_release_is_seen_once_with_its_tag_cause_author_and_time(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test:5000/checkout:v2", "deploy v2 by ci #43", "2026-11-23T04:00:00Z")
    (seen,) = watching.look()
    assert (seen.release, seen.previous, seen.summary, seen.author) == (
        "v2",
        "v1",
        "deploy v2 by ci #43",
        "kubectl-set",
    )
    assert seen.at == parse_moment("2026-11-23T04:00:00Z") and seen.reversible
    assert watching.look() == []


def test_a_crash_before_it_was_kept_sees_the_same_release_again(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    once = watching.glance().releases
    assert [each.identity for each in once] == [each.identity for each in watching.look()]


def test_what_changes_no_template_is_no_release(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    thing = cluster.things[DEPLOYMENT]
    thing["spec"]["replicas"] = 9
    cluster.touch(DEPLOYMENT)
    thing["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = "2026-11-23T05:00:00Z"
    cluster.touch(DEPLOYMENT)
    thing["status"]["readyReplicas"] = 3
    cluster.touch(DEPLOYMENT)
    assert watching.look() == []


def test_the_cause_that_the_release_before_left_is_not_taken_for_this_one(cluster: Cluster, watching: Watching) -> None:
    """``kubectl set image`` and then ``kubectl annotate``: two changes, one release."""
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2", "deploy v2")
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v3")
    (seen,) = watching.look()
    assert (seen.release, seen.summary) == ("v3", "")
    cluster.things[DEPLOYMENT]["metadata"]["annotations"]["kubernetes.io/change-cause"] = "deploy v3"
    cluster.touch(DEPLOYMENT)
    (more,) = watching.look()
    assert (more.identity, more.summary) == (seen.identity, "deploy v3")


def test_a_rollback_is_a_release_that_goes_back(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2", at="2026-11-23T04:00:00Z")
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v1", at="2026-11-23T04:06:00Z")
    (seen,) = watching.look()
    assert (seen.release, seen.previous, seen.summary) == ("v1", "v2", "back to what ran before")


def test_what_happened_while_nobody_watched_is_seen_from_the_bookmark_on(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    for number in (2, 3):
        cluster.release(DEPLOYMENT, f"registry.test/checkout:v{number}", at=f"2026-11-23T04:0{number}:00Z")
    watching.kube = Kubernetes(watching.kube.connection.settings)  # another process, with the bookmark that was kept
    assert [each.release for each in watching.look()] == ["v2", "v3"]


def test_a_bookmark_moves_on_although_nothing_is_released(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    for _ in range(3):
        cluster.touch("/api/v1/nodes/node-1")
    watching.look()
    assert json.loads(watching.bookmark)["default/deployment"]["version"] == str(cluster.version)
    cluster.forget()
    assert watching.look() == [] and cluster.asked[-1].query.get("watch") == "true", "it was not too late"


def test_after_410_a_new_list_tells_what_was_missed(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    cluster.forget()
    assert watching.look() == []
    (seen,) = watching.look()
    assert (seen.release, seen.previous) == ("v2", "v1")
    assert watching.look() == []


def test_410_as_an_answer_is_the_same_as_410_as_an_event(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    cluster.scripted["GET /apis/apps/v1/namespaces/default/deployments"] = [(410, b'{"code":410,"reason":"Expired"}')]
    assert watching.look() == []
    assert [each.release for each in watching.look()] == ["v2"]


def test_a_server_that_is_away_loses_nothing(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    cluster.down = 1
    with pytest.raises(Failed):
        watching.look()
    assert [each.release for each in watching.look()] == ["v2"]


def test_a_paused_template_is_released_when_the_rollout_goes_on(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.things[DEPLOYMENT]["spec"]["paused"] = True
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    assert watching.look() == []
    del cluster.things[DEPLOYMENT]["spec"]["paused"]
    cluster.touch(DEPLOYMENT)
    assert [each.release for each in watching.look()] == ["v2"]


def test_only_what_is_bound_is_seen_and_a_new_binding_is_no_news_of_the_others(
    cluster: Cluster, watching: Watching
) -> None:
    other = json.loads(json.dumps(cluster.things[DEPLOYMENT]))
    other["metadata"].update(name="other", uid="other")
    cluster.add("/apis/apps/v1/namespaces/default/deployments", other)
    watching.look()
    cluster.release("/apis/apps/v1/namespaces/default/deployments/other", "registry.test/other:v7")
    assert watching.look() == []
    watching.addresses = [*BOUND, "default/deployment/other"]
    (seen,) = watching.look()
    assert (seen.address, seen.release) == ("default/deployment/other", "v7")


@pytest.mark.parametrize("kind", ["statefulset", "daemonset"])
def test_stateful_sets_and_daemon_sets_too(cluster: Cluster, kind: str) -> None:
    thing = json.loads(json.dumps(cluster.things[DEPLOYMENT]))
    cluster.add(f"/apis/apps/v1/namespaces/default/{kind}s", thing)
    watching = Watching(cluster, [f"default/{kind}/checkout"])
    watching.look()
    cluster.release(f"/apis/apps/v1/namespaces/default/{kind}s/checkout", "registry.test/checkout:v2")
    assert [each.release for each in watching.look()] == ["v2"]


def test_argo_rollouts_and_flux_where_present(cluster: Cluster) -> None:
    rollouts, helm = (
        "/apis/argoproj.io/v1alpha1/namespaces/default/rollouts",
        "/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases",
    )
    cluster.add(rollouts, json.loads(json.dumps(cluster.things[DEPLOYMENT])))
    deployed = {
        "status": "deployed",
        "chartVersion": "1.2.3",
        "appVersion": "v42",
        "version": 7,
        "lastDeployed": "2026-11-23T04:00:00Z",
    }
    cluster.add(helm, {"metadata": {"name": "shop", "uid": "h"}, "status": {"history": [deployed]}})
    kustomizations = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations"
    cluster.add(
        kustomizations,
        {"metadata": {"name": "shop", "uid": "k"}, "status": {"lastAppliedRevision": "main@sha1:" + "a" * 40}},
    )
    watching = Watching(cluster, ["default/rollout/checkout", "default/helmrelease/shop", "default/kustomization/shop"])
    assert {each.release for each in watching.look()} == {"v1", "v42"}, (
        "since when a revision is applied nobody knows at first"
    )
    cluster.release(f"{rollouts}/checkout", "registry.test/checkout:v2")
    history = cluster.things[f"{helm}/shop"]["status"]["history"]
    history.insert(0, deployed | {"version": 8, "appVersion": "v43", "status": "pending-upgrade"})
    cluster.touch(f"{helm}/shop")
    cluster.things[f"{kustomizations}/shop"]["status"]["lastAppliedRevision"] = "main@sha1:" + "b" * 40
    cluster.touch(f"{kustomizations}/shop")
    assert {each.release for each in watching.look()} == {"v2", "b" * 12}
    history[0]["status"] = "deployed"
    cluster.touch(f"{helm}/shop")
    assert [each.release for each in watching.look()] == ["v43"]
    assert watching.kube.offers("default/helmrelease/shop") == []


def test_one_folder_that_cannot_be_looked_at_costs_no_other(cluster: Cluster) -> None:
    seen = connected(cluster).watch([*BOUND, "default/rollout/nothing-of-the-kind", "shop/deployment/x"], "")
    assert [each.release for each in seen.releases] == ["v1"] and seen.troubles == []
    cluster.scripted["GET /apis/apps/v1/namespaces/shop/deployments"] = [(403, b'{"message":"no"}')]
    seen = connected(cluster).watch([*BOUND, "shop/deployment/x", "node/node-1"], "")
    assert len(seen.releases) == 1 and "deployments of shop: Kubernetes answered 403" in seen.troubles[0]


def job(cluster: Cluster, name: str, made: str, image: str = "registry.test/checkout:v2", **labels: str) -> None:
    pod = {"spec": {"containers": [{"name": "run", "image": image, "command": ["manage.py", "migrate"]}]}}
    meta = {"name": name, "uid": name, "creationTimestamp": made, "labels": labels}
    cluster.add(JOBS, {"metadata": meta, "spec": {"template": pod}})


@pytest.mark.parametrize(
    ("made", "image", "labels", "found"),
    [
        ("2026-11-23T03:58:00Z", "registry.test/checkout:v2", {}, True),
        ("2026-11-23T04:05:00Z", "registry.test/tools:v1", {"app": "checkout"}, True),
        ("2026-11-23T03:00:00Z", "registry.test/checkout:v2", {}, False),
        ("2026-11-23T03:58:00Z", "registry.test/other:v2", {"app": "other"}, False),
    ],
)
def test_a_migration_job_of_the_release_makes_it_irreversible(
    cluster: Cluster, watching: Watching, made: str, image: str, labels: dict[str, str], found: bool
) -> None:
    watching.look()
    job(cluster, "db-up", made, image, **labels)
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2", at="2026-11-23T04:00:00Z")
    (seen,) = looked_at(watching, "2026-11-23T04:01:00Z")
    assert seen.reversible is not found
    assert seen.reason == ("the job db-up migrates with it" if found else "")


def looked_at(watching: Watching, moment: str) -> list[Release]:
    seen = watching.glance(moment)
    watching.bookmark = seen.bookmark
    return seen.releases


def test_a_migration_job_that_comes_a_little_later_is_said_later(cluster: Cluster, watching: Watching) -> None:
    watching.look()
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2", at="2026-11-23T04:00:00Z")
    (seen,) = looked_at(watching, "2026-11-23T04:01:00Z")
    assert seen.reversible
    job(cluster, "db-up", "2026-11-23T04:02:00Z")
    (more,) = looked_at(watching, "2026-11-23T04:03:00Z")
    assert (more.identity, more.reversible, more.reason) == (seen.identity, False, "the job db-up migrates with it")
    assert looked_at(watching, "2026-11-23T04:04:00Z") == []


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        (
            {"annotations": {"stanch/irreversible": "drops orders.legacy_id"}},
            "it is marked as irreversible: drops orders.legacy_id",
        ),
        ({"labels": {"stanch/irreversible": "true"}}, "it is marked as irreversible"),
        ({"annotations": {"stanch/irreversible": "false"}}, ""),
        ({"labels": {"example.org/schema-version": "42"}}, "it changes the schema version from 41 to 42"),
        ({"labels": {"example.org/schema-version": "41"}}, ""),
    ],
)
def test_what_the_release_says_itself_makes_it_irreversible(
    cluster: Cluster, watching: Watching, marks: dict[str, dict[str, str]], reason: str
) -> None:
    meta = cluster.things[DEPLOYMENT]["metadata"]
    meta["labels"]["example.org/schema-version"] = "41"
    watching.look()
    for key, values in marks.items():
        meta.setdefault(key, {}).update(values)
    cluster.release(DEPLOYMENT, "registry.test/checkout:v2")
    (seen,) = watching.look()
    assert (seen.reversible, seen.reason) == (not reason, reason)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("registry.test:5000/shop/web:v1.2", "v1.2"), ("web:7", "7"), ("registry.test:5000/web", ""), ("web", ""),
        ("web@sha256:" + "a" * 64, "sha256:" + "a" * 12), ("web:v3@sha256:" + "a" * 64, "v3"),
    ],
)  # fmt: skip
def test_the_tag_of_an_image_is_read_whatever_its_registry(image: str, said: str) -> None:
    assert tag(image) == said


def test_of_several_images_the_one_that_changed_names_the_release(cluster: Cluster, watching: Watching) -> None:
    containers = cluster.things[DEPLOYMENT]["spec"]["template"]["spec"]["containers"]
    containers.insert(0, {"name": "proxy", "image": "registry.test/proxy:v9"})
    watching.look()
    containers[1]["image"] = "registry.test/checkout:v2"
    cluster.touch(DEPLOYMENT)
    assert [each.release for each in watching.look()] == ["v2"]


def test_what_is_half_there_is_no_release() -> None:
    empty: dict[str, Any] = {"metadata": {"name": "x", "uid": "u"}}
    assert all(read(empty) is None for read in READERS.values())
