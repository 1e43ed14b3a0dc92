"""The client of Statuspage's API from npm, in a folder of its own, pointed at another page."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

SCRIPT = """
const { Statuspage } = require('statuspage.io');
const client = new Statuspage('any');
client.setApiUrl(process.argv[1]);
const calls = {
  summary: () => client.api.getSummary(), status: () => client.api.getStatus(), components: () => client.api.getComponents(),
  incidents: () => client.api.incidents.getAll(), unresolved: () => client.api.incidents.getUnresolved(),
  upcoming: () => client.api.scheduledMaintenances.getUpcoming(),
};
(async () => {
  const found = {};
  for (const [name, call] of Object.entries(calls)) found[name] = await call();
  process.stdout.write(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def _home() -> Path:
    return Path(os.environ.get("STANCH_STATUSPAGE") or Path(__file__).parents[2] / ".statuspage")


def find() -> str | None:
    """The folder of STANCH_STATUSPAGE, else .statuspage/ of the repository, if the client and node are there."""
    there = (_home() / "node_modules/statuspage.io/package.json").exists()
    return str(_home()) if there and shutil.which("node") else None


def read(url: str) -> dict[str, Any]:
    """What the client reads by each of its calls. Two more ask the wrong address: those of all and of active maintenance."""
    done = subprocess.run(
        ["node", "-e", SCRIPT, url], cwd=_home(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
