"""What moved since the month before, as published: every row its five effects, all rows the change of the invoices."""

from decimal import Decimal

import polars as pl

from billing.behind_frames import MOVEMENT_ROWS
from billing.errors import ReconciliationError
from billing.frames import conform
from billing.money import total
from billing.movement import EFFECTS
from billing.periods import Period


def movement_rows(moved: pl.DataFrame, period: Period, invoices_before: pl.DataFrame, invoices_now: pl.DataFrame) -> pl.DataFrame:
    """Number a month's movement and hold it against the invoices of both months.

    sum(change) = invoices now - invoices of the month before; in every row change = price + quantity + new + gone + one-time.

    Args:
        moved: MOVEMENT against the calendar month before.
        period: the month looked at.
        invoices_before: INVOICES of the month before.
        invoices_now: INVOICES of the month.

    Rows: as many as `moved`, in its order. Returns: MOVEMENT_ROWS.

    Raises:
        ReconciliationError: an equation does not hold (V013).
    """
    change = total(moved["change"])
    invoiced = total(invoices_now["amount"]) - total(invoices_before["amount"])
    if change != invoiced:
        raise ReconciliationError(
            f"{period}: what moved comes to {change}, the invoices to {invoiced} more than a month before; nothing is published",
            code="V013",
        )
    odd = moved.filter(pl.sum_horizontal(EFFECTS) != pl.col("change"))
    if odd.height or sum((total(moved[name]) for name in EFFECTS), Decimal(0)) != change:
        raise ReconciliationError(f"{period}: the effects of {odd.height} rows are not their change; nothing is published", code="V013")
    rows = moved.rename({name: f"{name}_effect" for name in EFFECTS}).with_columns(
        period=pl.lit(str(period)),
        prior_period=pl.lit(str(period.shift(-1))),
        row_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
    )
    return conform(rows, MOVEMENT_ROWS)
