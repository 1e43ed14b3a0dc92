"""People keep their contact methods themselves; paging, prompts, reachability and doctor see one joined source (R2, R8)."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.identity import credentials, people
from stanch.integrations.smtp import Settings, Smtp
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY, Done
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.prepare.own_contact_methods import unconfirmed
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

BARE = {**POLICY, "contacts": {}, "escalation": {}}


@pytest.fixture
def bare(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Nobody is in the catalog, and Zoe signs in."""
    for house in opened(database_url, tmp_path, BARE):
        join(house, "zoe")
        yield house


def join(house: House, name: str, *, admin: bool = False) -> None:
    people.add(house.application.database, name, house.clock.now(), admin=admin)


def do(house: House, name: str, actor: str = "zoe", **values: Any) -> Any:
    return house.do(name, actor, **values)


def set_me(house: House, actor: str, **values: Any) -> None:
    with house.application.uow(Actor(actor), "cli") as uow:
        REGISTRY["set-me"].handle(uow, REGISTRY["set-me"].struct(**values))


def code(house: House, address: str) -> str:
    message = [m for to, m in house.pager.sent if to == address and not m.acknowledge_url][-1]
    return re.findall(r"type the code (\S+)", message.text)[0]


def woken(house: House) -> list[str]:
    return [address for address, message in house.pager.sent if message.acknowledge_url]


def test_what_can_be_no_address_of_its_kind_is_refused_where_it_is_typed(bare: House) -> None:  # R8
    bare.application.world.notifiers["smtp"] = Smtp(Settings("127.0.0.1", "s@example.org"))
    with pytest.raises(Invalid, match="not a mail address") as refused:
        do(bare, "add-method", to="smtp:not an address")
    assert refused.value.field == "to" and do(bare, "me")["methods"] == []
    assert "test page leaves" in do(bare, "add-method", to="smtp:zoe@example.org").message


def test_a_way_counts_when_its_test_page_is_confirmed(bare: House) -> None:
    house = bare
    assert do(house, "me")["reached"] == "zoe has no contact method."
    do(house, "add-method", to="pager:zoe-1")
    me = do(house, "me")
    assert me["reached"] == "zoe cannot be relied on to be reached: no contact method has been confirmed yet."
    assert not me["relied_on"]
    house.settle()
    ((address, message),) = house.pager.sent
    assert address == "zoe-1" and "/confirm/" in message.url
    worries = [(row["worry"], row["text"]) for row in do(house, "reachability")]
    assert ("unreachable", "cannot be relied on to be reached: no contact method has been confirmed yet") in worries
    said = do(house, "declare", title="Down").message
    assert "Perhaps nobody would be woken: no contact method has been confirmed yet" in said
    said = do(house, "page", incident="INC-1", person="zoe").message
    why = "no contact method has been confirmed yet"
    assert said == f"Paging zoe for INC-1. zoe cannot be relied on to be reached: {why}."
    house.settle()
    assert woken(house) == ["zoe-1", "zoe-1"], "a page still tries what nobody has confirmed"
    with pytest.raises(Invalid, match="not the code"):
        do(house, "confirm-method", code="AAAA-AAAA")
    assert do(house, "confirm-method", code=code(house, "zoe-1").lower()).message == "pager:zoe-1: a test page arrived."
    house.crash()
    me = do(house, "me")
    assert me["reached"] == "zoe can be reached." and me["methods"][0]["state"] == "a test page arrived"
    assert not [r for r in do(house, "reachability") if r["worry"] in ("unreachable", "untested")]
    assert do(house, "page", incident="INC-1", person="zoe").message == "Paging zoe for INC-1."


def test_the_link_of_a_test_page_confirms_by_a_post_only_and_for_a_day(bare: House) -> None:
    house = bare
    do(house, "add-method", to="pager:zoe-1")
    house.settle()
    link = "/confirm/" + house.pager.sent[-1][1].url.partition("/confirm/")[2]
    with TestClient(create_app(house.stanch)) as browser:
        assert "Did this test page reach you?" in browser.get(link).text
        assert not do(house, "me")["relied_on"]
        assert browser.get(link[:-4] + "0000").status_code == 403
        assert "It arrived" in browser.post(link).text and do(house, "me")["relied_on"]
        do(house, "test-page")
        house.settle()
        later = "/confirm/" + house.pager.sent[-1][1].url.partition("/confirm/")[2]
        house.wait(days=2, step=86400)
        assert "too old" in browser.post(later).text
        assert "too old" in browser.post(link).text, "a newer one was sent"


def test_reached_is_who_has_confirmed_a_test_page_on_a_method_that_works_of_the_catalog_too(house: House) -> None:
    # R2: one definition, and a sentence that is true in each state
    join(house, "Ada")
    unknown = "Whether a page reaches Ada is not known: no working contact method has a confirmed test page."
    me = do(house, "me", "Ada")
    assert (me["reached"], me["relied_on"]) == (unknown, False)
    do(house, "test-page", "Ada")
    house.settle()
    assert do(house, "me", "Ada")["reached"] == unknown, "it was sent, and nobody has said that it arrived"
    do(house, "confirm-method", "Ada", code=code(house, "ada"))
    assert do(house, "me", "Ada")["reached"] == "Ada can be reached."
    house.wait(minutes=1)
    do(house, "test-page", "Ada")
    house.settle()
    (method,) = do(house, "me", "Ada")["methods"]
    assert method["state"].startswith("a test page arrived; another one was sent; it has arrived when")
    del house.application.world.notifiers["pager"]
    assert do(house, "me", "Ada")["reached"] == "Ada would be reached by pager, which is not configured."


def test_own_ways_join_the_catalogs_and_follow_their_rules(house: House) -> None:
    join(house, "Ada")
    do(house, "add-method", "Ada", to="pager:ada-sms", after_minutes=2, prompts=True)
    house.settle()
    house.pager.sent.clear()
    contact = house.application.whole_policy().contacts["ada"]
    assert [(method.to, method.after, unconfirmed(method)) for method in contact.methods()] == [
        ("pager:ada", 0, False), ("pager:ada-sms", 120, True),
    ]  # fmt: skip
    assert contact.prompts == ["pager:ada-sms"]
    house.do("declare", title="Down", service="shop")
    house.settle()
    assert woken(house) == ["ada"]
    house.wait(minutes=3)
    assert woken(house) == ["ada", "ada-sms"]
    do(house, "change-method", "Ada", method="pager:ada-sms", after_minutes=0, prompts=False)
    assert do(house, "me", "Ada")["methods"][1]["after_minutes"] == 0
    do(house, "remove-method", "Ada", method="pager:ada-sms")
    assert [method["to"] for method in do(house, "me", "Ada")["methods"]] == ["pager:ada"]
    with pytest.raises(NotFound, match="no such method of your own"):
        do(house, "remove-method", "Ada", method="pager:ada")


def test_a_rolled_back_change_is_not_remembered(bare: House) -> None:
    house = bare
    try:
        with house.application.uow(Actor("zoe"), "cli") as uow:
            REGISTRY["add-method"].handle(uow, REGISTRY["add-method"].struct(to="pager:zoe-1"))
            assert "zoe" in uow.policy.contacts
            raise RuntimeError
    except RuntimeError:
        pass
    assert do(house, "me")["methods"] == [] and "zoe" not in house.application.whole_policy().contacts


def test_who_leaves_is_reached_no_more_and_what_is_added_again_is_confirmed_anew(bare: House) -> None:
    house = bare
    for _ in range(2):
        do(house, "add-method", to="pager:zoe-1")
        assert not do(house, "me")["relied_on"]
        house.settle()
        do(house, "confirm-method", code=code(house, "zoe-1"))
        assert do(house, "me")["relied_on"]
        do(house, "remove-method", method="pager:zoe-1")
    do(house, "add-method", to="pager:zoe-1")
    people.remove(house.application.database, "zoe")
    assert house.application.whole_policy().contacts == {}
    house.do("declare", title="Down", service="shop")
    house.settle()
    assert woken(house) == []


def test_what_cannot_be_is_refused_with_what_to_do(bare: House) -> None:
    house = bare
    for wrong in ("zoe@example.org", "fax:1", "pager:", ":xyz", "pager:\x07x"):
        with pytest.raises(Invalid) as raised:
            do(house, "add-method", to=wrong)
        assert raised.value.field == "to" and raised.value.hint
    do(house, "add-method", to="pager:one")
    with pytest.raises(Conflict, match="already"):
        do(house, "add-method", to="pager:one")
    with pytest.raises(NotFound, match="does not sign in"):
        do(house, "add-method", "mallory", to="pager:m")
    for number in range(19):
        do(house, "add-method", to=f"pager:{number}")
    with pytest.raises(Conflict, match="remove one first"):
        do(house, "add-method", to="pager:more")


def test_a_name_look_and_zone_are_ones_own(house: House) -> None:
    join(house, "ada")
    set_me(house, "ada", name="Ada Lovelace", theme="dark", time_zone="Europe/Berlin")
    assert house.application.whole_policy().contacts["ada"].name == "Ada Lovelace"
    with pytest.raises(Conflict, match="another person's name"):
        set_me(house, "ada", name="Ben")
    with pytest.raises(Invalid) as raised:
        set_me(house, "ada", time_zone="Mars/Olympus")
    assert raised.value.field == "time_zone"
    secret = credentials.open_session(house.application.database, "ada", house.clock.now())
    with TestClient(create_app(house.stanch), cookies={"stanch_session": secret}) as browser:
        shown = browser.get("/me").text
        assert 'data-theme="dark"' in shown and 'data-zone="Europe/Berlin"' in shown and "Ada Lovelace" in shown
        same = {"sec-fetch-site": "same-origin"}
        made = browser.post("/me/tokens", data={"name": "laptop"}, headers=same).text
        token = re.findall(r"shown this once: <code>(\S+)</code>", made)[0]
        bearer = {"Authorization": f"Bearer {token}"}
        assert browser.get("/api/v1/me", headers=bearer).json()["tokens"][0]["name"] == "laptop"
        assert browser.post("/me/tokens", data={"name": "x"}, headers=bearer).status_code == 403
        assert browser.post("/do/revoke-token", data={"name": "laptop"}, headers=same).status_code == 200
        ended: Done = do(house, "sign-out-everywhere", "ada")
        assert ended.message == "1 session is ended."
        browser.cookies.set("stanch_session", secret)
        assert "Sign in" in browser.get("/me").text


def test_the_first_administrator_is_a_contact_from_the_first_page_on(database_url: str, tmp_path: Path) -> None:
    for house in opened(database_url, tmp_path, BARE):
        database, now = house.application.database, house.clock.now()
        link = credentials.create_setup_link(database, now)
        with TestClient(create_app(house.stanch), follow_redirects=False) as browser:
            same = {"sec-fetch-site": "same-origin", "accept": "text/html"}
            form = {"once": link, "name": "Dana", "kind": "fax", "address": "1"}
            refused = browser.post("/login", data=form, headers=same)
            assert refused.status_code == 422 and "fax" in refused.text and 'value="Dana"' in refused.text
            assert (
                browser.post("/login", data=form | {"kind": "pager", "address": "dana"}, headers=same).status_code
                == 303
            )
        house.settle()
        assert [to for to, _ in house.pager.sent] == ["dana"]
        assert "Dana" in house.application.whole_policy().contacts
        do(house, "confirm-method", "Dana", code=code(house, "dana"))
        assert do(house, "me", "Dana")["reached"] == "Dana can be reached."


def test_a_contact_method_is_a_choice_and_an_address(house: House) -> None:
    """R2: nobody has to know how the two are written in one; what is refused stands beside its field."""
    join(house, "ada")
    secret = credentials.open_session(house.application.database, "ada", house.clock.now())
    with TestClient(create_app(house.stanch), cookies={"stanch_session": secret}, follow_redirects=False) as browser:
        same = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        shown = browser.get("/me").text
        assert '<option value="pager">' in shown and 'value="webpush"' not in shown
        form = {"kind": "pager", "address": "  ", "after_minutes": "7"}
        for wrong, field, said in (
            ({}, "address", "That is no address."),
            ({"kind": "fax", "address": "12"}, "address", "Nothing is sent by &#39;fax&#39; here."),
            ({"address": "https://example.org/x"}, "address", "added by an administrator only"),
            ({"address": "12", "after_minutes": "5000"}, "after", 'id="after-wrong"'),
        ):
            refused = browser.post("/me/methods", data=form | wrong, headers=same)
            assert refused.status_code == 422 and said in refused.text, wrong
            assert re.search(rf'<input id="{field}"[^>]* aria-invalid="true"', refused.text), wrong
            for typed in (form | wrong).values():
                assert not typed.strip() or f'value="{typed}"' in refused.text or typed == "fax"
        added = browser.post("/me/methods", data=form | {"address": " pager:ada-phone "}, headers=same)
        assert added.status_code == 303 and added.headers["location"] == "/me#methods"
        assert browser.post("/me/methods", data=form | {"address": "ada-phone"}, headers=same).status_code == 409
    own = [method for method in do(house, "me", "ada")["methods"] if method["method"]]
    assert [(method["to"], method["after_minutes"]) for method in own] == [("pager:ada-phone", 7)]


def test_nobody_is_shown_by_the_name_that_another_signs_in_with(bare: House) -> None:
    """P6: pages, invitations and answer links of Grace, who is no contact yet, would reach whoever took her name."""
    house = bare
    join(house, "grace")
    do(house, "add-method", to="pager:zoe-1")
    for name in ("grace", " GRACE "):
        with pytest.raises(Conflict, match="another person's name"):
            set_me(house, "zoe", name=name)
    assert do(house, "me", "grace")["contact"] == ""
    set_me(house, "zoe", name="Linus")
    join(house, "linus")  # the name came first, the person later
    assert do(house, "me", "linus")["methods"] == []
    assert do(house, "me")["name"] == "zoe" and len(do(house, "me")["methods"]) == 1
