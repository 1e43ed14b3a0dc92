"""What Now plugs in: its commands."""

from stanch.timeline.feature import Feature, Wiring

FEATURE = Feature("now", ("stanch.now.commands", "stanch.now.next_step"), Wiring)
