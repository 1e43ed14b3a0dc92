"""Ten everyday tasks: an example of each is made in a copy of the product, works there, and touches the files that the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests/data/ten_tasks"
PAGE = (ROOT / "docs/explanation/ten-tasks.md").read_text()
Edit = Callable[[str], str]


def whole(name: str) -> Edit:
    """A new file."""
    return lambda _: (DATA / name).read_text()


def put(anchor: str, text: str) -> Edit:
    """``anchor`` becomes ``text``, in which ``ANCHOR`` stands for it."""

    def edit(before: str) -> str:
        assert before.count(anchor) == 1, f"the example needs '{anchor}' once"
        return before.replace(anchor, text.replace("ANCHOR", anchor))

    return edit


def both(*edits: Edit) -> Edit:
    def edit(text: str) -> str:
        for each in edits:
            text = each(text)
        return text

    return edit


LESSON = '''class LessonNoted(Statement, frozen=True, tag="lesson_noted"):
    """A lesson that somebody noted."""

    text: str

    def sentence(self) -> str:
        return f"Lesson: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.notes.append(self.text)


ANCHORLessonNoted
    | '''
COMMAND = '''ANCHOR
from stanch.timeline.facts.learn import LessonNoted


class NoteLesson(msgspec.Struct):
    """Note a lesson."""

    incident: str
    text: str


@command("lesson", NoteLesson, noun="lessons", positional=("text",), example="stanch lesson INC-1 'Alerts need owners'")
def lesson(uow: UnitOfWork, asked: NoteLesson) -> Done:
    """R46: it is an entry of its own."""
    uow.append(asked.incident, LessonNoted(asked.text))
    return Done("Noted.", asked.incident)
'''
PROMPT = """def _lessons(record: Record, policy: Policy) -> list[Prompt]:
    if record.status != "closed" or record.closed_at is None or record.notes:
        return []
    return [Prompt("lessons", "incident_commander", "What was learned?", record.closed_at, [], "it is forgotten soon")]


ANCHOR_lessons, """
# The files of each example, in the order of the rows of the page; those of the command are counted apart.
EXAMPLES: dict[str, dict[str, Edit]] = {
    "entry": {
        "src/stanch/timeline/facts/learn.py": put("Facts = (\n    ", LESSON),
        "tests/data/entries/lesson_noted.json": lambda _: '{"kind":"lesson_noted","text":"some text"}\n',
    },
    "notifier": {"src/stanch/integrations/gotify.py": whole("gotify.py")},
    "prompt": {"src/stanch/learn/prompts.py": put("PROMPTS: tuple[PromptRule, ...] = (", PROMPT)},
    "policy_number": {
        "src/stanch/kernel/policy.py": put("    postmortem_within: Seconds = 86400\n", "ANCHOR    postmortem_every: Seconds = 0\n"),
        "src/stanch/learn/prompts.py": put('it was due then",\n            every=0', 'it was due then",\n            every=policy.postmortem_every'),
    },
    "blast_radius": {
        "src/stanch/integrations/flagd_file.py": both(
            put("        flag = _flag(_read(path), arguments)\n        text = ", 'ANCHOR'),
            put("return Preview(text, None, ", 'return Preview(text, Extent(1, len(_read(path)["flags"]), "flag"), '),
            put("EvidenceItem, Failed,", "EvidenceItem, Extent, Failed,"),
        )
    },
    "list_column": {
        "src/stanch/respond/overview.py": both(
            put("    resolved_at: Moment | None\n    drill: bool = False\n", "ANCHOR    changed_at: Moment = 0\n"),
            put('bool(r["drill"]),\n', 'bool(r["drill"]), r["changed_at"],\n'),
        ),
        "src/stanch/web/templates/_macros.html": put(" · declared {{ ago(r.opened_at, now) }}", "ANCHOR · last change {{ ago(r.changed_at, now) }}"),
    },
    "slo_window": {
        "src/stanch/detect/slo/rules.py": put('        Pair("1d", "2h", "ticket"', '        Pair("12h", "1h", "page", Decimal("0.08")),\nANCHOR')
    },
    "status_field": {
        "src/stanch/communicate/page/snapshot.py": put("    changed_at: int = 0\n", 'ANCHOR    team: str = ""\n'),
        "src/stanch/communicate/status_page.py": put("changed_at.get(key, 0),\n", "changed_at.get(key, 0), service.team,\n"),
        "src/stanch/communicate/page/templates/index.html": put(
            "{% if component.note %}", "{% if component.team %}<p>run by {{ component.team }}</p>{% endif %}ANCHOR"
        ),
    },
    "tracker": {"src/stanch/integrations/gitea_issues.py": whole("gitea_issues.py")},
    "importer": {
        "src/stanch/prepare/importers/splunk_oncall_dump.py": whole("splunk_oncall_dump.py"),
        "src/stanch/cli/importing.py": put('_command("opsgenie"', '_command("splunk-oncall", "splunk_oncall_dump", "Splunk On-Call", "users")\nANCHOR'),
    },
}  # fmt: skip
COMMANDS: dict[str, Edit] = {
    "src/stanch/learn/commands.py": put("from stanch.timeline.unit_of_work import UnitOfWork\n", COMMAND)
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What was wrong with each example, all of them in one copy; an empty text for nothing."""
    copy = tmp_path_factory.mktemp("ten_tasks")
    shutil.copytree(ROOT / "src/stanch", copy / "src/stanch", ignore=shutil.ignore_patterns("__pycache__"))
    for files in (*EXAMPLES.values(), COMMANDS):
        for name, edit in files.items():
            path = copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit(path.read_text() if path.exists() else ""))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{ROOT}", "HOME": str(copy)}
    run = [sys.executable, str(DATA / "checks.py"), str(copy)]
    done = subprocess.run(run, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("task", EXAMPLES)
def test_the_example_works(results: dict[str, str], task: str) -> None:
    assert results[task] == ""


def test_each_row_names_the_files_of_its_example_and_counts_them() -> None:
    rows = re.findall(r"^\| an? .*", PAGE, re.MULTILINE)
    assert len(rows) == len(EXAMPLES)
    for row, files in zip(rows, EXAMPLES.values(), strict=True):
        _, _, places, count, _ = row.split("|")
        named = re.findall(r"`((?:src|tests)/[\w./-]+)`", places)
        for name in files:
            new = not (ROOT / name).exists()
            assert (str(Path(name).parent) + "/" if new else name) in named, f"{row}\n{name}"
        assert len(named) == len(files) and count.split(",")[0].strip() == str(len(files)), row


def test_a_new_kind_of_entry_a_notifier_and_a_tracker_stay_small() -> None:
    assert len(EXAMPLES["entry"]) <= 2 and len(EXAMPLES["notifier"]) == 1 and len(EXAMPLES["tracker"]) <= 4
