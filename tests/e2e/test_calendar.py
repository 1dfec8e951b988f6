"""The close calendar over the command line: printed at any time, written once the month is posted, the same each time."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.journal import Actor, Journal
from tests.e2e.office import Office
from tests.e2e.posted_month import PERIOD, Clock, close_september, copy_of, must, open_september, read, work_september

FILES = ("R20-close-calendar.csv", "R20-close-calendar.json")


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    with pytest.MonkeyPatch.context() as patch:
        yield Clock(patch)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Office:
    """September worked and not closed."""
    found = open_september(tmp_path_factory.mktemp("worked"))
    work_september(found, clock)
    return found


@pytest.fixture
def office(worked: Office, tmp_path: Path) -> Office:
    """The same, the test's own."""
    return copy_of(worked, tmp_path)


def _reports(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "out" / PERIOD / "reports").iterdir() if path.name.startswith("R20")}


def _journal(root: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in (root / "ledger" / PERIOD / "journal.jsonl").read_text().splitlines()]


def test_an_open_month_has_no_file_but_can_be_asked(office: Office) -> None:
    assert _reports(office.root) == {}

    found = read(must(office("calendar", PERIOD, "--json"), 0))

    assert found["state"] == "OPEN"
    steps = {row["step"]: row for row in found["steps"]}
    assert [step for step, row in steps.items() if row["done_at"]] == ["cutoff", "load", "exceptions", "trial"]
    assert (steps["exceptions"]["done_at"], steps["exceptions"]["days_late"]) == ("2026-10-05T15:00:00+00:00", -1)
    assert steps["trial"]["runs"] == 2
    assert steps["trial"]["seconds"] is not None


def test_a_posted_month_has_it_in_both_forms_up_to_the_close(office: Office, clock: Clock) -> None:
    close_september(office, clock, "2026-10-19T15:00:00")

    files = _reports(office.root)

    assert sorted(files) == list(FILES)
    document = json.loads(files["R20-close-calendar.json"])
    done = {row["step"]: (row["done_at"], row["days_late"]) for row in document["steps"]}
    assert (done["final_bill"], done["close"]) == (("2026-10-19T15:00:00+00:00", 6), ("2026-10-19T15:00:00+00:00", 3))
    assert document["steps_late"] == ["cutoff", "final_bill", "close"]


def test_to_issue_it_again_makes_the_same_bytes_and_no_further_event(office: Office, clock: Clock) -> None:
    close_september(office, clock, "2026-10-19T15:00:00")
    files = _reports(office.root)
    later = Actor("bo", "bo", "2026-10-20T14:00:00+00:00")  # as when it is issued with its invoices after all
    Journal(office.root / "ledger" / PERIOD).append("issued", {"issue": 1}, later)
    events = _journal(office.root)
    (office.root / "out" / PERIOD / "reports" / FILES[0]).unlink()

    close_september(office, clock, "2026-10-20T15:00:00")

    assert _reports(office.root) == files
    assert _journal(office.root) == events


def test_on_the_terminal_it_has_a_row_a_step(office: Office) -> None:
    ended = must(office("calendar", PERIOD), 0)

    assert [line.split()[0] for line in ended.out.splitlines()[2:]] == [
        "cutoff", "load", "exceptions", "trial", "approvals", "final_bill", "interface", "reports", "close",
    ]  # fmt: skip
    assert "OPEN" in ended.err
    assert office("calendar", "2026-12").code == 12


def test_a_month_reopened_and_run_loses_it_until_it_is_closed_again(office: Office, clock: Clock) -> None:
    close_september(office, clock, "2026-10-19T15:00:00")
    clock.set("2026-10-21T15:00:00")
    must(office("reopen", PERIOD, "--reason", "short", user="bo"), 3)
    must(office.approve("mo", f"reopen-{PERIOD}"), 0)
    must(office("correct", "u1", "--set", "quantity=11", "--reason", "meter", "--period", PERIOD, user="bo"), 0)
    must(office("run", PERIOD, "--as-of", "2026-10-21", user="bo"), 0, 3)
    assert _reports(office.root) == {}

    close_september(office, clock, "2026-10-22T15:00:00")

    document = json.loads(_reports(office.root)["R20-close-calendar.json"])
    assert {row["step"]: row["runs"] for row in document["steps"]}["close"] == 2
