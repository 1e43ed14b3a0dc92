"""Every advisory lock of PostgreSQL that this product takes, so that no number is used twice."""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """A name and a number for each. A number in use keeps its meaning: replicas of two releases run side by side."""

    # One process brings the schema up to date at a time.
    MIGRATING = 7_823_641
    # Incidents get their numbers one after another.
    NUMBERING = 7_823_642
    # Alerts are folded one after another, since the disposition of a signal depends on the other signals (P3).
    FOLDING = 7_823_643
    # Overrides of on-call schedules are checked against each other.
    OVERRIDING = 7_823_644
    # The heads of the timelines are sealed one after another: each line of their chain rests on the one before.
    SEALING = 7_823_650
    # Sums of figures are added up by one process at a time.
    SUMMING = 7_823_651
