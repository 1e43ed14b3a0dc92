"""A chat in memory, with people in it: it remembers what was posted, and can be away, slow to answer, or read-only."""

from typing import Any

from stanch.chat.reader import ChatReader
from stanch.ports import Failed, Gone
from stanch.ports.chat import ChatEvent, ChatMessage, NewRoom, Reading, Room, Window
from tests.scenarios.house import House


class Hall:
    """Accounts are ``U_ADA`` and so on. ``lost``: the next answer never comes, although it was done."""

    title, prefix, pace = "Hall", "hall", 0.0

    def __init__(self) -> None:
        self.name = "hall"
        self.rooms: dict[str, NewRoom] = {}
        self.names: dict[str, str] = {}
        self.posts: list[tuple[str, ChatMessage]] = []
        self.members: dict[str, list[str]] = {}
        self.topics: dict[str, str] = {}
        self.pins: list[tuple[str, str]] = []
        self.closed: set[str] = set()
        self.events: list[ChatEvent] = []
        self.windows: list[Window] = []
        self.down = self.lost = self.gone = False
        self.refused: set[str] = set()

    def _here(self) -> None:
        if self.down:
            raise Failed("the hall is closed", again=True, after=7)

    def _lose(self) -> None:
        if self.lost:
            self.lost = False
            raise Failed("no answer came", again=True)

    def create(self, wanted: NewRoom, *, again: bool) -> Room:
        self._here()
        for room, made in self.rooms.items():
            if made.mark == wanted.mark:
                return Room(room, self.names[room], f"https://hall/{room}")
        room = f"R{len(self.rooms) + 1}"
        self.rooms[room], self.names[room], self.members[room] = wanted, wanted.name, []
        self._lose()
        return Room(room, wanted.name, f"https://hall/{room}")

    def invite(self, room: str, account: str) -> None:
        self._here()
        if account in self.refused:
            raise Failed(f"{account} is a guest", again=False)
        self.members[room].append(account)

    def remove(self, room: str, account: str) -> None:
        self._here()
        self.members[room] = [name for name in self.members[room] if name != account]

    def topic(self, room: str, text: str) -> None:
        self._here()
        self.topics[room] = text

    def post(self, room: str, message: ChatMessage, *, again: bool) -> str:
        self._here()
        if self.gone:
            self.gone = False
            raise Gone("somebody has deleted the room")
        if again and not message.answer_to:  # what goes to one person alone is not in the room
            for place, (where, posted) in enumerate(self.posts):
                if (where, posted.key) == (room, message.key):
                    return f"P{place}"
        self.posts.append((room, message))
        self._lose()
        return f"P{len(self.posts) - 1}"

    def edit(self, room: str, posted: str, message: ChatMessage) -> None:
        self._here()
        self.posts[int(posted[1:])] = (room, message)

    def pin(self, room: str, posted: str) -> None:
        self._here()
        self.pins.append((room, posted))

    def close(self, room: str) -> None:
        self.closed.add(room)

    def reopen(self, room: str) -> None:
        if "keeps" in self.refused:
            raise Gone("an archived room is not given back")
        self.closed.discard(room)

    def read(self, token: str, rooms: list[str], wait: float) -> Reading:
        self._here()
        start = int(token or 0)
        windows, self.windows = self.windows, []
        return Reading(str(len(self.events)), self.events[start:], windows)

    def stored(self, reading: Reading) -> None:
        pass

    def end(self) -> None:
        pass

    def check(self) -> str:
        return "the hall is open"

    def texts(self, room: str = "R1") -> list[str]:
        return [message.text for where, message in self.posts if where == room]


class Guests:
    """Ada, Ben and others who talk in the hall of a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hall = house.chats["hall"]
        self.listener = ChatReader(house.application, self.hall)

    def listen(self) -> None:
        """Hear what is new, and let the engine do what follows."""
        if self.listener.application is not self.house.application:  # it was started again
            self.listener = ChatReader(self.house.application, self.hall)
            self.listener.reclaim()
        assert self.listener.turn()
        self.house.settle()

    def says(self, who: str, text: str, room: str = "R1", **more: Any) -> ChatEvent:
        kind = more.pop("kind", "message")
        heard = ChatEvent(
            f"$e{len(self.hall.events)}", room, kind, f"U_{who.upper()}", self.house.clock.now(), text, **more
        )
        self.hall.events.append(heard)
        return heard


def open_hall(house: House) -> Guests:
    """The house with a hall, and the contacts with their accounts in it."""
    house.application.database.close()
    contacts = {
        key: contact | {"names": [f"hall:U_{key.upper()}"]} for key, contact in house.policy["contacts"].items()
    }
    house.policy = house.policy | {"contacts": contacts}
    house.chats["hall"] = Hall()
    house.open()
    return Guests(house)
