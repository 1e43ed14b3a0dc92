"""What a heartbeat may be called: its name is one part of the address at which it is heard (R13)."""


def name_problem(name: str) -> str:
    """Why no heartbeat could arrive under this name, as a sentence; empty when one can."""
    if not name.strip() or name != name.strip():
        return f"The heartbeat '{name}' can never be heard: its name is empty, or begins or ends with a space."
    if name in (".", "..") or "/" in name or "\\" in name or any(ord(char) < 32 or ord(char) == 127 for char in name):
        return (
            f"The heartbeat '{name!r}' can never be heard: a name is one part of an address. Write it without / and \\."
        )
    return ""
