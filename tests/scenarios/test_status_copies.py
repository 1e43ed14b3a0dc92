"""Copies of the status page: written at each public change, byte-equal, and fresh or said to be behind (P7, R33)."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from stanch.demo.shop.ports import free_port
from stanch.integrations import folder
from stanch.ports import Failed, PublishedFile
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WORDS = "Some customers cannot pay. We will write again in 40 minutes."


class Shelf:
    """A publisher that remembers in which order it was given what, and fails while told to."""

    name = "shelf"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.down = False

    def publish(self, files: list[PublishedFile], gone: list[str]) -> None:
        if self.down:
            raise Failed("the shelf is away", again=True)
        for file in files:
            self.files[file.path] = file.body
        self.puts = [file.path for file in files]
        for path in gone:
            del self.files[path]


@pytest.fixture
def shelf(house: House) -> Shelf:
    shelf = house.application.world.publishers["shelf"] = Shelf()
    house.stanch.seed()
    house.settle()
    return shelf


def test_each_public_change_is_put_in_order_and_only_what_changed(house: House, shelf: Shelf) -> None:
    assert shelf.puts[0].startswith("local-time.") and shelf.puts[-1] == "index.html"
    house.do("declare", title="x", service="shop")
    house.settle()
    before = dict(shelf.files)
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    house.settle()
    assert not any(path.startswith(("style.", "local-time.")) for path in shelf.puts)
    assert WORDS.encode() in shelf.files["index.html"] and WORDS.encode() not in before["index.html"]
    with TestClient(create_app(house.stanch)) as client:
        for path, body in shelf.files.items():
            assert client.get(f"/status/{path}").content == body, path
    assert house.do("copies") == [
        {"publisher": "shelf", "published_at": house.clock.now(), "current": True, "error": ""}
    ]


def test_a_place_that_is_away_is_said_to_be_behind_and_gets_the_newest_when_it_is_back(
    house: House, shelf: Shelf
) -> None:
    house.do("declare", title="x", service="shop")
    shelf.down = True
    for state, text in (("investigating", WORDS), ("identified", "We know why.")):
        house.do("status", incident="INC-1", state=state, text=text)
        house.settle()
    (copy,) = house.do("copies")
    assert not copy["current"] and copy["error"] == "the shelf is away"
    shelf.down = False
    house.wait(seconds=60)
    assert b"We know why." in shelf.files["index.html"] and house.do("copies")[0]["current"]


def test_a_crash_between_writing_and_remembering_writes_again(house: House, shelf: Shelf) -> None:
    house.do("declare", title="x", service="shop")
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    (effect,) = [each for each in house.outbox.lease(50) if each.kind == "status_copy"]
    house.outbox.handlers["status_copy"].perform(effect)
    house.crash()
    house.application.world.publishers["shelf"] = shelf
    shelf.puts = []
    house.wait(minutes=3)
    assert "index.html" in shelf.puts and house.do("copies")[0]["current"]


def test_what_is_private_or_not_for_this_place_is_not_in_a_copy(database_url: str, tmp_path: Path) -> None:
    from tests.scenarios.house import POLICY

    pages = {
        "shop": {"title": "Shop", "copies": []},
        "open": {"title": "Open"},
        "team": {"title": "Team", "access": "members"},
    }
    house = House(database_url, tmp_path, {**POLICY, "status_pages": pages})
    shelf = house.application.world.publishers["shelf"] = Shelf()
    house.stanch.seed()
    house.settle()
    assert shelf.files and all(path.startswith("open/") for path in shelf.files)
    house.application.database.close()


def test_a_folder_takes_no_name_that_leads_out_of_it_and_says_what_it_could_not_write(tmp_path: Path) -> None:
    keeper = folder.build(folder.Settings(str(tmp_path / "page")))
    with pytest.raises(Failed, match="leads out"):
        keeper.publish([PublishedFile("../x", b"", "text/plain", "")], [])
    (tmp_path / "page" / "a").mkdir(parents=True)
    with pytest.raises(Failed, match="page/a"):
        keeper.publish([PublishedFile("a", b"x", "text/plain", "")], [])
    keeper.publish([PublishedFile("b/c.html", b"x", "text/plain", "")], [])
    keeper.publish([], ["b/c.html", "never-there"])
    assert list((tmp_path / "page" / "b").iterdir()) == []


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[str]:
    """A plain file server on the folder of the copy."""
    (tmp_path / "copy").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "copy"))
    handler.func.log_message = lambda *_: None  # type: ignore[method-assign]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def test_after_stanch_was_killed_a_bare_file_server_serves_what_it_served(tmp_path: Path, bare: str) -> None:
    port = free_port()
    shop = {"name": "shop", "public_name": "Checkout"}
    values = {
        "data": str(tmp_path / "data"),
        "port": port,
        "static_status": "copy",
        "policy": {"services": {"shop": shop}},
    }
    (tmp_path / "stanch.yaml").write_text(yaml.safe_dump(values))
    environment = {**os.environ, "STANCH_CONFIG": str(tmp_path / "stanch.yaml")}
    process = subprocess.Popen([sys.executable, "-m", "stanch", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        for words in (["declare", "x", "--service", "shop"], ["status", "INC-1", "investigating", WORDS]):
            subprocess.run(
                [sys.executable, "-m", "stanch", *words], env=environment, check=True, stdout=subprocess.DEVNULL
            )
        live, deadline = {}, time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                paths = ("/", "/incidents/INC-1.html", "/history.atom", "/api/v2/summary.json", "/uptime.html")
                live = {path: read(f"http://127.0.0.1:{port}/status{path}") for path in paths}
                if WORDS.encode() in live["/"] and all(read(bare + path) == body for path, body in live.items()):
                    break
            except OSError:
                pass
            time.sleep(0.2)
        else:
            raise AssertionError("the copy never was what stanch served")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert {path: read(bare + path) for path in live} == live and WORDS.encode() in read(bare + "/")
