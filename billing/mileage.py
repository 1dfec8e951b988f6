"""Airline miles between two rate centres, from their V and H coordinates, by the method the rate names."""

import math
from typing import Final

import polars as pl

_SMALL_ENOUGH: Final = 1778  # the sum of squares a division by three must bring the differences below
_SHORTEST: Final = (0, 0, 41, 121, 361, 1081, 3241)  # least miles after n divisions: one more than n - 1 can give
_DIVISIONS: Final = 10  # enough for differences up to two million; the grid is about 10,000 wide


def fcc10_miles(v1: int, h1: int, v2: int, h2: int) -> int:
    """Miles by the divide-by-three method of FCC Tariff No. 10.

    The differences of V and of H are divided by three and rounded, at least once, until the sum of their squares
    is below 1778; times 0.9, 8.1, 72.9 … (nine times as much for each division); square root; rounded up.

    Source: FCC Tariff No. 10 as printed in a carrier's service guide; New York to Chicago is 711.
    """
    v, h, divisions = abs(v1 - v2), abs(h1 - h2), 0
    while divisions == 0 or v * v + h * h >= _SMALL_ENOUGH:
        v, h, divisions = (v + 1) // 3, (h + 1) // 3, divisions + 1
    tenths: int = (v * v + h * h) * 9**divisions
    miles = _root_up(-(-tenths // 10))
    return max(miles, _shortest(divisions))


def simple_miles(v1: int, h1: int, v2: int, h2: int) -> int:
    """Miles as the square root, rounded up, of a tenth, rounded up, of the sum of the squared differences.

    Source: a published agreement on the computation of distance; New York to Chicago is 712.
    """
    return _root_up(-(-((v1 - v2) ** 2 + (h1 - h2) ** 2) // 10))


def miles(method: pl.Expr, v1: pl.Expr, h1: pl.Expr, v2: pl.Expr, h2: pl.Expr) -> pl.Expr:
    """Miles (Int64) by the method in `method`: FCC10 (also when blank) or SIMPLE; null where a coordinate is."""
    return pl.when(method == "SIMPLE").then(simple(v1, h1, v2, h2)).otherwise(fcc10(v1, h1, v2, h2))


def simple(v1: pl.Expr, h1: pl.Expr, v2: pl.Expr, h2: pl.Expr) -> pl.Expr:
    """`simple_miles` of whole columns."""
    v, h = (v1 - v2).cast(pl.Int64), (h1 - h2).cast(pl.Int64)
    return _root_up_of((v * v + h * h + 9) // 10)


def fcc10(v1: pl.Expr, h1: pl.Expr, v2: pl.Expr, h2: pl.Expr) -> pl.Expr:
    """`fcc10_miles` of whole columns; null for differences beyond any grid (two million)."""
    v, h = (v1 - v2).cast(pl.Int64).abs(), (h1 - h2).cast(pl.Int64).abs()
    steps = []
    for divisions in range(1, _DIVISIONS + 1):
        # n divisions rounded one by one are one division by 3^n, rounded to the nearest
        third, half = 3**divisions, (3**divisions - 1) // 2
        squares = ((v + half) // third) * ((v + half) // third) + ((h + half) // third) * ((h + half) // third)
        shortest = pl.lit(_shortest(divisions), pl.Int64)
        steps.append((squares < _SMALL_ENOUGH, pl.max_horizontal(_root_up_of((squares * 9**divisions + 9) // 10), shortest)))
    found = pl.lit(None, pl.Int64)
    for is_small, distance in reversed(steps):
        found = pl.when(is_small).then(distance).otherwise(found)
    return pl.when(v.is_null() | h.is_null()).then(None).otherwise(found)


def _shortest(divisions: int) -> int:
    if divisions < len(_SHORTEST):
        return _SHORTEST[divisions]
    threefold: int = 3 ** (divisions - len(_SHORTEST) + 1)
    return (_SHORTEST[-1] - 1) * threefold + 1


def _root_up(square: int) -> int:
    root = math.isqrt(square)
    return root if root * root == square else root + 1


def _root_up_of(square: pl.Expr) -> pl.Expr:
    """`_root_up` of a column; exact whole roots, so each value on its own."""
    return square.map_batches(_roots_up, return_dtype=pl.Int64)


def _roots_up(square: pl.Series) -> pl.Series:
    """`_root_up` of each; null stays null."""
    return pl.Series([None if value is None else _root_up(value) for value in square.to_list()], dtype=pl.Int64)
