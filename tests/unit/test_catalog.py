"""The catalog is files: what is wrong in one costs only itself, and is said with its place (R7, R8)."""

from pathlib import Path

import pytest

from stanch.kernel.contacts import Contact, EscalationPolicy, EscalationStep
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy, Rule, Service
from stanch.kernel.schedule import Layer, Schedule
from stanch.prepare import catalog, served_at
from stanch.prepare.settings import Settings, load

SHOP = "title: Shop\nescalation: web\n"
POLICY = "contacts: {ada: {name: Ada, reach: ['pager:ada']}}\nescalation: {web: {steps: [{notify: [ada]}]}}\n"


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_yaml", ".yaml").replace("_md", ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_services_runbooks_and_policies_come_from_files(tmp_path: Path) -> None:
    runbook = "---\nreviewed: 2026-05-01\nreview_days: 90\n---\n# Shop\n## Health\nLook.\n"
    place = folder(tmp_path, services__shop_yaml=SHOP, services__shop_md=runbook, policy__people_yaml=POLICY)
    found = catalog.read(Policy(), place)
    assert found.problems == []
    shop = found.policy.services["shop"]
    assert (shop.title, shop.runbook_reviewed, shop.runbook_review_days) == ("Shop", "2026-05-01", 90)
    assert shop.runbook.startswith("# Shop")
    assert found.policy.contacts["ada"].name == "Ada"


def test_a_broken_service_is_left_out_or_stays_as_it_was_known(tmp_path: Path) -> None:
    place = folder(tmp_path, shop_yaml=SHOP, db_yaml="titel: Database\n", policy__p_yaml=POLICY)
    found = catalog.read(Policy(), place)
    assert set(found.policy.services) == {"shop"}
    assert "db.yaml" in found.problems[0] and "Did you mean 'title'?" in found.problems[0]
    known = Policy(services={"db": Service("db", title="Database")})
    assert catalog.read(Policy(), place, known).policy.services["db"].title == "Database"


def test_a_broken_people_file_does_not_forget_whom_to_page(tmp_path: Path) -> None:
    place = folder(tmp_path, shop_yaml=SHOP, policy__people_yaml="contacts: [")
    known = Policy(
        contacts={"ada": Contact("Ada")},
        escalation={"web": EscalationPolicy([EscalationStep(["ada"])])},
        rules=[Rule()],
    )
    found = catalog.read(Policy(), place, known)
    assert found.policy.contacts == known.contacts
    assert found.policy.rules == known.rules
    assert "people.yaml is not YAML" in found.problems[0]


def test_tiers_of_the_teams_own_stand_alone_and_those_of_stanch_can_be_changed_one_by_one(tmp_path: Path) -> None:
    """R2: with P1 to P3 nothing is SEV-1."""
    (tmp_path / "policy").mkdir()
    tiers = tmp_path / "policy/sev.yaml"
    tiers.write_text("severities: {P1: {pages: true}, P2: {}, P3: {}}")
    found = catalog.read(Policy(), tmp_path).policy
    assert (list(found.severities), found.tiers(), found.severity_at(4)) == (
        ["P1", "P2", "P3"],
        ["P1", "P2", "P3"],
        "P3",
    )
    tiers.write_text("severities: {P1: [}")
    assert list(catalog.read(Policy(), tmp_path, found).policy.severities) == ["P1", "P2", "P3"], "as it was known"
    tiers.write_text("severities: {SEV-2: {meaning: Some cannot buy}}")
    found = catalog.read(Policy(), tmp_path).policy
    assert found.tiers() == ["SEV-1", "SEV-2", "SEV-3", "SEV-4"] and found.severities["SEV-1"].pages


def test_the_same_name_twice_is_said_with_both_files(tmp_path: Path) -> None:
    place = folder(tmp_path, policy__a_yaml=POLICY, policy__b_yaml="contacts: {ada: {name: Another}}", services__shop_yaml=SHOP,
                   shop_yaml="title: Old shop\nescalation: web")  # fmt: skip
    found = catalog.read(Policy(), place)
    assert found.policy.contacts["ada"].name == "Ada"
    assert any("b.yaml: contacts 'ada' stands in" in p and "a.yaml already" in p for p in found.problems)
    assert any("the service 'shop' stands in" in p for p in found.problems)


def test_a_part_that_does_not_belong_is_refused_with_what_may_stand_there(tmp_path: Path) -> None:
    found = catalog.read(Policy(), folder(tmp_path, policy__x_yaml="hold: 5"))
    assert "'hold' does not belong here" in found.problems[0]


def test_openslo_documents_become_slos_of_their_service(tmp_path: Path) -> None:
    slo = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability}
spec:
  service: shop
  indicator:
    metadata: {name: ratio}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'good_total'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'all_total'}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""
    found = catalog.read(Policy(), folder(tmp_path, services__shop_yaml="title: Shop", slos__shop_yaml=slo))
    assert [s.name for s in found.policy.services["shop"].slos] == ["availability"]


def test_what_parts_say_of_each_other_is_checked() -> None:
    policy = Policy(
        contacts={"ada": Contact("Ada")},
        schedules={"odd": Schedule([Layer([], "2026-01-01T09:00")])},
        escalation={
            "web": EscalationPolicy([EscalationStep(["adda", "schedule:none"])]),
            "empty": EscalationPolicy([]),
        },
        services={"shop": Service("shop", escalation="wbe", depends_on=["db"])},
        rules=[Rule(match={"team": "~("}, name="broken")],
    )
    said = "\n".join(catalog.mistakes(policy))
    for part in ("schedule 'odd'", "'adda', who is not", "schedule 'none'", "'empty' has no steps", "'wbe'", "depends on 'db'",
                 "Rule broken: '(' is no regular expression"):  # fmt: skip
        assert part in said, part
    assert catalog.mistakes(Policy()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="does not exist"):
        catalog.read(Policy(), tmp_path / "none")


def test_a_setting_like_no_other_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    file = tmp_path / "stanch.yaml"
    file.write_text("data: .\nzzz: 1\n")
    with pytest.raises(Invalid) as refused:
        load(file, {})
    assert "public_url" in refused.value.hint and "watchdog_url" in refused.value.hint


def test_links_name_the_port_that_is_listened_on(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert served_at.read(settings) == "http://127.0.0.1:8080"
    config = tmp_path / "stanch.yaml"
    assert served_at.other_configuration(settings, config) == ""
    served_at.note(settings, "http://127.0.0.1:9000", config)
    assert served_at.other_configuration(settings, config) == ""
    assert f"was started with {config}, and this command goes by no configuration file" in (
        served_at.other_configuration(settings, None)
    )
    assert served_at.read(settings) == "http://127.0.0.1:9000"
    settings.public_url = "https://stanch.example.org/"
    assert served_at.read(settings) == "https://stanch.example.org"
