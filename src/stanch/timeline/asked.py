"""How far a prompt has got: when it was raised, and who was told of it."""

import msgspec


class Asked(msgspec.Struct):
    """A prompt that was raised, and who was told of it in its newest round; ``problems``: by person, why not. ``at``: raised or told last."""

    at: int
    first_at: int
    round: int = 0
    told: list[str] = msgspec.field(default_factory=list)
    problems: dict[str, str] = msgspec.field(default_factory=dict)

    def standing(self) -> str:
        """Who was told by what, as the end of a sentence; empty while nothing is known yet."""
        said = [f"told {', '.join(self.told)}"] if self.told else []
        said += list(self.problems.values())
        return "; ".join(said) + ("; tried again" if self.problems and not self.told else "")

    def again(self, at: int) -> "Asked":
        """Its next round; what is wrong stays so until somebody is told."""
        return Asked(at, self.first_at, self.round + 1, problems=dict(self.problems))
