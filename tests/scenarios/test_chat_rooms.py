"""A room for each incident: what is posted there, each once and in order, and what people say and do there (R30, R34)."""

import pytest
from starlette.testclient import TestClient

from stanch.chat.posts import make_stale
from stanch.chat.rooms import see_to
from stanch.kernel.actor import Actor
from stanch.kernel.clock import SECOND
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import NotFound
from stanch.ports import Failed
from stanch.ports.chat import ChatMessage, Window
from stanch.timeline.facts.chat import LinePinned
from stanch.timeline.facts.respond import Amended, Said
from stanch.web.app import create_app
from tests.scenarios.hall import Guests, Hall, open_hall
from tests.scenarios.house import House


@pytest.fixture
def guests(house: House) -> Guests:
    return open_hall(house)


@pytest.fixture
def hall(guests: Guests) -> Hall:
    hall: Hall = guests.hall
    return hall


def declare(house: House, title: str = "Checkout outage", **values: str) -> None:
    house.do("declare", title=title, **values)
    house.settle()


def said(house: House, incident: str = "INC-1") -> list[str]:
    with house.application.reading() as uow:
        return [e.facts.text for e in uow.entries(incident) if isinstance(e.facts, Said) and e.source == "chat"]


def test_a_declared_incident_has_a_room_with_its_people_and_a_pinned_summary(
    house: House, guests: Guests, hall: Hall
) -> None:
    # R34
    declare(house, service="shop", severity="SEV-1")
    day = hall.names["R1"][4:14]
    assert hall.names["R1"] == f"inc-{day}-checkout-outage" and len(day.split("-")) == 3
    assert hall.members["R1"] == ["U_ADA"] and hall.pins == [("R1", "P0")]
    assert "Severity: SEV-1" in hall.texts()[0] and "Incident Commander: missing" in hall.texts()[0]
    assert hall.posts[0][1].url.endswith("/incidents/INC-1")
    assert hall.topics == {} and hall.rooms["R1"].topic.startswith("SEV-1 · triage · no Incident Commander yet")
    assert any("Declared: Checkout outage (ada)" in text for text in hall.texts())
    assert house.sentences().count(f"Channel {hall.names['R1']} opened in Hall") == 1
    house.do("role", actor="ben", incident="INC-1", role="incident_commander")
    house.settle()
    assert hall.members["R1"] == ["U_ADA", "U_BEN"] and "IC ben" in hall.topics["R1"]
    assert "Incident Commander: ben" in hall.texts()[0] and len(hall.pins) == 1, "edited in place"


def test_everything_is_told_once_and_in_order_although_answers_are_lost(
    house: House, guests: Guests, hall: Hall
) -> None:
    # R34, P1
    hall.lost = True
    declare(house)
    house.wait(seconds=20)
    for number in range(30):
        hall.lost = number % 3 == 0
        house.do("say", incident="INC-1", text=f"line {number}.")
        house.settle()
        if number % 5 == 0:
            house.crash()
    house.wait(minutes=2)
    told = [line for text in hall.texts()[1:] for line in text.split("\n") if line.startswith("line ")]
    assert told == [f"line {number}. (ada)" for number in range(30)]
    assert len(hall.rooms) == 1


def test_while_the_chat_is_away_everything_else_goes_on_and_it_arrives_afterwards(
    house: House, guests: Guests, hall: Hall
) -> None:
    hall.down = True
    declare(house, severity="SEV-1")
    house.wait(minutes=1)
    assert house.pager.sent, "a page waits for no chat"
    assert not hall.rooms and not house.record().channels
    for number in range(40):
        house.do("say", incident="INC-1", text=f"line {number}.")
    house.wait(minutes=20)
    hall.down = False
    house.wait(minutes=2)
    told = [line for text in hall.texts()[1:] for line in text.split("\n") if line.startswith("line ")]
    assert told == [f"line {number}. (ada)" for number in range(40)]
    assert len([text for text in hall.texts() if "line " in text]) <= 4, "a backlog is few messages"


def test_a_prompt_is_posted_with_its_choices_and_withdrawn_when_it_is_answered(
    house: House, guests: Guests, hall: Hall
) -> None:
    # R11, R34
    declare(house, severity="SEV-1")
    house.wait(minutes=12)
    asked = next((n, m) for n, (_, m) in enumerate(hall.posts) if any(c.line == "phase mitigate" for c in m.choices))
    assert "Move to Mitigate?" in asked[1].text and all(c.asks for c in asked[1].choices if c.line.startswith("phase"))
    press = guests.says("ben", "phase mitigate", kind="command", about=f"P{asked[0]}", answer_to="https://hall/answer")
    guests.listen()
    assert house.record().phase == "mitigate"
    assert hall.posts[asked[0]][1].text.startswith("Answered: ") and not hall.posts[asked[0]][1].choices
    again = guests.says("ada", "phase mitigate", kind="command", about=f"P{asked[0]}", answer_to="https://hall/2")
    guests.listen()
    answers = {m.answer_to: m.text for _, m in hall.posts if m.answer_to}
    assert answers[again.answer_to] == "This was answered already." and "moved" in answers[press.answer_to]
    assert "'phase undo=true' takes it back" in answers[press.answer_to]
    guests.says("ben", "!stanch phase undo=true")
    guests.listen()
    assert house.record().phase != "mitigate" and house.sentences()[-1].startswith("Moved back to")


def test_what_is_said_is_narration_with_its_own_time_and_author_once(house: House, guests: Guests, hall: Hall) -> None:
    # R27
    declare(house)
    line = guests.says("ben", "503 since 14:02")
    house.clock.moment += 30 * SECOND
    guests.listen()
    hall.events.append(line)  # the chat delivers it again
    guests.listen()
    guests.says("eve", "I am new here")
    guests.listen()
    with house.application.reading() as uow:
        found = [e for e in uow.entries("INC-1") if isinstance(e.facts, Said) and e.source == "chat"]
    assert [(e.author, e.happened_at) for e in found[:1]] == [("ben", line.at)] and found[0].recorded_at > line.at
    assert [e.author for e in found] == ["ben", "U_EVE (not known to stanch)"]
    assert not any("503 since" in text for text in hall.texts()), "nothing is echoed where it was said"


def test_an_edit_and_a_deletion_are_amendments_by_the_author_only(house: House, guests: Guests) -> None:
    # R10
    declare(house)
    line, other = guests.says("ada", "since 14:02"), guests.says("ben", "wrong room")
    edit = guests.says("ada", "since 14:01", kind="edit", about=line.id)
    guests.says("ben", "it was me", kind="edit", about=line.id)
    guests.says("ada", "since 14:01", kind="edit", about=line.id)
    guests.says("ada", "", kind="delete", about=other.id)
    guests.says("ben", "", kind="delete", about=other.id)
    guests.says("ada", "", kind="delete", about=edit.id)
    guests.listen()
    with house.application.reading() as uow:
        entries = uow.entries("INC-1")
    at = {e.facts.text: e.position for e in entries if isinstance(e.facts, Said)}
    amended = [(e.facts.position, e.facts.text, e.author) for e in entries if isinstance(e.facts, Amended)]
    assert amended[:2] == [
        (at["since 14:02"], "since 14:01", "ada"),
        (at["wrong room"], "withdrawn by its author", "ben"),
    ]
    assert len(amended) == 2, "the edit that was taken back leaves one that says the same"


def test_an_edit_that_is_taken_back_gives_the_line_its_words_back(house: House, guests: Guests) -> None:
    declare(house)
    line = guests.says("ada", "since 14:02")
    edit = guests.says("ada", "since 14:01", kind="edit", about=line.id)
    guests.says("ada", "", kind="delete", about=edit.id)
    guests.listen()
    assert [s.partition(": ")[2] for s in house.sentences() if s.startswith("Correction")] == [
        "since 14:01",
        "since 14:02",
    ]


def test_a_reaction_or_a_reply_marks_a_line(house: House, guests: Guests) -> None:
    # R37
    declare(house)
    line = guests.says("ada", "we roll back")
    guests.says("ben", "white_check_mark::skin-tone-2", kind="reaction", about=line.id)
    guests.says("ada", "✅\ufe0f", kind="reaction", about=line.id)
    guests.says("ada", "!action", about=line.id)
    guests.says("eve", "📌", kind="reaction", about=line.id)
    guests.says("ada", "thumbsup", kind="reaction", about=line.id)
    guests.listen()
    with house.application.reading() as uow:
        marks = [
            (e.author, e.facts.pinned_as, e.facts.text) for e in uow.entries("INC-1") if isinstance(e.facts, LinePinned)
        ]
    assert marks == [("ben", "decision", "we roll back"), ("ada", "action", "we roll back")]
    assert said(house) == ["we roll back"]


SPELLINGS = [
    "!stanch sev 2",
    "!stanch SEV 2",
    " !Stanch: sev2",
    "/stanch severity sev-2",
    "!stanch SEV-2 as it is",
    "!stanch p2",
]


def test_people_spell_as_they_like(house: House, guests: Guests, hall: Hall) -> None:
    # R30
    declare(house)
    for line in SPELLINGS:
        house.do("severity", incident="INC-1", severity="SEV-4")
        heard = guests.says("ada", line)
        guests.listen()
        assert house.record().severity_name() == "SEV-2", line
        assert next(m.text for _, m in hall.posts if m.reply_to == heard.id).startswith("INC-1 is SEV-2")
    assert said(house) == []


ANSWERS = [
    ("ada", "!stanch sev 9", "There is no severity '9'. Write one of"),
    ("ada", "!stanch dance", "There is no command '/dance'. 'help' lists the usual ones."),
    ("ada", "!stanch impct Cards fail", "There is no command '/impct'. Did you mean 'impact'? 'help' lists"),
    ("ada", "!stanch INC-1 show", "INC-1 Checkout outage · open · triage"),
    ("ada", "!stanch inc-1", "INC-1 Checkout outage · open · triage"),
    ("ada", "!stanch INC-1 relate INC-99", "There is no incident INC-99."),
    ("ada", "!stanch now", "INC-1 Someone is being paged. Do you have it?"),
    ("ada", "!stanch me", "'me' is about you, and everybody here would read it."),
    ("eve", "!stanch sev 2", "stanch does not know who you are. Ask for 'hall:U_EVE'"),
    ("ada", "!stanch show INC-99", "There is no incident INC-99."),
    ("ada", "!stanch show", "INC-1 Checkout outage · open · triage"),
    ("ada", "!stanch", "Write a command behind"),
    ("ada", "!stanch help sev", "severity severity"),
    ("ada", "!stanch help dance", "There is no command"),
    ("ada", "!stanch incidents", "INC-1 · Checkout outage"),
    ("ada", "!stanch role “ic”", "ada is Incident Commander of INC-1."),
    ("ada", "> <@x:y> old\n> words\n\n!stanch ic is nobody", "There is no command '/ic'."),
]


def test_a_command_is_answered_in_one_reply(house: House, guests: Guests, hall: Hall) -> None:
    # R30
    declare(house)
    asked = [(guests.says(who, line), answer) for who, line, answer in ANSWERS]
    guests.listen()
    house.crash()
    guests.listen()
    for heard, answer in asked:
        replies = [m.text for _, m in hall.posts if m.reply_to == heard.id]
        assert len(replies) == 1 and replies[0].startswith(answer), (heard.text, replies)


def test_show_answers_the_six_facts(house: House, guests: Guests, hall: Hall) -> None:
    # R10, R30
    declare(house, severity="SEV-2")
    guests.says("ada", "!stanch show")
    guests.listen()
    facts = ("Severity: SEV-2", "Incident Commander: missing", "Customer impact:", "Leading hypothesis:", "Mitigations attempted:", "Next update:")  # fmt: skip
    assert all(fact in hall.texts()[-1] for fact in facts)


def test_an_incident_is_declared_in_any_room_and_what_is_said_there_is_nobodys(
    house: House, guests: Guests, hall: Hall
) -> None:
    # R5
    guests.says("ada", "coffee?", room="LOBBY")
    guests.says("ada", "!stanch declare Checkout is down severity=SEV-2 service=shop", room="LOBBY")
    guests.listen()
    record = house.record()
    assert (record.title, record.severity_name(), record.service) == ("Checkout is down", "SEV-2", "shop")
    assert said(house) == [] and hall.texts("LOBBY") == ["INC-1 declared: Checkout is down"]


def test_nothing_private_is_told_in_another_room(house: House, guests: Guests, hall: Hall) -> None:
    # P6
    with house.application.uow(Actor("ada", admin=True)) as uow:
        from stanch.timeline.facts.detect import Declared

        secret = uow.open(Declared("Data of customers leaked", private=True))
    declare(house, "Checkout outage")
    house.settle()
    room = next(r for r, made in hall.rooms.items() if made.private)
    other = next(r for r, made in hall.rooms.items() if not made.private)
    assert "leak" not in hall.names[room] and hall.members[room] == ["U_ADA"]
    for line in (f"show {secret}", f"say {secret} hello", "incidents", f"sev 2 {secret}"):
        guests.says("ada", f"!stanch {line}", room=other)
    guests.says("ada", f"!stanch show {secret}", room="LOBBY")
    guests.listen()
    for where in (other, "LOBBY"):
        assert not any("leak" in text for text in hall.texts(where))
    assert house.record(secret).severity is None
    guests.says("ada", "!stanch show", room=room)
    guests.listen()
    assert "Data of customers leaked" in hall.texts(room)[-1]


def test_what_needs_me_is_read_out_in_a_room_without_anything_private(house: House, guests: Guests, hall: Hall) -> None:
    # R30, P6: in a room the answer is about whoever asked, and holds what everybody may hear
    with house.application.uow(Actor("ada", admin=True)) as uow:
        from stanch.timeline.facts.detect import Declared

        uow.open(Declared("Data of customers leaked", private=True))
    house.wait(minutes=3)
    guests.says("ada", "!stanch now", room="LOBBY")
    guests.listen()
    told = "Would a page reach you? Ada has only one contact method.\nNo incident is open."
    assert hall.texts("LOBBY")[-1] == told
    with house.application.reading(Actor("(everybody)", aloud_for="cyd")) as uow:
        nothing = REGISTRY["now"].handle(uow, REGISTRY["now"].struct()).line()  # type: ignore[union-attr]
    assert nothing == "Nothing needs you that may be said here.\nNo incident is open."
    declare(house, "Checkout outage")
    house.do("role", incident="INC-1", role="incident_commander")
    house.wait(minutes=4)
    for who in ("ada", "ben"):
        guests.says(who, "!stanch now", room="LOBBY")
    guests.listen()
    to_ada, to_ben = hall.texts("LOBBY")[-2:]
    assert "INC-1 What do customers see?" in to_ada and "What do customers see?" not in to_ben
    assert "leak" not in to_ada + to_ben


def test_nobody_stays_in_a_private_room_who_may_not_see_it(house: House, guests: Guests, hall: Hall) -> None:
    # P6
    house.bearer("ben")
    with house.application.uow(Actor("ada", admin=True)) as uow:
        from stanch.timeline.facts.detect import Declared

        secret = uow.open(Declared("Data leaked", private=True))
    house.settle()
    house.do("invite", incident=secret, person="ben")
    house.settle()
    assert sorted(hall.members["R1"]) == ["U_ADA", "U_BEN"]
    hall.members["R1"].append("U_EVE")
    guests.says("eve", "", kind="joined")
    guests.says("ben", "", kind="joined")
    guests.listen()
    assert sorted(hall.members["R1"]) == ["U_ADA", "U_BEN"]
    house.do("uninvite", incident=secret, person="ben")
    house.settle()
    assert hall.members["R1"] == ["U_ADA"]
    guests.says("ben", "!stanch sev 1")
    guests.listen()
    assert house.record(secret).severity is None
    with pytest.raises(NotFound):
        house.do("show", actor="ben", incident=secret)


def test_closed_with_the_incident_and_back_with_it(house: House, guests: Guests, hall: Hall) -> None:
    # R42
    declare(house, severity="SEV-4")
    guests.says("ada", "!stanch close there was nothing")
    guests.listen()
    assert hall.closed == {"R1"} and "closed" in hall.topics["R1"] and any("Closed" in t for t in hall.texts())
    guests.says("ben", "!stanch reopen it is back")
    guests.listen()
    assert house.record().status == "open" and hall.closed == set() and len(hall.rooms) == 1


def test_a_room_that_is_not_given_back_has_a_successor(house: House, guests: Guests, hall: Hall) -> None:
    declare(house, severity="SEV-4")
    house.do("close", incident="INC-1", reason="nothing")
    house.settle()
    hall.refused.add("keeps")
    house.do("reopen", incident="INC-1", reason="it is back")
    house.wait(seconds=10)
    assert hall.names["R2"] == f"{hall.names['R1']}-r2" and any("Reopened" in text for text in hall.texts("R2"))
    assert hall.members["R2"] == ["U_ADA"]
    guests.says("ada", "here now", room="R2")
    guests.listen()
    assert said(house) == ["here now"]


def test_a_room_that_somebody_deleted_has_a_successor_and_nothing_is_lost(
    house: House, guests: Guests, hall: Hall
) -> None:
    declare(house)
    hall.gone = True
    house.do("say", incident="INC-1", text="after it was deleted")
    house.wait(seconds=10)
    assert any("after it was deleted" in text for text in hall.texts("R2"))


def test_whoever_cannot_be_invited_stops_nothing(house: House, guests: Guests, hall: Hall) -> None:
    hall.refused.add("U_ADA")
    declare(house)
    house.do("role", actor="ben", incident="INC-1", role="scribe")
    house.wait(seconds=10)
    assert hall.members["R1"] == ["U_BEN"] and any("scribe" in text.lower() for text in hall.texts())


def test_what_was_deleted_while_nobody_listened_is_withdrawn(house: House, guests: Guests, hall: Hall) -> None:
    declare(house)
    kept, gone = guests.says("ada", "stays"), guests.says("ada", "goes")
    guests.listen()
    hall.windows = [Window("R1", kept.at - SECOND, gone.at + SECOND, frozenset({kept.id}))]
    guests.listen()
    guests.listen()
    corrections = [s for s in house.sentences() if s.startswith("Correction")]
    assert len(corrections) == 1 and corrections[0].endswith("withdrawn by its author")


def test_after_an_outage_of_ours_everything_is_heard_in_order(house: House, guests: Guests, hall: Hall) -> None:
    declare(house)
    for number in range(130):
        guests.says("ada" if number % 2 else "ben", f"line {number}")
    hall.down = True
    with pytest.raises(Failed):
        guests.listen()
    hall.down = False
    house.crash()
    guests.listen()
    assert said(house) == [f"line {number}" for number in range(130)]


def test_what_is_redacted_is_kept_nowhere(house: House, guests: Guests, hall: Hall) -> None:
    declare(house)
    guests.says("ada", "the password is hunter2-of-ada")
    guests.says("ada", "!stanch impact the password is hunter2-of-ada")
    guests.listen()
    assert "hunter2" in hall.texts()[0]
    house.do("role", actor="ada", incident="INC-1", role="incident_commander")
    position = next(n for n, s in enumerate(house.sentences(), 1) if s.startswith("the password"))
    house.do("redact", incident="INC-1", position=position, reason="A password was pasted")
    house.settle()
    with house.application.reading() as uow:
        for table in ("chat_heard", "chat_rooms", "entries", "outbox"):
            assert "hunter2" not in str(uow.tx.all(f"SELECT * FROM {table}")), table
    assert "hunter2" not in hall.texts()[0], "the summary is written anew"


def test_what_was_told_and_is_redacted_leaves_every_message_that_told_it(  # design, section 4
    house: House, guests: Guests, hall: Hall
) -> None:
    declare(house, title="Login of zoe@shop.example fails")
    house.do("say", incident="INC-1", text="key AKIA4711 works")
    house.do("say", incident="INC-1", text="the pods are fine")
    house.settle()
    house.do("say", incident="INC-1", text="so key AKIA4711 works, I tried")
    house.settle()
    house.do("role", actor="ada", incident="INC-1", role="incident_commander")
    house.settle()
    assert sum("AKIA4711" in text for text in hall.texts()) == 2
    hall.down = True
    for beginning in ("key AKIA", "Declared"):
        position = next(n for n, s in enumerate(house.sentences(), 1) if s.startswith(beginning))
        house.do("redact", incident="INC-1", position=position, reason="Not for others")
    house.crash()
    hall.down = False
    house.wait(minutes=2)
    told = "\n".join([*hall.texts(), *(m.heading for _, m in hall.posts), *hall.topics.values()])
    assert "AKIA4711 works" not in told and "zoe@shop" not in told
    assert "the pods are fine (ada)" in told and "[redacted]" in told
    assert told.count("the pods are fine") == 1, "messages are edited where they stand"


def test_an_open_prompt_that_is_redacted_keeps_its_choices(house: House, guests: Guests, hall: Hall) -> None:
    declare(house)
    house.wait(minutes=10)
    asked = [place for place, (_, message) in enumerate(hall.posts) if message.choices]
    assert asked
    before = hall.posts[asked[0]][1]
    house.do("role", actor="ada", incident="INC-1", role="scribe")
    with house.application.reading() as uow:
        entry = next(e for e in uow.entries("INC-1") if e.facts.sentence() in before.text and e.kind == "prompted")
    with house.application.uow() as uow:
        make_stale(uow, "INC-1", entry.position)
        see_to(uow, "hall", "INC-1")
    house.settle()
    after = hall.posts[asked[0]][1]
    assert after.key != before.key and (after.choices == before.choices or after.text.startswith("Answered"))


def test_huge_and_odd_lines_are_kept_whole(house: House, guests: Guests) -> None:
    declare(house)
    guests.says("ada", "x" * 40_000)
    guests.says("ada", "a\x00b\u202e")
    guests.says("ada", "   ")
    guests.listen()
    assert [len(text) for text in said(house)] == [40_000, 2], "what nobody sees is taken out"


def test_without_a_chat_nothing_claims_a_channel(house: House) -> None:
    # R30
    house.do("declare", title="Checkout outage")
    house.settle()
    assert not house.record().channels and not any("hannel" in s for s in house.sentences())
    with house.application.reading() as uow:
        assert uow.tx.all("SELECT * FROM chat_rooms") == []


def test_a_chat_that_is_configured_later_gets_rooms_for_what_goes_on(house: House) -> None:
    house.do("declare", title="Checkout outage")
    house.do("say", incident="INC-1", text="long ago")
    guests = open_hall(house)
    with house.application.uow() as uow:
        for start in house.stanch.wiring.starts:
            start(uow)
    house.settle()
    assert len(guests.hall.rooms) == 1 and not any("long ago" in text for text in guests.hall.texts())


def test_settings_say_how_the_chat_is_doing_and_nothing_private(house: House, guests: Guests, hall: Hall) -> None:
    # R30, P6
    client = TestClient(create_app(house.stanch))
    bearer = house.bearer("zoe")
    assert "not heard yet; 0 channels of incidents" in client.get("/settings", headers=bearer).text
    declare(house)
    guests.listen()
    assert (
        "heard last at" in (page := client.get("/settings", headers=bearer).text) and "1 channel of incidents" in page
    )
    hall.down = True
    house.do("declare", title="Data leaked", private=True)
    house.settle()
    with pytest.raises(Failed):
        guests.listen()
    page = client.get("/settings", headers=bearer).text
    assert "not heard" in page and "the hall is closed" in page and "INC-1000001" not in page
    room = client.get("/incidents/INC-1", headers=bearer).text
    assert hall.names["R1"] in room and "https://hall/R1" in room


def test_an_answer_is_neither_lost_nor_doubled_by_a_crash_or_an_outage(
    house: House, guests: Guests, hall: Hall
) -> None:
    # R34, P1
    declare(house, severity="SEV-1")
    for number in range(6):
        hall.lost = number % 2 == 0  # it was posted, and the crash came before that was written down
        guests.says("ada", f"!stanch impact impact {number}")
        guests.listen()
        house.crash()
        house.wait(seconds=5)
    answers = [text for text in hall.texts() if text.startswith("Customer impact of INC-1 noted")]
    assert len(answers) == 6
    guests.says("ada", "!stanch show")
    guests.listener.turn()
    hall.down = True
    house.wait(minutes=25, step=60)
    assert not any("Leading hypothesis: missing" in m.text for _, m in hall.posts if m.reply_to)
    hall.down = False
    house.wait(minutes=2)
    assert sum("Leading hypothesis: missing" in m.text for _, m in hall.posts if m.reply_to) == 1, (
        "after twenty minutes, once"
    )


def test_what_goes_to_one_person_alone_and_may_have_arrived_says_that_it_comes_again(
    house: House, guests: Guests, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # R34
    declare(house, severity="SEV-1")
    post, calls = hall.post, list[str]()

    def lose(room: str, message: ChatMessage, *, again: bool) -> str:
        found = post(room, message, again=again)
        calls.append(message.answer_to)
        if calls.count("https://hall/1") == 1 and message.answer_to:
            raise Failed("no answer came", again=True)
        return found

    monkeypatch.setattr(hall, "post", lose)
    guests.says("ben", "impact Cards are slow", kind="command", answer_to="https://hall/1")
    guests.listen()
    house.crash()
    house.wait(seconds=5)
    answers = [m.text for _, m in hall.posts if m.answer_to]
    noted = "Customer impact of INC-1 noted."
    assert answers == [noted, f"(Perhaps for the second time.) {noted}"]
    assert sum(said.startswith("Customer impact: Cards are slow") for said in house.sentences()) == 1, (
        "said again, done once"
    )
