"""A September that four people brought to its close, at times that the test sets; each test works a copy of it."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.e2e.program import Ended
from tests.e2e.world import write_feed_text

PERIOD = "2026-09"
SETTINGS = 'expected_feeds = ["usage"]\n'
USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,usage_date,ticket_no\n"
SPAN = "2026-09-01,2026-09-30"
ROWS = (
    f"u1,D7580001,{SPAN},VS10,10,USER_MONTH,,",  # 300.00
    f"u2,D9999999,{SPAN},VS10,2,USER_MONTH,,",  # nobody's number until it is corrected to D7580002: 60.00
    f"u3,J0390001,{SPAN},VS10,4,USER_MONTH,,",  # 120.00
)
PARKS, LODGES, COURTS = (f"COT-{PERIOD}-{number}-01" for number in ("D7580001", "D7580002", "J0390001"))


class Clock:
    """What time the program thinks it is."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = dt.datetime(2026, 10, 2, 14, tzinfo=dt.UTC)
        for module in ("cli_asks", "cli_book", "cli_month"):
            patch.setattr(f"pipelines.{module}.moment", lambda: self.now)

    def set(self, text: str) -> None:
        """Let it be another time, written in UTC."""
        self.now = dt.datetime.fromisoformat(f"{text}+00:00")


def open_september(folder: Path) -> Office:
    """September's feeds, nothing run."""
    office = Office.open(folder, {}, SETTINGS)
    write_feed_text(office.root, "usage", PERIOD, USAGE + "\n".join(ROWS) + "\n")
    return office


def must(ended: Ended, *codes: int) -> Ended:
    """A command that has to end like this."""
    assert ended.code in codes, (ended.code, ended.out, ended.err)
    return ended


def work_september(office: Office, clock: Clock) -> None:
    """Run it, correct what waits, run it again."""
    must(office("run", PERIOD, "--as-of", "2026-10-06", user="bo"), 3)
    waits = office.exceptions(PERIOD)
    clock.set("2026-10-05T15:00:00")
    correction = ["correct", waits["A102 u2"], "--set", "billing_number=D7580002", "--reason", "F100-77"]
    must(office(*correction, user="lee"), 0)
    clock.set("2026-10-06T15:00:00")
    must(office("run", PERIOD, "--as-of", "2026-10-06", user="bo"), 0)


def close_september(office: Office, clock: Clock, at: str = "2026-10-08T15:00:00") -> None:
    """Post it."""
    clock.set(at)
    must(office("close", PERIOD, "--no-pdf", user="bo"), 0)


def copy_of(office: Office, folder: Path) -> Office:
    """The same office in a workspace of its own, so that no test stands on another one."""
    shutil.copytree(office.root, folder / "world", symlinks=True)
    return Office(folder / "world", office.keys)


def read(ended: Ended) -> dict:
    """What a command printed as JSON."""
    found: dict = json.loads(ended.out)
    return found
