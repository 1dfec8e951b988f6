"""A close whose process is killed with SIGKILL while DuckDB and the disk are the real ones."""

from pathlib import Path

from tests.faults.kills import KilledForReal

_KILLS = 3


def test_a_killed_close_ends_as_the_undisturbed_one(worked: Path, place: Path) -> None:
    killed = KilledForReal(worked, place / "killed")

    assert [killed.kill_once(seed) for seed in range(_KILLS)] == [[]] * _KILLS
