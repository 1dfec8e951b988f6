"""Share whole units by weights without losing one: largest remainder on every row of a frame at once."""

import polars as pl

_INT = pl.Int128
_LARGEST_INT64 = 2**63 - 1


def add_parts(rows: pl.DataFrame, total: str, weights: list[str], weight_sum: int) -> pl.DataFrame:
    """Share column `total` of each row by that row's weights; parts sum to the total, ties go to the earliest weight.

    Shares |total| and gives the sign back, so a credit splits as its charge did. The slow twin is
    `billing.money.largest_remainder`.

    Args:
        rows: with Int128 columns; |total| x weight_sum must stay below 2^127.
        total: the column to share.
        weights: columns that are never negative and sum to weight_sum on every row.
        weight_sum: above zero.

    Rows: as given. Returns: rows and the parts as p0, p1 … in the order of weights (Int128).
    """
    places = range(len(weights))
    largest = rows[total].abs().max() or 0
    narrow = pl.Int64 if largest * weight_sum <= _LARGEST_INT64 else _INT  # type: ignore[operator] # the same figures, sooner
    whole, magnitude = pl.lit(weight_sum, narrow), pl.col("magnitude")
    floored = (
        rows.select(
            pl.col(total).cast(narrow).alias("total"), *[pl.col(weights[place]).cast(narrow).alias(f"w{place}") for place in places]
        )
        .with_columns(magnitude=pl.col("total").abs())
        .with_columns((magnitude * pl.col(f"w{place}")).alias(f"product{place}") for place in places)
        .with_columns((pl.col(f"product{place}") // whole).alias(f"floor{place}") for place in places)
        .with_columns((pl.col(f"product{place}") - pl.col(f"floor{place}") * whole).alias(f"rest{place}") for place in places)
        .with_columns(left=magnitude - pl.sum_horizontal(f"floor{place}" for place in places))
    )
    ranked = floored.with_columns(_rank(place, len(weights)).alias(f"rank{place}") for place in places)
    parts = [pl.col(f"floor{place}") + (pl.col(f"rank{place}") < pl.col("left")).cast(narrow) for place in places]
    sign = pl.when(pl.col("total") < 0).then(pl.lit(-1, narrow)).otherwise(pl.lit(1, narrow))
    return rows.hstack(ranked.select((parts[place] * sign).cast(_INT).alias(f"p{place}") for place in places))


def _rank(place: int, count: int) -> pl.Expr:
    """Count the rests that go before a place's: larger ones, and equal ones of an earlier place."""
    rest = pl.col(f"rest{place}")
    ahead = [pl.col(f"rest{other}") >= rest if other < place else pl.col(f"rest{other}") > rest for other in range(count) if other != place]
    return pl.sum_horizontal(pl.lit(0, pl.Int16), *[test.cast(pl.Int16) for test in ahead])
