"""What communicating plugs in: commands only; what it publishes is derived from the record."""

from stanch.timeline.feature import Feature

FEATURE = Feature("communicate", ("stanch.communicate.commands",))
