"""Issues of GitHub (formats/12, 12.1)."""

from typing import Any, ClassVar

from stanch.integrations import github_issues
from stanch.ports.tracker import Tracker
from tests.contracts.tracker_town import Issue, Refused, Town, match, need, recorded

REASONS = {"done": "completed", "dropped": "not_planned"}


class GithubTown(Town):
    """ana and ben may be assigned."""

    name, place, elsewhere, has_dates = "github", "example/shop", "example/platform", False
    people: ClassVar[dict[str, Any]] = {"ana": "ana", "ben": "ben"}

    def tracker(self, url: str, **more: Any) -> Tracker:
        settings = {"token_env": "TRACKER_TOKEN", "webhook_secret_env": "TRACKER_SECRET", "base_url": url} | more
        return github_issues.GithubIssues(github_issues.Settings(**settings))

    def route(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        need(headers.get("user-agent"), 403, {"message": "Request forbidden by administrative rules."})
        need(headers.get("authorization") == "Bearer tracker-token-4711", 401, {"message": "Bad credentials"})
        assert headers["accept"] == "application/vnd.github+json" and headers["x-github-api-version"] == "2022-11-28"
        if path == "/user":
            return 200, {"login": "stanch-bot"}, {}
        if found := match(r"/repositories/(\d+)/issues/(\d+)", path):
            return 200, self.shown(self.one(place=self.elsewhere, number=int(found[1]))), {}
        found = match(r"/repos/([^/]+/[^/]+)(?:/issues(?:/(\d+)(/comments)?)?)?", path)
        need(found and found[0] in (self.place, self.elsewhere), 404, {"message": "Not Found"})
        assert found is not None
        place, number, comments = found
        if "/issues" not in path:
            return 200, {"full_name": place, "has_issues": True}, {}
        if number is None:
            return self.create(place, body) if method == "POST" else self.listed(place, query, headers)
        issue = self.one(place=place, number=int(number))
        if issue.moved_to:
            raise Refused(
                301,
                {"message": "Moved Permanently"},
                {"Location": f"{self.url}/repositories/7002/issues/{issue.moved_to}"},
            )
        need(not issue.deleted, 410, {"message": "This issue was deleted"})
        if comments:
            self.touch(issue, comments=[*issue.comments, body["body"]])
            return 201, {"id": 1, "body": body["body"]}, {}
        if method == "PATCH":
            self.patch(issue, body)
        return 200, self.shown(issue), {}

    def create(self, place: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        need(
            body.get("title"),
            422,
            {
                "message": "Validation Failed",
                "errors": [{"resource": "Issue", "field": "title", "code": "missing_field"}],
            },
        )
        assert len(body["title"]) <= 256 and "\n" not in body["title"] and len(body["body"]) <= 65536
        if any(name not in self.people for name in body.get("assignees", [])):
            raise recorded("github_answer_422.json")
        issue = self.make(
            place=place, title=body["title"], text=body["body"], owner=next(iter(body.get("assignees", [])), "")
        )
        return 201, self.shown(issue), {}

    def patch(self, issue: Issue, body: Any) -> None:
        assert set(body) <= {"title", "body", "state", "state_reason", "assignees"}
        if any(name not in self.people for name in body.get("assignees", [])):
            raise recorded("github_answer_422.json")
        values: dict[str, Any] = {}
        if "state" in body and body["state"] != ("open" if issue.state == "open" else "closed"):
            values["state"] = (
                "open" if body["state"] == "open" else {"not_planned": "dropped"}.get(body.get("state_reason"), "done")
            )
        values |= {"title": body["title"]} if "title" in body else {}
        values |= {"owner": next(iter(body["assignees"]), "")} if "assignees" in body else {}
        self.touch(issue, **values)

    def listed(self, place: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        assert set(query) <= {"state", "since", "sort", "direction", "per_page", "page", "creator"}
        wanted = query.get("state", "open")
        found = [
            each for each in self.issues
            if each.place == place and not each.deleted and not each.moved_to and each.updated >= self.after(query["since"])
            and (wanted == "all" or each.state == "open") and query.get("creator", "stanch-bot") == "stanch-bot"
        ]  # fmt: skip
        found.sort(key=lambda each: each.updated)
        shown = [self.shown(each) for each in found] + [
            {**self.shown(Issue(1, 2, place, "a pull request", "")), "pull_request": {}}
        ]
        tag = f'"{hash(str(shown))}"'
        if headers.get("if-none-match") == tag:
            return 304, None, {}
        more = {"ETag": tag}
        if page * size < len(shown):
            again = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
            more["Link"] = (
                f'<{self.url}/repos/{place}/issues?{again}&page={page + 1}>; rel="next", <{self.url}/x>; rel="last"'
            )
        return 200, shown[(page - 1) * size : page * size], more

    def shown(self, issue: Issue) -> dict[str, Any]:
        return {
            "id": issue.id, "node_id": f"I_{issue.number}", "number": issue.number, "title": issue.title, "body": issue.text,
            "state": "open" if issue.state == "open" else "closed", "state_reason": REASONS.get(issue.state),
            "assignees": [{"login": issue.owner}] if issue.owner else [], "updated_at": self.iso(issue.updated).replace(".000", ""),
            "html_url": f"https://github.example/{issue.place}/issues/{issue.number}",
            "url": f"{self.url}/repos/{issue.place}/issues/{issue.number}", "labels": [],
        }  # fmt: skip

    def move(self, issue: Issue) -> None:
        moved = self.make(place=self.elsewhere, title=issue.title, text=issue.text)
        self.touch(issue, moved_to=moved.number)
