"""What goes on at the end of the year: an open SEV-1 with a full war room, and everything else that waits for somebody."""

from __future__ import annotations

from stanch.communicate.components import component_id, pages
from stanch.communicate.subscribers import store
from stanch.demo.year.playing import Player
from stanch.kernel.clock import DAY, HOUR, iso

ERRORS = "Checkout answers 503 to one in three requests"


def earlier_today(player: Player) -> None:
    """A slow search that is mitigated, an investigation, a private incident, planned work, an override; held and sorted signals."""
    now = player.clock.now()
    player.do("maintenance", "jonas", title="New storage for the payment database", services=["payments-api"], starts=iso(now + 2 * DAY), ends=iso(now + 2 * DAY + HOUR),
              text="Payments may take a few seconds longer.", unchecked=True)  # fmt: skip
    player.do(
        "override",
        "ben",
        schedule="payments",
        person="ben",
        start=iso(now + DAY),
        end=iso(now + DAY + 9 * HOUR),
        reason="Ada is at the dentist",
    )
    player.do(
        "declare",
        "grace",
        title="Somebody tries passwords at Sign-in",
        service="accounts",
        severity="SEV-3",
        private=True,
    )
    player.alert("today-search", "SearchLatencyHigh", "search", "Search: p95 is 2.9 s")
    player.wait(2)
    slow = player.newest()
    player.do("ack", "omar", incident=slow)
    player.do("severity", "omar", incident=slow, severity="SEV-3", reason="slow for some")
    player.do("role", "omar", incident=slow, role="incident_commander")
    player.do(
        "impact",
        "omar",
        incident=slow,
        text="Searching takes three seconds for one in ten customers.",
        users_percent=10,
    )
    player.do("criteria", "omar", incident=slow, propose=True)
    player.do("hypothesis", "omar", incident=slow, text="The nightly index runs into the morning", standing="leading")
    player.do("phase", "omar", incident=slow, phase="mitigate", reason="the index can be paused")
    player.do("update", "omar", incident=slow, text="The index is paused; search is getting faster.", next_in=90)
    player.do("investigate", "jonas", title="Odd log lines of the message queue", service="queue", owner="jonas")
    for number, (name, service, summary, severity) in enumerate((
        ("BackupTookLong", "postgres", "The backup of db-1 took 3 h instead of 1 h", "ticket"), ("PodRestarted", "web", "One pod of the website restarted", "info"),
        ("DiskTemperature", "edge", "Disk 3 of edge-2 is at 52 °C", "info"),
    )):  # fmt: skip
        player.alert(f"today-{number}", name, service, summary, severity)
    player.wait(95)


def checkout_is_down(player: Player) -> str:
    """INC for the war room: 26 minutes old, mitigation running out of guesses, customers told."""
    player.do(
        "deploy", "ben", service="checkout", release="v214", previous="v213", summary="New basket and payment endpoint"
    )
    player.wait(3)
    player.meters.fails("checkout", 0.27, "nothing yet")
    player.alert("today-checkout", "CheckoutErrorRateHigh", "checkout", ERRORS)
    player.wait(1.2)
    incident = player.newest()
    player.wait(1)
    player.do("ack", "ada", incident=incident)
    player.do("severity", "ada", incident=incident, severity="SEV-1", reason="every third customer cannot pay")
    player.do("role", "grace", incident=incident, role="incident_commander")
    player.do("role", "ada", incident=incident, role="operations_lead")
    player.do(
        "say",
        "ada",
        incident=incident,
        text="Errors began three minutes after v214 went out; only payments by card fail.",
    )
    player.do(
        "impact",
        "ada",
        incident=incident,
        text="One in three customers cannot pay by card.",
        users_percent=31,
        core_function_down=True,
    )
    player.do("criteria", "grace", incident=incident, propose=True)
    player.do("bridge", "grace", incident=incident, step="open", link="https://meet.example.org/checkout")
    player.wait(1)
    player.do("role", "lena", incident=incident, role="communications_lead")
    player.do(
        "update",
        "grace",
        incident=incident,
        text="SEV-1: one in three customers cannot pay by card since v214. Next: move traffic, then roll back.",
    )
    player.do("status", "lena", incident=incident, state="investigating", text="Some customers cannot pay by card. We look into it and post again within 30 minutes.",
              components=["checkout=partial_outage"], unchecked=True)  # fmt: skip
    _guesses(player, incident)
    _attempts(player, incident)
    return incident


def others_follow(player: Player) -> None:
    """Those who read the status page by mail; invented, and confirmed by nobody's click."""
    for reader, components in (
        ("press", []),
        ("partners", ["checkout", "payments-api"]),
        ("shop-owners", ["checkout"]),
        ("it", []),
    ):
        with player.application.uow(source="page") as uow:
            shown = [component_id(uow.policy, service) for service in components]
            store.ask(uow, next(iter(pages(uow.policy))), "mail", f"{reader}@example.com", shown)
            asked = uow.tx.one(
                "SELECT id FROM status_subscribers WHERE address = :address", address=f"{reader}@example.com"
            )
            if asked:
                store.confirm(uow, int(asked["id"]))


def _guesses(player: Player, incident: str) -> None:
    player.do(
        "hypothesis",
        "ada",
        incident=incident,
        text="Release v214 talks to the old payment endpoint",
        standing="leading",
    )
    player.do("hypothesis", "mei", incident=incident, text="Zone-b cannot reach the payment provider", standing="open")
    player.wait(1)
    player.do("say", "mei", incident=incident, text="Zone-b has twice as many errors as zone-a.")
    player.do("for", "ada", incident=incident, text="The first error is 40 seconds after the rollout", hypothesis="H1")
    player.do(
        "against", "jonas", incident=incident, text="Zone-a runs v214 too and fails half as often", hypothesis="H1"
    )
    player.do("phase", "grace", incident=incident, phase="mitigate", reason="two guesses are worth a try")
    player.do(
        "timebox",
        "grace",
        incident=incident,
        question="Is it zone-b?",
        minutes=10,
        owner="mei",
        fallback="Roll v214 back",
    )


def _attempts(player: Player, incident: str) -> None:
    player.do("mitigate", "ada", incident=incident, mitigation="drain-zone-b", confirm="drain it", hypothesis="H2")
    player.wait(4)
    player.do("say", "ada", incident=incident, text="Zone-b is drained; the errors went to zone-a with the traffic.")
    player.do(
        "hypothesis",
        "mei",
        incident=incident,
        hypothesis="H2",
        standing="rejected",
        because="the errors moved along with the traffic",
    )
    player.do(
        "decide",
        "grace",
        incident=incident,
        text="Roll v214 back",
        rejected=["Wait for the fix of the payment endpoint"],
        because="The fix takes an hour, the rollback a minute",
    )
    player.do("concern", "jonas", incident=incident, text="v214 changed the table of baskets; does v213 read it?")
    player.wait(2)
    player.do(
        "concern",
        "grace",
        incident=incident,
        concern="C1",
        answer="Yes: the new column may be empty, the staging rollback worked yesterday",
    )
    player.do("status", "lena", incident=incident, state="identified", text="We know why some payments by card fail and are putting it right. Paying by invoice works.",
              components=["checkout=partial_outage"], unchecked=True)  # fmt: skip
    player.do("say", "tomas", incident=incident, text="Support has 41 tickets; customers see 'try again later'.")
    player.wait(1)
    player.do("update", "grace", incident=incident, text="Zone-b was not it. Rolling v214 back next.", next_in=15)
