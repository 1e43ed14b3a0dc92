"""Sends prompts to people (R11, R31, R33): each round is one message to each person, repeated until it is answered."""

from typing import Any

import msgspec

from stanch.kernel.clock import DAY, HOUR, SECOND
from stanch.kernel.policy import Policy
from stanch.ports import Message
from stanch.prepare.contact_methods import called
from stanch.prepare.oncall.people import shown_name
from stanch.prepare.sending import Sending, queue, send
from stanch.respond.recipients import as_read_by, may_be_told, recipients
from stanch.timeline.effects import Effect
from stanch.timeline.facts.prompting import Prompted, PromptTold
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork

# Then the next method of a person is taken, where there is one; the last method is tried for about two days.
ATTEMPTS_BEFORE_NEXT, MOST_ATTEMPTS = 3, 2900
# With nobody to tell, and no interval of its own, a prompt is tried again after this, then less and less often.
NOBODY_AGAIN = 300 * SECOND


def next_moment(prompt: Prompt, record: Record, policy: Policy) -> int | None:
    """When people are told of it (again), or None. Pure.

    Repetitions of an incident fall on common multiples of the interval since it was declared, so that they are one message.
    """
    asked = record.prompted.get(prompt.key)
    if prompt.silent:
        return None
    if asked is None or asked.over:
        return prompt.due
    seconds = policy.severity(record.severity_name()).prompt_every if prompt.every is None else prompt.every
    every = int(seconds * SECOND)
    if asked.problems and not asked.told:
        if (since := _new_person(record)) > asked.at:
            return since
        most = HOUR if record.live() else DAY
        return asked.at + max(every or NOBODY_AGAIN, min(asked.at - asked.first_at, most))
    if not every or record.status == "closed":
        return None
    since = asked.at + every - record.declared_at
    # Telling takes a moment: a little past a multiple is that multiple, or each round would come an interval late.
    whole, past = divmod(since, every)
    return record.declared_at + (whole if past <= every // 4 else whole + 1) * every


def _new_person(record: Record) -> int:
    """When somebody last took a role or acknowledged: a prompt that could not be delivered before may be deliverable now."""
    return max([fact.at for fact in record.roles.values()] + [record.acknowledged_at or 0])


def prompt_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """The next moment at which somebody is told of something."""
    every = [next_moment(prompt, record, uow.policy) for prompt in uow.prompts(record)]
    moments = [at for at in every if at is not None]
    return [Due(f"prompts:{min(moments)}", min(moments), raise_due)] if moments else []


def raise_due(uow: UnitOfWork, record: Record) -> None:
    """Begin the round of every prompt that is due; all that one person is told is one message."""
    asked = [(p, next_moment(p, record, uow.policy)) for p in uow.prompts(record)]
    methods: dict[str, list[str]] = {}
    telling: dict[str, list[Prompt]] = {}
    untold: dict[str, list[Prompt]] = {}
    for prompt in [p for p, at in asked if at is not None and at <= uow.now]:
        found = recipients(uow, record, prompt)
        uow.append(record.id, Prompted(prompt.key, prompt.to, prompt.text))
        for person in found.methods:
            telling.setdefault(person, []).append(prompt)
        for person, why in found.missed.items() if found.methods else ():  # somebody else hears of it in their place
            _say(uow, record, PromptTold([prompt.key], prompt.text, person, ok=False, result=why))
        if not found.methods:
            untold.setdefault("; ".join(dict.fromkeys(found.problems)), []).append(prompt)
        methods |= found.methods
    for person, prompts in telling.items():
        items = {p.key: _Item(record.prompted[p.key].round, p.text) for p in prompts}
        _write(uow, record, person, methods[person], _take_back(uow, record.id, person) | items)
    for reason, prompts in untold.items():
        _say(
            uow,
            record,
            PromptTold([p.key for p in prompts], " ".join(p.text for p in prompts), ok=False, result=reason),
        )


def _say(uow: UnitOfWork, record: Record, told: PromptTold) -> None:
    """Write it down, unless it is the same failure as in the round before."""
    known = all(record.prompted[key].problems.get(told.person) == told.problem() for key in told.keys)
    if told.ok or not known:
        uow.append(record.id, told)


class _Item(msgspec.Struct):
    round: int
    text: str


class _Sent(msgspec.Struct):
    """What a message carried, by the key of each prompt, and the other side's answer."""

    texts: dict[str, str]
    answer: str = ""

    def __str__(self) -> str:
        return self.answer


def _write(uow: UnitOfWork, record: Record, person: str, methods: list[str], items: dict[str, _Item]) -> None:
    payload = {"person": person, "reach": methods[0], "then": methods[1:], "prompts": items}
    queue(uow, f"prompt:{record.id}:{record.entries}:{person}", "prompt", record.id, payload)


def _take_back(uow: UnitOfWork, incident: str, person: str) -> dict[str, _Item]:
    """What this person has not been sent yet goes into the new message: after an outage all of it arrives once, in order."""
    items: dict[str, _Item] = {}
    waiting = uow.tx.all(
        f"SELECT key, payload FROM outbox WHERE kind = 'prompt' AND incident = :incident AND state = 'waiting' "
        f"ORDER BY created_at{uow.tx.for_update()}",
        incident=incident,
    )
    for row in waiting:
        payload = msgspec.json.decode(row["payload"])
        if payload["person"] == person:
            items |= msgspec.convert(payload["prompts"], dict[str, _Item])
            uow.tx.execute(
                "UPDATE outbox SET state = 'dropped', last_error = 'joined to a later message', done_at = :now WHERE key = :key",
                key=row["key"],
                now=uow.now,
            )
    return items


class PromptHandler(Sending):
    """The effect ``prompt``: what one person is asked now; what was answered meanwhile is not sent."""

    kind = "prompt"
    purpose = "message"
    in_drill = "told"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return bool(self._open(uow, effect))

    def perform(self, effect: Effect) -> _Sent:
        with self.application.reading() as uow:
            texts = self._open(uow, effect)
        if not texts:
            return _Sent({})
        answer = send(
            self.application.world.notifiers, effect.payload["reach"], self._message(effect, list(texts.values()))
        )
        return _Sent(texts, answer)

    def message(self, effect: Effect) -> Message:
        return self._message(effect, [item["text"] for item in effect.payload["prompts"].values()])

    def wait_seconds(self, attempts: int) -> float | None:
        return min(60, 5 << min(attempts, 10)) if attempts < MOST_ATTEMPTS else None

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        if isinstance(answer, _Sent) and not answer.texts:
            return None
        again = super().settle(uow, effect, answer)
        if isinstance(answer, Exception):
            return self._failed(uow, effect, answer, again)
        self._told(uow, effect, answer.texts, ok=True, reference=getattr(answer.answer, "reference", ""))
        return None

    def _failed(self, uow: UnitOfWork, effect: Effect, answer: Exception, again: int | None) -> int | None:
        texts, then = self._open(uow, effect), effect.payload["then"]
        if then and effect.attempts >= ATTEMPTS_BEFORE_NEXT:
            again = None
        if texts and (effect.attempts == 1 or again is None):
            self._told(uow, effect, texts, ok=False, result=str(answer)[:300])
        if texts and then and again is None:
            items = msgspec.convert(effect.payload["prompts"], dict[str, _Item])
            _write(uow, uow.record(effect.incident), effect.payload["person"], then, items)
        return again

    def _told(
        self, uow: UnitOfWork, effect: Effect, texts: dict[str, str], *, ok: bool, result: str = "", reference: str = ""
    ) -> None:
        name = shown_name(uow.policy.contacts, effect.payload["person"])
        keys, text = list(texts), " ".join(dict.fromkeys(texts.values()))
        reach = effect.payload["reach"]
        where = (reach, reference) if reference else ("", "")
        _say(uow, uow.record(effect.incident), PromptTold(keys, text, name, called(reach), ok, result, *where))

    @staticmethod
    def _open(uow: UnitOfWork, effect: Effect) -> dict[str, str]:
        """The prompts of a message that still wait for an answer, in this round, as they read now."""
        record = uow.record(effect.incident)
        if not may_be_told(uow, record, effect.payload["person"]):
            return {}
        waiting = {prompt.key: prompt for prompt in uow.prompts(record)}
        prompts = effect.payload["prompts"]
        asked = {key: record.prompted[key] for key in prompts if key in waiting and key in record.prompted}
        open_now = [key for key, at in asked.items() if not at.over and at.round == prompts[key]["round"]]
        return {key: as_read_by(uow, record, waiting[key], effect.payload["person"]) for key in open_now}

    def _message(self, effect: Effect, texts: list[str]) -> Message:
        url = f"{self.application.installation.url}/incidents/{effect.incident}"
        with self.application.reading() as uow:
            title = f"[{effect.incident}] {uow.record(effect.incident).title}"[:200]
        texts = list(dict.fromkeys(texts))  # a reminder that is overdue reads as the one that says so
        text = texts[0] if len(texts) == 1 else "\n".join(f"- {text}" for text in texts)
        return Message(effect.key, title, text, url, urgent=False)
