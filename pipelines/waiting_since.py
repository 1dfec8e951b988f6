"""Since when exceptions wait, who works them, and what they hold back, from the months that they came through."""

import dataclasses

import polars as pl

from billing.carry import first_period
from billing.frames import OUTCOMES, MonthBill, empty
from billing.held import held_records, holds
from billing.layouts import FEEDS
from billing.periods import Period
from billing.worklist import CARRIED
from pipelines.journal import Journal
from pipelines.recorded import stages_of
from pipelines.workspace import Workspace


def waiting_since(workspace: Workspace, period: Period, exceptions: pl.DataFrame) -> pl.DataFrame:
    """Since when each exception waits, and who works it by the newest decision on its record that names somebody.

    Args:
        exceptions: EXCEPTIONS of the period.

    Rows: one an exception. Returns: CARRIED.
    """
    month = str(period)
    named = exceptions.select("exception_id", "feed", "source_record_id", "source_file").rows()
    owners = _owners(workspace, period, {first_period(file, month) for *_, file in named})
    rows = [
        {
            "exception_id": identity,
            "first_period": first_period(file, month),
            "owner": owners.get((feed, record) if record else identity),
        }
        for identity, feed, record, file in named
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CARRIED)


def _owners(workspace: Workspace, period: Period, months: set[str]) -> dict[object, str]:
    """Who works what, by record and by exception, from the months that it came through."""
    oldest = Period.parse(min(months | {str(period)}))
    found: dict[object, str] = {}
    for step in range(period.months_since(oldest) + 1):
        for event in Journal(workspace.ledger / str(oldest.shift(step))).of("decision"):
            if event.data.get("owner"):
                found[event.data["feed"], event.data["source_record_id"]] = event.data["owner"]
                found[event.data["exception_id"]] = event.data["owner"]
    return found


def with_holds(workspace: Workspace, bill: MonthBill) -> MonthBill:
    """A recorded month's bill with what its exceptions hold back, which only the mart shows."""
    period = Period.parse(bill.period)
    stages = stages_of(workspace, period)
    outcomes = pl.concat([empty(OUTCOMES), *[stages.frame(f"price:{feed}", "outcomes") for feed in FEEDS]])
    records = {feed: stages.frame(f"price:{feed}", "records") for feed, layout in FEEDS.items() if layout.sum_amount}
    held = held_records(outcomes, records, bill.suspense)
    return dataclasses.replace(bill, holds=holds(bill.exceptions, held, waiting_since(workspace, period, bill.exceptions)))
