"""What every fee row shares: its place beside a base row, its percent of the unrounded amount, its way back to records."""

from typing import Final

import polars as pl

from billing.charges import priced
from billing.errors import ReconciliationError
from billing.frames import BRIDGE, conform
from billing.ids import natural_key
from billing.money import QUANTITY, RATE, RATE_PLACES, Exact, units
from billing.wording import phrase

_LARGEST_INT: Final = 2**127 - 1


def plain(number: pl.Expr) -> pl.Expr:
    """Write a Decimal (of one place at least) without the zeros at its end: 5.000000 as `5`, 0.500000 as `0.5`."""
    return number.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def beside(base: pl.DataFrame, code: str, kind: str) -> pl.DataFrame:
    """Turn finished charge rows into unpriced FEE rows under the rate code in column `code`.

    Account, stream, dates, source and authority stay; the base's description is kept in `_on`.

    Args:
        base: CHARGES and column `code`.
        code: the column with the fee's rate code.
        kind: why the fee is taken; with the code it tells one base row's fees apart.

    Rows: one per base row.
    """
    return base.with_columns(
        component=pl.lit("FEE"),
        base_charge_id=pl.col("charge_id"),
        original_charge_id=pl.lit(None, pl.String),
        natural_key=natural_key(pl.col("natural_key"), kind, pl.col(code)),
        line_count=pl.lit(None, pl.Int64),
        quantity=pl.lit(1, QUANTITY),
        unit_rate=pl.lit(None, RATE),
        _on=pl.col("description").fill_null(pl.col("rate_code")),
        rate_code=pl.col(code),
    )


def percent_of(base: pl.DataFrame, percent: str) -> pl.DataFrame:
    """Replace numerator and denominator by `percent` per cent of each row's unrounded amount.

    Raises:
        ReconciliationError: the product does not fit whole numbers of 128 bits.
    """
    factor = pl.max_horizontal(units(pl.col(percent), RATE_PLACES).abs(), pl.lit(1, pl.Int128))
    if not base.filter(pl.col("numerator").abs() > pl.lit(_LARGEST_INT, pl.Int128) // factor).is_empty():
        raise ReconciliationError("a fee is beyond any bill")
    return base.with_columns(priced(Exact(pl.col("numerator"), pl.col("denominator")).percent(pl.col(percent))))


def percent_words(percent: str) -> dict[str, pl.Expr]:
    """Say what a percentage fee is and how it came about; needs fee_name, `_on` and the base's exact_amount."""
    rate = plain(pl.col(percent))
    return {
        "description": phrase("{}: {} % on {}", pl.col("fee_name"), rate, pl.col("_on")),
        "rule": phrase("{} x {} %", plain(pl.col("exact_amount")), rate),
    }


def fee_bridge(fees: pl.DataFrame, bridge: pl.DataFrame) -> pl.DataFrame:
    """Lead each fee row back to the records of its base row.

    Rows: as many per fee as its base row has; none for a fee without a base row (FEE_ON_TOTAL). Returns: BRIDGE.

    Raises:
        ReconciliationError: a fee's base row has no sources.
    """
    wanted = fees.filter(pl.col("base_charge_id").is_not_null()).select(fee_id="charge_id", charge_id="base_charge_id")
    # many fees on one row, many records behind it: what is checked is that no fee is left without a source
    found = wanted.join(bridge, on="charge_id", how="inner")
    if found["fee_id"].n_unique() != wanted.height:
        raise ReconciliationError(f"{wanted.height} fees stand on base rows, {found['fee_id'].n_unique()} lead back to records")
    rows = conform(found.drop("charge_id").rename({"fee_id": "charge_id"}), BRIDGE)
    return rows.sort("charge_id", "feed", "source_file", "source_line")
