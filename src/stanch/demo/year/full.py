"""``stanch demo --full``: writes the example organisation, plays its year, and serves it."""

from __future__ import annotations

import contextlib
import shlex
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml
from sqlalchemy import event

from stanch.db.connection import Database
from stanch.demo.year import incidents, practice, today
from stanch.demo.year.organisation import PEOPLE, values
from stanch.demo.year.playing import Levers, Meters, Phones, Player
from stanch.demo.year.stories import STORIES, YEAR
from stanch.demo.year.watching import Outside, Series
from stanch.identity import people
from stanch.kernel.clock import DAY, HOUR, MINUTE, SteppedClock, SystemClock
from stanch.kernel.errors import Conflict
from stanch.main import Stanch, load_world, open_stanch
from stanch.prepare.settings import load

Say = Callable[[str], None]


def write(folder: Path, *, port: int, phone: str = "http://127.0.0.1:9/", meter: str = "http://127.0.0.1:9/") -> Path:
    """The configuration of the organisation; answers with its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "stanch.yaml"
    path.write_text(
        yaml.safe_dump(values(folder, port=port, phone=phone, meter=meter), sort_keys=False, allow_unicode=True)
    )
    return path


def play(config: Path, say: Say = lambda _line: None, *, ends: int = 0, newest: int = len(YEAR)) -> str:
    """The year up to ``ends`` (now, by default), through the real commands; answers with the incident that is open.

    ``newest``: only so many of its incidents, the last ones.
    """
    ends = ends or SystemClock().now()
    with playing(config, ends - 366 * DAY) as player:
        watch = _unwatched(player.stanch)
        for person in PEOPLE:
            people.add(player.application.database, person, player.clock.now(), admin=person in ("ada", "grace"))
        _past(player, ends, newest, say)
        player.until(ends - 27 * HOUR, step=DAY)
        practice.release_drill(player)
        player.until(ends - 3 * HOUR, step=DAY)
        today.earlier_today(player)
        player.do("hide-first-run", "ada")
        player.until(ends - 17 * MINUTE)
        watch()
        opened = today.checkout_is_down(player)
        player.until(ends)
        today.others_follow(player)
        return opened


def _unwatched(stanch: Stanch) -> Callable[[], None]:
    """A year of measurements each minute would take hours to play: SLOs, probes and heartbeats begin when what is answered is called."""
    policy, watched = stanch.application.policy(), stanch.application.policy
    bare = {name: msgspec.structs.replace(each, slos=[], probes=[]) for name, each in policy.services.items()}
    unwatched = msgspec.structs.replace(policy, services=bare, heartbeats={})
    stanch.application.policy = lambda: unwatched

    def watch() -> None:
        stanch.application.policy = watched
        stanch.seed()

    return watch


@contextlib.contextmanager
def playing(config: Path, moment: int) -> Iterator[Player]:
    """The organisation from a moment on: the clock in hand, the world pretended."""
    clock, meters, phones = SteppedClock(moment), Meters(), Phones()
    settings = load(config, {})
    world = load_world(settings.integrations)
    world.notifiers["webhook"], world.mitigators["command"], world.metrics["http_json"] = (
        phones,
        Levers(meters),
        meters,
    )
    world.metrics["prometheus"], world.probers["http"] = Series(meters), Outside()
    stanch = open_stanch(clock=clock, settings=settings, world=world)
    if stanch.application.database.dialect == "sqlite":
        _without_waiting_for_the_disk(stanch.application.database)
    try:
        yield Player(stanch, clock, meters, phones)
    finally:
        stanch.application.database.close()


def _without_waiting_for_the_disk(database: Database) -> None:
    """A year has ten thousand commits; what a crash would lose here is played again."""
    database.engine.dispose()
    event.listen(database.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def _past(player: Player, ends: int, newest: int, say: Say) -> None:
    for number, (which, days, minute) in list(enumerate(YEAR))[-newest:]:
        story = STORIES[which]
        player.until(ends - int(days * DAY) // DAY * DAY + minute * MINUTE - 2 * DAY, step=DAY)
        if number % 12 == 2:
            player.test_pages(person for person in PEOPLE if person != "jonas")
        incident = incidents.play(player, story, number)
        player.wait(45)
        incidents.learn(player, story, number, incident)
        if number % 10 == 9:
            say(f"{number + 1} incidents are written.")


def serve(folder: Path | None, port: int) -> int:
    """Play it and keep it running until Ctrl-C. Answers with the exit code."""
    from stanch.demo.cli import Server, command_path, end_in_order, say
    from stanch.demo.phone import Phone
    from stanch.demo.shop.ports import free_port
    from stanch.demo.year.meter import Meter

    folder, port = folder or Path(tempfile.mkdtemp(prefix="stanch-demo-")), port or free_port()
    if (folder / "data").exists():
        raise Conflict(f"{folder} holds a stanch already.", hint="Name an empty folder.")
    end_in_order()
    with contextlib.ExitStack() as stack:
        phone, meter = Phone(), Meter(folder / "levers", "checkout")
        stack.callback(phone.stop)
        stack.callback(meter.stop)
        config = write(folder, port=port, phone=phone.url, meter=meter.url)
        began = time.monotonic()
        say(f"Playing a year of three teams into {folder}; this takes about half a minute.")
        incident = play(config, say)
        server = Server(config, port)
        stack.callback(server.stop)
        server.start()
        say(
            f"A year was played in {time.monotonic() - began:.0f} s. {incident} is open: Checkout fails until one of its mitigations runs."
        )
        say(f"Open this and look around: {server.local('user', 'link', 'ada').split()[-1]}")
        say("To give commands, too, paste this into another terminal, and for instance 'stanch now':")
        pasted = command_path() | {"STANCH_CONFIG": shlex.quote(str(config.absolute()))}
        say("\n".join(f"  export {name}={value}" for name, value in pasted.items()))
        say("Ctrl-C ends it; the folder stays.")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    return 0
