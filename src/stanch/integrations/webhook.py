"""Posts messages as JSON, signed as Standard Webhooks 1.0.0 says (formats/11, 11.5)."""

import os
import re
from email.utils import parsedate_to_datetime
from typing import Annotated

import msgspec
import urllib3

from stanch.kernel.clock import SECOND, SystemClock, iso
from stanch.ports import Failed, Message, Notifier
from stanch.ports.integration import Integration
from stanch.ports.message_text import one_line, printable
from stanch.ports.signature import sign, webhook_id
from stanch.ports.web_service import reason


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable that holds whsec_... (two, separated by a space, while rotating)."
        ),
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 15.0


class Webhook:
    """The address is the URL."""

    name: str = "webhook"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=settings.timeout))

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is no web address."""
        if not address.lower().startswith(("http://", "https://")):
            raise Failed("what it has is not a web address; write it like https://example.org/hook", again=False)

    def send(self, address: str, message: Message) -> str:
        """Post it; answers with status and the beginning of the body.

        Raises ``Failed``: ``again`` for 408, 425, 429 and 5xx (with Retry-After) and connection errors; redirects are
        not followed, 410 means the receiver is gone for good.
        """
        self.check_address(address)
        now = SystemClock().now()
        body = payload(message, now)
        try:
            response = self.pool.request(
                "POST",
                address,
                body=body,
                headers=self._headers(message, body, now),
                redirect=False,
                preload_content=False,
            )
            said = response.read1(500).decode("utf-8", "replace")
            response.close()
        except (urllib3.exceptions.LocationValueError, ValueError) as error:
            raise Failed(f"the address at {_place(address)} cannot be meant", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Failed(f"{_place(address)} cannot be reached: {reason(error)}", again=True) from error
        return _judge(response.status, said, response.headers.get("Retry-After"), now)

    def _headers(self, message: Message, body: bytes, now: int) -> dict[str, str]:
        """The id is the same for every attempt, the timestamp (seconds) is of this one."""
        identity, seconds = webhook_id(message.key), str(now // SECOND)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "stanch",
            "webhook-id": identity,
            "webhook-timestamp": seconds,
        }
        if self.settings.secret_env:
            secrets = os.environ.get(self.settings.secret_env, "").split()
            if not secrets:
                raise Failed(
                    f"set the environment variable '{self.settings.secret_env}' (webhook secret_env)",
                    again=False,
                )
            headers["webhook-signature"] = " ".join(sign(secret, identity, seconds, body) for secret in secrets)
        return headers


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Webhook(settings)


def _place(address: str) -> str:
    """Where it is, for everybody who reads of it: the rest of an address may be a secret."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0].rpartition('@')[2]}"


def payload(message: Message, now: int) -> bytes:
    """``{"type", "timestamp", "data"}``, the convention of Standard Webhooks; ``data`` is the message."""
    data = msgspec.structs.replace(message, title=one_line(message.title), text=printable(message.text))
    return msgspec.json.encode({"type": "stanch.message", "timestamp": iso(now), "data": data})


def _judge(status: int, said: str, retry_after: str | None, now: int) -> str:
    if 200 <= status < 300:
        return f"{status} {said}".strip()
    if status == 410:
        raise Failed("410: the receiver wants no more messages; remove this webhook", again=False)
    if 300 <= status < 400:
        raise Failed(f"{status}: redirects are not followed; configure the final address", again=False)
    again = status in (408, 425, 429) or status >= 500
    raise Failed(f"{status} {said}".strip(), again=again, after=_after(retry_after, now) if again else None)


def _after(text: str | None, now: int) -> float | None:
    """Retry-After in seconds, given as seconds or as an HTTP date."""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now / SECOND)
    except ValueError:
        return None


INTEGRATION = Integration("Webhook", "notifiers", Settings, build)
