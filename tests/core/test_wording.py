"""Words are filled in row by row, whatever parts a frame is stored in."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from billing.wording import phrase


def in_parts(values: list[object], dtype: pl.DataType) -> pl.DataFrame:
    """Two rows whose `value` lies in the fourth of five parts, as a filter of a long frame leaves it on many cores."""
    other, value = values
    series = pl.concat(
        [pl.Series("value", ([value] * 2 if part == 3 else []) + [other] * 8, dtype=dtype) for part in range(5)], rechunk=False
    )
    frame = pl.DataFrame([pl.Series("name", ["x"] * series.len()), series])
    return frame.with_columns(keep=pl.col("value") == pl.lit(value, dtype)).filter("keep")


@pytest.mark.parametrize(
    ("values", "dtype", "text"),
    [
        ([Decimal(100), Decimal(95)], pl.Decimal(38, 6), "95.000000"),
        ([1, 2], pl.Int64(), "2"),
        (["a", "b"], pl.String(), "b"),
        ([dt.date(2026, 1, 1), dt.date(2026, 2, 28)], pl.Date(), "2026-02-28"),
    ],
)
def test_a_value_in_a_later_part_is_put_into_words(values, dtype, text):
    frame = in_parts(values, dtype)
    assert len(frame["value"].get_chunks()) > 1

    found = frame.select(phrase("of {}: {} %", "name", pl.col("value")))

    assert found.to_series().to_list() == [f"of x: {text} %"] * 2


def test_a_null_makes_no_words_and_places_are_counted():
    assert pl.DataFrame({"a": [None, "b"]}).select(phrase("{}!", "a")).to_series().to_list() == [None, "b!"]
    with pytest.raises(ValueError, match="has 1 places for 2 values"):
        phrase("{}", "a", "b")
