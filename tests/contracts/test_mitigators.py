"""Real programs and a real HAProxy."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.integrations import command, haproxy
from stanch.integrations.haproxy.state import parse_state
from stanch.ports import Arguments, Failed, Mitigator

DATA = Path(__file__).parent.parent / "data"
runner = command.build(command.Settings(environment={"EXTRA": "yes"}))


def failing(mitigator: Mitigator, arguments: Arguments) -> Failed:
    with pytest.raises(Failed) as raised:
        mitigator.run(arguments, quiet)
    return raised.value


def quiet(line: str) -> None:
    assert line


def ran(mitigator: Mitigator, arguments: Arguments) -> str:
    return mitigator.run(arguments, quiet).output


def described(mitigator: Mitigator, arguments: Arguments) -> str:
    return "\n".join(exhibit.text for exhibit in mitigator.describe(arguments))


commands = command.CommandMitigator(command.Settings())


def test_a_command_runs_without_a_shell_and_both_outputs_are_kept() -> None:
    assert ran(runner, {"argv": ["echo", "$HOME; ls *"]}) == "$HOME; ls *\n"
    assert ran(runner, {"argv": ["sh", "-c", "echo out; echo err >&2"]}) == "out\nerr\n"


def test_a_command_sees_only_a_small_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCH_SECRET", "s3cret")
    seen = ran(runner, {"argv": ["env"]})
    assert "s3cret" not in seen and "EXTRA=yes" in seen and "PATH=" in seen


def test_a_failing_command_says_its_exit_code_and_why() -> None:
    failed = failing(commands, {"argv": ["sh", "-c", "echo no such deployment; exit 3"]})
    assert not failed.again and "exit code 3" in failed.detail and "no such deployment" in failed.detail


def test_a_command_that_is_not_there() -> None:
    assert "was not found" in failing(commands, {"argv": ["no-such-program"]}).detail


@pytest.mark.parametrize("argv", ["rm -rf /", [], [""], ["a\x00b"], ["/etc/passwd"]])
def test_what_cannot_be_run_is_said(argv: str | list[str]) -> None:
    assert not failing(commands, {"argv": argv}).again


@pytest.mark.parametrize("timeout", ["soon", "0", "-1", "nan", "inf"])
def test_a_time_limit_must_be_seconds(timeout: str) -> None:
    assert "timeout" in failing(commands, {"argv": ["true"], "timeout": timeout}).detail


def test_at_the_time_limit_the_children_die_too(tmp_path: Path) -> None:
    mark = tmp_path / "late"
    started = time.monotonic()
    failed = failing(commands, {"argv": ["sh", "-c", f"(sleep 1; touch {mark}) & echo begun; wait"], "timeout": "0.4"})
    assert "stopped after 0.4 s: begun" in failed.detail and time.monotonic() - started < 0.9
    time.sleep(1)
    assert not mark.exists()


def test_a_child_in_the_background_is_not_waited_for() -> None:
    started = time.monotonic()
    assert ran(runner, {"argv": ["sh", "-c", "sleep 3 & echo done"]}) == "done\n"
    assert time.monotonic() - started < 2


def test_the_end_of_a_long_output_is_kept() -> None:
    kept = ran(runner, {"argv": ["sh", "-c", "yes | head -c 3000000; echo end"]})
    assert len(kept) == 20_000 and kept.endswith("end\n")


def test_describe_shows_the_state_before() -> None:
    assert described(runner, {"argv": ["false"], "describe": ["echo", "revision 7"]}) == "revision 7\n"
    assert runner.describe({"argv": ["true"]}) == []


def test_the_recorded_server_state_is_read_by_its_header() -> None:
    servers = parse_state((DATA / "haproxy-show-servers-state.txt").read_text())
    assert servers and all({"srv_admin_state", "srv_op_state", "srv_uweight"} <= set(row) for row in servers.values())
    assert parse_state("Can't find backend.\n") is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"action": "kill", "backend": "app", "server": "s1"},
        {"action": "drain", "backend": "app"},
        {"action": "drain", "backend": "app;show env", "server": "s1"},
        {"action": "drain", "backend": "app", "servers": ["s1", "s2\nshutdown"]},
        {"action": "drain", "backend": "app", "servers": ["s1\n"]},
        {"action": "drain", "server": "s1"},
        {"action": "weight", "backend": "app", "server": "s1"},
        {"action": "weight", "backend": "app", "server": "s1", "weight": "1;x"},
    ],
)
def test_no_argument_smuggles_a_command_into_haproxy(arguments: Arguments) -> None:
    assert not failing(haproxy.Haproxy(haproxy.Settings("/nowhere")), arguments).again


def test_a_haproxy_that_is_away_is_tried_again() -> None:
    failed = failing(
        haproxy.Haproxy(haproxy.Settings("/nowhere")), {"action": "drain", "backend": "app", "server": "s1"}
    )
    assert failed.again and "/nowhere" in failed.detail


HAPROXY = shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")


def starting(folder: Path, backends: str) -> Iterator[haproxy.Haproxy]:
    """A real HAProxy with these backends, the frontend going to the first one."""
    if HAPROXY is None:
        pytest.skip("needs haproxy")
    path, config = folder / "h.sock", folder / "h.cfg"
    config.write_text(
        f"global\n stats socket {path} mode 600 level admin\n"
        "defaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n"
        f"{backends}frontend f\n bind unix@{folder}/f.sock\n default_backend {backends.split()[1]}\n"
    )
    process = subprocess.Popen([HAPROXY, "-db", "-f", str(config)])
    _wait_for(path)
    yield haproxy.Haproxy(haproxy.Settings(str(path)))
    process.terminate()
    process.wait(10)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[haproxy.Haproxy]:
    yield from starting(
        tmp_path, "backend app\n" + "".join(f" server s{n} 127.0.0.1:{n} weight 10\n" for n in (1, 2, 3))
    )


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[haproxy.Haproxy]:
    """Backends with a server that is disabled in the configuration, and with backup servers."""
    yield from starting(
        tmp_path,
        "backend shop\n server blue 127.0.0.1:1\n server green 127.0.0.1:2 disabled\n"
        "backend sp\n server main 127.0.0.1:1\n server spare 127.0.0.1:2 backup\n server last 127.0.0.1:3 backup\n"
        "backend every\n option allbackups\n server main 127.0.0.1:1\n"
        " server b1 127.0.0.1:2 backup weight 10\n server b2 127.0.0.1:3 backup weight 30\n",
    )


def _wait_for(path: Path) -> None:
    for _ in range(100):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("HAProxy did not start")


def test_a_server_is_drained_and_comes_back(live: haproxy.Haproxy) -> None:
    said = ran(live, {"action": "drain", "backend": "app", "server": "s1"})
    assert said == "app/s1: ready, running, weight 10 of 10 -> drain, running, weight 10 of 10 (admin_state 0 -> 8)"
    stopped = ran(live, {"action": "maint", "backend": "app", "servers": ["s1"]})
    assert "drain, running, weight 10 of 10 -> maint" in stopped, "1 live with Debian's 2.6.12; other versions say 9"
    shown = described(live, {"backend": "app"})
    assert "app/s1: maint" in shown and "svname=BACKEND status=UP" in shown and "svname=s1 status=MAINT" in shown
    assert "-> ready" in ran(live, {"action": "ready", "backend": "app", "server": "s1"})


def test_a_run_that_changed_nothing_offers_no_undo(live: haproxy.Haproxy) -> None:
    drain: Arguments = {"action": "drain", "backend": "app", "server": "s1"}
    first, second = live.run(drain, quiet), live.run(drain, quiet)
    assert first.changed and first.undo and not second.changed and second.undo == {}
    assert live.preview(drain).objections == ["it carries no traffic now: none would be moved"]


def test_the_last_active_server_is_never_taken_away(live: haproxy.Haproxy) -> None:
    everything: Arguments = {"action": "drain", "backend": "app", "servers": ["s1", "s2", "s3"]}
    assert "no active server left" in failing(live, everything).detail
    assert "drain" not in described(live, {"backend": "app"}).lower(), "nothing may be changed before the refusal"
    ran(live, {"action": "drain", "backend": "app", "servers": ["s1", "s2"]})
    ran(live, {"action": "drain", "backend": "app", "servers": ["s1", "s2"]})
    for last in ({"action": "maint"}, {"action": "drain"}, {"action": "weight", "weight": "0%"}):
        assert "active now: s3" in failing(live, {"backend": "app", "server": "s3"} | last).detail


def test_what_was_found_before_is_put_back(live: haproxy.Haproxy) -> None:
    """A server that was drained by somebody else stays drained after our undo; weights come back too."""
    ran(live, {"action": "weight", "backend": "app", "server": "s1", "weight": "3"})
    ran(live, {"action": "drain", "backend": "app", "server": "s2"})
    undo = live.run({"action": "maint", "backend": "app", "servers": ["s1", "s2"]}, quiet).undo
    assert undo["states"] == ["ready 3", "drain 10"]
    assert "app/s1: maint" in described(live, {"backend": "app"})
    ran(live, undo)
    shown = described(live, {"backend": "app"})
    assert "app/s1: ready, running, weight 3 of 10" in shown and "app/s2: drain, running" in shown


def test_a_dry_run_counts_servers_and_traffic_and_changes_nothing(live: haproxy.Haproxy) -> None:
    ran(live, {"action": "weight", "backend": "app", "server": "s1", "weight": "20"})
    seen = live.preview({"action": "drain", "backend": "app", "server": "s1"})
    assert seen.extent and (seen.extent.touched, seen.extent.of, seen.extent.share) == (1, 3, 0.5)
    assert "set server app/s1 state drain" in seen.text and not seen.objections
    assert (
        "no active server"
        in live.preview({"action": "maint", "backend": "app", "servers": ["s1", "s2", "s3"]}).objections[0]
    )
    assert "app/s1: ready" in described(live, {"backend": "app"})


def test_a_backend_offers_to_be_drained_by_server_and_by_zone(live: haproxy.Haproxy) -> None:
    zoned = haproxy.Haproxy(haproxy.Settings(live.settings.socket, zones={"zone-b": ["s2", "s3", "other"]}))
    found = {m.name: m for m in zoned.offers("app")}
    assert set(found) == {"app-drain-s1", "app-drain-s2", "app-drain-s3", "app-drain-zone-b"}
    whole = found["app-drain-zone-b"]
    assert (whole.zone, whole.run["servers"], whole.blast_radius) == ("zone-b", ["s2", "s3"], "zone")
    ran(zoned, whole.run)
    assert "app/s3: drain" in described(live, {"backend": "app"})
    with pytest.raises(Failed, match="Can't find backend"):
        zoned.offers("shop")


def test_weights_are_set_and_haproxys_own_refusal_is_passed_on(live: haproxy.Haproxy) -> None:
    assert "weight 5 of 10" in ran(live, {"action": "weight", "backend": "app", "server": "s1", "weight": "50%"})
    assert "weight 0 of 10" in ran(live, {"action": "weight", "backend": "app", "server": "s1", "weight": "0"})
    failed = failing(live, {"action": "weight", "backend": "app", "server": "s1", "weight": "999"})
    assert "between 0 and 256" in failed.detail


def test_unknown_names_are_answered_with_the_known_ones(live: haproxy.Haproxy) -> None:
    assert "it has s1, s2, s3" in failing(live, {"action": "drain", "backend": "app", "server": "s9"}).detail
    assert "Can't find backend" in failing(live, {"action": "drain", "backend": "shop", "server": "s1"}).detail


def test_a_server_disabled_in_the_configuration_counts_once_it_is_ready(configured: haproxy.Haproxy) -> None:
    """R19: bit 0x04 only remembers the configuration; HAProxy's own mask for maintenance is 0x23."""
    assert (
        "no active server left" in failing(configured, {"action": "drain", "backend": "shop", "server": "blue"}).detail
    )
    ran(configured, {"action": "ready", "backend": "shop", "server": "green"})
    seen = configured.preview({"action": "drain", "backend": "shop", "server": "blue"})
    assert seen.extent and (seen.extent.touched, seen.extent.of, seen.extent.share) == (1, 2, 0.5)
    assert "-> drain" in ran(configured, {"action": "drain", "backend": "shop", "server": "blue"})


@pytest.mark.parametrize(
    ("backend", "gone", "server", "count", "of", "share"),
    [
        ("sp", [], "main", 1, 1, 1.0),
        ("sp", [], "spare", 0, 1, 0.0),
        ("sp", ["main"], "spare", 1, 1, 1.0),
        ("sp", ["main"], "last", 0, 1, 0.0),
        ("every", ["main"], "b2", 1, 2, 0.75),
    ],
)
def test_backup_servers_carry_no_traffic_while_another_one_does(
    configured: haproxy.Haproxy, backend: str, gone: list[str], server: str, count: int, of: int, share: float
) -> None:
    """R19, R22: ``act=0``, ``bck=1``; with ``option allbackups`` all of them carry it, otherwise the first."""
    for name in gone:
        ran(configured, {"action": "drain", "backend": backend, "server": name})
    seen = configured.preview({"action": "drain", "backend": backend, "server": server})
    assert seen.extent and (seen.extent.touched, seen.extent.of, seen.extent.share) == (count, of, share)
    assert seen.objections == ([] if count else ["it carries no traffic now: none would be moved"]), (
        "another one is left"
    )
