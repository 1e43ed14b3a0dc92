"""Feature flags that are set by a webhook and read through OpenFeature's Remote Evaluation Protocol (formats/08, 8.2; R18).

The webhook gets ``{"flagKey", "value", "reason"}``, signed as Standard Webhooks says; the OFREP endpoint confirms that clients get it.
"""

import time
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from stanch.kernel.clock import SECOND, SystemClock
from stanch.kernel.ids import new_id
from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say, Unsure
from stanch.ports.integration import Integration
from stanch.ports.signature import sign
from stanch.ports.web_service import WebService, secret_of

LOOK_SECONDS = 0.5


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    webhook: Annotated[str, msgspec.Meta(description="The address that a change is sent to.")]
    ofrep: Annotated[
        str, msgspec.Meta(description="The base address that evaluates flags; empty: nothing is verified.")
    ] = ""
    secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable that holds the secret that calls to the webhook are signed with."
        ),
    ] = ""
    ofrep_bearer_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the bearer token for 'ofrep'.")
    ] = ""
    within: Annotated[float, msgspec.Meta(description="Seconds until clients must see a change.")] = 20.0
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class OpenFeature:
    """Arguments: ``flag``, and ``value`` as JSON text (``false`` by default)."""

    name: str = "openfeature"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.webhook = WebService(settings.webhook, settings.timeout)
        self.ofrep = WebService(settings.ofrep, settings.timeout) if settings.ofrep else None

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Send the change once, then wait until it is evaluated so. Raises ``Failed``, and ``Unsure`` when nobody can tell."""
        flag, value = _asked(arguments)
        before = self._evaluate(flag)
        self._send(flag, value)
        undo: dict[str, str | list[str]] = {}
        if before is not msgspec.UNSET:
            undo = {"flag": flag, "value": msgspec.json.encode(before).decode()}
        if self.ofrep is None:
            return Applied(f"{flag}: asked for {value}; nothing evaluates it here, so look whether it is so", undo)
        say(f"{flag}: waiting until clients see {value}")
        end = time.monotonic() + self.settings.within
        while (now := self._evaluate(flag)) != value:
            if time.monotonic() > end:
                raise Unsure(
                    f"it was taken, and after {self.settings.within:g} s {flag} is still evaluated as {_shown(now)}"
                )
            time.sleep(LOOK_SECONDS)
        return Applied(f"{flag}: {_shown(before)} -> {_shown(now)}", undo)

    def preview(self, arguments: Arguments) -> Preview:
        """How it is evaluated now. Raises ``Failed``."""
        flag, value = _asked(arguments)
        if self.ofrep is None:
            return Preview(f"{flag} would be set to {value}; how it stands is not known here")
        return Preview(f"{flag} is evaluated as {_shown(self._evaluate(flag))}; it would be {value}")

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The evaluation, where there is one. Raises ``Failed``."""
        flag, _ = _asked(arguments)
        return [EvidenceItem(f"flag {flag}", _shown(self._evaluate(flag)))] if self.ofrep else []

    def offers(self, address: str) -> list[Mitigation]:
        """A flag's key: to switch it off. Raises ``Failed``."""
        if self._evaluate(address) not in (True, False, msgspec.UNSET):
            raise Failed(f"{address} is no switch; declare which value is wanted", again=False)
        return [
            Mitigation(
                name=f"{address}-off", title=f"Switch {address} off", kind="feature_flag", adapter=self.name, target=address,
                run={"flag": address, "value": "false"}, reversibility="instant", blast_radius="component", effect_seconds=15,
                undo_seconds=15, feature=address, users_lose=address, own_undo=self.ofrep is not None,
            )
        ]  # fmt: skip

    def _send(self, flag: str, value: Any) -> None:
        identity, seconds = new_id("flag"), str(SystemClock().now() // SECOND)
        body = msgspec.json.encode({"flagKey": flag, "value": value, "reason": "incident"})
        headers = {"Content-Type": "application/json", "webhook-id": identity, "webhook-timestamp": seconds}
        if self.settings.secret_env:
            secrets = secret_of(self.settings.secret_env, "openfeature secret_env").split()
            headers["webhook-signature"] = " ".join(sign(secret, identity, seconds, body) for secret in secrets)
        answer = self.webhook.ask("POST", "", headers, body, once=True)
        if not 200 <= answer.status < 300:
            raise Failed(f"the switch answered {answer.status}: {answer.beginning()}", again=answer.passing())

    def _evaluate(self, flag: str) -> Any:
        """The value that a client without any context gets; unset when that is the default in its code."""
        if self.ofrep is None:
            return msgspec.UNSET
        headers = {"Content-Type": "application/json"}
        if self.settings.ofrep_bearer_env:
            headers["Authorization"] = (
                f"Bearer {secret_of(self.settings.ofrep_bearer_env, 'openfeature ofrep_bearer_env')}"
            )
        body = b'{"context": {"targetingKey": "stanch"}}'
        answer = self.ofrep.ask("POST", f"/ofrep/v1/evaluate/flags/{quote(flag, safe='')}", headers, body)
        if answer.status != 200:
            code = answer.json().get("errorCode") or answer.beginning()
            raise Failed(
                f"OFREP answered {answer.status} for '{flag}': {code}", again=answer.passing(), after=answer.after
            )
        return answer.json().get("value", msgspec.UNSET)


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return OpenFeature(settings)


def _asked(arguments: Arguments) -> tuple[str, Any]:
    flag, text = arguments.get("flag"), arguments.get("value", "false")
    if not isinstance(flag, str) or not flag:
        raise Failed("flag is missing; write its key", again=False)
    try:
        return flag, msgspec.json.decode(text if isinstance(text, str) else "")
    except msgspec.DecodeError:
        raise Failed(
            f"value is {text!r}, which is no JSON; write false, true or a text in quotes", again=False
        ) from None


def _shown(value: Any) -> str:
    return "the default in its code" if value is msgspec.UNSET else msgspec.json.encode(value).decode()


INTEGRATION = Integration("Feature flags through a webhook (OpenFeature)", "mitigators", Settings, build, ("offers",))
