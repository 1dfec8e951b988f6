"""When each step of a month's close was done, read from the month's journal, beside the day it was planned for (R20)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.behind_frames import STEP_ROWS
from billing.close_calendar import EVENTS, STEPS, calendar_rows
from billing.frames import Tables, conform, empty
from billing.periods import Period
from pipelines.interface_book import SENT
from pipelines.journal import Event, Journal
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.close_calendar import calendar_files
from reports.write import write_bytes

REPORTED: Final = "reported"

# the first run that comes to an end has loaded the month; closing it makes the final bill, and issuing the invoices ends it
_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "opened": ("load",),
    "decision": ("exceptions",),
    "withdrawn": ("exceptions",),
    "run": ("trial",),
    "approval": ("approvals",),
    "closed": ("final_bill", "close"),
    "issued": ("final_bill",),
    SENT: ("interface",),
    REPORTED: ("reports",),
}
_WHAT: Final = {step.step: step.what for step in STEPS}
_AFTERWARDS: Final = ("REOPEN", "DISPUTE")  # what is approved of a posted month is no part of its close
_FOLDER: Final = "reports"
_CUT_OFF: Final = "cutoff"


def close_events(events: Iterable[Event]) -> pl.DataFrame:
    """Add up a journal by the steps of the close.

    A step's runs are its events; seconds are known of runs of the bill alone. The bill and its issue are one step, so a
    bill that was issued is one run of it. After a reopening the step was done when it was last done. The cut-off was
    when the last feed file had come that the first run with every feed found, or a word that there was nothing to bill.

    Returns: EVENTS, in the order of the first time.
    """
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        if _is_afterwards(event):
            continue
        is_cut_off = event.kind == "run" and event.data.get("feeds_missing") == 0 and _CUT_OFF not in found
        for step in (*_STEPS.get(event.kind, ()), *([_CUT_OFF] if is_cut_off else [])):
            at = dt.datetime.fromisoformat(event.at if step != _CUT_OFF else event.data["feeds_in"])
            row = found.setdefault(step, {"step": step, "first_at": at, "last_at": at, "runs": 0, "seconds": None})
            row["last_at"] = max(row["last_at"], at)
            row["runs"] += event.kind != "issued"
            if "seconds" in event.data and step != _CUT_OFF:
                row["seconds"] = (row["seconds"] or Decimal(0)) + Decimal(event.data["seconds"])
    return pl.DataFrame(list(found.values()), schema=EVENTS)


def _is_afterwards(event: Event) -> bool:
    """Whether an event that looks like a step of the close came after it: approvals of a posted month, documents turned."""
    return (event.kind == "approval" and event.data["subject"] in _AFTERWARDS) or (
        event.kind == SENT and event.data["sent_as"] == "REVERSAL"
    )


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
    until = _close_that_stands(workspace, period, journal)
    if until is None:
        for path in sorted(folder.glob("R20-close-calendar.*")):
            path.unlink()
        return {}
    rows = close_calendar(period, tables, journal.events[:until])
    return {f"calendar{Path(name).suffix}": write_bytes(folder / name, data) for name, data in calendar_files(str(period), rows).items()}


def close_steps(workspace: Workspace, period: Period, tables: Tables) -> pl.DataFrame:
    """R20's steps of a posted month as the mart keeps them: up to the close, and the documents and reports handed out since then.

    Both are handed out only when it is closed.

    Returns: STEP_ROWS, one a step; none of a month that is not posted.
    """
    journal = Journal(workspace.ledger / str(period))
    until = _close_that_stands(workspace, period, journal)
    if until is None:
        return empty(STEP_ROWS)
    sent = [event for event in journal.events[until:] if event.kind in {SENT, REPORTED}]
    rows = close_calendar(period, tables, [*journal.events[:until], *sent])
    return conform(
        rows.with_columns(
            period=pl.lit(str(period)),
            what=pl.col("step").replace_strict(_WHAT, return_dtype=pl.String),
            done_at=pl.col("done_at").dt.replace_time_zone(None),
            step_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        ),
        STEP_ROWS,
    )


def _close_that_stands(workspace: Workspace, period: Period, journal: Journal) -> int | None:
    """The number of the event that closed a posted month as it stands; none of a month that is not posted."""
    found = standing(workspace, period, journal)
    until = [event.seq for event in journal.of("closed") if event.data["issue"] == found.issue]
    return until[-1] if found.is_posted and until else None
