"""Figures and dates as people read them, exact from Decimal; a float never comes near one."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Final

from billing.money import largest_remainder, round_half_away
from billing.periods import Period

MINUS: Final = "−"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LEAST_RATE_PLACES: Final = 2


def _grouped(value: Decimal, minus: str) -> str:
    """Thousands separators on the digits as they stand."""
    text = f"{abs(value):,f}"
    return f"{minus}{text}" if value < 0 else text


def money(value: Decimal | None, *, minus: str = MINUS) -> str:
    """Dollars and cents without a sign of currency: `-3,791.08`; empty for null.

    Raises:
        ValueError: the value has more than two decimals; a figure is never rounded on its way to paper.
    """
    if value is None:
        return ""
    cents = value.quantize(Decimal("0.01"))
    if cents != value:
        raise ValueError(f"{value} is not in cents")
    return _grouped(cents, minus)


def dollars(value: Decimal) -> str:
    """Dollars and cents with the sign of currency: `-$3,791.08`."""
    text = money(abs(value))
    return f"{MINUS}${text}" if value < 0 else f"${text}"


def to_charge_and_credit(charges: Decimal, credit: Decimal) -> str:
    """Dollars both ways, never one set against the other: `$30,271.06 to charge and $26,595.00 to credit`; one way alone as `dollars`."""
    if not credit or not charges:
        return dollars(charges or credit)
    return f"{dollars(charges)} to charge and {dollars(abs(credit))} to credit"


def signed(value: Decimal) -> str:
    """A movement: `+41.69`, `-16.25`, `0.00`."""
    return f"+{money(value)}" if value > 0 else money(value)


def number(value: Decimal | None) -> str:
    """A quantity with no idle zeros: `12,500`, `0.666667`; empty for null."""
    if value is None:
        return ""
    text = f"{abs(value):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS}{text}" if value < 0 else text


def rate(value: Decimal | None) -> str:
    """A unit rate: idle zeros dropped down to cents, `84.15`, `0.005`; empty for null."""
    if value is None:
        return ""
    whole, _, places = f"{abs(value):,f}".partition(".")
    text = f"{whole}.{places.rstrip('0').ljust(_LEAST_RATE_PLACES, '0')}"
    return f"{MINUS}{text}" if value < 0 else text


def change_percent(change: Decimal, before: Decimal) -> str:
    """A movement in per cent of what was before, to a tenth: `+1.9%`; a dash when there was nothing or a credit before."""
    if before <= 0:
        return "–"
    tenths = round_half_away(Fraction(change) * 100 / Fraction(before), 1)
    return f"+{tenths}%" if tenths > 0 else f"{_grouped(tenths, MINUS)}%"


def shares(amounts: list[Decimal]) -> list[str]:
    """Shares of a total in tenths of a per cent that come to 100.0; dashes where signs differ and shares make no sense."""
    cents = [int(amount * 100) for amount in amounts]
    if sum(cents) < 0:
        cents = [-part for part in cents]
    if not cents or min(cents) < 0 or sum(cents) == 0:
        return ["–"] * len(cents)
    return [f"{part // 10}.{part % 10}%" for part in largest_remainder(1000, cents)]


def day(value: dt.date | None) -> str:
    """`6 November 2026`; empty for null."""
    return "" if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month(period: Period) -> str:
    """`October 2026`."""
    return f"{MONTHS[period.month - 1]} {period.year}"


def span(start: dt.date | None, stop: dt.date | None, period: Period) -> str:
    """A half-open span as people write it, both ends in: `1–31 Oct`; the year only where it is not the period's."""
    if start is None or stop is None:
        return ""
    last = stop - dt.timedelta(days=1)
    if (start.year, start.month) == (last.year, last.month):
        days = str(start.day) if start == last else f"{start.day}–{last.day}"
        return f"{days} {_short(last, period)}"
    return f"{start.day} {_short(start, period)} – {last.day} {_short(last, period)}"


def _short(value: dt.date, period: Period) -> str:
    name = MONTHS[value.month - 1][:3]
    return name if value.year == period.year else f"{name} {value.year}"


def bounded(text: str | None, longest: int) -> str:
    """Text of at most `longest` characters, control characters as spaces; a cut is marked by an ellipsis."""
    if text is None:
        return ""
    clean = "".join(letter if letter.isprintable() else " " for letter in text[: longest + 1])
    return clean if len(text) <= longest else clean[: longest - 1].rstrip() + "…"


def count(how_many: int, one: str, many: str | None = None) -> str:
    """`1 line`, `1,204 lines`."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"
