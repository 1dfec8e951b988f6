"""Two months of lines as rows of text, and random ones whose rows meet often."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st

from billing.frames import LINES

Row = dict[str, Any]
JANUARY = dt.date(2026, 1, 1)


def row(number: int, component: str, amount: str, quantity: str = "1", rate: str | None = None, **more: Any) -> Row:
    """One line of billing number B1 and code RC; `exact` is its amount before rounding, `base` the place of its base row."""
    exact, base = Decimal(more.pop("exact", amount)), more.pop("base", None)
    usual = {"billing_number": "B1", "stream": "usage", "rate_code": "RC", "is_prior_period": False, "rate_valid_from": JANUARY}
    source = {"feed": "usage", "source_file": "usage_2026-03_001.csv", "source_line": number}
    return {
        **usual, **source, "charge_id": f"C{number}", "component": component, "quantity": Decimal(quantity),
        "unit_rate": None if rate is None else Decimal(rate), "exact_amount": exact, "amount": Decimal(amount),
        "base_charge_id": None if base is None else f"C{base}", **more,
    }  # fmt: skip


def lines(*rows: Row) -> pl.DataFrame:
    columns = {name: [one.get(name) for one in rows] for name in LINES}
    return pl.DataFrame(columns, schema=LINES)


def items(named: dict[int, str], feed: str = "usage", file: str = "usage_2026-03_001.csv") -> pl.DataFrame:
    shape = {"feed": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "item": pl.String()}
    return pl.DataFrame([(feed, file, line, item) for line, item in named.items()], schema=shape, orient="row")


_CENTS = st.integers(-300_000, 300_000)
_MICROS = st.sampled_from([0, 1, 333_333, 500_000, 666_667, 1_000_000, 2_000_000, 37_000_000, -1_000_000])
_RATES = st.sampled_from([None, "0.005", "450.00", "32.86", "410.00"])
_KINDS = st.sampled_from(["BASE", "MRC", "USAGE", "CALLS", "NRC", "CREDIT", "DEBIT", "FEE"])


@st.composite
def month_lines(draw: st.DrawFn) -> pl.DataFrame:
    """Rows of few numbers, codes and quantities, some priced as listed and some not, each with or without a fee."""
    rows: list[Row] = []
    for _ in range(draw(st.integers(0, 6))):
        number, rate, micros = len(rows) + 1, draw(_RATES), draw(_MICROS)
        exact = Decimal(draw(_CENTS)) / 100
        quantity = Decimal(micros).scaleb(-6)
        if rate is not None and draw(st.booleans()):
            exact = quantity * Decimal(rate)
        more = {
            "billing_number": draw(st.sampled_from(["B1", "B2"])), "rate_code": draw(st.sampled_from(["RC", "RD"])),
            "stream": draw(st.sampled_from(["usage", "circuits", "stock"])), "is_prior_period": draw(st.sampled_from([False, False, True])),
            "rate_valid_from": draw(st.sampled_from([JANUARY, dt.date(2026, 2, 1)])),
        }  # fmt: skip
        cents = exact.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        rows.append(row(number, draw(_KINDS), str(cents), str(quantity), rate, exact=str(exact), **more))
        if draw(st.booleans()):
            percent = draw(st.sampled_from([5, 10]))
            fee = exact * percent / 100
            fee_cents = fee.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
            component = draw(st.sampled_from(["FEE", "TAX", "SURCHARGE"]))
            rows.append(row(number + 1, component, str(fee_cents), "1", exact=str(fee), base=number, **{**more, "rate_code": "FE"}))
    return lines(*rows)
