"""How full something is, and what that belongs to: the instances themselves, or something that they depend on (R20). Pure."""

import re
from math import exp

from stanch.kernel.policy import Saturation, Service
from stanch.mitigate.ranking.situation import tokens

OWN = r"\b(worker|thread|request|task|executor) ?(pool|queue)|\b(cpu|threads?|workers?|memory|heap|instances?|pods?|replicas?|in.?flight|concurren\w+|processes|load)\b"
BEHIND = (
    r"\b(databases?|db|postgres\w*|mysql|maria\w*|mongo\w*|connections?|pool|brokers?|kafka|rabbit\w*|redis|cache|memcache\w*|disks?|storage|"
    r"volumes?|upstream|provider|quota|rate.?limit|elastic\w*|zookeeper|etcd|consul|dns|locks?|shards?|primary|replication|api.?server|nat)\b"
)

# A measurement this share of its bound away from it is two to three times as near to full, or to free.
NEAR = 0.06


def belongs_to(criterion: Saturation, service: Service) -> tuple[str, bool]:
    """What it belongs to, and whether that is the service's own instances: as the catalog says, else by its name."""
    if criterion.of:
        return criterion.of, criterion.of == service.name
    name = criterion.name.lower()
    for needed in service.depends_on:
        if tokens(needed) & tokens(name):
            return needed, False
    own, behind = re.search(OWN, name), re.search(BEHIND, name)
    if behind and not (own and own.start() <= behind.start()):
        return behind[0], False
    return service.name, True


def fullness(badness: float, bound: float) -> float:
    """From 0 (capacity left) over 0.5 (at its bound) to 1 (full), smooth: ``badness`` is how far it lies outside the bound."""
    steps = badness / (NEAR * max(abs(bound), abs(bound + badness), 1e-9))
    return 1 / (1 + exp(-max(min(steps, 50.0), -50.0)))
