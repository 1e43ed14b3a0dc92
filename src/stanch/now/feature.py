"""What Now plugs in: its command."""

from stanch.timeline.feature import Feature, Wiring

FEATURE = Feature("now", ("stanch.now.commands",), Wiring)
