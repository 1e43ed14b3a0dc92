"""Announcements arrive in the native format of each place, within its limits, and no text in them does harm (formats/17, R34)."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from stanch.integrations import discord, google_chat, mattermost, teams
from stanch.ports import Failed
from stanch.ports.announcing import Announcement, Announcer
from tests.contracts.notifier_contract import FakeService, closed_port, serving

GOOD = Announcement(
    "discord/INC-42/9", 3, "INC-42", "Checkout answers 503", "open, mitigate",
    "Since 14:02 UTC about 30 % of payments fail.", "SEV-1", "Ana", "14:40 UTC", "https://stanch.example/incidents/INC-42",
)  # fmt: skip
HARM = "@channel @here @everyone <!channel> <users/all> <at>Ana</at> **bold** `code` [link](http://evil.example) # title\n- item\n1. one | ~~no~~ \x00 \u202eabc 🔥"
ODD: dict[str, dict[str, Any]] = {
    "as it should be": {},
    "nothing known": {"severity": "", "text": "", "commander": "", "next_update": "", "url": ""},
    "four thousand characters": {"title": "t" * 4000, "text": "x" * 40_000, "commander": "c" * 4000},
    "harm everywhere": {"title": HARM, "text": HARM, "commander": HARM},
    "emojis": {"title": "🔥" * 300, "text": "🚒" * 5000},
    "blank": {"title": " ", "text": "\n\n"},
}


def check_teams(query: dict[str, list[str]], body: Any, size: int) -> None:
    assert query["sig"] == ["a/b+c%"] and size < 15_000
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive" and attachment["contentUrl"] is None
    content = attachment["content"]
    assert (content["type"], content["version"], body["type"]) == ("AdaptiveCard", "1.4", "message")
    assert "null" not in json.dumps(content)
    for block in content["body"]:
        assert block["type"] == "FactSet" or (block["text"] and block["wrap"])
    for action in content.get("actions", []):
        assert action["type"] == "Action.OpenUrl" and action["url"].startswith("https://")
    texts = [b["text"] for b in content["body"] if b["type"] == "TextBlock"]
    assert not any(re.search(r"(?<!\\)[*\[`]", text) for text in texts)


def check_mattermost(query: dict[str, list[str]], body: Any, size: int) -> None:
    assert set(body) <= {"text", "channel"} and 0 < len(body["text"]) <= 16_383
    assert not re.search(r"@(channel|here|all|everyone)|<!channel", body["text"])
    assert not re.search(r"(?<!\\)\]\(http://evil", body["text"])


def check_google(query: dict[str, list[str]], body: Any, size: int) -> None:
    assert size <= 32_000 and query["key"] == ["K"] and query["token"] == ["T/1"]
    assert query["messageReplyOption"] == ["REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"]
    assert re.fullmatch(r"[0-9a-f-]{36}", query["requestId"][0]) and body["thread"]["threadKey"] == "INC-42"
    assert body["text"].strip() and "<" not in body["text"]
    (card,) = body["cardsV2"]
    for widget in card["card"]["sections"][0]["widgets"]:
        said = widget.get("textParagraph", widget.get("decoratedText", {})).get("text", "x")
        assert said and not re.search(r"<(?!/?(b|i|a|br)\b)", said)
        for button in widget.get("buttonList", {}).get("buttons", []):
            assert button["onClick"]["openLink"]["url"].startswith("https://")


def check_discord(query: dict[str, list[str]], body: Any, size: int) -> None:
    assert query["wait"] == ["true"] and body["allowed_mentions"] == {"parse": []}
    assert 1 <= len(body["username"]) <= 80 and len(body.get("content", "")) <= 2000 and len(body["embeds"]) <= 10
    total = 0
    for embed in body["embeds"]:
        assert (
            0 < len(embed["title"]) <= 256 and len(embed.get("description", "x")) <= 4096 and len(embed["fields"]) <= 25
        )
        assert isinstance(embed["color"], int) and 0 < len(embed["footer"]["text"]) <= 2048
        for field in embed["fields"]:
            assert 0 < len(field["name"]) <= 256 and 0 < len(field["value"]) <= 1024
        texts = [embed["title"], embed.get("description", ""), embed["footer"]["text"]]
        total += sum(map(len, texts)) + sum(len(f["name"]) + len(f["value"]) for f in embed["fields"])
    assert total <= 6000


Check = Callable[[dict[str, list[str]], Any, int], None]
FLOW = "/workflows/1/triggers/manual?api-version=1&sp=%2Ftriggers&sig=a%2Fb%2Bc%25"
PLACES: dict[str, tuple[Callable[[], Announcer], str, Check, tuple[int, bytes]]] = {
    "teams": (lambda: teams.Teams(teams.INTEGRATION.settings("PLACE")), FLOW, check_teams, (202, b"")),
    "mattermost": (
        lambda: mattermost.Mattermost(mattermost.INTEGRATION.settings("PLACE")), "/hooks/secret-key", check_mattermost, (200, b"ok"),
    ),
    "google_chat": (
        lambda: google_chat.GoogleChat(google_chat.INTEGRATION.settings("PLACE")), "/v1/spaces/S/messages?key=K&token=T%2F1", check_google,
        (200, b'{"name": "spaces/S/messages/M"}'),
    ),
    "discord": (
        lambda: discord.Discord(discord.INTEGRATION.settings("PLACE")), "/api/webhooks/1/secret-token", check_discord, (200, b'{"id": "7"}'),
    ),
}  # fmt: skip


@pytest.fixture(params=PLACES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def receive(service: FakeService, name: str, count: int = 1) -> Any:
    """The newest request, checked as the place itself would."""
    assert len(service.requests) == count
    method, path, headers, body = service.requests[-1]
    assert method == "POST" and headers["content-type"].startswith("application/json")
    assert path.startswith(PLACES[name][1]), "the address arrives byte for byte"
    said = json.loads(body)
    PLACES[name][2](parse_qs(urlsplit(path).query), said, len(body))
    return said


def test_it_arrives_in_its_own_format(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    announcer, path, _, (status, answer) = PLACES[name][0](), *PLACES[name][1:]
    with serving(lambda *_: (status, {}, answer)) as service:
        monkeypatch.setenv("PLACE", service.url + path)
        for number, kind in enumerate(ODD, 1):
            receipt = announcer.announce(msgspec.structs.replace(GOOD, **ODD[kind]))
            said = json.dumps(receive(service, name, number), ensure_ascii=False)
            assert receipt and "secret" not in receipt and "\x00" not in said
            if kind == "as it should be":
                parts = (
                    "SEV-1 Checkout answers 503",
                    "about 30 % of payments fail",
                    "Ana",
                    "14:40 UTC",
                    "INC-42 #3",
                    GOOD.url,
                )
                assert [part for part in parts if part not in said] == []
            if kind == "nothing known":
                assert "None" not in said and "Commander" not in said and "openLink" not in said


@pytest.mark.parametrize(("status", "again"), [(400, False), (401, False), (403, False), (404, False), (410, False), (429, True), (500, True), (503, True)])  # fmt: skip
def test_what_is_refused_says_what_to_do_and_never_the_address(
    name: str, status: int, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    announcer, path = PLACES[name][0](), PLACES[name][1]
    with serving(lambda *_: (status, {"Retry-After": "7"}, b'{"message": "no"}')) as service:
        monkeypatch.setenv("PLACE", service.url + path)
        with pytest.raises(Failed) as failed:
            announcer.announce(GOOD)
        assert failed.value.again == again and (not again or failed.value.after == 7)
        assert "secret" not in failed.value.detail and "sig=" not in failed.value.detail
        if status == 404:
            with pytest.raises(Failed, match="make another"):
                announcer.announce(GOOD)
            assert len(service.requests) == 1, "a webhook that is gone is not called again"


def test_what_cannot_be_reached_is_tried_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", f"http://127.0.0.1:{closed_port()}{PLACES[name][1]}")
    with pytest.raises(Failed) as failed:
        PLACES[name][0]().announce(GOOD)
    assert failed.value.again and "secret" not in failed.value.detail and "sig=" not in failed.value.detail
    for wrong in ("", "not an address", "file:///etc/passwd"):
        monkeypatch.setenv("PLACE", wrong)
        with pytest.raises(Failed, match="PLACE") as failed:
            PLACES[name][0]().announce(GOOD)
        assert not failed.value.again


def test_a_connector_that_was_switched_off_is_refused_with_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "https://example.webhook.office.com/webhookb2/1")
    with pytest.raises(Failed, match="switched off in May 2026"):
        PLACES["teams"][0]().announce(GOOD)


def test_a_repetition_has_the_same_request_id(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda *_: (200, {}, b"{}")) as service:
        monkeypatch.setenv("PLACE", service.url + PLACES["google_chat"][1])
        for _ in range(2):
            PLACES["google_chat"][0]().announce(GOOD)
        first, second = (parse_qs(urlsplit(path).query)["requestId"] for _, path, _, _ in service.requests)
        assert first == second
