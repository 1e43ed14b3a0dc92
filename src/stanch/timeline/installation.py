"""The addresses of this installation."""

import msgspec


class Installation(msgspec.Struct, frozen=True):
    """How people and programs reach this stanch, and who watches it.

    ``watchdog_url`` is called every ``watchdog_every`` seconds while the engine works; empty: nobody watches.
    """

    url: str
    secret_key: str
    watchdog_url: str = ""
    watchdog_every: float = 60
