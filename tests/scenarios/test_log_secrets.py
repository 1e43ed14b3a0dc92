"""What goes wrong is told in the log: where, and never with the keys and passwords that were at hand."""

import os
import subprocess
import sys
from pathlib import Path

STORY = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from stanch.main import load_world, open_stanch
from stanch.prepare.settings import Settings
from stanch.web import auth
from stanch.web.app import create_app

settings = Settings(data=Path(sys.argv[1]), database_url=f"sqlite:///{sys.argv[1]}/s.db", secret_key="very-secret-key")
stanch = open_stanch(settings=settings, world=load_world({}))
auth.require = lambda *_: 1 / 0
with TestClient(create_app(stanch), raise_server_exceptions=False) as client:
    headers = {"Authorization": "Bearer very-secret-token", "Cookie": "session=very-secret-cookie"}
    print(client.get("/", headers=headers).status_code)
try:
    with stanch.application.database.transaction() as tx:
        tx.execute("INSERT INTO people (name, password, admin, created_at) VALUES (:name, :password, 1, NULL)", name="ada", password="very-secret-word")
except Exception as error:
    print(str(error), file=sys.stderr)
stanch.application.database.close()
"""


def test_a_failure_is_told_with_its_place_and_without_the_secrets_at_hand(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STORY, str(tmp_path)], capture_output=True, text=True, env=os.environ, timeout=300
    )
    assert done.stdout == "500\n", done.stderr
    assert "a request failed" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "NOT NULL constraint failed" in done.stderr
    assert "very-secret" not in done.stderr
