"""The other commands that write, struck at any change: the state before or the state after, never one between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.disk import MODES
from tests.faults.small_month import PERIOD, do, key_of, write_small_month
from tests.faults.trial import Bench, still

RUN = ("run", PERIOD, "--as-of", "2026-11-06", "--user", "bill")
CORRECT = ("correct", "U3", "--set", "billing_number=D7580001", "--set", "quantity=2", "--reason", "moved", "--user", "bill")
TRANSFER = (
    "adjust", PERIOD, "--type", "TRANSFER", "--amount", "-5.00", "--billing-number", "D7580001", "--to", "D7580002", "--stream", "usage",
    "--rate-code", "VS10", "--reason-code", "OTHER", "--no-line-because", "agreed", "--support", "T-1", "--user", "bill",
)  # fmt: skip
_POINTS = 6


@pytest.fixture(scope="module")
def unworked(place: Path) -> Path:
    with still():
        return write_small_month(place / "unworked" / "w")


@pytest.fixture(scope="module")
def run_once(place: Path) -> Path:
    with still():
        root = write_small_month(place / "run" / "w")
        do(root, *RUN)
        return root


@pytest.fixture
def stopped() -> Iterator[None]:
    with still():
        yield


def _hold(bench: Bench) -> None:
    outcomes = [bench.try_point(point) for point in bench.spread(_POINTS, MODES)]

    assert [(each.fault, each.what, each.faults) for each in outcomes if each.faults] == []


@pytest.mark.usefixtures("stopped")
def test_a_first_run_is_there_whole_or_not_at_all(unworked: Path) -> None:
    _hold(Bench(unworked, *RUN, then=RUN))


@pytest.mark.usefixtures("stopped")
def test_an_approval_is_there_whole_or_not_at_all(run_once: Path) -> None:
    _hold(Bench(run_once, "approve", "A1", "--user", "mara", "--key", str(key_of(run_once)), then=RUN))


@pytest.mark.usefixtures("stopped")
def test_a_correction_of_two_cells_is_there_whole_or_not_at_all(run_once: Path) -> None:
    _hold(Bench(run_once, *CORRECT, then=RUN))


@pytest.mark.usefixtures("stopped")
def test_both_halves_of_a_transfer_are_there_or_neither(run_once: Path) -> None:
    _hold(Bench(run_once, *TRANSFER, then=RUN))
