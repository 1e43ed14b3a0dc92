"""A signal comes into a private incident by the hand of a member, and tells the others nothing (R1, P6)."""

import pytest

from stanch.kernel.errors import Conflict, NotFound
from stanch.web.app import create_app
from tests.attacks.test_private import TestClient
from tests.scenarios.house import House

QUIET = "INC-1000001"


@pytest.fixture
def told(house: House) -> House:
    house.do("declare", title="Breach", service="shop", private=True)
    house.alert(fingerprint="leak", name="Leak", severity="ticket")
    house.settle()
    return house


def test_a_member_adds_a_signal_and_nobody_else_sees_where_it_went(told: House) -> None:
    with pytest.raises(NotFound, match="no incident"):
        told.do("attach", actor="mallory", incident=QUIET, fingerprint="leak")
    told.do("attach", incident=QUIET, fingerprint="leak")
    with told.application.reading() as uow:
        record = uow.record(QUIET)
        assert record.signals["leak"].firing and uow.entries(QUIET)[-1].kind == "signal_attached"
    assert "leak" not in str(told.do("signals", actor="mallory")) and "leak" in str(told.do("signals"))
    with pytest.raises(Conflict, match="already"):
        told.do("attach", incident=QUIET, fingerprint="leak")
    told.do("declare", actor="mallory", title="Other")
    with pytest.raises(NotFound, match="no signal"):
        told.do("attach", actor="mallory", incident="INC-1", fingerprint="leak")
    told.alert(fingerprint="leak", name="Leak", severity="ticket", firing=False)
    told.settle()
    with told.application.reading() as uow:
        assert not uow.record(QUIET).signals["leak"].firing, "its end is written where it belongs"


def test_what_is_unknown_or_belongs_elsewhere_is_refused(told: House) -> None:
    with pytest.raises(NotFound, match="no signal"):
        told.do("attach", incident=QUIET, fingerprint="nothing")
    told.do("declare", title="Public", service="cart")
    told.do("attach", incident="INC-1", fingerprint="leak")
    with pytest.raises(Conflict, match="part of INC-1"):
        told.do("attach", incident=QUIET, fingerprint="leak")


def test_the_form_on_the_page_adds_one(told: House) -> None:
    with TestClient(create_app(told.stanch), follow_redirects=False) as client:
        client.headers.update(told.bearer("ada"))
        assert 'action="/do/attach"' in client.get(f"/incidents/{QUIET}").text
        form = {"incident": QUIET, "fingerprint": "leak", "next": f"/incidents/{QUIET}"}
        assert client.post("/do/attach", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
        assert "Leak" in client.get(f"/incidents/{QUIET}").text
