"""Templates of updates (R9): the most specific one is taken, what is not known is a blank, and a bad file costs only itself."""

from pathlib import Path
from typing import Any

import pytest

from stanch.communicate.audiences.drafts import draft, trying_next
from stanch.kernel.audiences import AUDIENCES, Audience, AudiencePolicy, Audiences
from stanch.kernel.clock import MINUTE, parse_moment
from stanch.kernel.policy import Policy, Service
from stanch.kernel.status_page import StatusPage
from stanch.prepare import catalog
from stanch.prepare.audience_recipients import audience_problems, recipients
from stanch.prepare.update_templates import BLANK, compiled, template_problems
from stanch.timeline.decisions import Decision, Hypothesis, Timebox
from stanch.timeline.record import Fact, Impact, Record
from stanch.timeline.run import Run

NOW = parse_moment("2026-11-27T14:10:00Z")
SERVICES = {"shop": Service("shop", title="Shop", public_name="Checkout"), "search": Service("search")}


def record(**more: object) -> Record:
    return Record(
        "INC-1", "Checkout is down", "shop", declared_at=NOW - 10 * MINUTE, severity=Fact("SEV-1", NOW, "ada"), **more
    )  # type: ignore[arg-type]


def policy(**templates: str) -> Policy:
    return Policy(
        services=SERVICES,
        templates={name.replace("__", "/").replace("_", "."): text for name, text in templates.items()},
    )


def text(policy: Policy, audience: Audience = "leadership", language: str = "", **more: object) -> str:
    return draft(record(**more), policy, NOW, audience, "", language)


def test_the_most_specific_one_is_taken() -> None:
    every = policy(
        leadership__any="A", leadership__detect="P", leadership__any_shop="S", leadership__detect_shop="SP",
        leadership__detect_shop_de="SPD", leadership__detect_de="PD", leadership__any_search="X",
    )  # fmt: skip
    assert (text(every), text(every, language="de"), text(every, language="fr")) == ("SP", "SPD", "SP")
    fewer = policy(leadership__any="A", leadership__detect="P", leadership__any_shop="S")
    assert text(fewer) == "S", "a service weighs more than a phase"
    assert text(policy(leadership__any="A", leadership__detect="P")) == "P"
    assert text(policy(leadership__learn="L")).startswith("SEV-1: Checkout is down"), "else the one that is built in"


def test_what_is_not_known_is_a_blank_and_nothing_is_invented() -> None:
    assert text(policy(leadership__any="{{ needed }}, {{ impact }}, {{ hypothesis }}")) == f"{BLANK}, {BLANK}, none yet"
    said = text(policy(), impact=Fact("Nobody can pay.", NOW, "ada"), impact_facts=Impact("", users_share=0.125))
    assert "Business impact: Nobody can pay (12.5 % of users). It began at 14:00 UTC, 10 min ago." in said
    assert f"What we need from you: {BLANK}." in said
    asked = policy(leadership__any="{% if needed %}A{% else %}B{% endif %}{% if not impact %}C{% endif %}{{ needed }}")
    assert text(asked) == f"BC{BLANK}", "what is missing is not there for 'if', and a blank to read"
    assert BLANK not in text(
        policy(leadership__any="{% if next_update %}Again at {{ next_update }}{% endif %}{{ title }}")
    )


def test_customers_read_the_stated_impact_only_where_they_may_and_a_time_on_the_clock_of_their_page() -> None:
    page = Policy(
        services=SERVICES, status_pages={"main": StatusPage(time_zone="Europe/Berlin")},
        audiences=Audiences(customers=AudiencePolicy(every={"SEV-1": 1200})),
    )  # fmt: skip
    assert text(page, "customers", impact=Fact("Cards are declined", NOW, "ada")) == (
        "Cards are declined. We are looking into it and will post again by 15:30 CET."
    )
    said = text(page, "customers", impact=Fact("order-api-7 answers 503", NOW, "ada"))
    assert (
        said
        == "Some customers may have trouble with Checkout. We are looking into it and will post again by 15:30 CET."
    )


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("leaders/any", "x", "no audience 'leaders'"),
        ("leadership/investigating", "x", "none of detect"),
        ("customers/mitigate", "x", "none of investigating"),
        ("support/any.nowhere", "x", "neither a service"),
        ("support/any", "{{ impakt }}", "did you mean impact?"),
        ("support/any", "a\n{{ impact", "line 2"),
        ("support/any", "{% for x in impact %}{{ x }}{% endfor %}", "only {{ placeholder }}"),
        ("support/any", "{{ impact.__class__ }}", "only {{ placeholder }}"),
        ("support/any", "{{ 9 ** 9 ** 9 }}", "only {{ placeholder }}"),
        ("support/any", "{% include 'any' %}", "only {{ placeholder }}"),
        ("support/any", "x" * 20_001, "longer"),
        ("support/any", "{% if impact %}" * 3_000, ""),
        ("support/any", "{% if impact %}" * 120 + "{% endif %}" * 120, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_and_costs_only_itself(name: str, body: str, says: str) -> None:
    wrong = Policy(services=SERVICES, templates={name: body, "leadership/any": "Fine"})
    (problem,) = template_problems(wrong)
    assert problem.startswith(f"The template templates/{name}.md is not used: ") and says in problem
    assert text(wrong) == "Fine" and text(wrong, "support")


def test_every_built_in_template_can_be_filled() -> None:
    for audience in AUDIENCES:
        for state in ("investigating", "identified", "monitoring", "resolved", "postmortem"):
            assert draft(record(), Policy(services=SERVICES), NOW, audience, state)
    with pytest.raises(ValueError, match="no placeholder"):
        compiled("{{ nothing }}")


def test_the_catalog_reads_templates_and_audiences_from_files(tmp_path: Path) -> None:
    (tmp_path / "templates" / "support").mkdir(parents=True)
    (tmp_path / "templates" / "support" / "any.shop.md").write_text("For {{ public_name }}\n")
    (tmp_path / "templates" / "support" / "any.md").write_bytes(b"\xff\xfe")
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "audiences.yaml").write_text(
        "audiences: {support: {every: {SEV-9: 60}, to: ['role:support', nobody]}}"
    )
    (tmp_path / "shop.yaml").write_text("public_name: Checkout")
    read = catalog.read(Policy(), tmp_path)
    assert text(read.policy, "support") == "For Checkout"
    assert [problem for problem in read.problems if "any.md cannot be read" in problem]
    assert len(audience_problems(read.policy)) == 3 and set(audience_problems(read.policy)) < set(read.problems)
    found = recipients(read.policy, "support", {}, lambda key: True)
    assert [(each.name, each.problem) for each in found] == [
        ("The role 'support'", "is held by no contact"),
        ("nobody", "is not one of the contacts"),
    ]


def test_of_a_webhook_only_the_host_is_named_and_two_of_a_name_are_told_apart() -> None:
    to = [
        "webhook:https://hooks.example.org/secret-1",
        "webhook:https://hooks.example.org/secret-2",
        "smtp:leads@example.org",
    ]
    asked = Policy(audiences=Audiences(leadership=AudiencePolicy(to=to)))
    found = recipients(asked, "leadership", {"webhook", "smtp"}, lambda key: True)
    assert [each.name for each in found] == ["hooks.example.org", "hooks.example.org (2)", "leads@example.org"]
    assert all(not each.methods for each in recipients(asked, "leadership", {"webhook", "smtp"}, lambda key: False)), (
        "P6"
    )


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("no_change", "no change"),
        ("unknown", "it is not known whether it helped"),
        ("helped", "helped"),
        (None, "watching"),
    ],
)
def test_what_was_tried_last_is_said_in_words(outcome: Any, said: str) -> None:  # R31
    record = Record(id="INC-1", status="open", phase="mitigate", declared_at=1)
    record.runs["r"] = Run(
        "r", "back", "Roll back", "shop", 0, "ada", "", "", 60, answered=True, ok=True, outcome=outcome
    )
    assert f"Just tried: Roll back ({said})." in draft(record, Policy(), 5, "engineers")


def test_what_is_tried_next_is_the_newest_that_is_open() -> None:  # R31, R37, R39
    def box(**more: object) -> dict[str, Timebox]:
        given = {"opened_at": NOW - 8 * MINUTE, "ends_at": NOW + 2 * MINUTE, **more}
        return {"TB1": Timebox("TB1", "Is it zone-b?", "mei", fallback="Roll back", mitigation="", **given)}  # type: ignore[arg-type]

    def zone(standing: str) -> dict[str, Hypothesis]:
        return {"H1": Hypothesis("H1", "It is zone-b", standing, NOW - 5 * MINUTE, "mei")}

    def run(**more: object) -> dict[str, Run]:
        return {"M1": Run("M1", "rollback", "Roll v214 back", "shop", NOW - MINUTE, "ada", "", "", 60, **more)}  # type: ignore[arg-type]

    def said(**more: object) -> str:
        return trying_next(record(**more), NOW)

    decided = {"D1": Decision("D1", "Roll v214 back", [], "", "", "ada", NOW - 3 * MINUTE, 9)}
    assert said(timeboxes=box()) == "Is it zone-b? (mei, until 14:12 UTC)"
    assert said(timeboxes=box(), hypotheses=zone("leading")).startswith("Is it zone-b?")
    assert said(timeboxes=box(), hypotheses=zone("rejected")) == ""
    assert said(timeboxes=box(ends_at=NOW)) == said(timeboxes=box(answer="no")) == "", "it is over"
    assert said(timeboxes=box(), decisions=decided) == "Roll v214 back"
    assert said(timeboxes=box(opened_at=NOW - MINUTE), decisions=decided).startswith("Is it zone-b?"), "the newest"
    assert said(decisions=decided, runs=run()) == "watching whether 'Roll v214 back' helps"
    assert said(decisions=decided, runs=run(ok=True, outcome="no_change")) == "", "what was decided is done"
    old = {"trying_next": Fact("Look at the database", NOW - 9 * MINUTE, "ada")}
    assert said(stated=old) == "Look at the database" and said(stated=old, decisions=decided) == "Roll v214 back"
