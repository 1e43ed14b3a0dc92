"""The faces over HTTP: API, hooks, live events, sign-in, and the pages."""
