"""Integrations as they are configured, and a test of each that really asks the other side (R8)."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Denied, NotFound
from stanch.kernel.ids import new_id
from stanch.ports import Failed
from stanch.ports.integration import PORTS
from stanch.prepare.integration_asking import NotAsked, Question, ask
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.effects import Effect, EffectHandler, arm
from stanch.timeline.unit_of_work import UnitOfWork

Outcome = Literal["never tested", "waiting", "answered", "failed", "not asked"]


class IntegrationRow(msgspec.Struct, frozen=True):
    """One adapter. ``outcome``: of its newest test, with what the other side said in ``text``."""

    name: str
    port: str
    outcome: Outcome
    text: str
    asked_by: str
    asked_at: Moment | None
    answered_at: Moment | None

    def line(self) -> str:
        """For chat."""
        return f"{self.name} ({self.port}): {self.outcome}{f', {self.text}' if self.text else ''}"


class Integrations(msgspec.Struct):
    """Every integration in use, with the result of its newest test."""


@command("integrations", Integrations, reading=True, example="stanch integrations")
def integrations(uow: UnitOfWork, _asked: Integrations) -> list[IntegrationRow]:
    """R8: by port and name."""
    rows = {row["name"]: row for row in uow.tx.all("SELECT * FROM integration_tests")}
    return [_row(port, name, rows.get(f"{port}/{name}")) for port, name in _all(uow)]


def _all(uow: UnitOfWork) -> list[tuple[str, str]]:
    world = uow.application.world
    return [(port, name) for port in PORTS for name in sorted(getattr(world, port))]


def _row(port: str, name: str, row: Any) -> IntegrationRow:
    if row is None:
        return IntegrationRow(name, port, "never tested", "", "", None, None)
    return IntegrationRow(name, port, row["outcome"], row["text"], row["asked_by"], row["asked_at"], row["answered_at"])


class TestIntegration(msgspec.Struct):
    """Ask the other side of an integration whether it is there. What it says stands on its page and in 'integrations'."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="As 'integrations' calls it.")]
    port: Annotated[
        str, msgspec.Meta(max_length=40, description="Where two of one name differ: such as notifiers.")
    ] = ""


@command(
    "test-integration",
    TestIntegration,
    noun="integration-tests",
    positional=("name",),
    example="stanch test-integration smtp",
)
def test_integration(uow: UnitOfWork, asked: TestIntegration) -> Done:
    """The asking is an effect: no network inside a transaction. One at a time for each."""
    if not uow.actor.admin:
        raise Denied("Only admins test integrations.", hint="A test page to yourself is on your profile.")
    port = next((port for port, name in _all(uow) if name == asked.name and asked.port in ("", port)), "")
    if not port:
        known = ", ".join(sorted({name for _, name in _all(uow)}))
        raise NotFound(f"No integration '{asked.name}' is in use.", field="name", hint=f"In use: {known}.")
    key = f"{port}/{asked.name}"
    uow.tx.execute(
        "INSERT INTO integration_tests (name, asked_at, asked_by, answered_at, outcome, text) VALUES (:key, :now, :by, NULL, 'waiting', '') "
        "ON CONFLICT (name) DO UPDATE SET asked_at = excluded.asked_at, asked_by = excluded.asked_by, answered_at = NULL, outcome = 'waiting', text = ''",
        key=key, now=uow.now, by=uow.actor.name,
    )  # fmt: skip
    payload = {"port": port, "name": asked.name, "by": uow.actor.name, "key": new_id("try")}
    arm(uow, f"integration-test:{key}", "integration_test", "", payload, lane=f"test {key}"[:200])
    return Done(f"{asked.name} is being asked. 'integrations' says what came of it.", id=key)


class IntegrationTestHandler(EffectHandler):
    """The effect ``integration_test``: asks once and keeps the answer; a failure is an answer, too."""

    kind = "integration_test"
    lease_seconds = 60.0

    def perform(self, effect: Effect) -> tuple[Outcome, str]:
        port, name, by = effect.payload["port"], effect.payload["name"], effect.payload["by"]
        policy, world = self.application.whole_policy(), self.application.world
        if name not in getattr(world, port):
            return "not asked", "It is not in use any more."
        contact = policy.contacts.get(contact_key(policy.contacts, by))
        reach = [method.to for method in contact.methods()] if contact else []
        question = Question(effect.payload["key"], by, self.application.installation.url, reach, policy)
        try:
            return "answered", ask(world, port, name, question)
        except NotAsked as nothing:
            return "not asked", str(nothing)
        except Failed as failed:
            return "failed", failed.detail

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        outcome, text = (
            answer if isinstance(answer, tuple) else ("failed", f"The test itself failed: {type(answer).__name__}.")
        )
        uow.tx.execute(
            "UPDATE integration_tests SET answered_at = :now, outcome = :outcome, text = :text WHERE name = :key",
            now=uow.now, outcome=outcome, text=text[:1000], key=f"{effect.payload['port']}/{effect.payload['name']}",
        )  # fmt: skip
        return None
