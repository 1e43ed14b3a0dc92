"""The HTTP interfaces: API, hooks, live events, sign-in, and the pages."""
