"""Which surcharge reaches which charge row: by rate code or class, and by the day it is in force."""

import polars as pl

from billing.errors import Location, TableError
from billing.frames import Tables


def _check(surcharges: pl.DataFrame, kind: str, value: str) -> None:
    for row in surcharges.sort("source_file", "source_line").iter_rows(named=True):
        at = Location(row["source_file"] or "surcharges.csv", row["source_line"])
        if row[value] is None:
            raise TableError(f"surcharge {row['surcharge_code']} is {kind} but has no {value}; fill it in", at=at)
        if row["fee_name"] is None:
            raise TableError(f"surcharge {row['surcharge_code']} is not in rate_codes.csv; add it as a code of class FEE", at=at)


def surcharge_targets(tables: Tables, kind: str) -> pl.DataFrame:
    """List the rate codes that each surcharge of one kind applies to, by name or by class.

    Rows: one per surcharge row and rate code. Returns: rate_code, surcharge_code, fee_percent, fee_amount,
    fee_valid_from, fee_valid_to, fee_name, fee_uom, fee_stream (the last three of the surcharge's own code).

    Raises:
        TableError: a surcharge has no percent or amount, or its code is not in rate_codes.csv.
    """
    codes = tables["rate_codes"]
    own = codes.select(surcharge_code="rate_code", fee_name="name", fee_uom="uom", fee_stream="stream")
    rows = (
        tables["surcharges"].filter(pl.col("kind") == kind)
        .join(own, on="surcharge_code", how="left", validate="m:1", maintain_order="left")
    )  # fmt: skip
    _check(rows, kind, "amount" if kind == "PER_LINE" else "percent")
    words = rows.with_row_index("_row").with_columns(_word=pl.col("applies_to").str.split(";")).explode("_word")
    words = words.with_columns(pl.col("_word").str.strip_chars())
    by_code = words.join(codes.select("rate_code", _word="rate_code"), on="_word", how="inner")
    by_class = words.join(codes.select("rate_code", _word="class"), on="_word", how="inner")
    return (
        pl.concat([by_code, by_class]).unique(["_row", "rate_code"], keep="first", maintain_order=True)
        .sort("surcharge_code", "valid_from", "rate_code")
        .select(
            "rate_code", "surcharge_code", fee_percent="percent", fee_amount="amount", fee_valid_from="valid_from",
            fee_valid_to="valid_to", fee_name="fee_name", fee_uom="fee_uom", fee_stream="fee_stream",
        )
    )  # fmt: skip


def in_reach(charges: pl.DataFrame, tables: Tables, kind: str, *, date: str) -> pl.DataFrame:
    """Put each surcharge of one kind that is in force on `date` beside each charge row it applies to.

    Rows: one per charge row and surcharge. Returns: the charge's columns and those of `surcharge_targets`.

    Raises:
        TableError: see `surcharge_targets`.
    """
    day = pl.col(date)
    live = (pl.col("fee_valid_from") <= day) & (pl.col("fee_valid_to").is_null() | (day < pl.col("fee_valid_to")))
    return charges.join(surcharge_targets(tables, kind), on="rate_code", how="inner").filter(live)
