"""Which messages have left, in a file that outlives the process: a store to mapped memory is kept by the kernel when the process is killed.

It is written just before the last bytes of a message leave and just after the receiver has answered, so that whoever takes over
knows what must not leave again (docs/adr/0013). It is not flushed to disk: after a power failure, or on another machine, the database alone counts.
"""

import hashlib
import mmap
import queue
import struct
from contextlib import suppress
from pathlib import Path

# Messages that have left and are not in the database yet, at most; each has a slot of an id and a state.
SLOTS = 48
FREE, LEAVING, TAKEN = 0, 1, 2
_SLOT = struct.Struct("<QB")


class Handovers:
    """The slots of one announcement. Each is used by one thread at a time, from ``begin`` until its outcome is in the database."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = path_of(folder, key)
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(bytes(SLOTS * _SLOT.size))
        fresh.replace(self.path)  # a file that is mapped must not be made shorter
        with self.path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SLOTS * _SLOT.size)
        self.free: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        for slot in range(SLOTS):
            self.free.put(slot)

    def begin(self, slot: int, subscriber: int) -> None:
        """A message is being prepared: nothing has left."""
        _SLOT.pack_into(self._memory, slot * _SLOT.size, subscriber, FREE)

    def mark(self, slot: int, state: int) -> None:
        """One byte, without giving up the interpreter's lock: nothing comes between it and what is sent next."""
        self._memory[(slot + 1) * _SLOT.size - 1] = state

    def release(self, slot: int) -> None:
        """Its outcome is in the database."""
        self.mark(slot, FREE)
        self.free.put(slot)

    def close(self) -> None:
        """Everything is in the database."""
        self._memory.close()
        self.path.unlink(missing_ok=True)


def path_of(folder: Path, key: str) -> Path:
    """The file of an announcement."""
    return folder / hashlib.sha256(key.encode()).hexdigest()[:24]


def left_behind(folder: Path, key: str) -> tuple[list[int], list[int]]:
    """Whose message the receiver has taken, and whose had left without an answer, when the process that sent them ended."""
    content = b""
    with suppress(FileNotFoundError):
        content = path_of(folder, key).read_bytes()
    slots = list(_SLOT.iter_unpack(content[: len(content) // _SLOT.size * _SLOT.size]))
    return [number for number, state in slots if state == TAKEN], [
        number for number, state in slots if state == LEAVING
    ]
