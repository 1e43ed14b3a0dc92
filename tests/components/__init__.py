"""Real components for tests and measurements: each starts its own process on a loopback port and stops it.

`find()` of a module is None when the component is not installed here. Every launcher is a context manager
that takes an empty folder and, if wanted, a port::

    with Prometheus(tmp_path, targets=["127.0.0.1:9000"]) as prometheus:
        prometheus.url
"""
