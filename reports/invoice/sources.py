"""What the views of a month are made from: its frames cut by invoice, history, last month, names, findings."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.frames import LINES, MonthBill
from billing.invoicing import invoice_keys
from billing.periods import Period
from reports.invoice import movement
from reports.invoice.causes import Effects, effects
from reports.invoice.cut import Cut
from reports.invoice.families import with_family
from reports.masking import masked_findings

KEY: Final = slice(len("COT-2026-10-"), -len("-01"))  # of an invoice number: billing number or group
Corrected = tuple[str, int, dt.date, dt.date, Decimal]


@dataclass(frozen=True)
class Sources:
    """A month cut up by invoice once, so that each invoice is looked up and not searched for."""

    bill: MonthBill
    period: Period
    lines: Cut  # by invoice_no
    before: Cut  # last month's lines by the invoice key they would go to
    has_before: bool
    history: dict[str, movement.History]  # by invoice key
    splits: Cut  # by invoice_no
    findings: Cut  # by billing number, or by a group's code
    corrected: dict[str, Corrected]
    numbers: dict[str, str]  # billing number -> name
    agencies: dict[str, dict[str, Any]]  # agency_code -> its row in force on the last day
    rate_names: dict[str, str]
    effects: dict[str, Effects]  # by invoice key, against last month


def sources(bill: MonthBill) -> Sources:
    """Cut a month up by invoice."""
    period = Period.parse(bill.period)
    keys = invoice_keys(bill.tables, period)
    codes = bill.tables["rate_codes"].select("rate_code", pl.col("name").alias("rate_name"))
    lines = with_family(bill.lines).join(codes, on="rate_code", how="left", validate="m:1", maintain_order="left")
    own = (
        lines.group_by("billing_number")
        .agg(pl.col("invoice_no").first())
        .with_columns(_key=pl.col("invoice_no").str.slice(12).str.head(-3))
    )
    placed = keys.select("billing_number", "invoice_key").join(own, on="billing_number", how="full", coalesce=True, validate="1:1")
    placed = placed.select("billing_number", pl.coalesce("_key", "invoice_key").alias("invoice_key"))
    earlier = (
        with_family(bill.earlier.charges)
        .join(placed, on="billing_number", how="left", validate="m:1")
        .join(codes, on="rate_code", how="left", validate="m:1")
    )
    before = earlier.filter(pl.col("period") == str(period.shift(-1)))
    to_invoice = lines.select("charge_id", "invoice_no")
    return Sources(
        bill=bill,
        period=period,
        lines=Cut(lines, "invoice_no", "invoice_line_no"),
        before=Cut(before, "invoice_key", "charge_id"),
        has_before=not before.is_empty(),
        history=_history(earlier, lines, period),
        splits=Cut(bill.splits.join(to_invoice, on="charge_id", how="left", validate="m:1"), "invoice_no", "charge_id", "seq"),
        findings=Cut(masked_findings(bill.exceptions), "billing_number", "exception_id"),
        corrected=_corrected(bill),
        numbers=dict(keys.select("billing_number", "name").iter_rows()),
        agencies={row["agency_code"]: row for row in _in_force(bill.tables["agencies"], period).iter_rows(named=True)},
        effects={} if before.is_empty() else effects(before.select(list(LINES)), bill.lines.select(list(LINES)), placed),
        rate_names=dict(codes.unique("rate_code", keep="first").iter_rows()),
    )


def _in_force(table: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The row in force on the last day of the month, one an agency: the latest where none is."""
    last = pl.lit(period.last_day)
    live = (pl.col("valid_from") <= last) & (pl.col("valid_to").is_null() | (last < pl.col("valid_to")))
    return table.with_columns(_live=live).sort("agency_code", "_live", "valid_from").unique("agency_code", keep="last", maintain_order=True)


def _history(earlier: pl.DataFrame, lines: pl.DataFrame, period: Period) -> dict[str, movement.History]:
    """Dollars by invoice key, month and family for the last months that were billed, this one included."""
    oldest = str(period.shift(1 - movement.MOST_MONTHS))
    months = sorted({each for each in earlier["period"].unique().to_list() if oldest <= each < str(period)})
    sums = (
        earlier.filter(pl.col("period") >= oldest, pl.col("invoice_key").is_not_null())
        .group_by("invoice_key", "period", "family").agg(pl.col("amount").sum()).sort("invoice_key", "period", "family")
    )  # fmt: skip
    found: dict[str, movement.History] = {}
    for key, when, family, amount in sums.iter_rows():
        found.setdefault(key, {each: {} for each in months}).setdefault(when, {})[family] = amount
    now = lines.group_by("invoice_no", "family").agg(pl.col("amount").sum()).sort("invoice_no", "family")
    for invoice_no, family, amount in now.iter_rows():
        parts = found.setdefault(invoice_no[KEY], {each: {} for each in months})
        parts.setdefault(str(period), {})[family] = amount
    return found


def _corrected(bill: MonthBill) -> dict[str, Corrected]:
    """What each corrected charge was, for the adjustments that name it."""
    wanted = bill.lines["original_charge_id"].drop_nulls().unique().to_list()
    columns = ["charge_id", "invoice_no", "invoice_line_no", "start_date", "stop_date", "amount"]
    rows = pl.concat([bill.earlier.charges.select(columns), bill.lines.select(columns)]).filter(pl.col("charge_id").is_in(wanted))
    return {charge_id: rest for charge_id, *rest in rows.iter_rows()}  # type: ignore[misc]
