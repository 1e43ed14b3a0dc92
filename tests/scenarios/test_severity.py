"""The severity that measurements propose, and people who decide (R3)."""

from pathlib import Path

import pytest

from stanch.detect.slo import evaluation
from stanch.detect.slo.evaluation import Round
from stanch.kernel.clock import hour_minute, iso
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Slo
from tests.scenarios.house import POLICY, House, opened

SLO = {"name": "orders", "objective": 99.9, "errors": "e[{{.window}}]", "total": "t[{{.window}}]", "source": "gauge"}


def burning(house: House, ratio: float) -> None:
    slo = house.application.policy().services["shop"].slos[0]
    assert isinstance(slo, Slo)
    with house.application.uow() as uow:
        spans = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
        evaluation.settle(uow, "shop", slo, Round(uow.now, dict.fromkeys(spans, ratio), dict.fromkeys(spans, 1e6)))
        for follow in house.application.measured:
            follow(uow, "shop")


def shop(database_url: str, folder: Path, **more: object) -> object:
    services = {"shop": {**POLICY["services"]["shop"], "slos": [SLO]}}
    return opened(database_url, folder, {**POLICY, "services": services, **more})


def test_the_burn_rate_proposes_a_severity_with_its_arithmetic(database_url: str, tmp_path: Path) -> None:
    for house in shop(database_url, tmp_path):  # type: ignore[attr-defined]
        house.do("declare", title="Checkout fails", service="shop")
        assert house.record().proposed is None
        burning(house, 0.021)
        proposed = house.record().proposed
        assert proposed.severity == "SEV-1"
        assert "error rate 2.1 %" in proposed.text and "21x budget" in proposed.text and "14.4x pages" in proposed.text
        assert proposed.text.endswith("SEV-1 proposed")
        burning(house, 0.021)
        assert sum("proposed" in line for line in house.sentences()) == 1, "the same proposal is said once"


def test_whoever_overrules_the_proposal_says_why(database_url: str, tmp_path: Path) -> None:
    for house in shop(database_url, tmp_path):  # type: ignore[attr-defined]
        house.do("declare", title="Checkout fails", service="shop")
        burning(house, 0.021)
        with pytest.raises(Invalid, match="propose another one"):
            house.do("severity", incident="INC-1", severity="SEV-3")
        house.do("severity", incident="INC-1", severity="SEV-3", reason="only the test shop")
        assert "Severity is SEV-3: only the test shop" in house.sentences()


def test_the_refusal_rests_on_what_burns_now_or_names_the_moment(database_url: str, tmp_path: Path) -> None:
    for house in shop(database_url, tmp_path):  # type: ignore[attr-defined]
        house.do("declare", title="Checkout fails", service="shop")
        burning(house, 0.0005)
        house.do("impact", incident="INC-1", text="Nobody can pay", core_function_down=True)
        assert "0.5x budget" in house.record().proposed.text
        burning(house, 0.0151)
        with pytest.raises(Invalid, match=r"15\.1x budget over 1 h and 5 m; 14\.4x pages"):
            house.do("severity", incident="INC-1", severity="SEV-3")
        house.do("declare", title="Orders are slow", service="shop")
        burning(house, 0.0151)
        burning(house, 0.0005)
        with pytest.raises(Invalid, match=r"15\.1x budget .* proposed \(at \d\d:\d\d UTC\)\."):
            house.do("severity", incident="INC-2", severity="SEV-3")


def test_what_is_known_of_the_impact_moves_the_proposal_without_any_measurement(house: House) -> None:
    house.do("declare", title="Orders look odd", service="shop")
    house.do("impact", incident="INC-1", text="Some orders show twice")
    assert house.record().proposed.text == (
        "“Some orders show twice” is not understood: “order” is named, a part (“some”): SEV-3 proposed"
    )
    house.do("impact", incident="INC-1", text="Some orders are charged twice", data_at_risk=True)
    assert house.record().proposed.severity == "SEV-1"
    assert house.record().proposed.text == "data is at risk: SEV-1 proposed"


def agree(house: House) -> list[tuple[str, str]]:
    prompts = house.do("show", incident="INC-1")["prompts"]
    return [(p["key"], p["text"]) for p in prompts if p["text"].endswith("Do you agree?")]


def test_new_facts_that_propose_another_severity_than_the_one_that_is_set_are_asked_about(house: House) -> None:
    """R3, R12, R14: what was known when it was set is not asked again."""
    house.do("declare", title="Orders look odd", service="shop")
    house.do("impact", incident="INC-1", text="exports are slow for a few customers")
    house.do("severity", incident="INC-1", severity="SEV-2", reason="a large customer waits")
    house.wait(minutes=1)
    assert agree(house) == []
    house.do("impact", incident="INC-1", text="nobody can pay")
    ((key, text),) = agree(house)
    assert text == "SEV-1 is proposed now, and SEV-2 is set. Do you agree?"
    house.do("decline", incident="INC-1", key=key, reason="a fault of the measurement")
    house.wait(minutes=1)
    house.do("say", incident="INC-1", text="we look at the payment provider")
    assert agree(house) == [], "the same evidence"
    house.do("impact", incident="INC-1", text="customers see the invoices of other customers")
    assert [text for _, text in agree(house)] == ["SEV-1 is proposed now, and SEV-2 is set. Do you agree?"]
    house.do("severity", incident="INC-1", severity="SEV-2", reason="only in the test shop")
    assert agree(house) == []
    house.wait(minutes=1)
    house.do("impact", incident="INC-1", text="a typo in the footer")
    assert [text for _, text in agree(house)] == ["SEV-4 is proposed now, and SEV-2 is set. Do you agree?"]
    house.do("severity", incident="INC-1", severity="SEV-4")
    assert agree(house) == []


def test_words_that_name_no_known_harm_lower_nothing_and_are_asked_about(house: House) -> None:
    """R3, R14."""
    house.do("declare", title="Something is wrong", service="shop")
    house.do("impact", incident="INC-1", text="Customers see orders of other customers")
    assert (house.record().proposed.severity, house.record().proposed.by_words) == ("SEV-1", True)
    house.do("impact", incident="INC-1", text="Zorble frobnicates the quux")
    assert house.record().proposed.severity == "SEV-1"
    asked = [p["text"] for p in house.do("show", incident="INC-1")["prompts"]]
    assert any("names no harm that is known here" in text for text in asked)
    house.do("impact", incident="INC-1", text="A typo in the footer")
    assert house.record().proposed.severity == "SEV-4"
    with pytest.raises(Invalid, match="The words propose another one"):
        house.do("severity", incident="INC-1", severity="SEV-2")


def test_a_rule_may_ask_for_the_burn_rate(database_url: str, tmp_path: Path) -> None:
    rules = [{"burn_over": 10, "severity": "warning", "disposition": "incident", "name": "it burns"}]
    for house in shop(database_url, tmp_path, rules=rules):  # type: ignore[attr-defined]
        house.alert(fingerprint="calm", severity="warning")
        house.wait(seconds=61)
        assert house.do("signals")[0]["disposition"] == "ticket"
        burning(house, 0.012)
        house.alert(fingerprint="hot", severity="warning")
        house.wait(seconds=61)
        hot = next(s for s in house.do("signals") if s["fingerprint"] == "hot")
        assert hot["reason"].startswith("rule 'it burns'")


@pytest.mark.parametrize("written", ["sev1", "SEV 1", "P1", "1"])
def test_a_severity_is_understood_as_people_write_it(house: House, written: str) -> None:
    """R2."""
    house.do("declare", "ada", title="Down")
    house.do("severity", "ada", incident="INC-1", severity=written)
    assert house.record("INC-1").severity.value == "SEV-1"


def test_a_severity_that_the_policy_has_no_more_is_asked_about_and_counts_until_then(house: House) -> None:
    """R2, R12: a team may change its severities while incidents are open."""
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    house.do("declare", title="Nobody looked yet", service="shop")
    house.do("impact", incident="INC-2", text="Orders are wrong", data_at_risk=True)
    house.policy = {**POLICY, "severities": {"Sehr schlimm": {"update_every": 600, "roles": ["scribe"]}, "小さい": {}}}
    house.crash()
    house.wait(minutes=2, step=30)
    (asked,) = [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("severity")]
    assert asked["text"] == "How bad is it? It is set to 'SEV-1', which is no severity of the policy any more."
    assert asked["reason"] == "until somebody says, it counts as 小さい"
    assert house.do("show", incident="INC-1")["rank"] == 0
    (open_question,) = [p for p in house.do("show", incident="INC-2")["prompts"] if p["key"].startswith("severity")]
    assert open_question["text"] == "How bad is it? No severity is set.", "no name is proposed that there is not"
    house.do("severity", incident="INC-2", severity="小さい")
    house.do("chat", incident="INC-1", text="/severity sehr schlimm niemand kann kaufen")
    assert house.sentences()[-1] == "Severity is Sehr schlimm: niemand kann kaufen"
    house.wait(minutes=3)
    shown = house.do("show", incident="INC-1")
    assert shown["rank"] == 1 and not [p for p in shown["prompts"] if p["key"].startswith("severity")]
    assert "Sehr schlimm needs one" in [p["reason"] for p in shown["prompts"]]


def test_what_is_proposed_is_quoted_with_the_moment_at_which_it_was_so(database_url: str, tmp_path: Path) -> None:
    """R3, R12: a burn rate that was measured half an hour ago is not said as if it were now."""
    for house in shop(database_url, tmp_path):  # type: ignore[attr-defined]
        house.do("declare", title="Checkout fails", service="shop")
        burning(house, 0.021)
        at = f"shop is core: SEV-1 proposed (at {hour_minute(house.clock.now())} UTC)"
        day = iso(house.clock.now())[:10]
        house.wait(minutes=30, step=300)
        shown = house.do("show", incident="INC-1")
        assert shown["proposed"]["why"].endswith(at)
        assert next(p["reason"] for p in shown["prompts"] if p["key"] == "severity").endswith(at)
        house.do("severity", incident="INC-1", severity="SEV-2", reason="some only")
        house.clock.forward(days=2)
        assert f"(at {day} " in house.do("show", incident="INC-1")["proposed"]["why"]
