"""Why an invoice moved against last month: prices, quantities, items that came or went, one-time charges, to the cent."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.movement import EFFECTS, movement
from reports.figures import signed

_WORDS: Final = {
    "price": "prices", "quantity": "quantities", "new": "new items", "gone": "items gone", "one_time": "one-time charges",
}  # fmt: skip
_MOST: Final = 3  # causes named; the others are one figure
_SMALL: Final = 20  # a cause this many times smaller than the largest is one of the others
_LEAST: Final = 2  # causes worth a sentence; one alone is the change itself
Effects = dict[str, Decimal]


def effects(before: pl.DataFrame, now: pl.DataFrame, placed: pl.DataFrame) -> dict[str, Effects]:
    """The effects of the bridge between two months by invoice key.

    Args:
        before: LINES of last month.
        now: LINES of this month.
        placed: billing_number and the invoice_key its lines go to.
    """
    moved = movement(before, now).join(placed, on="billing_number", how="left", validate="m:1")
    sums = moved.filter(pl.col("invoice_key").is_not_null()).group_by("invoice_key").agg(pl.col(EFFECTS).sum()).sort("invoice_key")
    return {row.pop("invoice_key"): row for row in sums.to_dicts()}


def cause_words(found: Effects | None, change: Decimal) -> str:
    """The causes in a sentence, the largest first; empty where they do not come to the change or there is only one."""
    if found is None or sum(found.values(), Decimal(0)) != change:
        return ""
    moved = sorted((name for name in found if found[name] != 0), key=lambda name: (-abs(found[name]), list(_WORDS).index(name)))
    if len(moved) < _LEAST:
        return ""
    named = [name for name in moved[:_MOST] if abs(found[name]) * _SMALL >= abs(found[moved[0]])]
    parts = [f"{_WORDS[name]} {signed(found[name])}" for name in named]
    rest = change - sum((found[name] for name in named), Decimal(0))
    if rest != 0:
        parts.append(f"other {signed(rest)}")
    return f"By cause: {', '.join(parts)}."
