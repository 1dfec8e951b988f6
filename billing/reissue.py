"""Number the invoices of a month that is billed again: what changed is issued anew, what did not keeps its number and days.

Invoice numbers are never used twice: netting systems match number and amount exactly.
Source: domain, (f), "invoice number ... never re-used"; contract, 5.9.
"""

import dataclasses
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill

_PART: Final = r"-(\d{2})$"
_MOST: Final = 99
_LINE: Final = ["invoice_line_no", "charge_id", "amount", "quantity", "unit_rate", "description", "start_date", "stop_date"]
_DAYS: Final = ["issued_on", "due_on", "dispute_by"]


def _key() -> pl.Expr:
    return pl.col("invoice_no").str.replace(_PART, "")


def _content(lines: pl.DataFrame) -> dict[str, list[tuple[object, ...]]]:
    """Each invoice's lines, by the invoice's number without its issue."""
    ordered = lines.with_columns(_key=_key()).sort("_key", "invoice_line_no")
    found: dict[str, list[tuple[object, ...]]] = {}
    for key, *line in ordered.select("_key", *_LINE).rows():
        found.setdefault(key, []).append(tuple(line))
    return found


def reissue(bill: MonthBill, posted: list[tuple[pl.DataFrame, pl.DataFrame]]) -> MonthBill:
    """Give each invoice the number it has after earlier issues of the month.

    Args:
        bill: the month, its invoices numbered -01.
        posted: LINES and INVOICES of the month's posted issues, oldest first; none: the month was never posted.

    Returns: the month with its numbers in lines, invoices and exceptions.

    Raises:
        ReconciliationError: an invoice was issued 99 times.
    """
    if not posted:
        return bill
    then, now = _content(posted[-1][0]), _content(bill.lines)
    issued = pl.concat([invoices.select("invoice_no") for _, invoices in posted]).with_columns(
        _key=_key(), _part=pl.col("invoice_no").str.extract(_PART, 1).cast(pl.Int64)
    )
    newest = dict(issued.group_by("_key").agg(pl.col("_part").max()).rows())
    standing = dict(posted[-1][1].select(_key().alias("_key"), "invoice_no").rows())
    numbers = {}
    for number, key in bill.invoices.select("invoice_no", _key().alias("_key")).rows():
        same = key in standing and then.get(key) == now.get(key)
        numbers[number] = standing[key] if same else f"{key}-{newest.get(key, 0) + 1:02d}"
    if any(newest.get(key, 0) >= _MOST for key in now):
        raise ReconciliationError("an invoice was issued 99 times; correct it by an adjustment in the next period")
    return _renumbered(bill, numbers, posted[-1][1])


def _renumbered(bill: MonthBill, numbers: dict[str, str], before: pl.DataFrame) -> MonthBill:
    """Put the numbers in; an invoice that was issued before keeps its days."""
    new = pl.col("invoice_no").replace(numbers)
    days = before.select("invoice_no", *[pl.col(name).alias(f"_{name}") for name in _DAYS])
    kept = bill.invoices.with_columns(new).join(days, on="invoice_no", how="left", validate="1:1", maintain_order="left")
    invoices = kept.with_columns(pl.coalesce(f"_{name}", name).alias(name) for name in _DAYS).select(bill.invoices.columns)
    old, anew = list(numbers), list(numbers.values())
    told = [pl.col(name).str.replace_many(old, anew) for name in ("raw_value", "message")]
    return dataclasses.replace(
        bill,
        lines=bill.lines.with_columns(new),
        invoices=invoices.sort("invoice_no"),
        exceptions=bill.exceptions.with_columns(told),
    )
