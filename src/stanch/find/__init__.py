"""Finding: incidents by the words of their timeline, services, people, runbooks, and commands that are understood."""
