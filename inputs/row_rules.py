"""Cells that a row needs because of what another of its cells says; a row without them cannot be read."""

from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True)
class RowRule:
    """A condition that makes a row unreadable: where it holds, the column to look at and the message."""

    column: str
    is_bad: pl.Expr
    message: str


def _needed(column: str, when: pl.Expr, because: str) -> RowRule:
    return RowRule(column, when & pl.col(column).is_null(), f"{column}: expected a value {because}, found nothing")


_ALLOCATED: Final = pl.col("method") == "ALLOCATED"
_RULES: Final[dict[str, tuple[RowRule, ...]]] = {
    "fixed_cost": (
        _needed("annual_amount", pl.col("method") == "AMOUNT", "for method AMOUNT"),
        *(_needed(name, _ALLOCATED, "for method ALLOCATED") for name in ("pool_annual_amount", "basis", "basis_quantity")),
        _needed("billing_number", pl.col("agency_code").is_null(), "here or in agency_code"),
    ),
    "stock": (
        _needed("unit_cost", pl.col("txn_type") == "RECEIPT", "for a RECEIPT"),
        RowRule(
            "quantity",
            (pl.col("txn_type") != "COUNT_ADJ") & (pl.col("quantity") <= 0),
            "quantity: expected more than 0, only a COUNT_ADJ may be less",
        ),
    ),
    "long_distance": (RowRule("duration_seconds", pl.col("duration_seconds") < 0, "duration_seconds: expected 0 or more, found less"),),
}


def broken_rules(feed: str, typed: pl.DataFrame, unreadable: pl.DataFrame) -> pl.DataFrame:
    """List the rows that lack what another cell asks for.

    Args:
        feed: one of the nine.
        typed: checked cells; null where a cell was bad.
        unreadable: bad cells found before (row, column_name); a column that is bad already is not named again.

    Returns:
        row, column_name, raw_value, message: one row for each broken rule.
    """
    found = [
        pl.DataFrame({"row": rows}).select(
            pl.col("row").cast(pl.Int64),
            pl.lit(rule.column).alias("column_name"),
            typed[rule.column].gather(rows).cast(pl.String).alias("raw_value"),
            pl.lit(rule.message).alias("message"),
        )
        for rule in _RULES.get(feed, ())
        if (rows := _hits(typed, rule)).len()
    ]
    if not found:
        return unreadable.clear()
    return pl.concat(found).join(unreadable, on=["row", "column_name"], how="anti")


def _hits(typed: pl.DataFrame, rule: RowRule) -> pl.Series:
    """Row numbers where the rule is broken; only the columns it reads are touched."""
    read = pl.DataFrame([typed[name] for name in rule.is_bad.meta.root_names()])
    return read.select(rule.is_bad.fill_null(value=False)).to_series().arg_true()
