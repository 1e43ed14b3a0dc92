"""Action items: added, changed, asked after, done or dropped (R46-R48)."""
