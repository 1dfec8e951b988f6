"""The slow, obvious movement: dictionaries and fractions, one row after the other."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl


def rounded(value: Fraction) -> Decimal:
    cents = int(abs(value) * 100 + Fraction(1, 2))
    return Decimal(-cents if value < 0 else cents).scaleb(-2)


def months(lines: pl.DataFrame) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """The rows of a month under what they are matched by; each row knows its base row."""
    rows = lines.to_dicts()
    by_id = {row["charge_id"]: row for row in rows}
    found = defaultdict(list)
    for row in rows:
        base = by_id.get(row["base_charge_id"])
        stands = [row] if base is None or row["component"] not in {"FEE", "TAX", "SURCHARGE"} else [row, base]
        is_once = any(
            one["component"] in {"NRC", "CREDIT", "DEBIT"} or one["stream"] in {"stock", "adjustments"} or one["is_prior_period"]
            for one in stands
        )
        follows = row["component"] in {"FEE", "TAX", "SURCHARGE"}
        family = "ONCE" if is_once else row["component"] if follows else "CHARGE"
        row["base"] = stands[-1] if len(stands) > 1 else None
        found[row["billing_number"], row["stream"], row["rate_code"], row["base"] and row["base"]["rate_code"], family].append(row)
    return found


def figures(rows: list[dict[str, Any]]) -> tuple[Fraction, Fraction, Fraction | None, bool]:
    """Quantity, average price, the listed price that explains the amount (or a fee's share of it), and whether it is listed by itself."""
    quantity = sum((Fraction((row["base"] or row)["quantity"]) for row in rows), Fraction(0))
    exact = sum((Fraction(row["exact_amount"]) for row in rows), Fraction(0))
    is_fee = rows[0]["base"] is not None
    base = sum((Fraction((row["base"] or row)["exact_amount"]) for row in rows), Fraction(0))
    prices = {(row["base"] or row)["unit_rate"] for row in rows}
    listed = Fraction(prices.pop()) if len(prices) == 1 and None not in prices else None
    average = exact / quantity if quantity else Fraction(0)
    if listed is None or base == 0:
        return quantity, average, None, is_fee
    if abs(listed * quantity - base) > len(rows) * (abs(listed) / 1_000_000 + Fraction(1, 100)):
        return quantity, average, None, is_fee
    return quantity, average, listed * exact / base, is_fee


def price_effect(old: list[dict[str, Any]], new: list[dict[str, Any]], family: str, change: Decimal) -> Decimal:
    if change == 0:
        return Decimal(0)
    if family != "CHARGE" and old[0]["base"] is None:
        since = [max(row["rate_valid_from"] for row in side) for side in (old, new)]
        return Decimal(0) if since[0] == since[1] else change
    (q0, a0, l0, is_fee), (q1, a1, l1, _) = figures(old), figures(new)
    if q0 == q1:
        return change
    if q0 == 0 or q1 == 0:
        return Decimal(0)
    tables = [{row["unit_rate"] for row in side} for side in (old, new)]
    if not is_fee and tables[0] == tables[1] and len(tables[0]) == 1 and None not in tables[0]:
        return Decimal(0)
    if l0 is not None and l1 is not None:
        return rounded((l1 - l0) * q0)
    return rounded((a1 - a0) * q0)


def movement(before: pl.DataFrame, now: pl.DataFrame) -> dict[tuple[Any, ...], tuple[Decimal, ...]]:
    """KEY without item -> before, now, change, price, quantity, new, gone, one_time."""
    old, new, nothing = months(before), months(now), Decimal("0.00")
    found = {}
    for key in old.keys() | new.keys():
        was = sum((row["amount"] for row in old.get(key, [])), nothing)
        comes = sum((row["amount"] for row in new.get(key, [])), nothing)
        change = comes - was
        if key[4] == "ONCE":
            parts = (nothing, nothing, nothing, nothing, change)
        elif key not in old:
            parts = (nothing, nothing, change, nothing, nothing)
        elif key not in new:
            parts = (nothing, nothing, nothing, change, nothing)
        else:
            price = price_effect(old[key], new[key], key[4], change)
            parts = (price, change - price, nothing, nothing, nothing)
        found[key] = (was, comes, change, *parts)
    return found
