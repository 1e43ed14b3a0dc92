"""``stanch --help`` answers at once: what it imports is counted, because a time is another one on a busy machine."""

import subprocess
import sys

HEAVY = {
    "rich",
    "structlog",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "urllib3",
    "jinja2",
    "apprise",
    "icalendar",
    "psycopg",
}


def imported_by(*words: str) -> set[str]:
    """The modules in memory when ``stanch`` has answered these words."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
        f"sys.argv = ['stanch', *{words!r}]\n"
        "from stanch.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Usage: stanch" in done.stdout, done.stderr
    return set(done.stderr.split())


def test_the_help_imports_no_command_and_nothing_heavy() -> None:
    modules = imported_by("--help")
    assert not modules & {*HEAVY, "msgspec"}
    ours = {name for name in modules if name.partition(".")[0] == "stanch"}
    assert ours == {
        "stanch",
        "stanch.cli",
        "stanch.cli.tree",
        "stanch.cli.index",
        "stanch.kernel",
        "stanch.kernel.errors",
    }


def test_the_help_of_one_command_imports_no_database_no_log_and_no_web() -> None:
    assert not imported_by("mitigate", "--help") & HEAVY


def test_a_command_imports_no_rules_of_another() -> None:
    assert not {name for name in imported_by("show", "--help") if name.startswith("stanch.communicate.wording")}
