"""Issues of Jira: the Cloud by default, a Data Center where it is said (formats/12, 12.3; formats/19, 19.7)."""

import base64
import re
from typing import Any, ClassVar

from stanch.integrations import jira
from stanch.ports.tracker import Tracker
from tests.contracts.tracker_town import Issue, Refused, Town, match, need, recorded

STATUS = {
    "open": ("To Do", "new"),
    "done": ("Erledigt", "done"),
    "dropped": ("Erledigt", "done"),
    "doing": ("In Progress", "indeterminate"),
}
NODES = {"doc", "paragraph", "text", "hardBreak"}


class JiraTown(Town):
    """Its search knows a new issue only a minute later. Statuses are German."""

    name, place, elsewhere = "jira", "OPS", "PLT"
    people: ClassVar[dict[str, Any]] = {"ana@example.org": "5f72", "ben@example.org": "5f73"}
    cloud = True

    def tracker(self, url: str, **more: Any) -> Tracker:
        settings = {"token_env": "TRACKER_TOKEN", "webhook_secret_env": "TRACKER_SECRET", "base_url": url}
        settings |= {"email": "bot@example.org"} if self.cloud else {}
        return jira.Jira(jira.Settings(**settings | more))

    def route(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        basic = "Basic " + base64.b64encode(b"bot@example.org:tracker-token-4711").decode()
        need(
            headers.get("authorization") == (basic if self.cloud else "Bearer tracker-token-4711"),
            401,
            {"errorMessages": ["Unauthorized"], "errors": {}},
        )
        prefix = "/rest/api/3" if self.cloud else "/rest/api/2"
        assert path.startswith(prefix + "/")
        path = path.removeprefix(prefix)
        if path == "/myself":
            return 200, {"displayName": "stanch bot"}, {}
        if path == "/user/search":
            return 200, [{"accountId": number} for name, number in self.people.items() if name == query["query"]], {}
        if found := match(r"/project/(\w+)", path):
            need(
                found[0] in (self.place, self.elsewhere),
                404,
                {"errorMessages": ["No project could be found with key"], "errors": {}},
            )
            return 200, {"key": found[0]}, {}
        if path in ("/search/jql", "/search"):
            return self.search(path, body)
        if path == "/issue":
            return self.create(body)
        found = match(r"/issue/(\d+)(/transitions|/comment)?", path)
        need(found, 404, {"errorMessages": ["not found"], "errors": {}})
        assert found is not None
        issue = self.one(id=int(found[0]))
        need(
            not issue.deleted,
            404,
            {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}},
        )
        if found[1] == "/comment":
            self.text(body["body"])
            self.touch(issue, comments=[*issue.comments, str(body["body"])])
            return 201, {"id": "1"}, {}
        if found[1]:
            return self.transition(issue, body) if method == "POST" else (200, self.transitions(issue), {})
        if method == "PUT":
            self.put(issue, body["fields"])
            return 204, None, {}
        return 200, self.shown(issue), {}

    def text(self, value: Any) -> str:
        """The words of a description: ADF for v3, text for v2. One invalid node is a 400."""
        if not self.cloud:
            assert isinstance(value, str)
            return value
        wrong = {
            "errorMessages": [],
            "errors": {
                "description": "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
            },
        }
        need(isinstance(value, dict) and value.get("type") == "doc" and value.get("version") == 1, 400, wrong)

        def walk(node: Any) -> str:
            need(node["type"] in NODES and (node["type"] != "text" or node["text"]), 400, wrong)
            need(node["type"] != "doc" or all(each["type"] == "paragraph" for each in node["content"]), 400, wrong)
            return node.get("text", "") + "".join(walk(each) for each in node.get("content", []))

        return walk(value)

    def create(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        fields = body["fields"]
        allowed = {"project", "issuetype", "summary", "description", "labels", "assignee", "duedate"}
        if not set(fields) <= allowed:
            raise recorded("jira_answer_create_400.json")
        need(
            fields["issuetype"] == {"name": "Task"} and fields["project"]["key"] in (self.place, self.elsewhere),
            400,
            {"errors": {"project": "no"}},
        )
        assert (
            0 < len(fields["summary"]) <= 255
            and "\n" not in fields["summary"]
            and not any(" " in each for each in fields["labels"])
        )
        words = self.text(fields["description"]) if "description" in fields else ""
        assert len(words) <= 32767
        issue = self.make(
            place=fields["project"]["key"], title=fields["summary"], text=words, owner=self.person(fields), due=fields.get("duedate") or "",
            labels=fields["labels"],
        )  # fmt: skip
        return 201, {"id": str(issue.id), "key": self.key(issue), "self": "x"}, {}

    def person(self, fields: Any) -> str:
        given = (fields.get("assignee") or {}).get("accountId" if self.cloud else "name", "")
        known = set(self.people.values()) if self.cloud else set(self.people)
        need(
            not given or given in known,
            400,
            {"errorMessages": [], "errors": {"assignee": f"User '{given}' does not exist."}},
        )
        return str(given)

    def put(self, issue: Issue, fields: Any) -> None:
        assert set(fields) <= {"summary", "duedate", "assignee"}, "a status cannot be set here"
        values: dict[str, Any] = {}
        values |= {"title": fields["summary"]} if "summary" in fields else {}
        values |= {"due": fields["duedate"] or ""} if "duedate" in fields else {}
        values |= {"owner": self.person(fields)} if "assignee" in fields else {}
        self.touch(issue, **values)

    def transitions(self, issue: Issue) -> dict[str, Any]:
        """From open only to work, from work to done with a resolution, from done back to open."""
        status = {name: {"name": words, "statusCategory": {"key": key}} for name, (words, key) in STATUS.items()}
        resolution = {"resolution": {"required": True, "allowedValues": [{"name": "Done"}, {"name": "Won't Do"}]}}
        found = {
            "open": [{"id": "21", "name": "Los", "to": status["doing"], "isAvailable": True}],
            "doing": [
                {"id": "11", "name": "To Do", "to": status["open"], "isAvailable": True},
                {
                    "id": "31",
                    "name": "Fertig",
                    "to": status["done"],
                    "isAvailable": True,
                    "hasScreen": True,
                    "fields": resolution,
                },
            ],
        }
        return {
            "transitions": found.get(
                issue.state, [{"id": "41", "name": "Zurück", "to": status["open"], "isAvailable": True}]
            )
        }

    def transition(self, issue: Issue, body: Any) -> tuple[int, Any, dict[str, str]]:
        offered = {each["id"]: each for each in self.transitions(issue)["transitions"]}
        chosen = offered.get(body["transition"]["id"])
        need(
            chosen,
            400,
            {"errorMessages": ["It seems that you have tried to perform an illegal workflow operation."], "errors": {}},
        )
        assert chosen is not None
        if chosen["id"] == "31":
            need(
                "resolution" in body.get("fields", {}),
                400,
                {"errorMessages": [], "errors": {"resolution": "Resolution is required."}},
            )
            self.touch(issue, state="dropped" if body["fields"]["resolution"]["name"] == "Won't Do" else "done")
        else:
            self.touch(issue, state="doing" if chosen["id"] == "21" else "open")
        return 204, None, {}

    def search(self, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        if self.cloud and path == "/search":
            raise recorded("jira_answer_search_410.json")
        need(path == ("/search/jql" if self.cloud else "/search"), 404, {"errorMessages": ["no"], "errors": {}})
        label, minutes = re.search(r'labels = "([^"]+)"', body["jql"]), re.search(r"updated >= -(\d+)m", body["jql"])
        if not label:
            raise Refused(400, {"errorMessages": ["Unbounded JQL queries are not allowed here."], "errors": {}})
        project = re.search(r'project = "(\w+)"', body["jql"])
        lag = 60 if self.cloud else 0
        found = [
            each for each in sorted(self.issues, key=lambda each: each.updated)
            if label[1] in each.labels and not each.deleted and each.created + lag <= self.now
            and (not project or each.place == project[1]) and (not minutes or each.updated >= self.now - 60 * int(minutes[1]))
        ]  # fmt: skip
        start = int(body.get("nextPageToken", body.get("startAt", 0)))
        size = min(body["maxResults"], 100)
        page = [
            self.shown(each) if body.get("fields") else {"id": str(each.id)} for each in found[start : start + size]
        ]
        if not self.cloud:
            return 200, {"startAt": start, "maxResults": size, "total": len(found), "issues": page}, {}
        return 200, {"issues": page} | ({"nextPageToken": str(start + size)} if start + size < len(found) else {}), {}

    def key(self, issue: Issue) -> str:
        return f"{issue.place}-{issue.number}"

    def shown(self, issue: Issue) -> dict[str, Any]:
        words, category = STATUS[issue.state]
        resolution = {"done": {"name": "Done"}, "dropped": {"name": "Won't Do"}}.get(issue.state)
        person = ({"accountId": issue.owner} if self.cloud else {"name": issue.owner}) if issue.owner else None
        return {
            "id": str(issue.id), "key": self.key(issue), "fields": {
                "summary": issue.title, "status": {"name": words, "statusCategory": {"key": category}}, "resolution": resolution,
                "updated": self.iso(issue.updated).replace("Z", "+0000"), "assignee": person, "duedate": issue.due or None,
                "project": {"key": issue.place},
            },
        }  # fmt: skip

    def move(self, issue: Issue) -> None:
        self.touch(issue, place=self.elsewhere)


class JiraDataCenterTown(JiraTown):
    """Version 2 of the API, wiki text, users by name."""

    name, cloud = "jira_dc", False
    people: ClassVar[dict[str, Any]] = {"ana": "ana", "ben": "ben"}
