"""One small month at the door of its close, for every test of a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.small_month import CLOSE, work_small_month, write_small_month
from tests.faults.trial import Bench, clear, room, still


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder for the workspaces of this process."""
    made = room()
    yield made
    clear(made)


@pytest.fixture(scope="session")
def worked(place: Path) -> Path:
    """A month that nothing stands in the way of."""
    with still():
        return work_small_month(write_small_month(place / "worked" / "w"))


@pytest.fixture(scope="session")
def closing(worked: Path) -> Bench:
    """The close of that month."""
    with still():
        return Bench(worked, *CLOSE)


@pytest.fixture
def bench(closing: Bench) -> Iterator[Bench]:
    """The close of that month, with its clock stopped."""
    with still():
        yield closing
