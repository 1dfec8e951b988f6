"""A workspace of one person is closed to others; one that a team shares stays a team's with every file written in it."""

import os
import stat
from pathlib import Path

import pytest

from tests.e2e.program import cotbill
from tests.e2e.world import write_feed_text, write_world

USAGE = """
source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom
u1,D7580001,2026-10-01,2026-10-31,VS10,1,USER_MONTH
"""


@pytest.fixture(autouse=True)
def umask() -> object:
    """Programs set the umask of this process; put it back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _written(root: Path) -> list[Path]:
    write_world(root, settings='expected_feeds = ["usage"]\n')
    write_feed_text(root, "usage", "2026-10", USAGE)
    for path in [root, *root.rglob("*")]:
        if path.is_dir() and root.stat().st_mode & stat.S_ISGID:
            path.chmod(0o2770)
    before = set(root.rglob("*"))
    assert cotbill("run", "2026-10", "-w", str(root), "--as-of", "2026-11-06").code == 0
    return [path for path in root.rglob("*") if path not in before and path.suffix != ".duckdb"]


def test_what_one_person_writes_is_for_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()

    assert {path.stat().st_mode & 0o077 for path in _written(tmp_path / "w")} == {0}


def test_what_is_written_in_a_shared_folder_is_for_its_group_and_for_no_others(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w").chmod(0o2770)

    found = _written(tmp_path / "w")

    assert {path.stat().st_mode & 0o777 for path in found if path.is_file()} == {0o660}
    assert {path.stat().st_mode & 0o7777 for path in found if path.is_dir()} == {0o2770}
