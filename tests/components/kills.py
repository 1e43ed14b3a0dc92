"""How often the tests that kill processes kill: few times in CI, as often as ``STANCH_KILLS`` says with ``make kills``."""

import os


def kills(few: int) -> int:
    """``few``, or what the environment says."""
    return int(os.environ.get("STANCH_KILLS", few))
