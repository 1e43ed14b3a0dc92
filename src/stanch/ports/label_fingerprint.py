"""Alertmanager's identity of a label set, for senders that leave it out (Alertmanager before 0.19, hand-made ones)."""

from functools import lru_cache

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
FNV_MASK = 0xFFFFFFFFFFFFFFFF


def fingerprint(labels: dict[str, str]) -> str:
    """FNV-1a 64 over ``name 0xFF value 0xFF``, sorted, 16 hex characters (formats/01). Labels without a value do not count."""
    pairs = [(name, value) for name, value in labels.items() if value]
    return _fnv(tuple(sorted(pairs, key=lambda pair: pair[0].encode("utf-8", "replace"))))


@lru_cache(maxsize=16384)
def _fnv(pairs: tuple[tuple[str, str], ...]) -> str:
    total = FNV_OFFSET
    for name, value in pairs:
        for byte in name.encode("utf-8", "replace") + b"\xff" + value.encode("utf-8", "replace") + b"\xff":
            total = ((total ^ byte) * FNV_PRIME) & FNV_MASK
    return f"{total:016x}"
