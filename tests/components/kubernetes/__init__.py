"""A strict API server of Kubernetes, in this process or as one of its own (``python -m tests.components.kubernetes``)."""

from tests.components.kubernetes.cluster import DATA, TOKEN, Asked, Cluster, recorded, refusal

__all__ = ["DATA", "TOKEN", "Asked", "Cluster", "recorded", "refusal"]
