"""An incoming webhook whose address is a secret: read from an environment variable and never logged or stored (formats/17, 17.0)."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from stanch.ports import Failed
from stanch.ports.web_service import HttpResponse, WebService, secret_of


class AddressSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The settings of an integration that posts to one incoming webhook. Each field says what it is for."""

    url_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the webhook's address.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class SecretAddress:
    """The address in ``variable``, sent byte for byte. One that is gone (404, 410) is not called again."""

    def __init__(self, variable: str, setting: str, timeout: float) -> None:
        self.variable, self.setting, self.timeout = variable, setting, timeout
        self._gone = ""

    def read(self) -> str:
        """The address. Raises ``Failed`` that names the variable."""
        url = secret_of(self.variable, self.setting)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise Failed(f"'{self.variable}' holds no web address", again=False)
        if url == self._gone:
            raise Failed("the webhook is gone; make another one and put its address into the variable", again=False)
        return url

    def post(self, body: Mapping[str, Any], query: str = "", hints: Mapping[int, str] | None = None) -> HttpResponse:
        """Post JSON; ``query`` is added to the address's own. Raises ``Failed``: ``again`` for the network, 429 and 5xx."""
        url = self.read()
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        path = url[len(base) :] + (f"{'&' if parts.query else '?'}{query}" if query else "")
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        answer = WebService(base, self.timeout).ask("POST", path, headers, msgspec.json.encode(body))
        if 200 <= answer.status < 300:
            return answer
        if answer.status in (404, 410):
            self._gone = url
        hint = (hints or {}).get(answer.status, "")
        said = answer.beginning().replace(url, "...")[:200]
        raise Failed(
            f"{answer.status} {said}".strip() + (f"; {hint}" if hint else ""),
            again=answer.passing(),
            after=answer.after,
        )
