"""The close calendar from a journal: which event does which step, the last time counting, and what belongs to no step."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from billing.close_calendar import CLOSE_CALENDAR, office_day
from billing.frames import Tables
from billing.periods import Period
from pipelines.close_events import close_calendar, close_events, close_steps
from pipelines.journal import Actor, Journal
from pipelines.workspace import Workspace
from reports.close_calendar import calendar_files

SEPTEMBER = Period(2026, 9)


def journal(folder: Path, *rows: tuple[str, str, dict[str, str]]) -> Journal:
    """kind, time in UTC, data."""
    found = Journal(folder / "2026-09")
    for kind, at, data in rows:
        found.append(kind, data, Actor("bo", "bo", f"{at}+00:00"))
    return found


MONTH = (
    ("opened", "2026-10-02T14:00:00", {}),
    ("run", "2026-10-02T14:00:00", {"seconds": "4.2"}),
    ("decision", "2026-10-05T15:00:00", {}),
    ("withdrawn", "2026-10-06T13:00:00", {}),
    ("adjustment", "2026-10-06T13:30:00", {}),
    ("run", "2026-10-06T14:00:00", {"seconds": "0.5"}),
    ("approval", "2026-10-08T02:00:00", {"subject": "ADJUSTMENT"}),
    ("closed", "2026-10-08T15:00:00", {"issue": "1"}),
    ("issued", "2026-10-08T15:02:00", {}),
    ("approval", "2026-11-30T15:00:00", {"subject": "DISPUTE"}),
    ("final", "2026-12-01T15:00:00", {}),
)


def test_each_event_is_of_its_step_and_what_comes_after_the_close_of_none(tmp_path: Path) -> None:
    found = close_events(journal(tmp_path, *MONTH).events)

    moments = [(row["step"], f"{row['first_at']:%m-%dT%H:%M}", f"{row['last_at']:%m-%dT%H:%M}", row["runs"], row["seconds"])
               for row in found.to_dicts()]  # fmt: skip
    assert moments == [
        ("load", "10-02T14:00", "10-02T14:00", 1, None),
        ("trial", "10-02T14:00", "10-06T14:00", 2, Decimal("4.700")),
        ("exceptions", "10-05T15:00", "10-06T13:00", 2, None),
        ("approvals", "10-08T02:00", "10-08T02:00", 1, None),
        ("final_bill", "10-08T15:00", "10-08T15:02", 1, None),
        ("close", "10-08T15:00", "10-08T15:00", 1, None),
    ]


def test_the_plan_stands_beside_it_and_steps_that_no_event_tells_of_are_open(tmp_path: Path) -> None:
    rows = close_calendar(SEPTEMBER, Tables(), journal(tmp_path, *MONTH).events)

    late = {row["step"]: row["days_late"] for row in rows.to_dicts()}
    # the working days are 1, 2, 5, 6, 7, 8, 9, 12, 13, 14 October
    assert rows.schema == CLOSE_CALENDAR
    assert late == {"cutoff": None, "load": 0, "exceptions": 0, "trial": -1, "approvals": -1, "final_bill": -1, "interface": None,
                    "reports": None, "close": -4}  # fmt: skip


def test_a_month_closed_again_was_done_when_it_was_last_done(tmp_path: Path) -> None:
    again = (
        ("approval", "2026-10-20T14:00:00", {"subject": "REOPEN"}),
        ("reopened", "2026-10-20T14:00:00", {}),
        ("closed", "2026-10-21T14:00:00", {"issue": "2"}),
    )
    found = {row["step"]: row for row in close_events(journal(tmp_path, *MONTH[:9], *again).events).to_dicts()}

    assert (found["close"]["runs"], found["close"]["last_at"]) == (2, dt.datetime(2026, 10, 21, 14, tzinfo=dt.UTC))
    assert found["approvals"]["last_at"] == dt.datetime(2026, 10, 8, 2, tzinfo=dt.UTC)


def test_the_interface_is_done_when_its_documents_were_last_sent_and_to_turn_them_is_no_step(tmp_path: Path) -> None:
    told = (("09", "ORIGINAL"), ("12", "RESEND"), ("30", "REVERSAL"))
    sent = [("interface", f"2026-10-{day}T15:00:00", {"sent_as": kind}) for day, kind in told]

    rows = {row["step"]: row for row in close_calendar(SEPTEMBER, Tables(), journal(tmp_path, *MONTH, *sent).events).to_dicts()}

    assert (rows["interface"]["runs"], rows["interface"]["days_late"]) == (2, 0)  # planned for the eighth working day, the 12th
    assert rows["reports"]["done_at"] is None


def test_the_cut_off_is_the_first_run_that_had_every_feed_and_the_reports_when_they_were_first_handed_out(tmp_path: Path) -> None:
    runs = [("opened", "2026-10-01T12:00:00", {})]
    runs += [
        ("run", f"2026-10-0{day}T15:00:00", {"seconds": "1.0", "feeds_missing": count, "feeds_in": f"2026-10-0{day}T09:00:00+00:00"})
        for day, count in ((1, 2), (2, 0), (5, 1), (6, 0))
    ]
    reported = ("reported", "2026-10-13T15:00:00", {"issue": 1})

    rows = {row["step"]: row for row in close_calendar(SEPTEMBER, Tables(), journal(tmp_path, *runs, reported).events).to_dicts()}

    cutoff, trial = rows["cutoff"], rows["trial"]
    assert (cutoff["done_at"], cutoff["runs"], cutoff["days_late"]) == (dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC), 1, 1)
    assert (trial["done_at"], trial["runs"], trial["seconds"]) == (dt.datetime(2026, 10, 6, 15, tzinfo=dt.UTC), 4, Decimal("4.000"))
    assert (rows["reports"]["runs"], rows["reports"]["days_late"]) == (1, 0)


def posted(root: Path, *rows: tuple[str, str, dict[str, str]]) -> Workspace:
    """A workspace whose month has a journal of these events, and a posted folder."""
    (root / "cotbill.toml").write_text("", encoding="utf-8")
    journal(root / "ledger", *rows)
    folder = root / "ledger" / "2026-09" / "posted" / "01"
    folder.mkdir(parents=True)
    (folder / "seal.json").write_text("{}", encoding="utf-8")
    return Workspace.open(root)


def test_the_mart_has_the_steps_up_to_the_close_and_what_was_sent_since(tmp_path: Path) -> None:
    month = [(kind, at, {**data, "issue": 1} if kind == "closed" else data) for kind, at, data in MONTH]
    home = posted(tmp_path, *month, ("interface", "2026-10-12T15:00:00", {"sent_as": "ORIGINAL"}))

    rows = {row["step"]: row for row in close_steps(home, SEPTEMBER, Tables()).to_dicts()}

    assert [row["step_no"] for row in rows.values()] == list(range(1, 10))
    assert f"{rows['final_bill']['done_at']}" == "2026-10-08 15:00:00"  # closed; the issue is no part of it
    assert f"{rows['interface']['done_at']}" == "2026-10-12 15:00:00"
    assert rows["trial"]["what"] == "trial bill and variance review"
    assert rows["approvals"]["runs"] == 1


def test_an_open_month_has_no_steps_in_the_mart(tmp_path: Path) -> None:
    home = posted(tmp_path, *[(kind, at, {**data, "issue": 1} if kind == "closed" else data) for kind, at, data in MONTH],
                  ("reopened", "2026-12-02T15:00:00", {}))  # fmt: skip

    assert close_steps(home, SEPTEMBER, Tables()).is_empty()


def test_an_empty_journal_is_a_plan_alone(tmp_path: Path) -> None:
    assert close_calendar(SEPTEMBER, Tables(), journal(tmp_path).events)["done_at"].null_count() == 9


def test_the_files_say_the_same_and_name_what_was_late(tmp_path: Path) -> None:
    late = (*MONTH[:7], ("closed", "2026-10-30T15:00:00", {"issue": "1"}))

    files = calendar_files("2026-09", close_calendar(SEPTEMBER, Tables(), journal(tmp_path, *late).events))

    document = json.loads(files["R20-close-calendar.json"])
    assert (document["period"], document["steps_late"], document["runs"]) == ("2026-09", ["final_bill", "close"], 8)
    lines = files["R20-close-calendar.csv"].decode().splitlines()
    assert lines[0] == "step,what,planned_on,done_at,days_late,runs,seconds"
    assert lines[4] == "trial,trial bill and variance review,2026-10-07,2026-10-06T14:00:00+00:00,-1,2,4.700"
    assert [line.split(",")[0] for line in lines[1:]] == [row["step"] for row in document["steps"]]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-12-06T04:59:59+00:00", "2026-12-05"),  # winter: five hours
        ("2026-12-06T05:00:00+00:00", "2026-12-06"),
        ("2026-07-06T03:59:59+00:00", "2026-07-05"),  # summer: four
        ("2026-07-06T00:00:00-04:00", "2026-07-06"),
    ],
)
def test_the_day_at_the_office_is_the_day_in_frankfort(at: str, day: str) -> None:
    assert office_day(dt.datetime.fromisoformat(at)) == dt.date.fromisoformat(day)
