"""From every charge row back to the row whose funding strings pay for it."""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import Earlier

_FOLLOWS: Final = ("FEE", "TAX", "SURCHARGE")
_LONGEST_CHAIN: Final = 8  # a restocking fee on a credit of an issue of this month is 2


def _parents(charges: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Add earlier_id (a charge of an earlier period whose split is taken) and parent (a row of this month)."""
    old = earlier.splits.select("charge_id").unique()
    known = charges.select("charge_id")
    base = pl.when(pl.col("component").is_in(_FOLLOWS)).then(pl.col("base_charge_id"))
    original = pl.when(pl.col("component") == "CREDIT").then(pl.col("original_charge_id"))
    rows = charges.with_columns(_base=base, _original=original)
    rows = rows.join(old.select(_original="charge_id", earlier_id="charge_id"), on="_original", how="left", validate="m:1")
    rows = rows.join(known.select(_base="charge_id", _in_base="charge_id"), on="_base", how="left", validate="m:1")
    rows = rows.join(known.select(_original="charge_id", _in_month="charge_id"), on="_original", how="left", validate="m:1")
    parent = pl.coalesce("_in_base", pl.when(pl.col("earlier_id").is_null()).then(pl.col("_in_month")))
    return rows.with_columns(parent=parent)


def _roots(rows: pl.DataFrame) -> pl.DataFrame:
    """Follow parents to the end: charge_id, root."""
    step = rows.select(root="charge_id", _next="parent")
    found = rows.select("charge_id", root="charge_id")
    for _ in range(_LONGEST_CHAIN):
        moved = found.join(step, on="root", how="left", validate="m:1")
        if moved["_next"].null_count() == moved.height:
            return found
        found = moved.select("charge_id", root=pl.coalesce("_next", "root"))
    raise ReconciliationError("charge rows stand on each other in a ring")


def split_origins(charges: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Name the set of funding strings that pays each charge row.

    Rows: one per charge row. Returns: charge_id; billing_number, rate_code and funding_date (last service day) of the
    row whose strings pay; earlier_id: the charge of an earlier period whose split is taken instead, else null.

    Raises:
        ReconciliationError: rows stand on each other in a ring.
    """
    rows = _parents(charges, earlier)
    paying = rows.select(
        "billing_number", "rate_code", "earlier_id", root="charge_id", funding_date=pl.col("stop_date").dt.offset_by("-1d")
    )
    return _roots(rows).join(paying, on="root", how="left", validate="m:1").drop("root")
