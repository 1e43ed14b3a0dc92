"""How long an alert waits before it fires, where its sender says so (formats/01); the onset is that much earlier than the alert. Pure."""

import re

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
WAITS = ("for", "for_duration", "pending_for", "pending_period", "keep_pending_for")
INTERVALS = ("evaluation_interval", "evaluate_every", "interval")
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")


def waits_by_its_words(told: dict[str, str]) -> float:
    """Seconds, from labels and annotations: ``for: 5m`` and ``evaluation_interval: 1m``, or periods of CloudWatch; else 0."""
    plain = {key.rpartition(".")[2].lower(): text for key, text in told.items()}
    stated = [next((seconds(plain[key]) for key in keys if key in plain), 0.0) for keys in (WAITS, INTERVALS)]
    # CloudWatch: so many periods in a row, each of so many seconds.
    periods = seconds(plain.get("period", "")) * max(seconds(plain.get("evaluationperiods", "")), 1.0)
    return sum(stated) or (periods if "evaluationperiods" in plain else 0.0)


def seconds(text: str) -> float:
    """``1h30m``, ``5 m`` or a plain number of seconds; anything else is 0."""
    text = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = PART.findall(text)
    whole = "".join(number + unit for number, unit in parts) == re.sub(r"\s+", "", text)
    return sum(float(number) * UNITS[unit] for number, unit in parts) if parts and whole else 0.0
