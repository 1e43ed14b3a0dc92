"""Who follows the page gets each update once: asked first, over crashes, and never after they left (R33; formats/18, 18.7-18.8)."""

import re
import socket
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from stanch.communicate.page.posts import identity
from stanch.communicate.subscribers import sending, store
from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid
from stanch.kernel.status_page import StatusPage
from stanch.ports import Failed, Gone, Message
from stanch.ports.web_service import WebService
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MANY = 600


class Killed(BaseException):
    """The process is gone in the middle of something."""


class Mailbox:
    """A mail server that remembers, fails and kills while told to."""

    name = "smtp"

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.fails: dict[str, Failed] = {}
        # When so many have been sent, the process dies with the next one: before it leaves, while it leaves, or before its answer.
        self.kills: dict[int, str] = {}
        self.connections = 0
        self._lock = threading.Lock()
        self._leaving: Callable[[], None] = lambda: None

    @contextmanager
    def connected(self, leaving: Callable[[], None]) -> Iterator["Mailbox"]:
        with self._lock:
            self.connections += 1
        self._leaving = leaving
        yield self

    def send(self, address: str, message: Message) -> str:
        if address in self.fails:
            raise self.fails[address]
        with self._lock:
            dies = self.kills.pop(len(self.sent), "")
            if dies == "before":
                raise Killed
            self._leaving()
            if dies == "leaving":
                raise Killed
            self.sent.append((address, message))
            if dies == "unanswered":
                raise Killed
        return "250 ok"

    def to(self, address: str) -> list[Message]:
        return [message for each, message in self.sent if each == address]


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def house(database_url: str, tmp_path: Path, box: Mailbox) -> Iterator[House]:
    services = {**POLICY["services"], "mails": {"name": "mails", "public_name": "Order mails"}}
    for house in opened(database_url, tmp_path, {**POLICY, "services": services}):
        house.application.world.notifiers["smtp"] = box
        house.stanch.seed()
        house.do("declare", title="x", service="shop")
        house.settle()
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers["Accept"] = "text/html"
        yield client


def post(house: House, text: str = "Some payments fail.", **more: Any) -> None:
    house.do("status", incident="INC-1", state="investigating", text=text, **more)
    house.settle()


def follow(house: House, client: TestClient, box: Mailbox, address: str, **more: Any) -> None:
    """Ask, read the mail, confirm."""
    assert client.post("/status/subscribe", data={"kind": "mail", "address": address, **more}).status_code == 200
    house.settle()
    path = re.search(r"/status/confirm/\S+", box.to(address)[-1].text)
    assert path
    assert client.post(path[0]).status_code == 200


def test_mail_comes_after_it_was_confirmed_and_ends_with_one_click(
    house: House, client: TestClient, box: Mailbox
) -> None:
    client.post("/status/subscribe", data={"kind": "mail", "address": "Eve@Shop.example"})
    house.settle()
    (question,) = box.to("Eve@shop.example")
    link = re.search(r"/status/confirm/\S+", question.text)
    assert link and "Status · E-mail: Eve@shop.example" in client.get(link[0]).text
    post(house)
    assert len(box.to("Eve@shop.example")) == 1  # whoever only looks at the link follows nothing
    client.post(link[0])
    post(house, "We know more.")
    update = box.to("Eve@shop.example")[-1]
    assert (
        update.title == "[Status] Investigating: Trouble with Checkout"
        and "We know more." in update.text
        and not update.urgent
    )
    assert update.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = re.fullmatch(r"<https?://[^/]+(/status/u/\S+)>", update.headers["List-Unsubscribe"])
    assert leave and "Status · E-mail: Eve@shop.example" in client.get(leave[1]).text
    post(house, "Still at it.")
    assert len(box.to("Eve@shop.example")) == 3
    for _ in range(2):
        gone = client.post(
            leave[1],
            content="List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert gone.status_code == 200 and not gone.cookies
    post(house, "Nearly there.")
    assert len(box.to("Eve@shop.example")) == 3
    assert client.post("/status/u/99.wrong").status_code == 200
    assert client.post("/status/confirm/99.wrong").status_code == 404


def test_nobody_learns_who_follows_and_nobody_is_asked_over_and_over(
    house: House, client: TestClient, box: Mailbox
) -> None:
    answers = {
        client.post("/status/subscribe", data={"kind": "mail", "address": "eve@shop.example"}).text for _ in range(5)
    }
    house.settle()
    assert len(answers) == 1 and len(box.to("eve@shop.example")) == store.ASKED_MOST
    house.clock.forward(days=8)
    link = re.search(r"/status/confirm/\S+", box.sent[-1][1].text)
    assert link and client.post(link[0]).status_code == 404


@pytest.mark.parametrize(
    ("kind", "address"),
    [("mail", "eve"), ("mail", "eve@x,y.example"), ("mail", "e\r\nBcc: x@y.example"), ("webhook", "javascript:alert(1)"),
     ("webhook", "https://a:b@x.example"), ("fax", "1")],
)  # fmt: skip
def test_what_is_no_address_is_said_beside_the_form_and_kept(client: TestClient, kind: str, address: str) -> None:
    answer = client.post("/status/subscribe", data={"kind": kind, "address": address})
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_only_what_they_chose_and_nothing_of_history(house: House, client: TestClient, box: Mailbox) -> None:
    follow(house, client, box, "all@shop.example")
    follow(house, client, box, "mails@shop.example", components=identity("Order mails"))
    post(house, components=["shop=major_outage"])
    assert len(box.to("all@shop.example")) == 2 and len(box.to("mails@shop.example")) == 1
    post(house, components=["mails=major_outage"])
    assert len(box.to("mails@shop.example")) == 2
    house.do(
        "status", incident="INC-1", state="identified", text="Long ago.", at=iso(house.clock.now() - 7_200_000_000)
    )
    house.settle()
    assert len(box.to("all@shop.example")) == 3


def many(house: House, count: int) -> None:
    with house.application.uow() as uow:
        uow.tx.many(
            "INSERT INTO status_subscribers (id, page, kind, address, components, state, created_at, confirmed_at) "
            "VALUES (:id, 'status', 'mail', :address, '[]', 'active', :now, :now)",
            [{"id": n, "address": f"s{n}@shop.example", "now": uow.now} for n in range(1, count + 1)],
        )


def killed_thrice(house: House, box: Mailbox, kills: dict[int, str]) -> Counter[str]:
    """An update to many, and the process killed as often as asked; how often each got it."""
    many(house, MANY)
    box.kills = dict(kills)
    house.do("status", incident="INC-1", state="investigating", text="Some payments fail.")
    for _ in kills:
        with pytest.raises(Killed):
            house.settle()
        house.crash()
        house.application.world.notifiers["smtp"] = box
    house.settle()
    assert len({message.key for _, message in box.sent}) == len(box.sent)
    with house.application.reading() as uow:
        assert uow.tx.all("SELECT * FROM status_deliveries") == []
    return Counter(address for address, _ in box.sent)


def test_three_kills_and_each_of_many_got_it_once(house: House, box: Mailbox) -> None:
    """R33: killed before a message leaves and after it was taken, whether its answer was heard or not: none twice, none left out."""
    counts = killed_thrice(house, box, {100: "before", 300: "unanswered", 500: "before"})
    assert len(counts) == MANY and set(counts.values()) == {1}
    (line,) = house.do("subscribers")
    assert line["unsure"] == 1  # the product cannot know that its message was taken
    assert not list((house.folder / "leaving").iterdir())


def test_what_had_left_and_got_lost_is_not_sent_again_but_said(house: House, box: Mailbox) -> None:
    counts = killed_thrice(house, box, {100: "leaving"})
    assert sum(counts.values()) == MANY - 1 and set(counts.values()) == {1}
    assert house.do("subscribers")[0]["unsure"] == 1
    post(house, "We know more.")
    assert house.do("subscribers")[0]["unsure"] == 0  # the next update has reached them all
    assert min(Counter(address for address, _ in box.sent).values()) == 1


def test_an_address_that_is_gone_is_forgotten_and_one_that_fails_gets_it_later(
    house: House, client: TestClient, box: Mailbox
) -> None:
    for address in ("gone@shop.example", "full@shop.example", "well@shop.example"):
        follow(house, client, box, address)
    box.fails = {"gone@shop.example": Gone("550 5.1.1"), "full@shop.example": Failed("452 full", again=True)}
    post(house)
    assert len(box.to("well@shop.example")) == 2
    box.fails = {}
    house.wait(minutes=10, step=30)
    assert len(box.to("full@shop.example")) == 2 and len(box.to("well@shop.example")) == 2
    post(house, "We know more.")
    assert len(box.to("gone@shop.example")) == 1 and len(box.to("full@shop.example")) == 3


def test_webhooks_are_signed_and_lead_nowhere_inside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tuple[str, bytes, dict[str, str]]] = []

    class Answer:
        status = 200

    monkeypatch.setattr(
        sending.WebService,
        "ask",
        lambda self, _m, path, headers, body: (
            posted.append((self.base_url + path, b"".join(body), headers)) or Answer()
        ),
    )
    with house.application.uow() as uow:
        for kind in ("webhook", "slack", "teams"):
            store.ask(uow, "status", kind, f"https://hooks.example/{kind}", [])  # type: ignore[arg-type]
        numbers = {row["kind"]: row["id"] for row in uow.tx.all("SELECT id, kind FROM status_subscribers")}
        assert all(store.confirm(uow, number) for number in numbers.values())
    house.settle()
    posted.clear()
    post(house)
    bodies = {url.rpartition("/")[2]: (msgspec.json.decode(body), body, headers) for url, body, headers in posted}
    assert set(bodies) == {"webhook", "slack", "teams"}
    said, raw, headers = bodies["webhook"]
    assert (
        said["incident"]["incident_updates"][0]["body"] == "Some payments fail."
        and "/status/u/" in said["meta"]["unsubscribe"]
    )
    assert headers["webhook-id"] == "announce:INC-1:" + headers["webhook-id"].split(":")[2] + f":{numbers['webhook']}"
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    published = Webhook(store.signing_secret("k" * 32, numbers["webhook"])).sign(
        headers["webhook-id"], at, raw.decode()
    )
    assert headers["webhook-signature"] == published
    assert "Some payments fail." in bodies["slack"][0]["text"] and bodies["teams"][0]["type"] == "message"


def test_a_correction_is_sent_once_where_that_was_chosen(house: House, client: TestClient, box: Mailbox) -> None:
    follow(house, client, box, "eve@shop.example")
    post(house, "Some payments fail in Spain.")
    with house.application.reading() as uow:
        number = uow.record("INC-1").entries
    house.do("say", incident="INC-1", text="Some payments fail in France.", corrects=number)
    house.settle()
    assert len(box.to("eve@shop.example")) == 2, "a correction is silent unless it was chosen to be told"
    house.do("say", incident="INC-1", text="Some payments fail in Italy.", corrects=number, tell=True)
    for _ in range(2):
        house.settle()
        house.crash()
        house.application.world.notifiers["smtp"] = box
    last = box.to("eve@shop.example")[2:]
    assert [message.title for message in last] == ["[Status] Correction: Trouble with Checkout"]
    assert "fail in Italy" in last[0].text
    house.do("say", incident="INC-1", text="A line of the room.")
    with pytest.raises(Invalid, match="no public post"):
        house.do("say", incident="INC-1", text="Another.", corrects=1, tell=True)
    with pytest.raises(Invalid, match="corrections only"):
        house.do("say", incident="INC-1", text="Another.", tell=True)


def test_whoever_subscribes_is_spoken_to_in_the_language_of_the_page(
    house: House, client: TestClient, box: Mailbox
) -> None:
    house.application.policy().status_pages["status"] = StatusPage("Status", languages=["de", "fr"])
    house.stanch.seed()
    page = client.get("/status/subscribe")
    assert (
        'lang="de"' in page.text and "Benachrichtigen lassen" in page.text and "/status/subscribe?lang=fr" in page.text
    )
    assert "E-Mail-Adresse oder Adresse des Webhooks" in page.text
    mail = house.application.world.notifiers.pop("smtp")
    for code, said in (("de", "Meldungen per E-Mail werden hier nicht"), ("fr", "ne sont pas proposées ici")):
        without = client.get(f"/status/subscribe?lang={code}").text
        assert said in without and "E-Mail-Adresse" not in without and "Adresse e-mail" not in without
    house.application.world.notifiers["smtp"] = mail
    french = client.post("/status/subscribe?lang=fr", data={"kind": "mail", "address": "eve"})
    assert french.status_code == 422 and "n’est pas une adresse e-mail" in french.text
    follow(house, client, box, "eve@shop.example")
    assert box.sent[-1][1].title == "Meldungen von Status?"
    post(house)
    assert "Nichts mehr davon: http" in box.sent[-1][1].text


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/x",
        "http://localhost/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://[2002:a00:1::1]/x",
        "http://224.0.0.1/x",
        "http://0.0.0.0/x",
    ],
)
def test_an_address_inside_the_network_is_refused(address: str) -> None:
    with pytest.raises(Failed, match="inside a network") as raised:
        WebService(address, 1, outside=True).ask("POST", "", {})
    assert not raised.value.again


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_inside_when_asked_again_is_reached_where_it_was_checked(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is asked for once, and the connection goes to what was checked."""
    asked, reached = list[str](), list[str]()

    def resolve(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        found = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (host if host[0].isdecimal() else found, port))]

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        reached.append(address[0] if address[0][0].isdecimal() else str(resolve(address[0], address[1])[0][4][0]))
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(Failed, match="cannot be reached") as raised:
        WebService(f"{scheme}://rebind.example/x", 1, outside=True).ask("POST", "", {})
    assert raised.value.again and reached == ["93.184.216.34"] and asked == ["rebind.example"]


def test_asking_for_updates_is_limited_by_address_network_and_target(house: House, client: TestClient) -> None:
    def ask(address: str, **headers: str) -> Any:
        return client.post("/status/subscribe", data={"kind": "webhook", "address": address}, headers=headers)

    answers = [ask("https://hooks.example/one", accept="*/*") for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert answers[-1].headers["content-type"].startswith("application/problem+json")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 600
    page = ask("https://hooks.example/one", accept="text/html")
    assert page.status_code == 429 and "too often" in page.text and "hooks.example/one" in page.text
    assert int(page.headers["retry-after"]) > 0
    rest = [ask(f"https://other{n}.example/x").status_code for n in range(26)]
    assert rest == [200] * 25 + [429], "thirty from one address within ten minutes"
    house.clock.forward(minutes=10)
    assert ask("https://hooks.example/one").status_code == 200


def test_planned_work_is_announced_reminded_of_begun_and_ended_once_each(
    house: House, client: TestClient, box: Mailbox
) -> None:
    follow(house, client, box, "eve@shop.example")
    start, end = (iso(house.clock.now() + minutes * 60_000_000) for minutes in (120, 180))
    house.do(
        "maintenance",
        title="New database",
        services=["shop"],
        starts=start,
        ends=end,
        text="Payments take a minute.",
        remind=60,
    )
    house.wait(minutes=200, step=600)
    titles = [message.title for message in box.to("eve@shop.example")[1:]]
    assert titles == [f"[Status] {word}: New database" for word in ("Planned", "Reminder", "In progress", "Completed")]


def test_a_link_is_never_good_for_whoever_comes_after(house: House) -> None:
    """R33: a number that was given back would let its old confirm link subscribe the next address that was entered."""
    numbers: list[int] = []
    for address in ("mallory@example.org", "victim@example.org"):
        with house.application.uow() as uow:
            store.ask(uow, "status", "mail", address, [])
            numbers += [row["id"] for row in uow.tx.all("SELECT id FROM status_subscribers")]
            if len(numbers) == 1:
                store.leave(uow, numbers[0])
    assert len(numbers) == len(set(numbers)) == 2
    secret = house.stanch.settings.secret_key
    assert all(store.proven(secret, "leave", store.proof(secret, "leave", number)) == number for number in numbers)


def test_who_confirmed_before_the_question_left_is_not_asked_and_nobody_is_told_without_mail(
    house: House, box: Mailbox
) -> None:
    """R33: a row for a kind that cannot be delivered, or for a page that is no more, says so."""
    with house.application.uow(source="page") as uow:
        for page in ("status", "gone"):
            store.ask(uow, page, "mail", f"ada@{page}.example", [])
        for row in uow.tx.all("SELECT id FROM status_subscribers"):
            store.confirm(uow, row["id"])
    house.settle()
    with house.application.reading() as uow:
        states = [row["state"] for row in uow.tx.all("SELECT state FROM outbox WHERE kind = 'subscriber_question'")]
    assert not box.sent and states == ["dropped", "dropped"]
    told = {each["page"]: each["untold"] for each in house.do("subscribers")}
    assert told == {"gone": "there is no such page: these are not told", "status": ""}
    del house.application.world.notifiers["smtp"]
    assert house.do("subscribers")[1]["untold"] == "mail is not set up: these are not told"
