"""Words of the trade and what customers would say (R33). A table, and the search through it. Pure."""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Hit
from stanch.communicate.wording.text import Text
from stanch.communicate.wording.vocabulary import Vocabulary

_TABLE = """
latency, latencies, response times, response time, p50, p95, p99, tail latency = slow
throughput, throughputs = how much gets through
timeout, timeouts, time-outs, timing out, timed out = takes too long, or stops before it is done
error rate, error rates, failure rate, failure rates = some requests fail
packet loss, jitter = connections drop
replication, replicate, replicates, replicated, replicating, replication lag, replica, replicas, failover, failed over, fail over, failing over, split brain = a standby system
database, databases, db, dbs, sql, postgres, postgresql, mysql, mongodb, redis, memcached, cassandra, dynamodb, elasticsearch, clickhouse = where we keep data
cache, caches, caching, cached, cache invalidation, cache hit = a copy kept for speed
backend, backends, back-end, back-ends, frontend servers, upstream, upstreams, downstream services, downstream systems = our systems
pods, kubernetes, k8s, kubelet, helm, docker, containers are restarting, container images, orchestrator, control plane, data plane = our systems
cluster, clusters, node, nodes, shard, shards, sharding, partition leader, broker, brokers, quorum, leader election = our systems
load balancer, load balancers, load-balancer, load-balancers, load balancing, loadbalancer, reverse proxy, proxies, ingress, egress, nginx, haproxy, envoy = how requests reach us
deploy, deploys, deployed, deploying, deployment, deployments, redeploy, redeployed, rollout, canary, hotfix, hotfixed = a change that we made
rollback, rolled back, rolling back, roll back, revert, reverts, reverted, reverting, roll forward, rolled forward = we took a change back
microservice, microservices, middleware, daemon, cron, cronjob, cron job, cron jobs, worker pool, worker processes, thread pool, threads, mutex, deadlock, race condition = our systems
kafka, rabbitmq, message queue, message queues, job queue, job queues, consumer lag, queue depth, queue backlog, backpressure, dead letter queue, event bus = work that waits
memory leak, memory leaks, memory pressure, heap, garbage collection, out of memory, cpu, cpus, i/o, disk space, file descriptors, inode, inodes, saturation, saturated = our systems ran out of room
connection pool, connection pools, connection pooling, pool exhaustion, connection limit, connection limits, sockets, keepalive = too many connections at once
dns, tls, ssl, bgp, tcp, dhcp, vlan, nat, mtls, oauth, jwt, saml, ldap, cors, oidc = how devices reach us
certificate chain, handshake, handshakes, cipher, x509, ssl certificate, tls certificate, dns record, dns records, dns resolution, nameserver, nameservers, name servers, resolver, resolvers = how devices reach us
feature flag, feature flags, config push, config change, configuration change, configuration push, misconfiguration, misconfigured, config file, schema, schema migration, data migration, migration script, index rebuild, reindex, reindexing = a change that we made
regression, stack trace, stacktrace, null pointer, segfault, exception, exceptions, core dump, kernel panic, bug in our code = a fault of ours
circuit breaker, circuit breakers, rate limiter, rate limiting, throttle, throttles, throttled, throttling, rate-limited, retries, retry storm, thundering herd, exponential backoff, idempotency = our systems limit requests
autoscaling, auto-scaling, autoscaler, scale out, scaled out, scale up, scaled up, scaling up, provisioning, provisioned capacity, instance types, virtual machine, virtual machines, vms, hypervisor, bare metal = we added capacity
slo, slos, sli, slis, error budget, burn rate, mttr, alerting, monitoring alert, telemetry, observability, runbook, runbooks, playbook, on-call, pagerduty, grafana, prometheus, datadog, war room, postmortem, rca = how we work inside
availability zone, availability zones, colo, rack, racks, datacenter fabric, top-of-rack, switch fabric, edge pop, edge pops, points of presence, origin servers, origin server, cdn, cdns, peering = where our systems stand
degraded state, degradation, service degradation, intermittent connectivity, connectivity issues, connectivity issue, network partition = what customers cannot do
endpoint, endpoints, webhook retries, api gateway, auth service, authentication service, payload, payloads, request queue, batch job, batch jobs, etl, data pipeline, pipeline, pipelines, ingestion, ingest, ingests, ingested, ingesting, serialization, deserialization = the function that customers use
"""
TERMS: dict[tuple[str, ...], str] = {
    tuple(term.replace("-", " ").replace("/", " ").split()): f"say what customers see; the word means '{plain.strip()}'"
    for line in _TABLE.strip().splitlines()
    for terms, _, plain in [line.partition("=")]
    for term in terms.strip().split(", ")
}
# By the first word: the lengths of the terms that begin with it, the longest first.
_BEGINNINGS = {
    first: sorted({len(term) for term in TERMS if term[0] == first}, reverse=True)
    for first in {term[0] for term in TERMS}
}
# Words before which a term is ordinary speech: "clear your browser's cache", "the database of recipes you saved".
_THEIRS = frozenset(["your", "browser", "browser's", "browsers'", "local"])
_THEIRS_TERMS = frozenset({("cache",), ("caches",), ("cached",), ("dns",), ("cpu",)})
# Terms that are everyday words in a sentence with one of these.
_EVERYDAY = {
    term: frozenset(company.split())
    for terms, company in {
        "pods": "coffee capsules headphones earphones whales dolphins pea storage sleeping school",
        "broker brokers": "insurance mortgage stock stocks shares trade trades trading customs freight estate pension",
        "pipeline pipelines": "gas oil water sales hydrogen steam",
        "rack racks": "bike bikes bicycle luggage wine roof shoe clothes ski coat",
        "threads": "forum forums discussion discussions comments replies messages post posts sewing screw",
        "proxies": "vote votes voting shareholder shareholders meeting",
        "exceptions exception": "holiday holidays rule rules school terms opening closed",
        "canary": "island islands wharf bird",
        "saturation": "oxygen blood colour color picture pictures photo photos",
        "heap": "compost scrap rubble",
        "node nodes": "lymph railway transport",
        "cluster clusters": "flats homes villages cases stars galaxy grapes schools houses",
        "shard shards": "glass game players inventory crystal",
        "quorum": "meeting assembly members vote board",
        "sockets": "power wall plug plugs charging electric bulb",
        "payload payloads": "rocket launch drone truck lorry kilograms kg",
        "regression": "child statistics linear",
        "containers": "shipping ship ships port food harbour terminal lorry crane",
    }.items()
    for term in terms.split()
}


def jargon(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Words of the trade, the longest term first; each term once."""
    words, seen = text.words, set()
    at = 0
    while at < len(words):
        for size in _BEGINNINGS.get(words[at].text, ()):
            key = tuple(word.text for word in words[at : at + size])
            if len(key) == size and key in TERMS:
                start, end = words[at].start, words[at + size - 1].end
                if key not in seen and not _ordinary(text, key, at) and not vocabulary.allows(text.raw[start:end]):
                    seen.add(key)
                    yield Hit(start, end, TERMS[key])
                at += size - 1
                break
        at += 1


def _ordinary(text: Text, key: tuple[str, ...], at: int) -> bool:
    """Whether the term is about the reader's own device, or part of a name joined by hyphens."""
    before = [word.text for word in text.words[max(0, at - 2) : at]]
    start, end = text.words[at].start, text.words[at + len(key) - 1].end
    joined = text.raw[start - 1 : start] in ("_", "@") or text.raw[end : end + 1] in ("_", "@")
    hyphened = text.raw[start - 1 : start] == "-" or (text.raw[end : end + 1] == "-" and len(key) == 1)
    company = _EVERYDAY.get(key[0], frozenset()) if len(key) == 1 else frozenset()
    if company and any(word in company for word in re.findall(r"[a-z]+", text.sentence_of(start).text.lower())):
        return True
    return joined or hyphened or (key in _THEIRS_TERMS and bool(_THEIRS & set(before)))
