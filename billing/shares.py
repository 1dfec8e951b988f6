"""Share whole units by weights without losing one: largest remainder on every row of a frame at once."""

import polars as pl

_INT = pl.Int128()


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
    whole, zero = pl.lit(weight_sum, _INT), pl.lit(0, _INT)
    places = range(len(weights))
    magnitude = pl.col(total).abs()
    floored = rows.with_columns(
        *[(magnitude * pl.col(weights[place]) // whole).alias(f"p{place}") for place in places],
        *[(magnitude * pl.col(weights[place]) % whole).alias(f"_rest{place}") for place in places],
    ).with_columns(_left=magnitude - pl.sum_horizontal([f"p{place}" for place in places]))
    parts = []
    for place in places:
        rest = pl.col(f"_rest{place}")
        ahead = [pl.col(f"_rest{other}") >= rest for other in places if other < place]
        ahead += [pl.col(f"_rest{other}") > rest for other in places if other > place]
        rank = pl.sum_horizontal([zero, *[test.cast(_INT) for test in ahead]])
        part = pl.col(f"p{place}") + (rank < pl.col("_left")).cast(_INT)
        parts.append(pl.when(pl.col(total) < zero).then(zero - part).otherwise(part).alias(f"p{place}"))
    return floored.with_columns(parts).drop("_left", *[f"_rest{place}" for place in places])
