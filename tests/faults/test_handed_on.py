"""What is handed on of a closed month, struck at any change: run again it is the undisturbed one, or nothing was touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.journal import Journal
from tests.faults.disk import KILL, MODES, POWER, Disk, Fault
from tests.faults.handed_month import FINAL, INTERFACE, RELEASE, REOPEN, REPORTS, answer, close_handed_month, quick_paper
from tests.faults.small_month import PERIOD
from tests.faults.trial import Bench, run_on, still, told
from tests.verify.world import Office, copy_of

_POINTS = 5
# who is given numbers twice is noted twice, though the first time he got none
_AGAIN = {f"ledger/{PERIOD}/{name} differs" for name in ("head.json", "journal.jsonl")}


@pytest.fixture(scope="module")
def closed(place: Path) -> Office:
    with still():
        return close_handed_month(place / "handed")


@pytest.fixture
def stopped() -> Iterator[None]:
    with still(), pytest.MonkeyPatch.context() as patch:
        quick_paper(patch)
        yield


def _hold(bench: Bench) -> None:
    outcomes = [bench.try_point(point) for point in bench.spread(_POINTS, MODES)]

    assert [(each.fault, each.what, each.faults) for each in outcomes if each.faults] == []


@pytest.mark.usefixtures("stopped")
def test_reports_are_there_whole_and_told_of_once(closed: Office) -> None:
    _hold(Bench(closed.root, *REPORTS))


@pytest.mark.usefixtures("stopped")
def test_documents_are_handed_out_whole_and_recorded_once(closed: Office) -> None:
    _hold(Bench(closed.root, *INTERFACE))


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("status", ["ACCEPTED", "REJECTED"])
def test_an_answer_that_was_broken_off_is_loaded_to_its_end_by_the_same_file(closed: Office, tmp_path: Path, status: str) -> None:
    office = copy_of(closed, tmp_path)
    office(*INTERFACE)
    bench = Bench(office.root, *answer(office, tmp_path, status))

    _hold(bench)

    with bench.copy() as root:
        run_on(Disk(root, Fault(KILL, len(bench.changes) - 1)), *bench.words)
        for _ in range(2):
            assert told(*bench.words, "-w", str(root)).code == bench.code
        assert len(list(Journal(root / "ledger" / PERIOD).of("acknowledged"))) == 1


@pytest.mark.usefixtures("stopped")
def test_numbers_are_on_the_disk_only_with_the_word_that_they_were_given_out(closed: Office) -> None:
    bench = Bench(closed.root, *RELEASE)
    given = next(at for at, change in enumerate(bench.changes, start=1) if "/calls/" in change.path)

    outcomes = [bench.try_point(point) for point in [*bench.spread(_POINTS), Fault(KILL, given), Fault(POWER, given + 3)]]

    assert [(each.fault, each.what, found) for each in outcomes if (found := set(each.faults) - _AGAIN)] == []


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("words", [pytest.param(REOPEN, marks=pytest.mark.slow), FINAL])
def test_a_word_on_a_closed_month_stands_or_does_not_and_the_reports_know_which(closed: Office, words: tuple[str, ...]) -> None:
    _hold(Bench(closed.root, *words, then=REPORTS))


@pytest.mark.slow
@pytest.mark.usefixtures("stopped")
def test_reports_that_were_broken_off_are_not_told_of(closed: Office) -> None:
    bench = Bench(closed.root, *REPORTS)
    last = max(at for at, change in enumerate(bench.changes, start=1) if "/reports/" in change.path)

    for at in (last // 2, last):
        with bench.copy() as root:
            run_on(Disk(root, Fault(KILL, at)), *REPORTS)
            assert list(Journal(root / "ledger" / PERIOD).of("reported")) == []
            for _ in range(2):
                assert told(*REPORTS, "-w", str(root)).code == 0
            assert len(list(Journal(root / "ledger" / PERIOD).of("reported"))) == 1
