"""The engine: timers and outbox, leased in SQL, at least once (mitigations: at most once). P1-P4."""
