"""Several people write one postmortem at once, and nothing that anybody typed is lost (R46)."""

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.engine import retention
from stanch.kernel.clock import DAY
from stanch.kernel.errors import Conflict, Invalid
from stanch.learn.merging import merged
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def closed(house: House) -> House:
    house.do("declare", title="Checkout fails", severity="SEV-1")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.do("postmortem", incident="INC-1", summary="Checkout failed. It was rolled back.", factors=["No canary"])
    return house


def test_two_who_change_different_words_both_stay(closed: House) -> None:
    seen = [closed.record().parts["summary"]]
    closed.do(
        "postmortem", "ben", incident="INC-1", summary="Checkout failed for ten minutes. It was rolled back.", seen=seen
    )
    closed.do(
        "postmortem",
        "ada",
        incident="INC-1",
        summary="Checkout failed. It was rolled back by the release tool.",
        seen=seen,
    )
    assert (
        closed.record().parts["summary"] == "Checkout failed for ten minutes. It was rolled back by the release tool."
    )


def test_two_who_add_at_one_place_both_stay(closed: House) -> None:
    seen = [closed.record().parts["factors"]]
    closed.do("postmortem", "ben", incident="INC-1", factors=["No canary", "No limit on retries"], seen=seen)
    closed.do("postmortem", "ada", incident="INC-1", factors=["No canary", "One zone only"], seen=seen)
    assert closed.record().lists["factors"] == ["No canary", "No limit on retries", "One zone only"]


def test_two_who_change_the_same_words_are_told_of_each_other(closed: House) -> None:
    """A visible conflict: who, and what it reads now; nothing of either is lost."""
    seen = [closed.record().parts["summary"]]
    closed.do("postmortem", "ben", incident="INC-1", summary="Payments failed. It was rolled back.", seen=seen)
    with pytest.raises(
        Conflict, match=r"ben changed the same words of the summary meanwhile\. It reads now: Payments failed"
    ):
        closed.do("postmortem", "ada", incident="INC-1", summary="Logins failed. It was rolled back.", seen=seen)
    assert closed.record().parts["summary"] == "Payments failed. It was rolled back."


def test_who_saw_the_newest_text_may_replace_it(closed: House) -> None:
    closed.do("postmortem", "ben", incident="INC-1", summary="All new words", seen=[closed.record().parts["summary"]])
    closed.do("postmortem", "ada", incident="INC-1", summary="Other words", seen=[closed.record().parts["summary"]])
    assert closed.record().parts["summary"] == "Other words"


def test_three_write_for_a_while_with_a_restart_and_no_word_is_lost(closed: House) -> None:
    """Each adds words of their own from what they saw last; every word that was saved is in the end there."""
    chance, saved = random.Random(7), []
    saw = dict.fromkeys(("ada", "ben", "grace"), closed.record().parts["summary"])
    for turn in range(60):
        person = chance.choice(list(saw))
        word = f"{person}{turn}"
        words = saw[person].split()
        words.insert(chance.randint(0, len(words)), word)
        closed.do("postmortem", person, incident="INC-1", summary=" ".join(words), seen=[saw[person]])
        saved.append(word)
        if chance.random() < 0.6:
            saw[person] = closed.record().parts["summary"]
        if turn == 30:
            closed.crash()
    final = closed.record().parts["summary"].split()
    assert [word for word in saved if word not in final] == []


def test_as_typed_is_saved_letter_for_letter_with_a_version_of_its_own(closed: House) -> None:
    """A part is written under its own If-Match, whatever else is said meanwhile; an emptied part has no draft again."""
    typed = "Checkout failed. It was rolled back. \n"
    closed.do("postmortem", incident="INC-1", part="summary", text=typed, base=closed.record().parts["summary"])
    assert closed.record().parts["summary"] == typed
    closed.do("postmortem", incident="INC-1", part="factors", text="No canary\n\n One zone \n", base="No canary")
    assert closed.record().lists["factors"] == ["No canary", "One zone"]
    with pytest.raises(Conflict) as refused:
        closed.do("postmortem", incident="INC-1", part="summary", text="Payments failed", base="Checkout fell over")
    assert refused.value.repeat == {"base": typed, "seen": typed}
    with TestClient(create_app(closed.stanch)) as client:
        client.headers.update(closed.bearer("ada"))
        read = client.get("/api/v1/incidents/1/sections?part=summary")
        assert read.json()[0]["text"] == typed and read.headers["etag"] == f'"summary-v{read.json()[0]["version"]}"'
        closed.do("say", incident="INC-1", text="Something else")
        write = {"part": "summary", "text": "All new"}
        there = {"If-Match": read.headers["etag"]}
        assert client.post("/api/v1/incidents/1/postmortem", json=write, headers=there).status_code == 200
        again = client.post("/api/v1/incidents/1/postmortem", json=write, headers=there)
        assert again.status_code == 412 and "summary-v" in again.json()["detail"]
        whole = client.get("/api/v1/incidents/1/sections")
        assert (
            client.get("/api/v1/incidents/1/sections", headers={"If-None-Match": whole.headers["etag"]}).status_code
            == 304
        )
    closed.do("postmortem", incident="INC-1", part="summary", text="", base="All new")
    assert closed.do("sections", incident="INC-1", part="summary")[0]["text"] == ""
    assert (
        closed.sentences()[-1] == "Postmortem, summary: emptied"
        and "summary is empty" in closed.do("postmortem", incident="INC-1").message
    )
    assert closed.do("postmortem", incident="INC-1", part="lessons", text="x" * 50_000, base="").message.endswith(
        "saved."
    )
    with pytest.raises(Invalid, match="50,000"):
        closed.do("postmortem", incident="INC-1", part="lessons", text="y", base="")


def test_a_save_that_is_sent_again_after_days_is_written_once(closed: House) -> None:
    """R46: the browser had no answer when its lid was closed; the answers to repeated requests are kept one day only."""
    base = closed.record().parts["summary"]
    write = {"part": "summary", "text": f"{base} Ten shops.", "base": base, "save": "tab-1"}
    with TestClient(create_app(closed.stanch)) as client:
        client.headers.update({**closed.bearer("ada"), "Idempotency-Key": "tab-1"})
        assert client.post("/api/v1/incidents/1/postmortem", json=write).status_code == 200
        now = closed.record().parts["summary"]
        closed.do("postmortem", "ben", incident="INC-1", part="summary", text=f"{now} Also mail.", base=now)
        closed.clock.moment += 3 * DAY
        with closed.application.uow() as uow:
            retention.run_due(uow)
        assert not closed.application.database.select("SELECT 1 FROM answers"), "the stored answer is gone"
        assert "saved" in client.post("/api/v1/incidents/1/postmortem", json=write).json()["message"]
        assert closed.record().parts["summary"] == f"{base} Ten shops. Also mail."
    # The same name by somebody else, and another name by the same person, are other saves.
    closed.do(
        "postmortem",
        "ben",
        incident="INC-1",
        part="summary",
        text="x",
        base=closed.record().parts["summary"],
        save="tab-1",
    )
    closed.do("postmortem", "ada", incident="INC-1", part="summary", text="x y", base="x", save="tab-2")
    assert closed.record().parts["summary"] == "x y"


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "made"),
    [
        ("x a1", "x a12", "x a1 b7", "x a12 b7"),  # a word that is being typed, and another one after it
        ("x a1", "x a12", "x b7 a1", "x b7 a12"),
        ("x ", "x a1", "x b7", "x b7 a1"),
        ("x a1", "x a", "x a1 b7", "x a b7"),
        ("q w a1", "z q w a1x ", "z2 q w b3 a1 p4", "z2 z q w b3 a1x  p4"),
        ("x a1", "x a12 a3", "b8 x a1 b7 ", "b8 x a12 a3 b7 "),  # what goes on with a word stays with it
        ("x a2 ", "x a2 b3", "x a23 a2", "x a23 a2 b3"),  # one took away the white space that the other wrote after
        ("x y a11", "x y a111", "x z y a11 b1", "x z y a111 b1"),  # two words that end alike
        # Words that begin alike: theirs stands before the word that mine goes on in, not within it.
        ("aab0", "ab4 aab0", "aax aab0", "aax ab4 aab0"),
        ("aaaab0 x", "aab4 ab aab0 x", "aaa0 aaa1 a aaaab0 x", "aaa0 aaa1 a aab4 ab aab0 x"),
        ("abcd", "abx cd", "abcyd", None),  # both within one word
        ("10", "12", "100", None),  # nobody wrote 120
        ("100", "1000", "2100", None),
        ("a", "ab", "ac", None),
        ("three", "four", "five", None),
    ],
)
def test_words_are_kept_apart(base: str, mine: str, theirs: str, made: str | None) -> None:
    assert merged(base, mine, theirs) == made


@given(
    st.lists(st.sampled_from("abcdef"), max_size=6),
    st.lists(st.sampled_from("abcxyz"), max_size=6),
    st.lists(st.sampled_from("abcuvw"), max_size=6),
)
def test_a_merge_keeps_what_each_added(base: list[str], mine: list[str], theirs: list[str]) -> None:
    made = merged(" ".join(base), " ".join(mine), " ".join(theirs))
    if made is not None:
        for word in "xyz":
            assert made.split().count(word) >= mine.count(word) or word in theirs
        for word in "uvw":
            assert made.split().count(word) >= theirs.count(word)


class _Typist:
    """Types words letter by letter where the caret is, and saves now and then, in the middle of a word, too."""

    def __init__(self, mark: str, text: str, chance: random.Random) -> None:
        self.mark, self.field, self.base, self.chance = mark, text, text, chance
        self.caret, self.words, self.letters = 0, list[str](), list[str]()

    def type(self) -> None:
        if not self.letters:
            if len(self.words) % 4 == 0:
                places = [n + 1 for n, letter in enumerate(self.field) if letter.isspace()]
                self.caret = self.chance.choice([*places, len(self.field), len(self.field)])
                self.letters = [" "] if self.field[: self.caret][-1:].strip() else []
            self.words.append(f"{self.mark}{len(self.words)}{self.chance.choice('xs')}")
            self.letters += [*self.words[-1], " "]
        self.field = self.field[: self.caret] + self.letters.pop(0) + self.field[self.caret :]
        self.caret += 1

    def save(self, there: str) -> str | None:
        made = merged(self.base, self.field, there)
        self.base = there if made is None else self.field
        return made


def test_two_who_save_in_the_middle_of_words_split_none_of_the_others() -> None:
    """R46: whatever one saves while the other goes on with a word, each word is there once in the end, or a conflict is shown."""
    conflicts = 0
    for seed in range(400):
        chance = random.Random(seed)
        alike = chance.choice(("", "", "aa"))  # words of both that begin with the same letters
        there = chance.choice(["", "It fails.", "- Duration: not over\n- Customers: how many?"])
        both = [_Typist(f"{alike}a", there, chance), _Typist(f"{alike}b", there, chance)]
        for _ in range(80):
            writer = chance.choice(both)
            writer.type()
            made = writer.save(there) if chance.random() < 0.2 else there
            if made is None:
                break
            there = made
        else:
            for writer in both:
                while writer.letters:
                    writer.type()
                made = writer.save(there) if made is not None else None
                there = made or there
        conflicts += made is None
        if made is not None:
            words = there.split()
            assert [w for writer in both for w in writer.words if words.count(w) != 1] == [], f"seed {seed}: {there}"
    assert conflicts < 60


def test_on_the_page_what_was_typed_is_kept_beside_what_it_reads_now(closed: House) -> None:
    seen = closed.record().parts["summary"]
    closed.do("postmortem", "ben", incident="INC-1", summary="Payments failed. It was rolled back.", seen=[seen])
    with TestClient(create_app(closed.stanch), follow_redirects=False) as client:
        client.headers.update({**closed.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        form = {"incident": "INC-1", "summary": "Logins failed. It was rolled back.", "seen": [seen]}
        answer = client.post("/do/postmortem", data=form)
    assert answer.status_code == 409
    assert "Logins failed. It was rolled back." in answer.text and "Payments failed. It was rolled back." in answer.text
