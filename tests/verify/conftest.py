"""The two closed months, worked once for every process that tests, and a copy of them for each test that changes something."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verify.world import Office, copy_of, open_office, remove, work_two_months


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """September and October, closed; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "two-closed-months"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            work_two_months(open_office(place))
            (place / "done").touch()
    return Office(place / "world", place / "keys")


@pytest.fixture
def office(closed: Office, tmp_path: Path) -> Iterator[Office]:
    """The same, to be tampered with."""
    yield copy_of(closed, tmp_path)
    remove(tmp_path / "world")
