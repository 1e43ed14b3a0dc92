"""The lowest layer: clock, ids, actors, errors, the command registry and the policy. No I/O."""
