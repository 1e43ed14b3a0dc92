"""Issues of GitLab (formats/12, 12.2)."""

from typing import Any, ClassVar
from urllib.parse import unquote

from stanch.integrations import gitlab_issues
from stanch.ports.tracker import Tracker
from tests.contracts.tracker_town import Issue, Town, match, need, recorded


class GitlabTown(Town):
    """ana is user 72."""

    name, place, elsewhere = "gitlab", "example/shop", "example/platform"
    people: ClassVar[dict[str, Any]] = {"ana": 72, "ben": 73}

    def tracker(self, url: str, **more: Any) -> Tracker:
        settings = {"token_env": "TRACKER_TOKEN", "webhook_secret_env": "TRACKER_SECRET", "base_url": url} | more
        return gitlab_issues.GitlabIssues(gitlab_issues.Settings(**settings))

    def route(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        need(headers.get("private-token") == "tracker-token-4711", 401, {"message": "401 Unauthorized"})
        assert path.startswith("/api/v4/")
        path = path.removeprefix("/api/v4")
        if path == "/user":
            return 200, {"id": 71, "username": "stanch-bot"}, {}
        if path == "/users":
            return (
                200,
                [
                    {"id": number, "username": name}
                    for name, number in self.people.items()
                    if name == query["username"].lower()
                ],
                {},
            )
        if path == "/issues":
            assert query["scope"] == "all" and query["in"] == "description"
            return self.page([each for each in self.issues if query["search"] in each.text], query)
        found = match(r"/projects/([^/]+)(?:/issues(?:/(\d+)(/notes)?)?)?", path)
        need(found and unquote(found[0]) in (self.place, self.elsewhere), 404, {"message": "404 Project Not Found"})
        assert found is not None
        place, number, notes = unquote(found[0]), found[1], found[2]
        if "/issues" not in path:
            return 200, {"path_with_namespace": place, "issues_enabled": True}, {}
        if number is None:
            return self.create(place, body) if method == "POST" else self.listed(place, query)
        issue = self.one(place=place, number=int(number))
        need(not issue.deleted, 404, {"message": "404 Not found"})
        if notes:
            self.touch(issue, comments=[*issue.comments, body["body"]])
            return 201, {"id": 1}, {}
        if method == "PUT":
            self.put(issue, body)
        return 200, self.shown(issue), {}

    def create(self, place: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        if "title" not in body:
            raise recorded("gitlab_answer_400_b.json")
        if not body["title"].strip():
            raise recorded("gitlab_answer_400_a.json")
        assert len(body["title"]) <= 255 and len(body["description"]) <= 1_048_576
        owner = self.person(body)
        issue = self.make(
            place=place, title=body["title"], text=body["description"], owner=owner, due=body.get("due_date", "")
        )
        return 201, self.shown(issue), {}

    def person(self, body: Any) -> str:
        numbers = body.get("assignee_ids", [])
        assert len(numbers) <= 1 and all(isinstance(each, int) for each in numbers)
        return next((name for name, number in self.people.items() if number in numbers), "")

    def put(self, issue: Issue, body: Any) -> None:
        assert set(body) <= {"title", "assignee_ids", "due_date", "state_event", "add_labels", "remove_labels"}
        labels = [each for each in issue.labels if each != body.get("remove_labels")] + (
            [body["add_labels"]] if "add_labels" in body else []
        )
        values: dict[str, Any] = {"labels": labels}
        values |= {"title": body["title"]} if "title" in body else {}
        values |= {"due": body["due_date"]} if "due_date" in body else {}
        values |= {"owner": self.person(body)} if "assignee_ids" in body else {}
        if "state_event" in body:
            assert body["state_event"] in ("close", "reopen")
            values["state"] = "open" if body["state_event"] == "reopen" else "done"
        if values.get("state", issue.state) != "open":
            values["state"] = "dropped" if "wontfix" in labels else "done"
        self.touch(issue, **values)

    def listed(self, place: str, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        since = self.after(query["updated_after"]) if "updated_after" in query else 0
        born = self.after(query["created_after"]) if "created_after" in query else 0
        words = query.get("search", "")
        found = [
            each
            for each in self.issues
            if each.place == place and not each.deleted and each.updated >= since and each.created >= born
        ]
        assert query["state"] == "all" and (not words or query["in"] == "description")
        return self.page([each for each in sorted(found, key=lambda each: each.updated) if words in each.text], query)

    def page(self, found: list[Issue], query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        size, page = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        following = str(page + 1) if page * size < len(found) else ""
        return 200, [self.shown(each) for each in found[(page - 1) * size : page * size]], {"X-Next-Page": following}

    def shown(self, issue: Issue) -> dict[str, Any]:
        labels = ["wontfix"] if issue.state == "dropped" else issue.labels
        return {
            "id": issue.id, "iid": issue.number, "project_id": 31, "title": issue.title, "description": issue.text,
            "state": "opened" if issue.state == "open" and not issue.moved_to else "closed", "labels": labels,
            "assignees": [{"id": self.people[issue.owner], "username": issue.owner}] if issue.owner else [],
            "due_date": issue.due or None, "updated_at": self.iso(issue.updated), "moved_to_id": issue.moved_to or None,
            "web_url": f"https://gitlab.example/{issue.place}/-/issues/{issue.number}", "references": {"full": f"{issue.place}#{issue.number}"},
        }  # fmt: skip

    def move(self, issue: Issue) -> None:
        moved = self.make(place=self.elsewhere, title=issue.title, text=issue.text)
        self.touch(issue, moved_to=moved.id)
