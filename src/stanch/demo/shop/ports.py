"""Ports for the demo's processes, from below the range that outgoing connections take theirs from."""

import random
import socket


def free_port() -> int:
    """A port that nobody listens on now; a connection of the load generator will not take it a moment later."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
