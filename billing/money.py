"""Exact money: the only multiplication and the only rounding of dollars in the program.

An amount on its way is an exact ratio of integers (`Exact`); it becomes cents once, half away from zero.
Polars' own Decimal product keeps the larger scale and rounds half to even, so it is never used on money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

QUANTITY: Final = pl.Decimal(38, 6)
RATE: Final = pl.Decimal(38, 6)
EXACT: Final = pl.Decimal(38, 12)
DOLLARS: Final = pl.Decimal(38, 2)
PUBLISHED_DOLLARS: Final = pl.Decimal(18, 2)
PUBLISHED_RATE: Final = pl.Decimal(18, 6)
CENT_PLACES: Final = 2
RATE_PLACES: Final = 6
EXACT_PLACES: Final = 12
LARGEST_AMOUNT: Final = 10**15  # dollars; nothing an agency is billed comes near it

_INT: Final = pl.Int128
_LARGEST_INT: Final = 2**127 - 1


def units(value: pl.Expr, places: int) -> pl.Expr:
    """Turn a Decimal expression of at most `places` decimals into whole units of 10^-places (Int128)."""
    return value.cast(pl.Decimal(38, places)).to_physical().cast(_INT)


def decimal(whole: pl.Expr, places: int) -> pl.Expr:
    """Turn whole units of 10^-places (Int128) into Decimal(38, places)."""
    return whole.cast(_INT).reinterpret(dtype=pl.Decimal(38, places))


def divide(numerator: pl.Expr, denominator: pl.Expr, places: int) -> pl.Expr:
    """Divide Int128 by a positive Int128 into whole units of 10^-places, half away from zero.

    The program's one rounding rule. Scaling up cannot wrap.
    """
    return pl.map_batches(
        [numerator, denominator], lambda pair: _divide(pair[0], pair[1], 10**places), return_dtype=_INT, is_elementwise=True
    )  # fmt: skip


def _divide(numerator: pl.Series, denominator: pl.Series, factor: int) -> pl.Series:
    """Divide as `divide` says: at once where the columns leave room for it, else whole part and rest apart."""
    zero, two, scale = (pl.Series([value], dtype=_INT) for value in (0, 2, factor))
    magnitude, largest = numerator.abs(), denominator.max()
    if largest == denominator.min() and not denominator.null_count() and numerator.len() >= denominator.len():
        denominator = denominator.head(1)  # to divide by one number is several times faster
    if int(magnitude.max() or 0) * factor * 2 + int(largest or 0) * 2 <= _LARGEST_INT:  # type: ignore[arg-type]
        rounded = (magnitude * (scale * two) + denominator) // (denominator * two)
    else:
        whole = magnitude // denominator
        rest = (magnitude - whole * denominator) * scale
        rounded = whole * scale + (rest * two + denominator) // (denominator * two)
    return rounded.zip_with(numerator >= zero, zero - rounded)


@dataclass(frozen=True)
class Exact:
    """Dollars as an exact ratio of two Int128 expressions; rounded only by `dollars` and `at`."""

    numerator: pl.Expr
    denominator: pl.Expr

    @classmethod
    def of(cls, value: pl.Expr, places: int) -> "Exact":
        """Take a Decimal expression of at most `places` decimals as it is."""
        return cls(units(value, places), pl.lit(10**places, _INT))

    def times(self, value: pl.Expr, places: int) -> "Exact":
        """Multiply by a Decimal expression of at most `places` decimals."""
        return Exact(self.numerator * units(value, places), self.denominator * pl.lit(10**places, _INT))

    def percent(self, value: pl.Expr) -> "Exact":
        """Take `value` per cent (at most 6 decimals)."""
        return Exact(self.numerator * units(value, RATE_PLACES), self.denominator * pl.lit(10 ** (RATE_PLACES + 2), _INT))

    def share(self, part: pl.Expr, whole: pl.Expr) -> "Exact":
        """Take part/whole, both integers, whole above zero: days of a month, units of a pool."""
        return Exact(self.numerator * part.cast(_INT), self.denominator * whole.cast(_INT))

    def at(self, places: int) -> pl.Expr:
        """Round half away from zero to `places` decimals, as Decimal(38, places)."""
        return decimal(divide(self.numerator, self.denominator, places), places)

    def dollars(self) -> pl.Expr:
        """Round once, half away from zero, to cents (DOLLARS)."""
        return self.at(CENT_PLACES)

    def exact(self) -> pl.Expr:
        """The amount before rounding, to 12 decimals (EXACT), for the record and the auditor."""
        return self.at(EXACT_PLACES)


def round_dollars(value: pl.Expr) -> pl.Expr:
    """Round an EXACT expression (12 decimals) to cents, half away from zero."""
    return Exact.of(value, EXACT_PLACES).dollars()


def total(dollars: pl.Series) -> Decimal:
    """Add up a DOLLARS column; nothing comes to 0.00."""
    found = dollars.sum() if dollars.len() else None
    return found if isinstance(found, Decimal) else Decimal("0.00")


def round_half_away(value: Decimal | Fraction | int, places: int = CENT_PLACES) -> Decimal:
    """Round one Python number half away from zero; the scalar twin of `Exact.at`."""
    scaled = abs(Fraction(value)) * 10**places
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Share whole units by weights so that the parts sum to `total`; ties go to the earliest.

    Shares |total| and gives the sign back, so a credit splits as its charge did.

    Raises:
        ValueError: a weight is negative or all are zero.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and must not all be zero")
    magnitude = abs(total)
    parts = [magnitude * weight // weight_sum for weight in weights]
    rests = [magnitude * weight % weight_sum for weight in weights]
    left = magnitude - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: (-rests[i], i))[:left]:
        parts[index] += 1
    return [-part for part in parts] if total < 0 else parts
