"""Ada and Ben in a workspace that is as strict as Slack's documentation."""

from typing import Any

from stanch.integrations import slack_chat
from tests.components.slack import SlackServer


class SlackTown:
    """Accounts are members' ids. A chat over Socket Mode unless it is said otherwise."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.people = {name: server.user(name) for name in ("ada", "ben", "eve")} | {"nobody": "U0NOBODY1"}
        self.lobby = server.channel("incidents", {self.people["ada"], self.people["ben"]})

    def chat(self, **more: Any) -> slack_chat.SlackChat:
        settings = {"app_token_env": "SLACK_CHAT_APP", "base_url": self.server.url} | more
        made = slack_chat.SlackChat(slack_chat.Settings("SLACK_CHAT_TOKEN", **settings))
        self.server.on_exit.append(made.end)
        return made

    def join(self, person: str, room: str) -> None:
        self.server.join(self.people[person], room)

    def say(self, person: str, room: str, text: str, reply_to: str = "") -> str:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return self.server.say(self.people[person], room, escaped, reply_to)

    def edit(self, person: str, room: str, message: str, text: str) -> None:
        self.server.edit(self.people[person], room, message, text)

    def delete(self, person: str, room: str, message: str) -> None:
        self.server.delete(room, message)

    def react(self, person: str, room: str, message: str, sign: str) -> None:
        self.server.react(self.people[person], room, message, sign)

    def seen(self, room: str) -> dict[str, tuple[str, str]]:
        told = self.server.channels[room].messages.values()
        return {m["ts"]: (m["user"], _plain(m["text"])) for m in told if not m.get("subtype")}

    def pinned(self, room: str) -> list[str]:
        return self.server.channels[room].pins

    def topic(self, room: str) -> str:
        return self.server.channels[room].topic

    def members(self, room: str) -> set[str]:
        return self.server.channels[room].members

    def may_write(self, person: str, room: str) -> bool:
        return self.people[person] in self.members(room) and not self.server.channels[room].archived

    def invitations(self, person: str) -> list[str]:
        """Whoever is invited is in: there is nothing to accept."""
        return []


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
