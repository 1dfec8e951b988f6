"""R22, stock valuation and movement: what each warehouse opened with, what moved, what it closed with."""

from typing import Final

import polars as pl

from reports.finance.sent_invoices import POSTED
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_MOVES: Final = {"received": 1, "issued": -1, "returned": 1, "counted": 1, "written_off": -1}
_VALUES: Final = ("opening_value", "movement_value", "closing_value", "issued_value")
_KEY: Final = ["warehouse", "item_no"]
_NOTE: Final = (
    "Values are units at their average cost; movement_value is closing less opening, so it holds receipts at their own cost, issues and"
    " returns at the average, and what a count or a write-off moved. counted is below zero where units were missed."
)


def stock_movement(published: Published) -> Report:
    """R22 of a month.

    Rows: `items` one per item of a warehouse; `warehouses` one per warehouse; `adjusted` the items that were counted
    otherwise, written off, taken back defective, or opened otherwise than the month before closed.

    Raises:
        ReconciliationError: an item's units do not foot, it does not open with what the month before closed with, or what
            was issued is not what the stock charge rows say.
    """
    items = published.now("fact_stock").sort(_KEY).with_columns(movement_value=pl.col("closing_value") - pl.col("opening_value"))
    items = money(items, ("movement_value",))
    moved = pl.sum_horizontal(pl.col(f"{name}_quantity") * sign for name, sign in _MOVES.items())
    off = items.filter((pl.col("opening_quantity") + moved != pl.col("closing_quantity")).fill_null(value=True)).height
    issues = published.now("fact_charge").filter(pl.col("stream") == "stock", pl.col("component") == "BASE")
    warehouses = items.group_by("warehouse").agg(
        items=pl.len().cast(pl.Int64), moves=pl.col("moves").sum(), **{name: pl.col(name).sum() for name in _VALUES}
    )  # fmt: skip
    sums = {name: total(items[name]) for name in _VALUES}
    adjusted = pl.any_horizontal(pl.col(f"{name}_quantity") != 0 for name in ("counted", "written_off", "defective", "restated"))
    return Report(
        "R22", "stock-movement", "Stock valuation and movement", published.period,
        tuple(Fact(name, label, sums[name]) for name, label in zip(_VALUES, _LABELS, strict=True)),
        (
            Section("items", "Items", items.select(_SHOWN), ("moves", *_VALUES), _NOTE),
            Section("warehouses", "Warehouses", money(warehouses.sort("warehouse"), _VALUES), ("items", "moves", *_VALUES)),
            Section("adjusted", "Items adjusted", items.filter(adjusted).select(_ADJUSTED)),
        ),
        (
            Foot("items whose units do not foot", NOTHING + off, NOTHING),
            Foot("opening + movement, and closing", sums["opening_value"] + sums["movement_value"], sums["closing_value"]),
            Foot("issued and the stock charge rows before fees", sums["issued_value"], total(issues["amount"])),
            *_opening_foot(published, items),
        ),
    ).checked()  # fmt: skip


_LABELS: Final = ("Stock at the start", "Moved", "Stock at the end", "Issued to agencies, before fees")
_SHOWN: Final = (
    *_KEY, "description", "opening_quantity", *(f"{name}_quantity" for name in _MOVES), "closing_quantity", "opening_cost", "closing_cost",
    *_VALUES, "moves",
)  # fmt: skip
_ADJUSTED: Final = (
    *_KEY, "description", "counted_quantity", "written_off_quantity", "defective_quantity", "restated_quantity", "closing_quantity",
    "closing_cost",
)  # fmt: skip


def _opening_foot(published: Published, items: pl.DataFrame) -> list[Foot]:
    """Units opened with, but those restated, are what the month before closed with, item by item.

    Nothing to prove where that month is not posted: it may have been run again since this one took its stock from it.
    """
    last = published.before("fact_stock").select(*_KEY, _was="closing_quantity")
    states = published.past("dim_period", ["period", "status"], 2).filter(pl.col("period") != published.period)["status"].to_list()
    if last.is_empty() or not set(states) & set(POSTED):
        return []
    nothing = pl.lit(NOTHING, pl.Decimal(18, 6))
    both = items.select(*_KEY, "opening_quantity", "restated_quantity").join(last, on=_KEY, how="full", coalesce=True, validate="1:1")
    opened = pl.coalesce("opening_quantity", nothing) - pl.coalesce("restated_quantity", nothing)
    apart = both.filter(opened != pl.coalesce("_was", nothing)).height
    return [Foot("items that do not open with what the month before closed with", NOTHING + apart, NOTHING)]
