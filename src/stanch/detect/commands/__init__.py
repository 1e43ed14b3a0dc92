"""Commands of the detect phase: signals, investigations, deploys, probes and heartbeats."""
