"""The map of everyday tasks leads to files that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/explanation/ten-tasks.md").read_text()


def test_each_of_the_ten_tasks_leads_to_files_that_exist() -> None:
    rows = re.findall(r"^\| an? .*", PAGE, re.MULTILINE)
    assert len(rows) == 10
    for row in rows:
        places = re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", row)
        assert places
        assert [place for place in places if not (ROOT / place).exists()] == []
