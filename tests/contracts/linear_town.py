"""Issues of Linear by GraphQL: what a query asks for is told by the name of its field (formats/19, 19.6)."""

import re
from typing import Any, ClassVar

from stanch.integrations import linear
from stanch.integrations.linear import queries
from stanch.ports.tracker import Tracker
from tests.contracts.tracker_town import Issue, Refused, Town, need, recorded

TEAMS = {"OPS": "7eam-ops", "PLT": "7eam-plt"}
STATES = {
    "unstarted": ("s-todo", "Todo", "open"), "completed": ("s-done", "Done", "done"), "canceled": ("s-canceled", "Canceled", "dropped"),
    "backlog": ("s-backlog", "Backlog", "open"),
}  # fmt: skip
KNOWN = {
    getattr(queries, name)
    for name in ("READ", "CREATE", "UPDATE", "COMMENT", "TEAM", "STATES", "USER", "VIEWER", "CHANGED")
}


class LinearTown(Town):
    """Two teams with states of their own."""

    name, place, elsewhere = "linear", "OPS", "PLT"
    people: ClassVar[dict[str, Any]] = {"ana@example.org": "u-72", "ben@example.org": "u-73"}

    def tracker(self, url: str, **more: Any) -> Tracker:
        settings = {"token_env": "TRACKER_TOKEN", "webhook_secret_env": "TRACKER_SECRET", "base_url": url} | more
        return linear.Linear(linear.Settings(**settings))

    def writes(self, method: str, body: bytes) -> bool:
        return b'"query":"mutation' in body

    def error(self, message: str, code: str = "INVALID_INPUT", status: int = 200) -> Refused:
        return Refused(
            status,
            {
                "data": None,
                "errors": [{"message": message, "extensions": {"code": code, "userPresentableMessage": message}}],
            },
        )

    def route(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        need(method == "POST" and path == "/graphql" and headers["content-type"] == "application/json", 404, {})
        if headers.get("authorization") != "tracker-token-4711":  # with 'Bearer' a personal key is refused
            raise self.error("Authentication required, not authenticated", "AUTHENTICATION_ERROR", 401)
        assert body["query"] in KNOWN, "only the queries that were checked against the schema"
        field = re.search(r"{ *(\w+)", body["query"])
        assert field
        return 200, {"data": {field[1]: getattr(self, f"do_{field[1]}")(**body["variables"])}}, {"x-complexity": "5"}

    def do_viewer(self) -> Any:
        return {"id": "u-71", "name": "stanch bot"}

    def do_teams(self, key: str) -> Any:
        return {"nodes": [{"id": TEAMS[key], "key": key, "name": key}] if key in TEAMS else []}

    def do_team(self, id: str) -> Any:
        assert id in TEAMS.values()
        made = [
            {"id": f"{id}-{name}", "name": words, "type": kind, "position": place}
            for place, (kind, (name, words, _)) in enumerate(STATES.items())
        ]
        return {"states": {"nodes": made[::-1]}}

    def do_users(self, email: str) -> Any:
        return {"nodes": [{"id": self.people[email], "email": email}] if email in self.people else []}

    def do_issue(self, id: str) -> Any:
        found = [each for each in self.issues if each.uuid == id]
        if not found:
            raise self.error("Entity not found: Issue")
        return self.shown(found[0])

    def do_issueCreate(self, input: Any) -> Any:
        if input["teamId"] not in TEAMS.values():
            raise recorded("linear_answer_error_200.json")
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", input["id"])
        if any(each.uuid == input["id"] for each in self.issues):
            raise self.error("Argument Validation Error: id already in use", status=400)
        assert (
            set(input) <= {"id", "teamId", "title", "description", "dueDate", "assigneeId"}
            and len(input["title"]) <= 256
        )
        place = next(key for key, team in TEAMS.items() if team == input["teamId"])
        owner = next((mail for mail, user in self.people.items() if user == input.get("assigneeId")), "")
        issue = self.make(
            place=place,
            title=input["title"],
            text=input["description"],
            owner=owner,
            due=input.get("dueDate", ""),
            uuid=input["id"],
        )
        return {"success": True, "issue": self.shown(issue)}

    def do_issueUpdate(self, id: str, input: Any) -> Any:
        issue = self.one(uuid=id)
        assert set(input) <= {"title", "dueDate", "assigneeId", "stateId"}
        values: dict[str, Any] = {}
        values |= {"title": input["title"]} if "title" in input else {}
        values |= {"due": input["dueDate"] or ""} if "dueDate" in input else {}
        if "assigneeId" in input:
            values["owner"] = next((mail for mail, user in self.people.items() if user == input["assigneeId"]), "")
        if "stateId" in input:
            assert input["stateId"].startswith(TEAMS[issue.place]), "a state of its own team"
            values["state"] = next(state for name, _, state in STATES.values() if input["stateId"].endswith(name))
        self.touch(issue, **values)
        return {"success": True, "issue": self.shown(issue)}

    def do_commentCreate(self, input: Any) -> Any:
        issue = self.one(uuid=input["issueId"])
        self.touch(issue, comments=[*issue.comments, input["body"]])
        return {"success": True}

    def do_issues(self, team: str, since: str, after: str | None = None) -> Any:
        found = [each for each in self.issues if TEAMS[each.place] == team and each.updated > self.after(since)]
        found.sort(key=lambda each: -each.updated)  # the newest first
        start = int(after or 0)
        page = {"hasNextPage": start + 50 < len(found), "endCursor": str(start + 50)}
        return {"nodes": [self.shown(each) for each in found[start : start + 50]], "pageInfo": page}

    def shown(self, issue: Issue) -> dict[str, Any]:
        kind = next(kind for kind, (_, _, state) in STATES.items() if state == issue.state)
        return {
            "id": issue.uuid, "identifier": f"{issue.place}-{issue.number}", "title": issue.title, "updatedAt": self.iso(issue.updated),
            "url": f"https://linear.example/issue/{issue.place}-{issue.number}", "dueDate": issue.due or None, "trashed": issue.deleted or None,
            "team": {"id": TEAMS[issue.place], "key": issue.place}, "state": {"id": "x", "name": STATES[kind][1], "type": kind},
            "assignee": {"id": self.people[issue.owner], "email": issue.owner} if issue.owner else None,
        }  # fmt: skip

    def move(self, issue: Issue) -> None:
        self.touch(issue, place=self.elsewhere, number=4)
