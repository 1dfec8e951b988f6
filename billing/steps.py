"""Steps and minimums: what the summed quantity of a day is raised and rounded up to."""

from typing import Final

import polars as pl

from billing.money import QUANTITY, RATE_PLACES, decimal, divide, units

STEP_PLACES: Final = 4  # a sum of parts of an hour is rounded to these places before it is raised and stepped
_ONE: Final = 10**RATE_PLACES
_INT: Final = pl.Int128


def is_stepped() -> pl.Expr:
    """Whether the code bills in steps: hours, or anything with an increment or a least quantity.

    Needs the columns of `attach_code`.
    """
    has_step = pl.col("code_increment").is_not_null() | pl.col("code_min_quantity").is_not_null()
    return (pl.col("code_uom") == "HOUR").fill_null(value=False) | has_step


def step_up(quantity: pl.Expr) -> pl.Expr:
    """Round a day's sum to 4 decimals, raise it to code_min_quantity, round it up to the next code_increment.

    Nothing stays nothing: a quantity of 0 (or below, which is held) is neither raised nor stepped.
    """
    summed = units(quantity, RATE_PLACES)
    fine = 10 ** (RATE_PLACES - STEP_PLACES)
    rounded = divide(summed, pl.lit(fine, _INT), 0) * pl.lit(fine, _INT)
    raised = pl.max_horizontal(rounded, units(pl.col("code_min_quantity"), RATE_PLACES))
    step = units(pl.col("code_increment"), RATE_PLACES)
    steps = (raised + step - pl.lit(1, _INT)) // step
    stepped = pl.when(step > pl.lit(0, _INT)).then(steps * step).otherwise(raised)
    whole = pl.when(summed > pl.lit(0, _INT)).then(stepped).otherwise(rounded)
    return decimal(whole, RATE_PLACES).cast(QUANTITY)
