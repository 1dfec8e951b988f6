"""A close in a process of its own, killed with SIGKILL or short of room, with the real DuckDB and the real disk."""

import shutil
from pathlib import Path

from tests.faults.kills import KilledForReal, child, go
from tests.faults.small_month import CLOSE
from tests.faults.trial import is_one_line

_KILLS = 3
_NO_LARGE_FILES = """
import resource, signal, sys, pytest
from pipelines.cli import main
from tests.faults.small_month import at_noon
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
at_noon(pytest.MonkeyPatch())
print("ready", flush=True)
limit = int(sys.stdin.readline())
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
main(sys.argv[1:])
"""


def test_a_killed_close_ends_as_the_undisturbed_one(worked: Path, place: Path) -> None:
    killed = KilledForReal(worked, place / "killed")

    assert [killed.kill_once(seed) for seed in range(_KILLS)] == [[]] * _KILLS


def test_a_mart_that_duckdb_cannot_write_is_told_in_one_line_and_made_when_there_is_room(worked: Path, place: Path) -> None:
    root = Path(shutil.copytree(worked, place / "no-room" / "w"))
    mart = (root / "mart" / "cotbill.duckdb").read_bytes()

    first = child(*CLOSE, "-w", str(root), code=_NO_LARGE_FILES)
    go(first, f"{len(mart) // 2}")
    _, said = first.communicate()
    kept = (root / "mart" / "cotbill.duckdb").read_bytes()
    second = child(*CLOSE, "-w", str(root), code=_NO_LARGE_FILES)
    go(second, f"{len(mart) * 4}")
    _, error = second.communicate()

    assert (first.returncode, is_one_line(said)) == (1, True), said
    assert said == f"cotbill: {root}/mart/cotbill.duckdb: file too large; put that right and run it again, nothing was half-written\n"
    assert kept == mart
    assert sorted(path.name for path in (root / "mart").iterdir()) == ["cotbill.duckdb", "datapackage.json", "dictionary.md", "queries"]
    assert second.returncode == 0, error
    assert (root / "mart" / "cotbill.duckdb").read_bytes() != mart
