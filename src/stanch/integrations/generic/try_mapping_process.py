"""Tries a mapping in a separate process with limits, since an expression may need any amount of time and memory."""

import resource
import subprocess
import sys
import threading

import msgspec

from stanch.integrations.generic.try_mapping import try_mapping

SECONDS, BYTES, AT_ONCE = 4, 512_000_000, 2
Tried = tuple[list[dict[str, str]], list[str]]
_room = threading.BoundedSemaphore(AT_ONCE)


def run(mapping: str, body: bytes, now: int) -> Tried:
    """What ``try_mapping`` answers, or why it was stopped. Never raises."""
    if not _room.acquire(blocking=False):
        return [], ["other mappings are being tried at the moment; try again"]
    try:
        argv = [sys.executable, "-m", "stanch.integrations.generic.try_mapping_process"]
        given = msgspec.json.encode((mapping, body, now))
        done = subprocess.run(argv, input=given, capture_output=True, timeout=SECONDS, check=False)
        answer: Tried = msgspec.json.decode(done.stdout, type=Tried)
    except (subprocess.TimeoutExpired, msgspec.DecodeError, OSError):
        return [], [f"the mapping took more than {SECONDS} s, or too much memory, and was stopped; make it simpler"]
    finally:
        _room.release()
    return answer


def main() -> None:
    """The process: the input comes on standard input, the answer goes to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    mapping, body, now = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[str, bytes, int])
    sys.stdout.buffer.write(msgspec.json.encode(try_mapping(mapping, body, now)))


if __name__ == "__main__":
    main()
