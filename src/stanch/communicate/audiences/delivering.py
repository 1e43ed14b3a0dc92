"""An update reaches the people of its audience (R31): who was told by what is in the record, and so is who could not be.

A newer update for the same audience takes the place of one that has not arrived yet: it says how it stands.
"""

from typing import Any

import msgspec

from stanch.communicate.audiences.drafts import public_name
from stanch.kernel.audiences import AUDIENCE_OF, STORED, Audience
from stanch.kernel.clock import HOUR, SECOND
from stanch.ports import Message
from stanch.prepare.audience_recipients import Recipient, recipients
from stanch.prepare.contact_methods import called
from stanch.prepare.sending import Sending, queue
from stanch.respond.recipients import may_be_told
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.entries import Entry
from stanch.timeline.facts.communicate import AudienceTold, UpdatePosted
from stanch.timeline.facts.respond import Amended
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

ATTEMPTS_BEFORE_NEXT, MOST_ATTEMPTS = 3, 2900
# Whoever could not be told is looked for again after this, then less and less often, and a post that is put further back tells nobody.
LOOK_AGAIN, LONGEST_AGAIN, MOST_LOOKS, NEWS = 300 * SECOND, HOUR, 60, HOUR
# Those to whom nothing is said when the policy names nobody: engineers read the record, customers the status page.
HAVE_A_PLACE = ("engineers", "customers")


def deliver(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to a post: everybody of its audience is sent it, and that nobody can be is said at once."""
    assert isinstance(entry.facts, UpdatePosted)
    audience = AUDIENCE_OF[entry.facts.audience]
    if entry.recorded_at - entry.happened_at >= NEWS or not expects(uow, record, audience):
        return
    if not _send(uow, record, audience, entry.position):
        key = f"audience:{record.id}:{entry.position}"
        payload = {"audience": audience, "position": entry.position}
        uow.effect(key, "audience", record.id, payload, due_at=uow.now + LOOK_AGAIN)


def expects(uow: UnitOfWork, record: Record, audience: Audience) -> bool:
    """Whether an update for this audience is to be sent to somebody; none of a drill is."""
    return record.drill is None and (audience not in HAVE_A_PLACE or bool(uow.policy.audiences.of(audience).to))


def found_recipients(uow: UnitOfWork, record: Record, audience: Audience) -> list[Recipient]:
    """Whom an update would be sent to now, and who could not be told."""
    notifiers = uow.application.world.notifiers
    return recipients(
        uow.policy, audience, notifiers, lambda key: may_be_told(uow, record, key) if key else not record.private
    )


def _send(uow: UnitOfWork, record: Record, audience: Audience, position: int) -> bool:
    """Write a message for each recipient, once; answers whether everybody can be told."""
    found = found_recipients(uow, record, audience)
    for each in found:
        if each.methods:
            _write(uow, record.id, AudienceTold(audience, position, each.name), each.key, each.methods)
        else:
            _say(uow, record, AudienceTold(audience, position, each.name, ok=False, result=each.problem, again=True))
    if not found:
        result = "the policy names no recipients for it"
        _say(uow, record, AudienceTold(audience, position, ok=False, result=result, again=True))
    return bool(found) and all(each.methods for each in found)


def _say(uow: UnitOfWork, record: Record, told: AudienceTold) -> None:
    """Write it down, unless it is known, or they were told meanwhile."""
    known = record.deliveries.get(told.position, {}).get(told.person)
    if told.ok or known is None or not (known.ok or known.problem == told.problem()):
        uow.append(record.id, told)


def _write(uow: UnitOfWork, incident: str, told: AudienceTold, to: str, methods: list[str], then: str = "") -> None:
    """A message to a contact or an address; only of a contact the log of contact methods hears."""
    payload = {
        "audience": told.audience, "position": told.position, "to": to, "name": told.person,
        "person": to if to in uow.policy.contacts else "", "reach": methods[0], "then": methods[1:],
    }  # fmt: skip
    queue(uow, f"audience-message:{incident}:{told.position}", "audience_message", incident, payload, to=f"{to}{then}")


def is_newest(record: Record, audience: Audience, position: int) -> bool:
    """Whether no newer update for this audience has taken the place of one."""
    last = record.last_update(STORED[audience])
    return last is not None and last[2].position == position


class AudienceHandler(EffectHandler):
    """The effect ``audience``: who could not be told is looked for again, as long as the update is the newest."""

    kind = "audience"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return is_newest(uow.record(effect.incident), effect.payload["audience"], effect.payload["position"])

    def perform(self, effect: Effect) -> None:
        """Sends nothing itself: each message is an effect of its own."""

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        record, audience = uow.record(effect.incident), effect.payload["audience"]
        done = not expects(uow, record, audience) or _send(uow, record, audience, effect.payload["position"])
        if done or effect.attempts >= MOST_LOOKS:
            return None
        return uow.now + min(LOOK_AGAIN << min(effect.attempts, 10), LONGEST_AGAIN)


class AudienceMessageHandler(Sending):
    """The effect ``audience_message``: one update to one recipient, by the next contact method when one fails."""

    kind = "audience_message"
    purpose = "message"
    urgent = False

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        record, to = uow.record(effect.incident), effect.payload
        if not is_newest(record, to["audience"], to["position"]):
            return False
        allowed = may_be_told(uow, record, to["to"]) if to["to"] in uow.policy.contacts else not record.private
        return allowed and self._text(uow, effect) != ""

    def message(self, effect: Effect) -> Message:
        with self.application.reading() as uow:
            record, text = uow.record(effect.incident), self._text(uow, effect)
            called_outside = public_name(record, uow.policy)
        audience, url = effect.payload["audience"], self.application.installation.url
        if audience == "customers":  # they know neither our titles nor our pages
            return Message(effect.key, f"{called_outside or 'Status'}: update", text, f"{url}/status/", urgent=False)
        link = f"{url}/incidents/{record.id}"
        return Message(effect.key, f"[{record.id}] For {audience}: {record.title}"[:200], text, link, urgent=False)

    def wait_seconds(self, attempts: int) -> float | None:
        return min(60, 5 << min(attempts, 10)) if attempts < MOST_ATTEMPTS else None

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        again = super().settle(uow, effect, answer)
        to, then, record = effect.payload, effect.payload["then"], uow.record(effect.incident)
        told = AudienceTold(to["audience"], to["position"], to["name"], called(to["reach"]))
        if not isinstance(answer, Exception):
            _say(uow, record, told)
            return None
        if then and effect.attempts >= ATTEMPTS_BEFORE_NEXT:
            again = None
        tried = again is not None or bool(then)
        _say(uow, record, msgspec.structs.replace(told, ok=False, result=str(answer)[:300], again=tried))
        if again is None and then:
            _write(uow, record.id, told, to["to"], then, f">{len(then)}")
        return again

    @staticmethod
    def _text(uow: UnitOfWork, effect: Effect) -> str:
        """What was posted, as it was corrected since; empty once it was redacted."""
        position = effect.payload["position"]
        text = ""
        for entry in uow.entries(effect.incident, after=position - 1):
            if entry.position == position and isinstance(entry.facts, UpdatePosted) and not entry.redacted:
                text = entry.facts.text
            elif isinstance(entry.facts, Amended) and entry.facts.position == position and not entry.redacted:
                text = text and entry.facts.text
        return text
