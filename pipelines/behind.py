"""Add to a month's bill what stands behind it: what moved, what was in inventory, what vendors and pools cost, what stock did."""

import dataclasses

import polars as pl

from billing.assessment_rows import assessment_rows
from billing.behind_frames import Behind
from billing.carry import origin, siblings
from billing.frames import Earlier, MonthBill
from billing.inventory_rows import inventory_rows
from billing.movement import ITEM_FEEDS, items_of, movement
from billing.movement_rows import movement_rows
from billing.periods import Period
from billing.stock_movement import stock_rows
from billing.vendor_lines import vendor_rows
from pipelines.close_events import close_steps
from pipelines.past import Past
from pipelines.recorded import LISTED, load_all_records, stages_of
from pipelines.settings import read_settings
from pipelines.stages import Stages
from pipelines.stock_past import stock_forward
from pipelines.workspace import Workspace


def with_behind(workspace: Workspace, bill: MonthBill) -> MonthBill:
    """A recorded month's bill with what stands behind it, which only the mart shows.

    Raises:
        ReconciliationError: a table does not come to the bill.
    """
    return dataclasses.replace(bill, behind=_Months(workspace, bill).behind())


class _Months:
    """A recorded month and the one before it, as far as their records are asked for."""

    def __init__(self, workspace: Workspace, bill: MonthBill) -> None:
        self.workspace, self.bill, self.period = workspace, bill, Period.parse(bill.period)
        last = self.period.shift(-1)
        self.past = Past(workspace, self.period, read_settings(workspace.root))
        self.now = stages_of(workspace, self.period)
        self.before = stages_of(workspace, last) if last in workspace.periods_with_ledger() else None

    def behind(self) -> Behind:
        bill, records = self.bill, {feed: load_all_records(self.now, feed) for feed in LISTED}
        facts = bill.lines, bill.bridge, bill.tables, self.period
        return Behind(
            movement=self._movement(),
            inventory=inventory_rows(records, *facts),
            vendor_lines=vendor_rows(records["pass_through"], *facts),
            assessments=assessment_rows(records["fixed_cost"], self._siblings(records["fixed_cost"]), *facts),
            stock=self._stock(),
            close_steps=close_steps(self.workspace, self.period, self.bill.tables),
        )

    def _movement(self) -> pl.DataFrame:
        """What moved against the calendar month before, as posted, else as last run; nothing where it was never run."""
        if self.before is None:
            return Behind().movement
        moved = movement(self.before.frame("month", "lines"), self.bill.lines, _items(self.before), _items(self.now))
        return movement_rows(moved, self.period, self.before.frame("month", "invoices"), self.bill.invoices)

    def _stock(self) -> pl.DataFrame:
        """What stock did, entered in the book from where the last posted month handed it on, else from its opening."""
        billed = self.now.frame("price:stock", "records").filter(pl.col("outcome") == "BILLED")
        history = self.past.history
        since = [each for each in self.past.months if history is None or each.period > history.months[-1].period]
        known = self.past.records("stock", since)
        earlier = stock_forward(self.past, billed, self.bill.tables, Earlier() if known is None else Earlier(records={"stock": known}))
        last = self.past.months[-1].stages.frame("month", "table-stock_opening") if self.past.months else None
        bill = self.bill
        return stock_rows(billed, earlier, last, bill.lines, bill.bridge, bill.tables, self.period)

    def _siblings(self, records: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """The rest of the fixed-cost snapshot of each month that records were carried from, as billed since then."""
        months = sorted(records.select(origin()).to_series().drop_nulls().unique().to_list())
        since = [each for each in self.past.months if months and str(each.period) >= months[0]]
        known = self.past.records("fixed_cost", since)
        earlier = Earlier() if known is None else Earlier(records={"fixed_cost": known})
        return {month: siblings("fixed_cost", month, earlier) for month in months}


def _items(stages: Stages) -> pl.DataFrame:
    return items_of({feed: stages.frame(f"price:{feed}", "records") for feed in ITEM_FEEDS})
