"""Set each line of a month beside the line it had the month before."""

from typing import Final

import polars as pl

ALIKE: Final = ("billing_number", "rate_code", "component", "_what")
_CALLS: Final = r": \d+ calls?$"  # how many calls there were is not who or what was charged
_ORDER: Final = ("service_from", "amount", "source_file", "source_line", "charge_id")


def pair(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Every line of either month once, with `amount` (null: no longer billed) and `before` (null: new).

    Two lines are the same when billing number, rate code, component and description are; several such lines are taken
    in the order of their first day, amount and place in the file. So `before` adds up to all of last month and `amount`
    to all of this one, in whatever group the rows are put.

    Rows: now + the lines of before that found no partner; those keep what last month's line said, and `is_gone` is true.

    Args:
        now: fact_charge rows of the month.
        before: fact_charge rows of the month before.
    """
    keys = [*ALIKE, "_place"]
    left, right = _placed(now), _placed(before)
    amounts = right.select(*keys, before="amount")
    kept = left.join(amounts, on=keys, how="left", validate="1:1", nulls_equal=True).with_columns(is_gone=pl.lit(value=False))
    gone = right.join(left.select(keys), on=keys, how="anti", nulls_equal=True).with_columns(
        before=pl.col("amount"), amount=pl.lit(None, dtype=left.schema["amount"]), is_gone=pl.lit(value=True)
    )
    return pl.concat([kept, gone.select(kept.columns)]).drop("_what", "_place")


def _placed(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with their place among those that are alike."""
    what = pl.col("description").str.replace(_CALLS, "")
    return (
        lines.with_columns(_what=what)
        .sort(_ORDER, nulls_last=False)
        .with_columns(_place=pl.int_range(pl.len(), dtype=pl.Int64).over(ALIKE))
    )
