"""The demo's own process: starts the shop and stanch, breaks the shop, prints one URL; with ``--auto`` drives it to the end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from stanch.demo.auto import Drive, report
from stanch.demo.drilling import World, play
from stanch.demo.monitoring import Monitoring, wait_for
from stanch.demo.people import Person, StageFailed, until
from stanch.demo.phone import Phone
from stanch.demo.setup import configuration, write
from stanch.demo.shop.ports import free_port
from stanch.demo.shop.processes import Shop
from stanch.identity import credentials, people
from stanch.kernel.errors import Problem
from stanch.main import open_stanch
from stanch.prepare.settings import load


def say(line: str) -> None:
    """One line to the terminal, at once."""
    print(line, flush=True)


class Server:
    """``stanch serve`` as a process of its own, so that it can be killed and started again."""

    def __init__(self, config: Path, port: int) -> None:
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("STANCH_")} | {
            "STANCH_CONFIG": str(config)
        }
        self.config = config
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._held = -1

    def start(self) -> None:
        """Start and wait until it is ready."""
        self._let_go()
        reading, self._held = os.pipe()  # it ends when our end closes, which it does even where we are killed
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stanch.demo.child", "serve"], env=self.environment, stdin=reading,
            stdout=subprocess.DEVNULL, start_new_session=True,  # Ctrl-C is the demo's to answer
        )  # fmt: skip
        os.close(reading)
        wait_for(f"{self.url}/readyz", 60)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self._let_go()

    def _let_go(self) -> None:
        if self._held >= 0:
            os.close(self._held)
        self._held = -1

    def local(self, *words: str) -> str:
        """An administrator's command on the server's own data; answers with what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "stanch", *words], env=self.environment, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise StageFailed(f"'stanch {' '.join(words)}': {done.stderr.strip()}")
        return done.stdout.strip()


@contextlib.contextmanager
def stage(
    folder: Path, port: int, speed: float, prometheus: bool, drill: bool = False
) -> Iterator[tuple[Server, Shop, Phone, Monitoring | None]]:
    """Everything running, nothing broken yet."""
    with contextlib.ExitStack() as stack:
        shop = stack.enter_context(Shop(folder / "shop"))
        phone = Phone()
        stack.callback(phone.stop)
        monitoring = None
        if prometheus:
            monitoring = Monitoring(
                folder, front=shop.front_url, stanch=f"http://127.0.0.1:{port}", key="demo-only-key"
            )
        values = configuration(
            folder,
            port=port,
            shop=shop,
            phone=phone.url,
            speed=speed,
            prometheus=monitoring.url if monitoring else "",
            drill=drill,
        )
        server = Server(write(folder, values), port)
        stack.callback(server.stop)
        server.start()
        if monitoring:
            stack.callback(monitoring.stop)
            monitoring.start()
        yield server, shop, phone, monitoring


def join(server: Server) -> dict[str, Person]:
    """Three people, each with a token. In this process: a process for each would take seconds."""
    stanch = open_stanch(settings=load(server.config, {}))
    database, now = stanch.application.database, stanch.application.clock.now()
    found = {}
    for name in ("ada", "ben", "grace"):
        people.add(database, name, now, admin=name == "ada")
        found[name] = Person(name, server.url, credentials.create_token(database, name, now))
    database.close()
    return found


def break_shop(shop: Shop, people: dict[str, Person]) -> None:
    """The newest release goes out, recorded as any deploy, and it is broken."""
    shop.rollout_broken()
    people["ben"].run("deploy", "shop", "v2", "--previous", "v1")


def demo(
    *,
    auto: bool = False,
    speed: float = 1.0,
    drill: bool = False,
    prometheus: bool = False,
    port: int = 0,
    folder: Path | None = None,
) -> int:
    """Run the demo; answers with the exit code. 1 when any stage did not really happen."""
    folder = folder or Path(tempfile.mkdtemp(prefix="stanch-demo-"))
    end_in_order()
    say(f"Starting a small shop and stanch; everything is kept in {folder}")
    try:
        with stage(folder, port or free_port(), speed, prometheus, drill) as (server, shop, _phone, monitoring):
            joined = join(server)
            link = server.local("user", "link", "ada").split()[-1]
            if drill:
                return drilled(joined, shop, link, auto=auto)
            say(f"Open this and watch the incident arrive: {link}")
            break_shop(shop, joined)
            say("The shop's newest release, v2, has just gone out, and it is broken.")
            if not auto:
                wait_for_interrupt(joined["ada"])
                return 0
            drive = Drive(joined, server.local, shop.error_rate, speed, say)
            drive_all(drive, monitoring)
            path = drive.learn(folder)
            say(report(drive, path))
            return 0
    except KeyboardInterrupt:
        return 130
    except (StageFailed, Problem) as failed:
        say(f"stanch demo: FAILED: {failed}")
        return 1


def drilled(joined: dict[str, Person], shop: Shop, link: str, *, auto: bool) -> int:
    """A drill on the shop: played by three people, or by whoever opens the link. Answers with the exit code."""
    world = World(shop, joined["ada"])
    if auto:
        found = play(joined, world)
        say(f"The drill {found['incident']} was played on the shop: {found['percent']} % of the practice was kept.")
        for point in found["points"]:
            say(f"  {point['standing']}: {point['title']}, {point['reason']}")
        return 0
    say(f"Open this, go to Drills and start 'shop-release': the shop breaks when you do. {link}")
    say("Ctrl-C ends the demo.")
    with contextlib.suppress(KeyboardInterrupt):
        world.watch()
    return 0


def drive_all(drive: Drive, monitoring: Monitoring | None) -> None:
    """All stages up to closing."""
    drive.detect()
    if monitoring:
        # The timeline's key is the integration key, a slash, and what the sender calls the alert.
        attached = {
            e["facts"]["fingerprint"].rpartition("/")[2]
            for e in drive.show()["timeline"]
            if e["kind"] == "signal_attached"
        }
        if not attached & monitoring.fingerprints():
            raise StageFailed(
                f"the timeline's alert {attached} is not among Alertmanager's own {monitoring.fingerprints()}"
            )
        drive.say(f"the alert in the timeline carries Alertmanager's own fingerprint: {sorted(attached)[0]}")
    drive.respond()
    drive.mitigate()
    drive.recover()


def wait_for_interrupt(ada: Person) -> None:
    """Say when the incident is there and how to drive it, and wait until the newcomer has seen enough."""
    began = time.monotonic()
    say("The incident arrives within 20 seconds. Ctrl-C ends the demo.")
    with contextlib.suppress(KeyboardInterrupt):
        found = until("the incident", 180, lambda: ada.run("incidents", "--status", "live"))
        say(f"{found[0]['id']} arrived after {time.monotonic() - began:.0f} s: {found[0]['title']}")
        say(
            "Drive it to its end in the browser, or paste this into another terminal and use docs/tutorial.md's commands:"
        )
        say("\n".join(f"  export {name}={value}" for name, value in terminal(ada).items()))
        while True:
            time.sleep(3600)


def terminal(person: Person) -> dict[str, str]:
    """The environment in which ``stanch show 1`` in another terminal means the demo's server."""
    return command_path() | {name: person.environment[name] for name in ("STANCH_URL", "STANCH_TOKEN")}


def command_path() -> dict[str, str]:
    """What makes another terminal find this ``stanch``; nothing where it does."""
    ours = Path(sys.executable).parent
    there = shutil.which("stanch")
    return {} if there and Path(there).parent == ours else {"PATH": f'"{ours}:$PATH"'}


def end_in_order() -> None:
    """From now on SIGTERM and SIGHUP end what was started, too; under ``nohup`` a terminal may go."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


def _leave(number: int, _frame: object) -> None:
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):  # a second one does not interrupt the end
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)
