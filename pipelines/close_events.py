"""When each step of a month's close was done, read from the month's journal, beside the day it was planned for (R20)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.close_calendar import EVENTS, calendar_rows
from billing.frames import Tables
from billing.periods import Period
from pipelines.journal import Event, Journal
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.close_calendar import calendar_files
from reports.write import write_bytes

# the first run that comes to an end has loaded the month; closing it makes the final bill, and issuing the invoices ends it
_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "opened": ("load",),
    "decision": ("exceptions",),
    "withdrawn": ("exceptions",),
    "run": ("trial",),
    "approval": ("approvals",),
    "closed": ("final_bill", "close"),
    "issued": ("final_bill",),
}
_AFTERWARDS: Final = ("REOPEN", "DISPUTE")  # what is approved of a posted month is no part of its close
_FOLDER: Final = "reports"


def close_events(events: Iterable[Event]) -> pl.DataFrame:
    """Add up a journal by the steps of the close.

    A step's runs are its events; seconds are known of runs of the bill alone. The bill and its issue are one step, so a
    bill that was issued is one run of it. After a reopening the step was done when it was last done.

    Returns: EVENTS, in the order of the first time.
    """
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.kind == "approval" and event.data["subject"] in _AFTERWARDS:
            continue
        for step in _STEPS.get(event.kind, ()):
            at = dt.datetime.fromisoformat(event.at)
            row = found.setdefault(step, {"step": step, "first_at": at, "last_at": at, "runs": 0, "seconds": None})
            row["last_at"] = max(row["last_at"], at)
            row["runs"] += event.kind != "issued"
            if "seconds" in event.data:
                row["seconds"] = (row["seconds"] or Decimal(0)) + Decimal(event.data["seconds"])
    return pl.DataFrame(list(found.values()), schema=EVENTS)


def close_calendar(period: Period, tables: Tables, events: Iterable[Event]) -> pl.DataFrame:
    """Set what was done of a month's close beside what was planned. Returns: CLOSE_CALENDAR.

    Args:
        tables: the month's; calendar.csv may name the day of the close.
        events: of its journal.
    """
    rows = tables["calendar"].filter(pl.col("period") == str(period)).to_dicts()
    return calendar_rows(period, close_events(events), rows[0] if rows else None)


def write_close_calendar(workspace: Workspace, period: Period, tables: Tables) -> dict[str, Path]:
    """Write R20 of a posted month, as it stood when it was posted; an open month has none, and one left over is removed.

    What an open month shows must not depend on when it was run. The posted one ends with the close, so that to issue it
    again makes the same bytes.

    Returns: the files by name.
    """
    folder = workspace.out(period) / _FOLDER
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    until = [event.seq for event in journal.of("closed") if event.data["issue"] == found.issue]
    if not found.is_posted or not until:
        for path in sorted(folder.glob("R20-close-calendar.*")):
            path.unlink()
        return {}
    rows = close_calendar(period, tables, journal.events[: until[-1]])
    return {f"calendar{Path(name).suffix}": write_bytes(folder / name, data) for name, data in calendar_files(str(period), rows).items()}
