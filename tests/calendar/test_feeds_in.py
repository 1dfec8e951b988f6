"""When the newest feed file came: as the disk says, no later than the run; the run's own time where there is none."""

import datetime as dt
import os
from pathlib import Path

import pytest

from billing.periods import Period
from pipelines.book import _feeds_in
from pipelines.workspace import Workspace

NOW = "2026-10-05T15:00:00+00:00"


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (["2026-10-01T09:00:00+00:00", "2026-10-02T08:30:00+00:00"], "2026-10-02T08:30:00+00:00"),
        (["2026-10-09T09:00:00+00:00"], NOW),  # a clock that is ahead
        ([], NOW),
    ],
)
def test_the_newest_file_says_when_the_feeds_were_in(tmp_path: Path, came: list[str], expected: str) -> None:
    (tmp_path / "cotbill.toml").write_text("", encoding="utf-8")
    inbox = tmp_path / "inbox" / "2026-09"
    inbox.mkdir(parents=True)
    for number, text in enumerate(came):
        path = inbox / f"usage_2026-09_{number:03d}.csv"
        path.touch()
        os.utime(path, (dt.datetime.fromisoformat(text).timestamp(),) * 2)

    assert _feeds_in(Workspace.open(tmp_path), Period(2026, 9), NOW) == expected
