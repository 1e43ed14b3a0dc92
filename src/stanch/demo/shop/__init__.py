"""A small real shop of two zones and two releases, with a front, a load generator and its own release and zone tools."""
