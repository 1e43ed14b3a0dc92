"""The unit of work. A uow is one transaction with everything a command, a reaction or a clock needs.

Path of every change: ``Application.run`` opens a transaction and a ``UnitOfWork`` -> the handler appends entries -> each append
runs the reactions (which may append more, and write effects to the outbox) -> ``finish`` writes the incident's row and
its one durable timer -> commit -> those who wait are woken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.kernel.actor import ENGINE, Actor
from stanch.kernel.clock import Clock
from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.liveness import Liveness
from stanch.kernel.policy import Policy
from stanch.ports import Calendars, World
from stanch.timeline import durable_work, incident_rows, long_records, store
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.facts.detect import Declared, Investigating
from stanch.timeline.installation import Installation
from stanch.timeline.long_records import LongRecords
from stanch.timeline.prompt import Prompt, PromptRule, prompts
from stanch.timeline.record import Record, fold
from stanch.timeline.snapshots import Snapshot, Snapshots, heads

if TYPE_CHECKING:
    from stanch.db.connection import Database

T = TypeVar("T")
Reaction = Callable[["UnitOfWork", Entry, Record], None]
# What is kept of each incident that an entry was appended to, in the same transaction.
Projection = Callable[["UnitOfWork", Record], None]
# What follows when a service's SLOs have been measured, in the same transaction.
MeasurementReaction = Callable[["UnitOfWork", str], None]
AlertReader = Callable[[str, str, str], None]  # see ``Wiring``


class Due(msgspec.Struct):
    """Something that must happen to an incident at a moment. ``act`` must append what makes it no longer due."""

    key: str
    at: int
    act: Callable[[UnitOfWork, Record], None]


IncidentClock = Callable[["UnitOfWork", Record], list[Due]]


class UnitOfWork:
    """One transaction's view: who acts, when, under which policy, and the records touched so far."""

    def __init__(self, application: Application, tx: Transaction, actor: Actor, source: str) -> None:
        self.application = application
        self.tx = tx
        self.actor = actor
        self.source = source
        self.now = application.clock.now()
        self._policy: Policy | None = None
        self._records: dict[str, Record] = {}
        self._touched: set[str] = set()
        self._locking = True

    @property
    def policy(self) -> Policy:
        """What the team has decided in advance, with the contacts that people added themselves."""
        self._policy = self._policy or self.application.join(self.application.policy(), self.tx)
        return self._policy

    def forget_policy(self) -> None:
        """Contacts were changed in this transaction: what follows in it must see them."""
        self._policy = None

    @contextmanager
    def read_without_locks(self) -> Iterator[None]:
        """Inside, records are read without locking their incidents: for a transaction that holds other locks already.

        Whoever writes locks the incident first and everything else after it; another order could deadlock.
        """
        self._locking = False
        try:
            yield
        finally:
            self._locking = True
            self._records = {name: record for name, record in self._records.items() if name in self._touched}

    def lock(self, incident: str) -> None:
        """Lock an incident's row before anything else that this transaction will write; an empty name locks nothing."""
        if incident:
            incident_rows.lock(self.tx, incident)

    def open(self, facts: Declared | Investigating) -> str:
        """Create the next incident and its first entry; answers with its id (``INC-7``)."""
        incident = incident_rows.create(self.tx, facts, self.actor.name, self.now)
        self._records[incident] = Record(id=incident)
        self.append(incident, facts)
        return incident

    def admit(self, incident: str, person: str) -> None:
        """Let a person see a private incident (P6)."""
        incident_rows.add_member(self.tx, incident, person)

    def record(self, incident: str, *, at: int | None = None) -> Record:
        """The record now, or as of a moment. Raises ``NotFound``, the same for a private one one may not see (P6)."""
        if at is not None:
            self._look(incident, lock=False)
            entries = store.read(self.tx, incident, at=at)
            if not entries:
                raise NotFound(f"{incident} did not exist yet at that moment.")
            return fold(entries)
        if incident not in self._records:
            self._records[incident] = self._folded(incident)
        return self._records[incident]

    def read_again(self, incident: str) -> None:
        """The stored entries of an incident were changed: its record is folded again at the next read."""
        self._records.pop(incident, None)
        self.application.long_records.forget(incident)
        self.tx.after_commit(lambda: self.application.snapshots.forget(incident))

    def records(self, incidents: Iterable[str]) -> list[Record]:
        """The records of several incidents, in this order."""
        return [self.record(incident) for incident in incidents]

    def once(self, _key: Hashable, read: Callable[[], T]) -> T:
        """What ``read`` answers. Where nothing can change meanwhile it is asked once for each key."""
        return read()

    def live(self, incident: str) -> Record:
        """The record of an incident that people respond to. Raises ``Conflict`` that says how it becomes one."""
        record = self.record(incident)
        if record.status == "investigating":
            raise Conflict(f"{record.id} is an investigation.", hint="Declare it first, or conclude it.")
        if record.merged_into:
            raise Conflict(f"{record.id} is merged into {record.merged_into}.", hint="Go on there.")
        if not record.declared_at:
            raise Conflict(f"{record.id} was an investigation, and is concluded.", hint="Declare an incident.")
        if not record.live():
            raise Conflict(f"{record.id} is {record.status}.", hint="Reopen it first.")
        return record

    def entries(self, incident: str, *, after: int = 0, at: int | None = None, most: int | None = None) -> list[Entry]:
        """The timeline of an incident one may see; ``most``: only so many."""
        self._look(incident, lock=False)
        return store.read(self.tx, incident, after=after, at=at, most=most)

    def position(self, incident: str) -> int:
        """How many entries an incident has that one may see, without reading them. Raises ``NotFound``."""
        return int(self._look(incident, lock=False)["position"])

    def append(
        self,
        incident: str,
        facts: Facts,
        *,
        happened_at: int | None = None,
        author: str | None = None,
        source: str | None = None,
    ) -> Entry:
        """Append an entry, fold it into the record and run the reactions, all in this transaction."""
        record = self.record(incident)
        entry = store.append(
            self.tx,
            incident,
            facts,
            author=author or self.actor.name,
            source=source or self.source,
            happened_at=self.now if happened_at is None else happened_at,
            recorded_at=self.now,
            last=record.last,
        )
        fold([entry], record)
        self._touched.add(incident)
        for reaction in self.application.reactions.get(type(facts), ()):
            reaction(self, entry, record)
        return entry

    def effect(
        self,
        key: str,
        kind: str,
        incident: str,
        payload: Any,
        *,
        due_at: int | None = None,
        again: bool = False,
        lane: str = "",
    ) -> None:
        """Write an effect to the outbox; the same key twice is one effect, unless ``again`` re-arms a finished one.

        ``lane``: what it leaves by. However long the effects of one lane take, those of another do not wait for them.
        """
        due = self.now if due_at is None else due_at
        durable_work.put_effect(self.tx, key, kind, incident, payload, now=self.now, due_at=due, again=again, lane=lane)
        self._wake_engine()

    def timer(self, key: str, due_at: int | None) -> None:
        """Set the one timer of this key, or clear it with None."""
        durable_work.put_timer(self.tx, key, due_at)
        if due_at is not None:
            self._wake_engine()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is written in it is undone when it raises, and the uow can be used on: its records are read again."""
        touched = set(self._touched)
        try:
            with self.tx.savepoint():
                yield
        except Exception:
            self._records.clear()
            self._touched = touched
            raise

    def finish(self) -> None:
        """Write each touched incident's row and its one durable timer: the earliest due of all its clocks."""
        for incident in sorted(self._touched):
            record = self.record(incident)
            incident_rows.update(self.tx, record, self.now)
            self.timer(f"wake:{incident}", min((due.at for due in self.dues(record)), default=None))
            for project in self.application.projections:
                project(self, record)
            self.tx.notify(f"incident:{incident}")
            self.tx.after_commit(lambda incident=incident: self.application.changed(incident))  # type: ignore[misc]

    def dues(self, record: Record) -> list[Due]:
        """Everything that the clocks derive from a record, in order of their moments."""
        dues = [due for clock in self.application.clocks for due in clock(self, record)]
        return sorted(dues, key=lambda due: due.at)

    def prompts(self, record: Record, *, at: int | None = None, policy: Policy | None = None) -> list[Prompt]:
        """What people are asked about an incident now or later, in order of its due moment; as it reads at a moment, by default now, under a policy."""
        now = self.now if at is None else at
        return [prompt.as_of(now) for prompt in prompts(self.application.prompts, record, policy or self.policy)]

    def prompt(self, record: Record, key: str) -> Prompt | None:
        """A prompt by its key, also one that was declined."""
        return next((p for rule in self.application.prompts for p in rule(record, self.policy) if p.key == key), None)

    def may_see(self, incident: str, private: bool) -> bool:
        """Private incidents are for admins and those invited. One that there is not is asked about like them: the time tells nothing (P6)."""
        return not private or self.actor.admin or self.is_member(incident, self.actor.name)

    def is_member(self, incident: str, person: str) -> bool:
        """Whether a person was invited to a private incident."""
        return incident_rows.is_member(self.tx, incident, person)

    def _folded(self, incident: str) -> Record:
        self._look(incident, lock=True)
        read = self.application.long_records.read if self._locking else long_records.read_whole
        return read(self.tx, incident)

    def _look(self, incident: str, *, lock: bool) -> Row:
        suffix = self.tx.for_update() if lock and self._locking and self.application.writing(self) else ""
        sql = f"SELECT private, position FROM incidents WHERE id = :id{suffix}"
        return self._allow(incident, self.tx.one(sql, id=incident))

    def _allow(self, incident: str, row: Row | None) -> Row:
        if not self.may_see(incident, row is None or bool(row["private"])) or row is None:
            raise NotFound(f"There is no incident {incident}.", hint="'stanch incidents' lists those you may see.")
        return row

    def release(self) -> None:
        """End the snapshot before something slow is asked. Raises ``RuntimeError`` where something may have been written."""
        raise RuntimeError("within a write transaction nothing outside is asked: all writers would wait")

    def _wake_engine(self) -> None:
        self.tx.notify("engine")
        self.tx.after_commit(self.application.wake)


class ReadingUnitOfWork(UnitOfWork):
    """A uow on a read transaction: it can look, not append. Its records are shared with others who look, and must not be changed."""

    def __init__(self, application: Application, tx: Transaction, actor: Actor, source: str) -> None:
        super().__init__(application, tx, actor, source)
        self._asked: dict[Hashable, Any] = {}
        self._heads: dict[str, Row] = {}

    def entries(self, incident: str, *, after: int = 0, at: int | None = None, most: int | None = None) -> list[Entry]:
        """As of ``UnitOfWork``."""
        if after or at is not None or most is not None:
            return super().entries(incident, after=after, at=at, most=most)
        return list(self._snapshot(incident).entries)

    def records(self, incidents: Iterable[str]) -> list[Record]:
        """As of ``UnitOfWork``; what changed is asked of all in one query."""
        names = list(incidents)
        self._heads |= heads(self.tx, [name for name in names if name not in self._records])
        return super().records(names)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """As of ``UnitOfWork``: the snapshot stays as it is. The answer is shared and must not be changed."""
        if key not in self._asked:
            self._asked[key] = read()
        return cast(T, self._asked[key])

    def release(self) -> None:
        """End the snapshot before something slow is asked; what is read afterwards is newer."""
        self._asked.clear()
        self._heads.clear()
        self.tx.end_snapshot()

    def _folded(self, incident: str) -> Record:
        return self._snapshot(incident).record

    def _snapshot(self, incident: str) -> Snapshot:
        return self.application.snapshots.of(self.tx, incident, self._look(incident, lock=False)["hash"])

    def _look(self, incident: str, *, lock: bool) -> Row:
        if incident not in self._heads:
            self._heads |= heads(self.tx, [incident])
        return self._allow(incident, self._heads.get(incident))


class Application:
    """Where uows are opened, and all that a command, a reaction or an effect may ask for. Complete when it is built.

    ``policy`` is what the files say; ``join`` adds the contacts of the database, as in ``UnitOfWork.policy``.
    ``reactions``: by the class of the facts. ``engine_wake``, ``digester_wake``: set when these threads have something new.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        join: Callable[[Policy, Transaction], Policy],
        world: World,
        calendars: Calendars,
        installation: Installation,
        reactions: Mapping[type[Facts], tuple[Reaction, ...]],
        clocks: tuple[IncidentClock, ...],
        prompts: tuple[PromptRule, ...],
        measured: tuple[MeasurementReaction, ...],
        projections: tuple[Projection, ...] = (),
        alert_readers: tuple[AlertReader, ...] = (),
    ) -> None:
        self.database = database
        self.clock = clock
        self.policy = policy
        self.join = join
        self.world, self.calendars = world, calendars
        self.installation = installation
        self.reactions = reactions
        self.clocks = clocks
        self.prompts, self.measured = prompts, measured
        self.projections, self.alert_readers = projections, alert_readers
        self.liveness = Liveness()
        self.snapshots, self.long_records = Snapshots(), LongRecords()
        self.engine_wake, self.digester_wake = threading.Event(), threading.Event()
        self._subscribers: list[Callable[[str], None]] = []

    @contextmanager
    def uow(self, actor: Actor = ENGINE, source: str = "machine") -> Iterator[UnitOfWork]:
        """A uow in a write transaction; finished and committed when the block ends well."""
        with self.database.transaction() as tx:
            uow = UnitOfWork(self, tx, actor, source)
            yield uow
            uow.finish()
        self.long_records.keep(uow._records.values())

    @contextmanager
    def reading(self, actor: Actor = ENGINE, page: Hashable = None) -> Iterator[UnitOfWork]:
        """A uow in a read transaction. ``page``: see ``Database.reading``."""
        with self.database.reading(page and (page, actor.name)) as tx:
            yield ReadingUnitOfWork(self, tx, actor, "machine")

    def whole_policy(self) -> Policy:
        """The policy with everybody's contacts, for what has no transaction."""
        with self.database.reading() as tx:
            return self.join(self.policy(), tx)

    def writing(self, uow: UnitOfWork) -> bool:
        """Whether this uow may take row locks."""
        return not isinstance(uow, ReadingUnitOfWork)

    def wake(self) -> None:
        """The engine has something new to look at."""
        self.engine_wake.set()

    def received(self) -> None:
        """The intake journal has something new: only the digester needs to know."""
        self.digester_wake.set()

    def subscribe(self, callback: Callable[[str], None]) -> None:
        """Call back with an incident's id after each commit of this process that appended to it."""
        self._subscribers.append(callback)

    def changed(self, incident: str) -> None:
        """An incident has new entries."""
        for callback in self._subscribers:
            callback(incident)
