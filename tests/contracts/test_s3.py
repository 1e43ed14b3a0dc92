"""The copy of the status page in S3-compatible storage, against a real server that checks signatures (P7; formats/20)."""

import importlib.util
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("obstore", reason="needs obstore")

import obstore
from obstore.store import S3Store

from stanch.demo.shop.ports import free_port
from stanch.integrations import s3
from stanch.ports import Failed, PublishedFile

FILES = [
    PublishedFile("style.0a1b2c3d.css", b"body {}", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
    PublishedFile("incidents/INC-1.html", b"<p>one", "text/html; charset=utf-8", "public, max-age=10"),
    PublishedFile("index.html", b"<p>all", "text/html; charset=utf-8", "public, max-age=10"),
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not importlib.util.find_spec("nanio"):
        pytest.skip("needs nanio")
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "pages").mkdir()
    environment = {**os.environ, "NANIO_ACCESS_KEY": "AKTEST", "NANIO_SECRET_KEY": "secret-of-test"}
    program = Path(sys.executable).parent / "nanio"
    command = [str(program), "serve", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1)
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(5)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-test")


def store(endpoint: str) -> Any:
    return S3Store(
        "pages", endpoint=endpoint, region="us-east-1", access_key_id="AKTEST", secret_access_key="secret-of-test",
        virtual_hosted_style_request=False, client_options={"allow_http": True},
    )  # fmt: skip


def test_files_arrive_with_their_types_and_what_is_gone_goes(endpoint: str, keys: None) -> None:
    keeper = s3.build(s3.Settings("pages", endpoint=endpoint, prefix="shop"))
    keeper.publish(FILES, [])
    for file in FILES:
        found = obstore.get(store(endpoint), f"shop/{file.path}")
        assert bytes(found.bytes()) == file.body
        assert (found.attributes["Content-Type"], found.attributes["Cache-Control"]) == (
            file.media_type,
            file.cache_control,
        )
    keeper.publish([], ["incidents/INC-1.html"])
    with pytest.raises(FileNotFoundError):
        obstore.head(store(endpoint), "shop/incidents/INC-1.html")


@pytest.mark.parametrize(
    ("change", "said"),
    [({"bucket": "none"}, "there is no such bucket"), ({"endpoint": "http://127.0.0.1:9"}, "did not answer")],
)
def test_what_fails_is_said_in_words_without_a_key(
    endpoint: str, keys: None, change: dict[str, str], said: str
) -> None:
    settings = s3.Settings(**{"bucket": "pages", "endpoint": endpoint, **change})
    with pytest.raises(Failed, match=said) as failed:
        s3.build(settings).publish(FILES[:1], [])
    assert "AKTEST" not in failed.value.detail


def test_a_wrong_or_missing_key_is_named_by_its_variable(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(Failed, match="may not write there"):
        s3.build(s3.Settings("pages", endpoint=endpoint)).publish(FILES[:1], [])
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Failed, match="AWS_SECRET_ACCESS_KEY"):
        s3.build(s3.Settings("pages", endpoint=endpoint)).publish(FILES[:1], [])
