"""The postmortem that customers read on the status page: drafted from the internal one, checked, and published on purpose (R33, R44)."""
