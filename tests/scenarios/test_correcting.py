"""Corrections name an entry by the number that the timeline shows, and only what a person wrote is corrected (R10)."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from stanch.cli import stanch
from stanch.cli.generated import build
from stanch.cli.place import Place
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Invalid
from stanch.kernel.filling import fill
from stanch.web.app import create_app
from tests.scenarios.house import House
from tests.scenarios.test_true_sentences import TestClient


@pytest.fixture
def typed(house: House, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a command prints at a terminal."""
    monkeypatch.delenv("STANCH_URL", raising=False)
    place = Place(None, "ada")
    place._stanch = house.stanch

    def run(name: str, *words: str) -> str:
        with click.Context(stanch, obj=place):
            done = CliRunner().invoke(build(REGISTRY[name]), list(words), obj=place)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return run


def test_a_terminal_numbers_entries_and_shows_a_correction_at_both_places(house: House, typed: Any) -> None:
    house.do("declare", title="Checkout fails", severity="SEV-3")
    typed("say", "INC-1", "It is zone a")
    line = next(x for x in typed("show", "INC-1").splitlines() if "It is zone a" in x)
    number = line.split()[1].removeprefix("#")
    assert line.split()[1].startswith("#") and number.isdecimal()
    assert (
        typed("say", "INC-1", "--corrects", f"#{number}", "It is zone b").strip()
        == f"Entry {number} of INC-1 is corrected."
    )
    shown = typed("show", "INC-1").splitlines()
    newest = house.record().entries
    assert any(f"#{number} " in x and f"It is zone a (corrected by #{newest})" in x for x in shown)
    assert any(f"#{newest} " in x and f"Correction to entry {number}: It is zone b" in x for x in shown)
    timeline = house.do("show", incident="INC-1")["timeline"]
    assert {x["position"]: x["corrected_by"] for x in timeline if x["corrected_by"]} == {int(number): newest}


def test_what_a_machine_wrote_is_never_corrected(house: House) -> None:
    house.alert()
    house.wait(minutes=2)
    machine = [x for x in house.do("show", incident="INC-1")["timeline"] if x["source"] in ("alert", "machine")]
    assert len(machine) >= 2
    before = house.record().entries
    for each in machine:
        with pytest.raises(Invalid, match="written by a machine, and stays as it is") as refused:
            house.do("say", incident="INC-1", text="No", corrects=each["position"])
        assert refused.value.field == "corrects"
    assert house.record().entries == before


def test_neither_a_number_that_is_not_there_nor_a_correction_is_corrected(house: House) -> None:
    house.do("declare", title="Checkout fails", severity="SEV-3")
    house.do("declare", title="Search fails", severity="SEV-3")
    for number in range(9):
        house.do("say", incident="INC-2", text=f"line {number}")
    newest = house.record().entries
    for name, field in (("say", "corrects"), ("pin", "entry"), ("redact", "position")):
        more = {"text": "No"} if name == "say" else {"reason": "a mistake"} if name == "redact" else {}
        house.do("role", incident="INC-1", role="incident_commander") if name == "redact" else None
        count = house.record().entries
        with pytest.raises(Invalid, match=f"INC-1 has no entry {count + 3}; its newest is entry {count}") as refused:
            house.do(name, incident="INC-1", **{field: count + 3}, **more)
        assert (refused.value.field, "stanch show INC-1" in refused.value.hint) == (field, True)
    house.do("say", incident="INC-1", text="It is zone a")
    said = house.record().entries
    house.do("say", incident="INC-1", text="It is zone b", corrects=said)
    with pytest.raises(Invalid, match=r"is itself a correction") as refused:
        house.do("say", incident="INC-1", text="It is zone c", corrects=said + 1)
    assert f"--corrects {said}" in refused.value.hint
    house.do("say", incident="INC-1", text="It is zone c", corrects=said)
    timeline = house.do("show", incident="INC-1")["timeline"]
    assert timeline[said - 1]["corrected_by"] == said + 2 and newest < said


def test_the_page_numbers_entries_and_links_a_correction_both_ways(house: House) -> None:
    house.do("declare", title="Checkout fails", severity="SEV-3")
    house.do("say", incident="INC-1", text="It is zone a")
    said = house.record().entries
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        posted = {"incident": "INC-1", "text": "It is zone b", "corrects": str(said)}
        assert client.post("/do/chat", data=posted).status_code == 303
        page = client.get("/incidents/INC-1").text
        assert f'title="#{said}"' in page and f"#{said}</p>" in page
        assert f'Corrected by <a href="#e{said + 1}">' in page and f'Corrects <a href="#e{said}">' in page
        refused = client.post("/do/chat", data={**posted, "corrects": str(said + 1)})
        assert (
            refused.status_code == 422 and "is itself a correction" in refused.text and "It is zone b" in refused.text
        )
        assert (
            "Correct entry"
            not in client.get(f"/incidents/INC-1?correct={said + 1}").text.partition('id="say"')[2][:900]
        )


def test_numbers_may_be_written_as_they_are_shown() -> None:
    assert fill(REGISTRY["say"], {"incident": "1", "text": "#4", "corrects": "#12"}).corrects == 12
    assert fill(REGISTRY["say"], {"incident": "1", "text": "#4", "corrects": "#12"}).text == "#4"
    with pytest.raises(Invalid, match="corrects"):
        fill(REGISTRY["say"], {"incident": "1", "text": "x", "corrects": "twelve"})
