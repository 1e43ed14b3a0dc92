"""Switches features off and on through Unleash's admin API (formats/08, 8.3), and puts back exactly what it found (R18)."""

import re
from typing import Annotated, Any, Literal

import msgspec

from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say, Unsure
from stanch.ports.integration import Integration
from stanch.ports.web_service import HttpResponse, WebService, secret_of

NAME = re.compile(r"[A-Za-z0-9_.~-]{1,100}")
ToggleAction = Literal["off", "on", "restore"]


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    url: Annotated[str, msgspec.Meta(description="The instance's address, with its path where it has one.")]
    token_env: Annotated[
        str,
        msgspec.Meta(description="The environment variable that holds an admin or service-account token."),
    ] = "UNLEASH_ADMIN_TOKEN"  # noqa: S105 - the name of a variable
    project: Annotated[str, msgspec.Meta(description="The project of flags that name none.")] = "default"
    environment: Annotated[str, msgspec.Meta(description="The environment in which flags are switched.")] = "production"
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Strategy(msgspec.Struct):
    """One activation strategy, as far as people are told of it."""

    id: str = ""
    name: str = ""
    disabled: bool | None = None
    parameters: dict[str, Any] = {}

    def words(self) -> str:
        """``flexibleRollout 50 %``."""
        rollout = self.parameters.get("rollout")
        return (f"{self.name} {rollout} %" if rollout else self.name) + (" (disabled)" if self.disabled else "")


class ToggleState(msgspec.Struct):
    """A feature in one environment."""

    enabled: bool = False
    strategies: list[Strategy] = []

    def words(self) -> str:
        """``on, by flexibleRollout 50 %``."""
        by = ", ".join(strategy.words() for strategy in self.strategies) or "no strategy"
        return f"{'on' if self.enabled else 'off'}, by {by}"

    def nobody_yet(self) -> bool:
        """Whether switching it on would make Unleash add a strategy for everybody."""
        return all(strategy.disabled for strategy in self.strategies)


class Plan(msgspec.Struct, frozen=True):
    """Arguments after validation. ``added``: strategies that our own switching on has added, taken away by ``restore``."""

    action: ToggleAction
    feature: str
    project: str
    environment: str
    enabled: bool
    added: list[str]


class Unleash:
    """Arguments: ``action`` (off, on, restore), ``feature``, ``project``, ``environment``; for restore ``enabled``, ``added``."""

    name: str = "unleash"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = WebService(settings.url, settings.timeout)

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Switch it, then read it again. Clients poll, by default every 15 s: the effect follows.

        Raises ``Failed`` with Unleash's own words (403 where changes need approval there), ``Unsure`` when no answer came and
        its state cannot be read either.
        """
        plan = self._plan(arguments)
        before = self._state(plan)
        say(f"{plan.feature} in {plan.environment} is {before.words()}")
        self._switch(plan)
        for identity in plan.added:
            self._change("DELETE", f"{self._path(plan)}/strategies/{_checked(identity, 'added')}")
        after = self._state(plan)
        if after.enabled != plan.enabled:
            raise Failed(f"Unleash accepted it, but {plan.feature} is {after.words()} afterwards", again=False)
        known = {strategy.id for strategy in before.strategies}
        undo: dict[str, str | list[str]] = {
            "action": "restore", "feature": plan.feature, "project": plan.project, "environment": plan.environment,
            "enabled": str(before.enabled).lower(), "added": [s.id for s in after.strategies if s.id not in known],
        }  # fmt: skip
        return Applied(f"{plan.feature} in {plan.environment}: {before.words()} -> {after.words()}", undo)

    def preview(self, arguments: Arguments) -> Preview:
        """How it stands and what would change. Raises ``Failed``."""
        plan = self._plan(arguments)
        state = self._state(plan)
        where = f"{plan.feature} in {plan.environment}"
        text, objections = f"{where} is {state.words()}; it would be {'on' if plan.enabled else 'off'}", list[str]()
        if state.enabled == plan.enabled:
            text = f"{where} is {state.words()} already; nothing would change"
        elif plan.enabled and state.nobody_yet():
            objections.append("it has no active strategy: Unleash would add one that turns it on for everybody")
        return Preview(text, None, objections)

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The feature as Unleash has it. Raises ``Failed``."""
        plan = self._plan(arguments)
        answer = self._ask("GET", f"/api/admin/projects/{plan.project}/features/{plan.feature}")
        text = msgspec.json.format(answer.body).decode("utf-8", "replace")
        return [EvidenceItem(f"feature {plan.feature}", text, "application/json")]

    def offers(self, address: str) -> list[Mitigation]:
        """``feature`` or ``project/feature``: to switch it off. Raises ``Failed``."""
        project, _, feature = address.rpartition("/")
        arguments: dict[str, str | list[str]] = {
            "action": "off",
            "feature": feature,
            "project": project or self.settings.project,
        }
        plan = self._plan(arguments)
        self._state(plan)
        return [
            Mitigation(
                name=f"{feature}-off", title=f"Switch {feature} off", kind="feature_flag", adapter=self.name,
                target=f"{feature} in {plan.environment}", run=arguments, reversibility="instant", blast_radius="component",
                effect_seconds=15, undo_seconds=15, feature=feature, users_lose=feature, own_undo=True,
            )
        ]  # fmt: skip

    def _plan(self, arguments: Arguments) -> Plan:
        action = arguments.get("action")
        if action not in ("off", "on", "restore"):
            raise Failed(f"action is {action!r}; write off, on or restore", again=False)
        added = arguments.get("added", [])
        return Plan(
            action,  # type: ignore[arg-type]
            _checked(arguments.get("feature"), "feature"),
            _checked(arguments.get("project") or self.settings.project, "project"),
            _checked(arguments.get("environment") or self.settings.environment, "environment"),
            arguments.get("enabled") == "true" if action == "restore" else action == "on",
            [added] if isinstance(added, str) else list(added),
        )

    @staticmethod
    def _path(plan: Plan) -> str:
        return f"/api/admin/projects/{plan.project}/features/{plan.feature}/environments/{plan.environment}"

    def _state(self, plan: Plan) -> ToggleState:
        answer = self._ask("GET", self._path(plan))
        try:
            return msgspec.json.decode(answer.body, type=ToggleState)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Failed(f"Unleash answered in a way that is not understood: {error}", again=False) from None

    def _switch(self, plan: Plan) -> None:
        """After a lost answer the state is read: switching is idempotent."""
        try:
            self._change("POST", f"{self._path(plan)}/{'on' if plan.enabled else 'off'}")
        except Unsure as unsure:
            try:
                state = self._state(plan)
            except Failed:
                raise unsure from None
            if state.enabled != plan.enabled:
                raise Failed(f"{unsure.detail}; {plan.feature} is unchanged", again=True) from None

    def _change(self, method: str, path: str) -> None:
        self._ask(method, path, once=True)

    def _ask(self, method: str, path: str, *, once: bool = False) -> HttpResponse:
        token = secret_of(self.settings.token_env, "unleash token_env")
        headers = {"Authorization": token, "Accept": "application/json"}  # no scheme before it: Unleash wants it bare
        if method == "POST":
            headers["Content-Type"] = "application/json"
        answer = self.service.ask(method, path, headers, b"{}" if method == "POST" else b"", once=once)
        if answer.status not in (200, 204):
            raise _refusal(answer)
        return answer


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return Unleash(settings)


def _checked(value: object, key: str) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise Failed(f"{key} is {value!r}; letters, digits and _ . ~ - only", again=False)
    return value


def _refusal(answer: HttpResponse) -> Failed:
    said = str(answer.json().get("message") or answer.beginning() or "nothing more")
    hints = {
        401: "the token is not accepted; an admin or service-account token is needed",
        403: "the token may not, or changes need approval in this environment (a change request)",
        404: "no such feature in this project and environment",
        429: "too many requests",
    }
    hint = hints.get(answer.status, "")
    return Failed(
        f"Unleash answered {answer.status}{f' ({hint})' if hint else ''}: {said}",
        again=answer.passing(),
        after=answer.after,
    )


INTEGRATION = Integration("Unleash", "mitigators", Settings, build, ("offers",))
