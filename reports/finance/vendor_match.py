"""R16, vendor match: what a vendor bills for each circuit and line beside what we bill for it."""

from typing import Final

import polars as pl

from billing.money import EXACT
from reports.finance.record_charges import RECORD, record_charges
from reports.finance.vendor_lines import vendor_lines
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

STATES: Final = ("MATCHED", "WE_BILL_LESS", "WE_BILL_MORE", "NOT_BILLED", "NO_VENDOR_COST")
_FEEDS: Final = {"circuits": "Circuits", "centrex": "Centrex lines"}
_MONEY: Final = ("vendor_billed", "we_billed", "other_billed", "difference")
_ITEM: Final = (
    "item", "description", "location", "vendor_code", "vendor_account", "billing_number", "agency_code", "rate_code",
    "quantity", "start_date", "stop_date", "outcome",
)  # fmt: skip
_NOTE: Final = (
    "vendor_billed is the monthly price in the inventory, we_billed this month's recurring charges, other_billed the item's once-only"
    " charges, fees, credits and earlier months. Part of a month, or a price above cost, is a difference too."
)


def vendor_match(published: Published) -> Report:
    """R16 of a month.

    Rows: `circuits` and `lines` one per item of the inventory, and one without item for charges on records of earlier
    months; `passed_through` one per vendor and account with a vendor line; `vendors` one per vendor of either.
    difference = we_billed - vendor_billed; null where the vendor's price is not known.

    Raises:
        ReconciliationError: the items' charges are not the charge rows made of the feeds' records.
    """
    circuits, lines = (_items(published, feed) for feed in _FEEDS)
    passed = _passed(vendor_lines(published))
    vendors = _vendors(published, circuits, lines, passed)
    both = pl.concat([circuits, lines])
    short = both.filter(pl.col("state").is_in(["NOT_BILLED", "WE_BILL_LESS"]))
    added = ("vendor_billed", "we_billed", "other_billed", "difference")
    return Report(
        "R16", "vendor-match", "Vendor match", published.period,
        (
            Fact("items", "Circuits and lines", both["item"].count()),
            *[Fact(state.lower(), state.replace("_", " ").capitalize(), both.filter(pl.col("state") == state).height) for state in STATES],
            Fact("short", "Vendor bills, we do not", -total(short["difference"])),
        ),
        (
            Section("circuits", "Circuits", circuits, added, _NOTE),
            Section("lines", "Centrex lines", lines, added, _NOTE),
            Section("passed_through", "Vendor lines passed through, by account", passed, ("lines", "vendor_billed", "we_billed"),
                    "Exact dollars in and billed; held, rejected and dropped lines are in vendor_billed only, R23 tells them apart."),
            Section("vendors", "Vendors", vendors, ("items", "vendor_billed", "we_billed")),
        ),
        tuple(_foot(published, feed, frame) for feed, frame in zip(_FEEDS, (circuits, lines), strict=True)),
    ).checked()  # fmt: skip


def _items(published: Published, feed: str) -> pl.DataFrame:
    """One row an item; of an item with several owners in the month the last row speaks for it, and the vendor bills once."""
    rows = published.now("fact_inventory").filter(pl.col("feed") == feed)
    charges = record_charges(published, (feed,)).join(
        rows.select(*RECORD, "item"), on=RECORD, how="left", validate="m:1", maintain_order="left"
    )  # fmt: skip
    is_ours = (pl.col("component") == "MRC") & ~pl.col("is_prior_period")
    sums = charges.group_by("item").agg(
        we_billed=pl.col("amount").filter(is_ours).sum(), other_billed=pl.col("amount").filter(~is_ours).sum()
    )
    order = (~pl.col("source_file").str.contains("/", literal=True), "start_date", "source_line")  # a record carried over comes first
    last = rows.sort(order, nulls_last=False).group_by("item", maintain_order=True).agg(
        *[pl.col(name).last() for name in _ITEM[1:]], vendor_billed=pl.col("vendor_mrc").drop_nulls().last()
    )  # fmt: skip
    both = last.join(sums, on="item", how="full", coalesce=True, validate="1:1")
    nothing = pl.lit(0, pl.Decimal(18, 2))
    filled = both.with_columns(pl.col("we_billed", "other_billed").cast(pl.Decimal(18, 2)).fill_null(nothing))
    told = filled.with_columns(difference=(pl.col("we_billed") - pl.col("vendor_billed")))
    return money(told, _MONEY).select(*_ITEM, *_MONEY, state=_state()).sort("item", nulls_last=True)


def _state() -> pl.Expr:
    vendor, ours, off = pl.col("vendor_billed"), pl.col("we_billed"), pl.col("difference")
    return (
        pl.when(vendor.is_null()).then(pl.lit("NO_VENDOR_COST"))
        .when((vendor > 0) & (ours == 0)).then(pl.lit("NOT_BILLED"))
        .when(off == 0).then(pl.lit("MATCHED"))
        .when(off < 0).then(pl.lit("WE_BILL_LESS"))
        .otherwise(pl.lit("WE_BILL_MORE"))
    )  # fmt: skip


def _passed(lines: pl.DataFrame) -> pl.DataFrame:
    sums = lines.group_by("vendor_code", "vendor_account").agg(
        pl.col("vendor_name").first(), lines=pl.len().cast(pl.Int64), vendor_billed=pl.col("cost_in").sum().cast(EXACT),
        we_billed=pl.col("exact_billed").sum().cast(EXACT),
    )  # fmt: skip
    told = sums.with_columns(difference=pl.col("we_billed") - pl.col("vendor_billed"))
    return told.select(
        "vendor_code", "vendor_name", "vendor_account", "lines", "vendor_billed", "we_billed", "difference", state=_state()
    ).sort("vendor_code", "vendor_account")  # fmt: skip


def _vendors(published: Published, circuits: pl.DataFrame, lines: pl.DataFrame, passed: pl.DataFrame) -> pl.DataFrame:
    """Circuits and lines with a vendor's price, and passed-through lines, of each vendor; without a code: nobody named."""
    named = published.now("dim_vendor").select("vendor_code", "vendor_name")
    known = pl.concat([circuits, lines]).filter(pl.col("item").is_not_null())
    parts = pl.concat([
        known.select("vendor_code", pl.col("vendor_billed", "we_billed").cast(EXACT), "state", items=pl.lit(1, pl.Int64)),
        passed.select("vendor_code", "vendor_billed", "we_billed", "state", items="lines"),
    ])  # fmt: skip
    priced = pl.col("state") != "NO_VENDOR_COST"
    sums = parts.group_by("vendor_code").agg(
        pl.col("items").sum(), unpriced=pl.col("items").filter(~priced).sum(),
        vendor_billed=pl.col("vendor_billed").sum(), we_billed=pl.col("we_billed").filter(priced).sum(),
        differ=pl.col("items").filter(priced & (pl.col("state") != "MATCHED")).sum(),
    )  # fmt: skip
    told = sums.join(named, on="vendor_code", how="left", validate="m:1")
    return told.select(
        "vendor_code", "vendor_name", "items", "unpriced", "differ", "vendor_billed", "we_billed",
        difference=pl.col("we_billed") - pl.col("vendor_billed"),
    ).sort("vendor_code", nulls_last=True)  # fmt: skip


def _foot(published: Published, feed: str, items: pl.DataFrame) -> Foot:
    made = published.now("bridge_charge_source").filter(pl.col("feed") == feed).select("charge_id").unique()
    there = total(published.now("fact_charge").join(made, on="charge_id", how="semi")["amount"])
    return Foot(f"{feed} and the charge rows of their records", total(items["we_billed"]) + total(items["other_billed"]), there)
