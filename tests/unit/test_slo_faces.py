"""SLOs on the command line, over the API and on the page of their service."""

import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result

from stanch.cli import main
from stanch.cli import stanch as command_line
from stanch.detect.slo import evaluation, rules, store
from stanch.kernel.clock import DAY, HOUR, MINUTE
from stanch.kernel.errors import Problem
from stanch.kernel.policy import Slo
from stanch.web.app import create_app
from stanch.web.pages import slo_picture
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SLO = Slo(
    "availability", 99.9, "sum(rate(requests_total[{{.window}}]))", errors="sum(rate(failures_total[{{.window}}]))",
    title="Requests <answered>",
)  # fmt: skip
NOW = 1_747_231_620 * 1_000_000


def measured(house: House, ratio: float | None, *, period: float | None = 0.0004) -> None:
    with house.application.uow() as uow:
        ratios = {**dict.fromkeys(rules.SPANS, ratio), store.PERIOD: period}
        evaluation.settle(uow, "shop", SLO, evaluation.Round(uow.now, ratios, {"1h": 36000.0}))


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    yield from opened(
        sqlite_url, tmp_path, {**POLICY, "services": {"shop": {**POLICY["services"]["shop"], "slos": [SLO]}}}
    )


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update(house.bearer("ada"))
        yield client


def svg(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def test_the_picture_marks_the_bounds_in_words_and_says_itself_in_a_sentence() -> None:
    points = [(NOW - DAY + n * MINUTE, 30.0 if 600 <= n < 640 else 0.1) for n in range(1440)]
    drawn = svg(slo_picture.burn_picture(SLO, points, NOW))
    words = [each.text or "" for each in drawn.iter("text")]
    assert words[:2] == ["14.4x pages (1 h)", "6x pages (6 h)"]
    said = drawn.get("aria-label") or ""
    assert "now 0.1x, highest 30x at" in said and "14.4x pages: above it for 40 min" in said
    assert "Requests <answered>" in said, "escaped once, and read back as it was"
    (line,) = drawn.iter("polyline")
    path = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert len(path) < 400 and all(0 <= x <= 320 and 0 <= y <= 120 for x, y in path)
    bounds = [float(each.attrib["y1"]) for each in drawn.iter("line")]
    assert min(y for _, y in path) < bounds[0] < bounds[1] < max(y for _, y in path)


def test_a_time_without_measurements_is_a_gap_and_not_a_line() -> None:
    points = [(NOW - 10 * HOUR + n * MINUTE, 1.0) for n in range(60)] + [
        (NOW - n * MINUTE, 1.0) for n in range(60, -1, -1)
    ]
    assert len(list(svg(slo_picture.burn_picture(SLO, points, NOW)).iter("polyline"))) == 2
    assert len(list(svg(slo_picture.burn_picture(SLO, points[:1], NOW)).iter("polyline"))) == 1


@pytest.mark.parametrize(
    ("left", "rate", "said"),
    [
        (0.43, 3, "43 % of the error budget is left; at the rate of the last hour it is used up in 4 d"),
        (0.43, 0.1, "43 % of the error budget is left; at the rate of the last hour it lasts"),
        (-0.5, 3, "-50 % of the error budget is left: it is overspent"),
        (0, 3, "The error budget is used up"),
    ],
)
def test_the_budget_is_told_with_how_long_it_lasts(left: float, rate: float, said: str) -> None:
    assert slo_picture.left_in_words(SLO, left, rate) == said


@pytest.mark.parametrize(("left", "width"), [(0.5, 159), (1, 318), (-2, 0), (1.5, 318)])
def test_the_bar_is_as_wide_as_the_budget_and_carries_its_number(left: float, width: float) -> None:
    drawn = svg(slo_picture.budget_bar(left))
    assert float(list(drawn.iter("rect"))[1].attrib["width"]) == width
    assert (next(iter(drawn.iter("text"))).text or "").endswith(f"{left * 100:.3g} %")


def test_the_page_of_a_service_shows_verdict_picture_and_budget(house: House, client: TestClient) -> None:
    assert "not evaluated yet" in client.get("/services/shop").text
    measured(house, 0.021)
    page = client.get("/services/shop").text
    assert "SLO Requests &lt;answered&gt;: 99.9 % over 30 d" in page and ">Pages</span>" in page
    said = "error rate 2.1 % is 21x budget over 1 h and 5 m; 14.4x pages; shop is core: SEV-1 proposed"
    assert said in as_read(page)
    assert "60 % of the error budget is left" in page and page.count('class="slo-picture"') == 1
    assert not re.search(r"\sstyle=", page), "the CSP forbids inline styles"


def test_the_api_lists_slos_and_knows_which_services_have_some(house: House, client: TestClient) -> None:
    measured(house, 0.0005)
    (row,) = client.get("/api/v1/slos?service=shop").json()
    assert (
        row["burns"]["1h"] == 0.5
        and row["budget_remaining"] == 0.6
        and row["verdict"] == "none"
        and row["problem"] == ""
    )
    assert client.get("/api/v1/slos?service=mail").status_code == 404
    measured(house, None, period=None)
    assert client.get("/api/v1/slos").json()[0]["budget_remaining"] is None


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    folder.mkdir()
    slos = {"slos": [{"name": "availability", "objective": 99.9, "total": SLO.total, "errors": SLO.errors}]}
    (folder / "checkout.yaml").write_text(yaml.safe_dump(slos))
    (folder / "mail.yaml").write_text(yaml.safe_dump({"title": "Mail"}))
    (tmp_path / "stanch.yaml").write_text(f"catalog: catalog\ndata: {tmp_path / 'data'}\n")
    return tmp_path


def run(catalog: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command_line, ["--config", str(catalog / "stanch.yaml"), *arguments])


def test_the_command_line_lists_slos_and_prints_rules(catalog: Path) -> None:
    listed = run(catalog, "slo")
    assert listed.exit_code == 0 and "availability" in listed.output and "not evaluated yet" in listed.output
    assert '"slo": "availability"' in run(catalog, "slo", "--json", "--service", "checkout").output
    printed = run(catalog, "slo", "rules", "checkout")
    assert printed.exit_code == 0 and printed.stderr == ""
    (group,) = yaml.safe_load(printed.stdout)["groups"]
    alerts = [(r["labels"]["severity"], r["labels"].get("long")) for r in group["rules"] if "alert" in r]
    assert alerts == [("page", "1h"), ("page", "6h"), ("ticket", "1d"), ("ticket", "3d"), ("ticket", None)]
    written = catalog / "out.yml"
    assert run(catalog, "slo", "rules", "-o", str(written)).exit_code == 0
    assert written.read_text() == printed.stdout


def test_what_is_wrong_is_answered_in_a_sentence(catalog: Path) -> None:
    for arguments, said in (
        (("slo", "rules", "mail"), "'mail' has no SLO in the catalog; services with SLOs: checkout"),
        (("slo", "import", str(catalog / "stanch.yaml")), "Nothing of this could be mapped"),
    ):
        result = run(catalog, *arguments)
        assert isinstance(result.exception, Problem) and said in result.exception.sentence()
        assert result.exception.status in (400, 404, 422), "which is exit code 2"


def test_bad_input_leaves_with_two(
    catalog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["stanch", "--config", str(catalog / "stanch.yaml"), "slo", "rules", "nobody"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2 and "'nobody' has no SLO" in capsys.readouterr().err


def test_an_openslo_file_becomes_catalog_yaml_and_what_is_left_out_is_told(catalog: Path) -> None:
    from tests.unit.test_openslo import slo

    file = catalog / "o.yaml"
    file.write_text(yaml.safe_dump_all([slo(), slo(budgetingMethod="Timeslices")]))
    result = run(catalog, "slo", "import", str(file))
    assert result.exit_code == 0 and yaml.safe_load(result.stdout)["name"] == "checkout"
    assert f"{file}, document 2 (SLO availability): budgetingMethod 'Timeslices'" in result.stderr


@pytest.mark.needs("promtool")
def test_the_example_of_the_how_to_works_from_file_to_prometheus(tmp_path: Path) -> None:
    doc = (Path(__file__).parent.parent.parent / "docs/how-to/slo.md").read_text()
    catalog_text, openslo_text, *_ = re.findall(r"```yaml\n(.*?)```", doc, re.DOTALL)
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/checkout.yaml").write_text(catalog_text)
    (tmp_path / "stanch.yaml").write_text(
        f"catalog: catalog\npublic_url: https://s.example.org\ndata: {tmp_path}/data\n"
    )
    printed = run(tmp_path, "slo", "rules")
    assert printed.exit_code == 0 and printed.stderr == ""
    (tmp_path / "rules.yml").write_text(printed.stdout)
    promtool = shutil.which("promtool")
    assert promtool
    checked = subprocess.run(
        [promtool, "check", "rules", "rules.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for name in re.findall(r"`(stanch:slo_\w+:\w+)`", doc):
        assert f"record: {name}\n" in printed.stdout, name
    (tmp_path / "o.yaml").write_text(openslo_text)
    imported = run(tmp_path, "slo", "import", str(tmp_path / "o.yaml"))
    assert imported.exit_code == 0 and imported.stderr == "", imported.stderr
    assert yaml.safe_load(imported.stdout)["slos"][0]["objective"] == 99.9
