"""A drill of yesterday, played to its end and scored: what Drills and its debrief have to show."""

from __future__ import annotations

from stanch.demo.year.playing import Player


def release_drill(player: Player) -> str:
    """Three people practise a bad release and keep most of it; the first public word comes late. Answers with its id."""
    drill = str(player.do("drill", "grace", script="crash-on-deploy", service="checkout").incident)
    for person in ("ada", "ben"):
        player.do("join-drill", person, incident=drill)
    player.wait(3)
    player.do(
        "declare", "ada", title="Checkout fails after a release", investigation=drill, severity="SEV-2",
        incident_commander="ada",
    )  # fmt: skip
    player.do("role", "ben", incident=drill, role="operations_lead")
    player.do("impact", "ada", incident=drill, text="One in eight customers cannot pay.", users_percent=12)
    player.do("criteria", "ada", incident=drill, propose=True)
    player.wait(2)
    player.do("hypothesis", "ben", incident=drill, text="Release v2 broke Checkout", standing="leading")
    player.do("for", "ben", incident=drill, hypothesis="H1", text="Errors began four minutes after the release")
    player.do("hypothesis", "grace", incident=drill, text="The database has no free connections")
    player.do("update", "ada", incident=drill, text="SEV-2. We roll v2 back now.", next_in=15)
    player.do("mitigate", "ben", incident=drill, mitigation="rollback", confirm="rollback", hypothesis="H1")
    player.wait(4)
    player.do("status", "grace", incident=drill, state="investigating", text="Some payments fail. We are putting it right.", unchecked=True)  # fmt: skip
    player.do("phase", "ada", incident=drill, phase="resolve", reason="the rollback helped")
    player.wait(8)
    player.do("resolve", "ada", incident=drill, reason="the criteria have held")
    player.do("close", "ada", incident=drill, reason="the drill is over")
    return drill
