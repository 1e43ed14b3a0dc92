"""What a request said besides its body (``Post.about``): ``POST /path?query``, then headers, a line each."""

from urllib.parse import parse_qsl, unquote

import msgspec

from stanch.ports.json_fields import clean


class RequestHead(msgspec.Struct, frozen=True):
    """Method, path as it came (still escaped), query and headers (lower-case names)."""

    method: str = "POST"
    path: str = ""
    query: dict[str, str] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    def after(self, mark: str) -> list[str]:
        """The path's segments behind ``mark``, each decoded on its own: a name may contain an escaped slash."""
        _, found, rest = self.path.partition(mark)
        return [clean(unquote(part)) for part in rest.removesuffix("/").split("/")] if found else []


def read_about(about: str) -> RequestHead:
    """Read ``Post.about``; whatever it lacks stays empty. Never raises."""
    first, _, rest = about.partition("\n")
    method, _, target = first.strip().partition(" ")
    path, _, query = target.partition("?")
    headers = {}
    for line in rest.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[clean(name.strip().lower())] = clean(value.strip())
    return RequestHead(
        method.upper() or "POST",
        path,
        {clean(name): clean(value) for name, value in parse_qsl(query, keep_blank_values=True)},
        headers,
    )
