"""Runs a program as a mitigation: an argument list, never a shell, under a time limit."""

import contextlib
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import time
from typing import Annotated

import msgspec

from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say
from stanch.ports.integration import Integration

OUTPUT_CHARS = 20_000
OUTPUT_BYTES = OUTPUT_CHARS * 4
TAIL_CHARS = 2_000
LOOK_SECONDS = 0.05


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    environment: Annotated[
        dict[str, str], msgspec.Meta(description="Variables added to PATH, HOME and LANG, the only ones passed on.")
    ] = {}
    timeout: Annotated[float, msgspec.Meta(description="Seconds that the program may run.")] = 30.0


class CommandMitigator:
    """Arguments: ``argv`` (list), ``describe`` and ``dry_run`` (lists, optional: show the state before, and what would
    change), ``timeout`` (seconds).
    """

    name: str = "command"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Run ``argv``; answers with the last 20,000 characters of its output, both streams as they came.

        Raises ``Failed`` (never ``again``: whether a repetition is safe is for people) with the output's tail.
        """
        argv = _argv(arguments, "argv")
        say(f"running {argv[0]}")
        return Applied(self._run(argv, self._limit(arguments), say))

    def preview(self, arguments: Arguments) -> Preview:
        """The output of ``dry_run``, or the command as it would run. Raises ``Failed`` like ``run``."""
        argv = _argv(arguments, "argv")
        if "dry_run" in arguments:
            return Preview(self._run(_argv(arguments, "dry_run"), self._limit(arguments)))
        missing = [] if shutil.which(argv[0], path=self._environment()["PATH"]) else [f"'{argv[0]}' was not found"]
        return Preview(f"would run: {shlex.join(argv)}", None, missing)

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The output of ``describe``; nothing when none is configured. Raises ``Failed`` like ``run``."""
        if "describe" not in arguments:
            return []
        argv = _argv(arguments, "describe")
        return [EvidenceItem(shlex.join(argv)[:100], self._run(argv, self._limit(arguments)))]

    def offers(self, address: str) -> list[Mitigation]:
        """Raises ``Failed``: a program cannot be asked what else it could do."""
        raise Failed(
            f"a command offers nothing by itself; declare it as a mitigation instead of '{address}'", again=False
        )

    def _limit(self, arguments: Arguments) -> float:
        text = arguments.get("timeout", str(self.settings.timeout))
        try:
            seconds = float(text) if isinstance(text, str) else 0.0
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < 86400:
            raise Failed(f'timeout is {text!r}; write seconds, like "30"', again=False)
        return seconds

    def _run(self, argv: list[str], limit: float, say: Say | None = None) -> str:
        process = _start(argv, self._environment())
        output, in_time = _follow(process, time.monotonic() + limit, say)
        text = output.decode("utf-8", "replace").replace("\x00", "")[-OUTPUT_CHARS:]
        if not in_time:
            raise Failed(f"{argv[0]} was stopped after {limit:g} s{_tail(text)}", again=False)
        if process.returncode != 0:
            raise Failed(f"{argv[0]} {_ending(process.returncode)}{_tail(text)}", again=False)
        return text

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"} | kept | self.settings.environment


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return CommandMitigator(settings)


def _argv(arguments: Arguments, key: str) -> list[str]:
    argv = arguments.get(key)
    if not isinstance(argv, list) or not argv or not argv[0]:
        raise Failed(f'{key} must be a list, like ["kubectl", "rollout", "undo", "deployment/shop"]', again=False)
    return argv


def _start(argv: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
    except FileNotFoundError:
        raise Failed(f"'{argv[0]}' was not found; install it or write its full path", again=False) from None
    except (OSError, ValueError) as error:
        raise Failed(f"'{argv[0]}' cannot be started: {error}", again=False) from error


def _follow(process: "subprocess.Popen[bytes]", deadline: float, say: Say | None) -> tuple[bytes, bool]:
    """Keep the end of the output until the program ends; at the deadline the whole process group is killed.

    A background child that keeps the pipe open is not waited for.
    """
    assert process.stdout is not None
    kept = b""
    reading = True
    with process.stdout as pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            if reading and selector.select(0 if ended else LOOK_SECONDS):
                chunk = os.read(pipe.fileno(), 65536)
                reading = bool(chunk)
                kept = (kept + chunk)[-OUTPUT_BYTES:]
                if say and (line := _last_line(kept)):
                    say(line)
            elif ended:
                return kept, True
            elif not reading:
                time.sleep(LOOK_SECONDS)
        if process.poll() is not None:
            return kept, True
        _kill(process)
    return kept, False


def _last_line(output: bytes) -> str:
    return output[-4 * TAIL_CHARS :].decode("utf-8", "replace").strip().rpartition("\n")[2][:200]


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ending(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _tail(text: str) -> str:
    tail = text.strip()[-TAIL_CHARS:]
    return f": {tail}" if tail else " and wrote nothing"


INTEGRATION = Integration("Command", "mitigators", Settings, build)
