"""The totals of a posted month: lines, splits, invoices and files come to one figure, and what it carried came in."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from billing.carry import origin
from billing.frames import MonthBill
from billing.money import total
from billing.reconcile import check_totals
from pipelines.recorded import load_bill, load_carried
from pipelines.standing import standing
from pipelines.troubles import Trouble
from pipelines.verify_month import Month
from reports.footing import foot

_PARTS = ("in", "billed", "held", "rejected", "dropped")


def total_troubles(month: Month) -> Iterator[Trouble]:
    """What does not add up in a posted month.

    Raises:
        ReconciliationError: lines, splits, invoices and controls do not come to the same cents.
    """
    if month.issue is None:
        return
    bill = load_bill(month.workspace, month.period)
    seal, place = month.seal(month.issue), month.seal_place(month.issue)
    for name, amount in totals_of(bill).items():
        if seal["totals"].get(name) != amount:
            yield Trouble(
                place, f"says {name} {seal['totals'].get(name)}, the posted rows come to {amount}; restore the folder from a copy"
            )
    if seal["as_of"] != bill.as_of:
        yield Trouble(place, f"is as of {seal['as_of']}, the posted run as of {bill.as_of}; restore the folder from a copy")
    foot(bill)
    check_totals(bill.lines, bill.splits, bill.invoices, bill.controls, bill.bridge)
    yield from _carried(month)
    if month.agency.differences:
        yield Trouble(
            place, f"the test agency of {month.period} does not come to its known bill: {month.agency.differences[0]}; call support"
        )


def totals_of(bill: MonthBill) -> dict[str, Any]:
    """A month's totals as a seal says them."""
    return {
        "invoices": bill.invoices.height, "lines": bill.lines.height, "amount": f"{total(bill.lines['amount']):f}",
        "splits": f"{total(bill.splits['amount']):f}",
        **{f"records_{name}": int(bill.controls[f"records_{name}"].sum()) for name in _PARTS},
    }  # fmt: skip


def _carried(month: Month) -> Iterator[Trouble]:
    """What this month left is what the next one took in, file by file; the next one counts once it is posted."""
    after = month.period.shift(1)
    if not standing(month.workspace, after).is_posted:
        return
    carried = load_carried(month.workspace, after)[0]
    left = pl.concat([frame.select("feed", "source_file") for frame in [*carried.records.values(), carried.suspense]])
    taken = load_bill(month.workspace, after).controls.filter(origin().is_not_null())
    gave = {(row["feed"], row["source_file"]): row["len"] for row in left.group_by("feed", "source_file").len().to_dicts()}
    took = {(row["feed"], row["source_file"]): row["records_in"] for row in taken.to_dicts()}
    for feed, file in sorted(gave.keys() | took.keys()):
        if gave.get((feed, file), 0) != took.get((feed, file), 0):
            words = f"left {gave.get((feed, file), 0)} records of {file}, {after} took in {took.get((feed, file), 0)}"
            yield Trouble(month.seal_place(month.issue or 0), f"{words}; reopen {after} and close it again")
