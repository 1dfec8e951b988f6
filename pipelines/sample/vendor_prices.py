"""What a vendor charges a month for a circuit or a line: as a rule what we bill, now and then more or less."""

from decimal import Decimal
from functools import cache
from typing import Final

from billing.periods import Period
from rates.sample_schedule import sample_table

_DEARER: Final = (11, Decimal("1.06"))  # every so many items the vendor has raised its price and our rate has not followed
_CHEAPER: Final = (17, Decimal("0.96"))
_CENTS: Final = Decimal("0.01")


def vendor_price(rate_code: str, turn: int, period: Period) -> str:
    """The vendor's monthly price of an item; empty where our own rate depends on miles, which vendors do not tell."""
    rate = _rates(str(period.first_day)).get(rate_code)
    if rate is None:
        return ""
    factor = next((factor for every, factor in (_DEARER, _CHEAPER) if turn % every == every - 1), Decimal(1))
    return str((rate * factor).quantize(_CENTS))


@cache
def _rates(day: str) -> dict[str, Decimal]:
    """Flat monthly rates in force on a day, by rate code."""
    rows = [row for row in sample_table("rates") if row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])]
    return {row["rate_code"]: Decimal(row["unit_rate"]) for row in rows if row["unit_rate"] and not row["per_mile_rate"]}
