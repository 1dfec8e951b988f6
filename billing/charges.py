"""Finish charge rows: cents, id and shape, the same way for every stream."""

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import CHARGES, fill
from billing.ids import SEPARATOR, stable_ids
from billing.money import CENT_PLACES, LARGEST_AMOUNT, Exact
from billing.periods import Period


def priced(amount: Exact) -> list[pl.Expr]:
    """The columns numerator and denominator of a charge row's exact amount."""
    return [amount.numerator.alias("numerator"), amount.denominator.cast(pl.Int128).alias("denominator")]


def finish(charges: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Round each row once, name it, add missing columns as nulls, and leave out rows of 0.00.

    Args:
        charges: at least natural_key, billing_number, agency_code, stream, component, rate_code, start_date,
            stop_date, quantity, numerator and denominator (see `priced`).

    Returns: CHARGES sorted by charge_id. Rows of 0.00 are not written; their records are billed all the same.

    Raises:
        ReconciliationError: a key names two rows, or an amount is missing or beyond any bill.
    """
    if charges["natural_key"].n_unique() != charges.height:
        raise ReconciliationError("two charge rows have one natural key")
    if charges["numerator"].null_count() or charges["denominator"].null_count():
        raise ReconciliationError("a charge row has no amount")
    amount = Exact(pl.col("numerator"), pl.col("denominator"))
    keys = pl.Series([f"{period}{SEPARATOR}{key}" for key in charges["natural_key"].to_list()], dtype=pl.String)
    is_prior = pl.col("is_prior_period").fill_null(value=False) if "is_prior_period" in charges.columns else pl.lit(value=False)
    named = charges.with_columns(
        period=pl.lit(str(period)),
        charge_id=stable_ids("C", keys),
        amount=amount.dollars(),
        exact_amount=amount.exact(),
        is_prior_period=is_prior,
    )
    too_big = named.filter(pl.col("amount").abs() >= pl.lit(LARGEST_AMOUNT, pl.Decimal(38, CENT_PLACES)))
    if not too_big.is_empty():
        raise ReconciliationError(f"an amount is beyond any bill: {too_big['amount'][0]}")
    return fill(named, CHARGES).filter(pl.col("amount") != 0).sort("charge_id")
