"""Figures and lists as charts say them: short labels for the eye, whole sentences for the ear."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from billing.money import round_half_away
from billing.periods import Period
from reports.figures import MINUS, MONTHS, dollars, money, signed
from reports.press.letters import fit

_STEPS: Final = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))
_TENTHS_BELOW: Final = 10
_LONGEST: Final = 80


def short(value: Decimal) -> str:
    """A label to the nearest thousand, million or billion: `$890k`, `−$1.5M`."""
    sign, size = (MINUS if value < 0 else ""), abs(value)
    for step, letter in _STEPS:
        if size >= step:
            places = 1 if size < step * _TENTHS_BELOW and letter != "k" else 0
            return f"{sign}${round_half_away(Fraction(size) / step, places):,f}{letter}"
    return f"{sign}${round_half_away(size, 0):,f}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`; nothing for none."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def called(text: str | None) -> str:
    """A name as it may be read aloud: what cannot be printed stands as its code."""
    return fit(text, _LONGEST)


def moved(change: Decimal) -> str:
    """`$3,022.30 more`, `$3,022.30 less`, `no change`."""
    if change == 0:
        return "no change"
    return f"${money(abs(change))} {'more' if change > 0 else 'less'}"


def month_name(period: str) -> str:
    """`October 2026`."""
    month = Period.parse(period)
    return f"{MONTHS[month.month - 1]} {month.year}"


def month_short(period: str) -> str:
    """`Oct 26`."""
    month = Period.parse(period)
    return f"{MONTHS[month.month - 1][:3]} {month.year % 100:02d}"


def percent(part: Decimal, whole: Decimal) -> str:
    """A share in whole per cent, `62%`; a dash where the whole is not above zero."""
    return "–" if whole <= 0 else f"{round_half_away(Fraction(part) * 100 / Fraction(whole), 0):f}%".replace("-", MINUS)


__all__ = ["called", "dollars", "listed", "money", "month_name", "month_short", "moved", "percent", "short", "signed"]
