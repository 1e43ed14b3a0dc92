"""What is announced where people only listen: in order, numbered, once; nothing private; an outage delays nothing else (R34)."""

from pathlib import Path

from stanch.communicate.announcing import troubles
from stanch.integrations.teams import card
from stanch.ports import Failed
from stanch.ports.announcing import Announcement
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_true_sentences import TestClient


class Board:
    """An announcer that keeps what it was given, and fails while told to."""

    def __init__(self) -> None:
        self.name = "board"
        self.heard: list[Announcement] = []
        self.problem: Failed | None = None

    def announce(self, announcement: Announcement) -> str:
        if self.problem:
            raise self.problem
        self.heard.append(announcement)
        return "posted"


def board_of(house: House) -> Board:
    board = Board()
    house.application.world.announcers["board"] = board
    return board


def test_an_incident_is_announced_from_declaring_to_closing(house: House) -> None:
    # R34
    board = board_of(house)
    house.do("declare", title="Checkout outage", severity="SEV-4", service="shop")
    house.do("role", actor="ben", incident="INC-1", role="incident_commander")
    house.do("say", incident="INC-1", text="between us")
    house.do("update", incident="INC-1", text="We look into it", next_in=30)
    house.wait(seconds=30)
    house.do("close", incident="INC-1", reason="it was nothing")
    house.wait(seconds=30)
    assert [a.number for a in board.heard] == list(range(1, len(board.heard) + 1))
    assert board.heard[0].text == "Declared: Checkout outage" and "between us" not in str(board.heard)
    told = next(a for a in board.heard if "We look into it" in a.text)
    assert (told.commander, told.severity, told.rung, told.next_update[-4:], told.url) == (
        "Ben",
        "SEV-4",
        4,
        " UTC",
        "",
    )
    assert board.heard[-1].text.startswith("Closed") and board.heard[-1].next_update == ""


def test_nothing_private_is_announced(house: House) -> None:
    # P6
    board = board_of(house)
    house.do("declare", title="Data leaked", private=True)
    house.do("severity", incident="INC-1000001", severity="SEV-1")
    house.wait(seconds=10)
    assert board.heard == []


def test_after_a_short_outage_all_of_it_arrives_and_after_a_long_one_the_newest(house: House) -> None:
    board = board_of(house)
    board.problem = Failed("503", again=True)
    house.do("declare", title="Checkout outage", severity="SEV-1")
    house.wait(minutes=2)
    assert house.pager.sent, "a page waits for no announcement"
    house.do("update", incident="INC-1", text="One")
    board.problem = None
    house.wait(minutes=5)
    assert [a.text.partition(":")[0] for a in board.heard] == ["Declared", "Severity is SEV-1", "Internal update"]
    board.problem = Failed("503", again=True)
    for text in ("Two", "Three", "Four"):
        house.do("update", incident="INC-1", text=text)
        house.wait(minutes=15, step=30)
    board.problem = None
    house.wait(minutes=10, step=30)
    assert "Four" in board.heard[-1].text and len(board.heard) <= 5


def test_what_is_refused_for_good_is_said_and_stops_nothing(house: House) -> None:
    board = board_of(house)
    board.problem = Failed("404; the webhook was deleted; make another one", again=False)
    house.do("declare", title="Checkout outage", severity="SEV-4")
    house.wait(seconds=30)
    with house.application.reading() as uow:
        assert troubles(uow) == ["board, INC-1: 404; the webhook was deleted; make another one"]
    board.problem = None
    house.do("update", incident="INC-1", text="Here again")
    house.wait(minutes=6)
    assert [a.text.partition(":")[0] for a in board.heard] == ["Internal update"]
    with house.application.reading() as uow:
        assert troubles(uow) == []


def test_the_colour_of_a_severity_goes_by_its_rank_whatever_it_is_called(
    database_url: str, tmp_path: Path
) -> None:  # R2
    own = {"critical": {"pages": True}, "minor": {"pages": False}}
    for house in opened(database_url, tmp_path, {**POLICY, "severities": own}):
        board = board_of(house)
        house.do("declare", title="Checkout outage", severity="critical", service="shop")
        house.wait(seconds=10)
        assert (board.heard[0].severity, board.heard[0].rung) == ("critical", 1)
        assert card(board.heard[0])["attachments"][0]["content"]["body"][0]["color"] == "Attention"
        client, ada = TestClient(create_app(house.stanch)), house.bearer("ada")
        for path in ("/", "/incidents", "/incidents/INC-1", "/incidents/INC-1/wall", "/services/shop"):
            assert 'badge sev-1">critical<' in client.get(path, headers=ada).text, path
