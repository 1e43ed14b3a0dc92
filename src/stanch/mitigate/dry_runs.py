"""A dry run asks a real system, which may take long: never within a transaction, a few at once, and only for so long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from stanch.kernel.policy import Mitigation
from stanch.ports import Failed, Mitigator, Preview
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE, LIMIT_SECONDS = 4, 20.0
_pool = ThreadPoolExecutor(AT_ONCE, "dry-run")
_room = threading.BoundedSemaphore(AT_ONCE)


def preview(uow: UnitOfWork, mitigator: Mitigator, mitigation: Mitigation) -> Preview:
    """What a mitigation would change. The uow's snapshot is given up first. Raises ``Failed``, also when too many ask."""
    uow.release()
    if not _room.acquire(blocking=False):
        raise Failed(f"{AT_ONCE} dry runs are under way, and no more are asked for at once; try again", again=True)
    asked = _pool.submit(mitigator.preview, mitigation.run)
    asked.add_done_callback(lambda _: _room.release())
    try:
        return asked.result(LIMIT_SECONDS)
    except Late:
        raise Failed(f"no answer within {LIMIT_SECONDS:g} s", again=True) from None
