"""Posts into a local stand-in for Slack that is as strict as Slack about methods, tokens, encodings and limits."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from stanch.integrations import slack
from stanch.ports import Failed, Message
from tests.contracts.notifier_contract import PAGE, Case, FakeService, NotifierContract, closed_port, serving

TOKEN = "xoxb-1234-secret"


class Workspace:
    """Channel C0OPS, a private one without the app, and Ada, whose direct channel is D0ADA."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.next: list[tuple[int, dict[str, str], dict[str, Any]]] = []
        self.direct = "D0ADA"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        assert method == "POST" and path.startswith("/api/"), path
        name = path.removeprefix("/api/")
        self.calls.append(name)
        if self.next:
            status, more, said = self.next.pop(0)
        elif headers.get("authorization") != f"Bearer {TOKEN}":
            status, more, said = 200, {}, {"ok": False, "error": "invalid_auth"}
        else:
            status, more, said = 200, {}, self._judge(name, headers["content-type"], body)
        return status, {"Content-Type": "application/json", **more}, json.dumps(said).encode()

    def _judge(self, name: str, kind: str, body: bytes) -> dict[str, Any]:
        if name == "chat.postMessage":
            assert kind == "application/json; charset=utf-8"
            return self._post(json.loads(body))
        assert kind.startswith("application/x-www-form-urlencoded")
        form = {key: values[0] for key, values in parse_qs(body.decode(), strict_parsing=True).items()}
        if name == "users.lookupByEmail":
            known = form == {"email": "ada@example.org"}
            return {"ok": True, "user": {"id": "U0ADA"}} if known else {"ok": False, "error": "users_not_found"}
        if name == "conversations.open":
            assert form == {"users": "U0ADA"}
            return {"ok": True, "channel": {"id": self.direct}}
        return {"ok": False, "error": "unknown_method"}

    def _post(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["channel"] not in ("C0OPS", self.direct):
            return {"ok": False, "error": "channel_not_found"}
        assert said["text"] and len(said["text"]) <= 4000 and len(said["blocks"]) <= 50
        for block in said["blocks"]:
            if block["type"] == "header":
                assert block["text"]["type"] == "plain_text" and 1 <= len(block["text"]["text"]) <= 150
            elif block["type"] == "section":
                assert block["text"]["type"] == "mrkdwn" and 1 <= len(block["text"]["text"]) <= 3000
            else:
                assert block["type"] == "actions" and 1 <= len(block["elements"]) <= 25
                for button in block["elements"]:
                    assert len(button["url"]) <= 3000 and len(button["action_id"]) <= 255
        mrkdwn = [said["text"], *(b["text"]["text"] for b in said["blocks"] if b["type"] == "section")]
        for text in mrkdwn:
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text), "not escaped"
        self.posts.append(said)
        return {"ok": True, "channel": said["channel"], "ts": "1700000000.000100"}


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, FakeService]]:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_OLD", "xoxb-old-secret")
    space = Workspace()
    with serving(space.answer) as server:
        yield space, server


def _slack(server: FakeService, **more: Any) -> slack.Slack:
    return slack.Slack(slack.Settings(**{"token_env": "SLACK_TOKEN", "base_url": server.url + "/api", **more}))


class TestSlack(NotifierContract):
    @pytest.fixture
    def case(self, workspace: tuple[Workspace, FakeService]) -> Case:
        space, server = workspace

        def busy() -> slack.Slack:
            space.next.append((429, {"Retry-After": "7"}, {"ok": False, "error": "ratelimited"}))
            return _slack(server)

        return Case(
            _slack(server),
            slack.Slack(slack.Settings("SLACK_TOKEN", base_url=f"http://127.0.0.1:{closed_port()}/api", timeout=1)),
            "C0OPS",
            lambda: json.dumps([p | {"blocks": [_without_header(b) for b in p["blocks"]]} for p in space.posts]),
            lambda: _slack(server, token_env="SLACK_OLD"),
            busy,
            secrets=(TOKEN, "xoxb-old-secret"),
        )


def _without_header(block: dict[str, Any]) -> Any:
    """A header is plain text, in which Slack shows '<!channel>' as it stands."""
    return None if block["type"] == "header" else block


def test_a_page_has_a_title_its_facts_and_two_buttons(workspace: tuple[Workspace, FakeService]) -> None:
    space, server = workspace
    assert _slack(server).send("C0OPS", PAGE) == "posted to C0OPS as 1700000000.000100"
    (said,) = space.posts
    header, section, actions = said["blocks"]
    assert header["text"]["text"] == PAGE.title and said["text"].startswith(PAGE.title)
    assert section["text"]["text"] == "*Service:* shop\n*Severity:* SEV-1"
    acknowledge, opening = actions["elements"]
    assert acknowledge["url"] == PAGE.acknowledge_url and acknowledge["value"] == "INC-1"
    assert opening["url"] == PAGE.url
    assert said["unfurl_links"] is False, "Slack would open the links itself"


def test_a_person_is_found_by_e_mail_once(workspace: tuple[Workspace, FakeService]) -> None:
    space, server = workspace
    sender = _slack(server)
    for _ in range(2):
        sender.send("ada@example.org", PAGE)
    assert space.calls == ["users.lookupByEmail", "conversations.open", "chat.postMessage", "chat.postMessage"]
    assert {post["channel"] for post in space.posts} == {"D0ADA"}


def test_a_member_id_opens_a_direct_channel(workspace: tuple[Workspace, FakeService]) -> None:
    space, server = workspace
    _slack(server).send("U0ADA", PAGE)
    assert space.calls == ["conversations.open", "chat.postMessage"]


def test_a_direct_channel_that_changed_is_looked_up_again(workspace: tuple[Workspace, FakeService]) -> None:
    space, server = workspace
    sender = _slack(server)
    sender.send("U0ADA", PAGE)
    space.direct = "D0NEW"
    sender.send("U0ADA", PAGE)
    assert [post["channel"] for post in space.posts] == ["D0ADA", "D0NEW"]


@pytest.mark.parametrize(
    ("answer", "again", "says"),
    [
        ((200, {}, {"ok": False, "error": "channel_not_found"}), False, "invite the app"),
        ((200, {}, {"ok": False, "error": "not_in_channel"}), False, "invite the app"),
        ((200, {}, {"ok": False, "error": "missing_scope", "needed": "im:write"}), False, "im:write"),
        ((200, {}, {"ok": False, "error": "something_new"}), False, "something_new"),
        ((200, {}, {"ok": False, "error": "internal_error"}), True, "internal_error"),
        ((200, {}, {"a": "proxy"}), True, "proxy"),
        ((503, {}, {}), True, "503"),
        ((403, {}, {}), False, "403"),
        ((302, {"Location": "/elsewhere"}, {}), False, "302"),
    ],
)
def test_each_answer_of_slack_has_its_meaning(
    workspace: tuple[Workspace, FakeService], answer: tuple[int, dict[str, str], dict[str, Any]], again: bool, says: str
) -> None:
    workspace[0].next.append(answer)
    with pytest.raises(Failed, match=says) as raised:
        _slack(workspace[1]).send("C0OPS", PAGE)
    assert raised.value.again is again
    assert len(workspace[0].calls) == 1


@pytest.mark.parametrize("address", ["#ops", "", "ada", "C0OPS\n", "a b@c", "eve@example.org"])
def test_an_address_that_leads_nowhere_is_final(workspace: tuple[Workspace, FakeService], address: str) -> None:
    with pytest.raises(Failed) as raised:
        _slack(workspace[1]).send(address, PAGE)
    assert not raised.value.again and not workspace[0].posts


@pytest.mark.parametrize("token", ["", "xoxb-1\nX: y", "xoxb-ü"])
def test_a_token_that_cannot_be_one_names_its_variable_only(
    workspace: tuple[Workspace, FakeService], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("SLACK_TOKEN", token)
    with pytest.raises(Failed, match="SLACK_TOKEN") as raised:
        _slack(workspace[1]).send("C0OPS", PAGE)
    assert not raised.value.again and (not token or token not in raised.value.detail)


def test_a_cut_text_does_not_end_inside_an_entity() -> None:
    said = slack.escaped("&" * 5000, 3000)
    assert len(said) <= 3000 and set(said.split("&amp;")) == {"", "…"}


def test_a_message_without_text_and_links_is_a_header_alone() -> None:
    said = slack.post("C1", Message("k", "Title", ""))
    assert [block["type"] for block in said["blocks"]] == ["header"]  # type: ignore[attr-defined]
