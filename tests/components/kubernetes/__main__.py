"""The test server as a process of its own: ``python -m tests.components.kubernetes --port 16443``; its token is printed."""

import argparse
import threading
import time

from tests.components.kubernetes.cluster import TOKEN, Cluster


def main() -> None:
    """Until it is interrupted. Two seconds of a rollout are one step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=16443)
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two steps of the controllers")
    asked = parser.parse_args()
    cluster = Cluster(controllers=True, live=True, port=asked.port)
    assert cluster.controllers is not None
    cluster.controllers.every = asked.every
    with cluster:
        print(f"{cluster.url} token {TOKEN}", flush=True)
        while not threading.Event().wait(asked.every):
            cluster.step()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        time.sleep(0)
