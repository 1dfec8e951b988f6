"""Every finished file of a closed and of an open month shows the control report's figures; one cent more in any is named."""

from pathlib import Path

import pytest

from tests.finished.month import BATCH, compared, expected
from tests.finished.months import CLOSED, OPEN, finished, sample
from tests.finished.tampered import CASES, changed_reports, faults


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(sample(tmp_path_factory.mktemp("finished") / "w"))


def test_every_file_shows_what_the_control_report_says(root: Path) -> None:
    for period in (CLOSED, OPEN):
        count, found = compared(root, period)

        assert found == [], period
        assert count > 3_000
    assert {path.name for path in (root / "out" / CLOSED / "interface").iterdir()} == set(BATCH)  # the closed month was sent


def test_no_reader_is_blind_to_a_cent(root: Path) -> None:
    figures = expected(root, CLOSED)

    unseen = [name for name, tamper, read in CASES if not faults(name, tamper, read, root, CLOSED, figures)]

    assert unseen == []
    assert len(CASES) > 15


def test_no_report_file_can_be_changed_by_a_cent_unseen(root: Path, tmp_path: Path) -> None:
    figures = expected(root, OPEN)

    assert changed_reports(root / "out" / OPEN / "reports", tmp_path, OPEN, figures) == []
