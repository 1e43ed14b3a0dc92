"""What the just-culture worksheet plugs in."""

from stanch.timeline.feature import Feature

FEATURE = Feature("learn.just_culture", ("stanch.learn.just_culture.commands",))
