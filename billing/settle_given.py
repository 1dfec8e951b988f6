"""What adjustments have given or taken since, led back to what they corrected, and what is left to credit on a line."""

import hashlib
from typing import Final

import polars as pl

from billing.frames import CHARGES, LINES, Earlier, fill
from billing.ids import natural_key
from billing.money import CENT_PLACES, units
from billing.periods import Period
from billing.settle_sides import KEY

_SETTLED: Final = r"^SET-\d{4}-\d{2}-([0-9a-f]{12})(?:-\d+)?$"
_HEX_DIGITS: Final = 12
_NEED: Final = [
    "charge_id", "period", "billing_number", "rate_code", "amount", "start_date", "stop_date", "adjustment_id", "original_charge_id",
    "source_file", "source_line", "invoice_no", "invoice_line_no",
]  # fmt: skip


def key_hash(feed: str, keys: pl.DataFrame) -> pl.Series:
    """Name what is settled by 12 hex digits: the same item, owner, code, component and month have the same name always."""
    texts = keys.select(natural_key("settle", feed, *[pl.col(name) for name in KEY])).to_series()
    return pl.Series("hash", [hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS] for text in texts.to_list()], dtype=pl.String)


def adjustments_of(earlier: Earlier, given: pl.DataFrame, records: pl.DataFrame | None, period: Period) -> pl.DataFrame:
    """List every adjustment billed so far and those of the period, each with the charge it names as its original.

    A credit carries its original; a debit's is found by the invoice line its record names.

    Args:
        given: CHARGES or LINES of the period's adjustments.
        records: record_schema("adjustments") of the period; None: not known.

    Rows: one per adjustment. Returns: the charge's columns, cents, original_id (null: none) and hash (of the key, where
    the adjustment came of settling; else null).
    """
    mine = fill(given.select(list(CHARGES)), LINES)  # on no invoice yet: no credit can name them
    charges = pl.concat([earlier.charges.filter(pl.col("stream") == "adjustments"), mine]).select(_NEED)
    named = ["period", "source_file", "source_line", "original_invoice_no", "original_line_no"]
    known = [earlier.of("adjustments").select(named).collect()]
    if records is not None:
        known.append(records.with_columns(period=pl.lit(str(period))).select(named))
    lines = earlier.charges.filter(pl.col("invoice_no").is_not_null()).select(
        "charge_id", original_invoice_no="invoice_no", original_line_no="invoice_line_no"
    )
    origins = pl.concat(known).join(lines, on=["original_invoice_no", "original_line_no"], how="inner", validate="m:1")
    origins = origins.select("period", "source_file", "source_line", _line="charge_id")
    found = charges.join(origins, on=["period", "source_file", "source_line"], how="left", validate="m:1", maintain_order="left")
    return found.with_columns(
        original_id=pl.coalesce("original_charge_id", "_line"), cents=units(pl.col("amount"), CENT_PLACES),
        hash=pl.col("adjustment_id").str.extract(_SETTLED),
    ).drop("_line")  # fmt: skip


def attribute(feed: str, adjustments: pl.DataFrame, billed: pl.DataFrame, combos: pl.DataFrame) -> pl.DataFrame:
    """Say of each adjustment which key it moved; one that moved none of this feed's is left out.

    One that came of settling names its key itself. Any other is led back by the line it names: a credit moves that
    line's code, a debit its own code where the item is or was billed under it, else the line's; both move their own
    owner. A credit may name the debit of an earlier settling.

    Args:
        adjustments: see `adjustments_of`.
        billed: KEY and charge_id of the feed's rows, of all months.
        combos: item, billing_number, rate_code and component that the feed has or had.

    Rows: at most one per adjustment. Returns: the adjustment's columns, item, component and month; rate_code is the
    key's.
    """
    settled = _by_hash(feed, adjustments.filter(pl.col("hash").is_not_null()), combos)
    others = adjustments.join(settled, on="charge_id", how="anti", maintain_order="left")
    lines = billed.select(original_id="charge_id", item="item", component="component", month="month", _code="rate_code")
    by_line = _by_line(others, lines, combos)
    on_debits = others.join(by_line, on="charge_id", how="anti", maintain_order="left")
    debits = pl.concat([settled, by_line]).select(
        original_id="charge_id", item="item", component="component", month="month", _code="rate_code"
    )
    return pl.concat([settled, by_line, _by_line(on_debits, debits, combos)])


def _by_hash(feed: str, settled: pl.DataFrame, combos: pl.DataFrame) -> pl.DataFrame:
    """Find the key that each settled adjustment names, among the items known with its owner, code and month."""
    asked = settled.select("billing_number", "rate_code", month=pl.col("start_date").dt.month_start()).unique()
    keys = combos.join(asked, on=["billing_number", "rate_code"], how="inner").select(KEY).unique()
    on = ["hash", "billing_number", "rate_code"]
    hashed = keys.with_columns(key_hash(feed, keys)).select(*on, "item", "component", "month")
    return settled.join(hashed, on=on, how="inner", validate="m:1", maintain_order="left")


def _by_line(adjustments: pl.DataFrame, lines: pl.DataFrame, combos: pl.DataFrame) -> pl.DataFrame:
    """Find the key of each adjustment by the charge it names."""
    own = combos.select("item", "rate_code").unique().with_columns(_own=pl.lit(value=True))
    found = adjustments.join(lines, on="original_id", how="inner", validate="m:1", maintain_order="left")
    found = found.join(own, on=["item", "rate_code"], how="left", validate="m:1", maintain_order="left")
    keeps = pl.col("_own").fill_null(value=False) & (pl.col("cents") > 0)
    return found.with_columns(rate_code=pl.when(keeps).then("rate_code").otherwise("_code")).drop("_own", "_code")


def lines_left(billed: pl.DataFrame, attributed: pl.DataFrame, adjustments: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """List the invoice lines a credit may name, with the cents left on each, the largest first within a key.

    Left is the line's amount less all credits against it, of earlier periods and of this one.

    Returns: KEY, charge_id, invoice_no, invoice_line_no, start_date, stop_date, cents, left.
    """
    shape = [*KEY, "charge_id", "invoice_no", "invoice_line_no", "start_date", "stop_date", "cents"]
    lines = pl.concat([billed.select(shape), attributed.select(shape)])
    lines = lines.filter((pl.col("cents") > 0) & pl.col("invoice_no").is_not_null() & pl.col("invoice_line_no").is_not_null())
    old = earlier.charges.filter(pl.col("stream") != "adjustments").select("original_charge_id", cents=units(pl.col("amount"), CENT_PLACES))
    against = pl.concat([old, adjustments.select("original_charge_id", "cents")])
    against = against.filter(pl.col("original_charge_id").is_not_null() & (pl.col("cents") < 0))
    taken = against.group_by(pl.col("original_charge_id").alias("charge_id")).agg(_taken=pl.col("cents").sum())
    found = lines.join(taken, on="charge_id", how="left", validate="1:1")
    left = pl.max_horizontal(pl.coalesce(pl.col("cents") + pl.col("_taken"), "cents"), pl.lit(0, pl.Int128))
    return found.with_columns(left=left).drop("_taken").sort(*KEY, "cents", "charge_id", descending=[False] * 5 + [True, False])
