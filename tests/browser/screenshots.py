"""``make screenshots``: the war room in the middle of an incident, wide and narrow, light and dark, into ``docs/images``."""

import math
import shutil
import sys
import tempfile
from pathlib import Path

from stanch.kernel.actor import Actor
from stanch.kernel.clock import MINUTE, SECOND, SystemClock
from stanch.main import Stanch
from stanch.timeline.entries import Facts
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.facts.deciding import HypothesisStated
from stanch.timeline.facts.detect import Declared, SignalAttached
from stanch.timeline.facts.mitigate import MitigationApplied, MitigationStarted, OutcomeMeasured
from stanch.timeline.facts.paging import Acknowledged
from stanch.timeline.facts.recover import CriteriaSet, CriterionTurned
from stanch.timeline.facts.respond import ImpactSet, PhaseShifted, Said, SeveritySet
from stanch.timeline.facts.roles import RoleTaken
from tests.browser.house import PERSON, chromium, policy, running

IMAGES = Path("docs/images")
SIZES = {"desktop": (1440, 1000), "phone": (390, 844)}


class Earlier(SystemClock):
    """A clock that can be set back."""

    behind = 0

    def now(self) -> int:
        return super().now() - self.behind


def incident(stanch: Stanch, clock: Earlier) -> str:
    """Twenty minutes of a bad release, as the people in it would have written them."""
    shop = policy().services["shop"]
    clock.behind = 20 * MINUTE
    with stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        start = uow.now
        name = uow.open(Declared("Customers cannot pay", "shop", began_at=start - MINUTE, quiet=True))

        def at(minute: float, facts: Facts, author: str = PERSON, source: str = "page") -> None:
            uow.now = start + int(minute * MINUTE)
            uow.append(name, facts, author=author, source=source)

        at(
            0,
            SignalAttached("a1", "CheckoutErrors", "prometheus", "5 of 100 payments fail", start),
            "stanch",
            "alert",
        )
        at(1, SeveritySet("SEV-1"))
        at(1.2, Acknowledged(PERSON))
        at(1.5, RoleTaken("incident_commander", PERSON))
        at(3, RoleTaken("operations_lead", "ben"), "ben")
        at(4, Said("Errors began two minutes after release v2 went out."), "ben", "cli")
        at(5, HypothesisStated("H1", "Release v2 talks to the old payment endpoint", "leading"), "ben")
        at(6, CriteriaSet(list(shop.criteria), 300))
        at(
            6.5,
            UpdatePosted(
                "internal", "SEV-1. About one in three payments fails. Rolling back v2 next.", "", start + 24 * MINUTE
            ),
        )
        at(
            7,
            UpdatePosted("public", "Some customers may have trouble paying. We are looking into it.", "investigating"),
        )
        at(8, PhaseShifted("mitigate"))
        at(
            9,
            MitigationStarted(
                "run-1", "rollback", shop.mitigations[0].title, "rollback", "shop, both zones", "service", "argv", 60
            ),
            "ben",
        )
        at(9.2, MitigationApplied("run-1", True, "shop runs v1", 6.4), "stanch", "machine")
        at(
            11,
            OutcomeMeasured(
                "run-1", "helped", "'checkout error rate' went from 0.31 to 0.002, inside its bound", 0.31, 0.002
            ),
            "stanch",
            "machine",
        )
        at(12, ImpactSet("For ten minutes about one in three payments failed with 'try again later'."), "ben")
        at(16, CriterionTurned("checkout error rate", True, 0.002, "0.002 is below 0.01"), "stanch", "machine")
        uow.tx.many(
            "INSERT INTO measurements (incident, name, at, value) VALUES (:i, :n, :at, :v)",
            [
                {"i": name, "n": "checkout error rate", "at": start + s * SECOND, "v": _errors(s)}
                for s in range(0, 1190, 5)
            ],
        )
    clock.behind = 0
    return name


def _errors(second: int) -> float:
    level = 0.31 if 30 < second < 560 else 0.002
    return max(0.0, level + 0.02 * level * 5 * math.sin(second / 9))


def main(folder: Path = IMAGES) -> None:
    """Write the four pictures."""
    path = shutil.which("chromium") or sys.exit("needs chromium")
    folder.mkdir(parents=True, exist_ok=True)
    clock = Earlier()
    with tempfile.TemporaryDirectory() as data, running(Path(data), clock) as house, chromium(str(path)) as browser:
        name = incident(house.stanch, clock)
        for device, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1
                )  # type: ignore[arg-type]
                page = context.new_page()
                house.sign_in(page)
                page.goto(f"{house.url}/incidents/{name}")
                page.screenshot(path=folder / f"war-room-{device}-{scheme}.png")
                context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
