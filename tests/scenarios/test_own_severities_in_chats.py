"""Every sentence that leaves by a chat, a mail or a push names the severities of the policy, whatever they are called (R2, R34)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.integrations import (
    apprise,
    discord,
    google_chat,
    matrix,
    mattermost,
    ntfy,
    slack,
    smtp,
    teams,
    twilio,
    webhook,
    webpush,
)
from stanch.integrations.matrix_chat import content
from stanch.integrations.slack_chat.messages import body
from stanch.kernel.command import REGISTRY
from tests.scenarios.hall import open_hall
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_announcing import board_of

NAMES = (("P1", "P2", "P3"), ("Very bad", "Quite bad", "Not so bad"))


@pytest.fixture(params=NAMES, ids="-".join)
def tiers(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def house(database_url: str, tmp_path: Path, tiers: tuple[str, ...]) -> Iterator[House]:
    severities = {name: {"update_every": 600, "roles": ["scribe"], "pages": True} for name in tiers}
    yield from opened(database_url, tmp_path, {**POLICY, "severities": severities})


def test_what_leaves_names_the_severities_of_the_policy(house: House, tiers: tuple[str, ...]) -> None:
    guests = open_hall(house)
    hall, board = guests.hall, board_of(house)
    worst, second, last = tiers
    house.do("declare", title="Checkout fails", service="shop")
    house.do("impact", incident="INC-1", text="Nobody can pay by card, orders are lost")
    house.alert()
    house.wait(minutes=2, step=30)
    for line in (
        f"severity {second} as some can pay",
        "help",
        "show",
        "severity Z-9",
        *(f"help {n}" for n in REGISTRY),
    ):
        guests.says("ben", line, kind="command")
        guests.listen()
    assert house.record().severity_name() == second
    assert any(f"Severities, the worst first: {', '.join(tiers)}." in text for text in hall.texts())
    assert any(f"for example 'severity {worst}'" in text for text in hall.texts())
    house.do("severity", incident="INC-1", severity=worst, reason="nobody can")
    house.wait(minutes=40, step=300)
    house.do("severity", incident="INC-1", severity=last, reason="it is over")
    house.do("update", incident="INC-1", text="We look into it", next_in=30)
    house.do("resolve", incident="INC-1", override=True, reason="it holds")
    house.do("close", incident="INC-1", reason="it holds")
    house.wait(minutes=5, step=60)

    told = [message for _, message in (*house.pager.sent, *house.pager.told)]
    chats = [message for _, message in hall.posts]
    bodies: dict[str, list[Any]] = {
        "slack": [slack.post("C1", message) for message in told],
        "matrix": [matrix.content(message) for message in told],
        "mail": [str(smtp._compose("a@example.org", "b@example.org", "a@example.org", m).get_content()) for m in told],
        "push": [webpush.payload(message, {}, "") for message in told],
        "ntfy": [ntfy.publication("t", message, "view") for message in told],
        "sms": [twilio.short_text(message, 3) for message in told],
        "call": [twilio.twiml(message, True, "en") for message in told],
        "webhook": [webhook.payload(message, 0) for message in told],
        "apprise": [apprise._body(message) for message in told],
        "slack room": [*map(body, chats), *hall.topics.values(), *(room.topic for room in hall.rooms.values())],
        "matrix room": [*map(content, chats)],
        "teams": [teams.card(each) for each in board.heard],
        "discord": [discord.message(each) for each in board.heard],
        "mattermost": [mattermost.post(each) for each in board.heard],
        "google chat": [google_chat.message(each) for each in board.heard],
    }
    for where, all_of_it in bodies.items():
        text = "\n".join(map(str, all_of_it))
        assert where == "call" or any(name in text for name in tiers), where  # a call reads the title
        assert "SEV-" not in text and "Sev " not in text, (where, text[max(0, text.find("SEV-") - 200) :][:400])
