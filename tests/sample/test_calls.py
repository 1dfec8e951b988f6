"""The calls of the sample: no overlaps, every kind of call, known places, columns that mix evenly."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from pipelines.sample.mixing import mixed
from tests.sample.reading import gated, rows_of, tables_of

MASK = 0xFFFFFFFF


def calls_of(sample: Path) -> pl.DataFrame:
    planted = {row["source_record_id"] for row in rows_of(sample / "planted.csv") if row["feed"] == "long_distance"}
    calls = pl.concat([file.records for file in gated(sample, "long_distance", "2026-10")])
    return calls.filter(~pl.col("source_record_id").is_in(planted))


def test_no_line_makes_two_calls_at_once(sample: Path) -> None:
    calls = calls_of(sample).sort("charge_number", "utc_second")
    ends = (pl.col("utc_second") + pl.col("duration_seconds")).shift(1).over("charge_number")

    assert calls.height > 1_990
    assert calls.filter(pl.col("utc_second") < ends).is_empty()


def test_every_kind_of_call_is_made(sample: Path) -> None:
    calls = calls_of(sample)
    to = pl.col("to_number")
    kinds = {
        "four jurisdictions": calls["vendor_jurisdiction"].drop_nulls().n_unique() == 4,
        "unanswered": not calls["answered"].all(),
        "service codes": calls.filter(to.is_in(["911", "211", "511"])).height > 0,
        "directory assistance": calls.filter((to == "411") | to.str.ends_with("5551212")).height > 0,
        "toll-free out": calls.filter(to.str.starts_with("1800") & (pl.col("direction") == "OUT")).height > 0,
        "toll-free in": calls.filter(pl.col("direction") == "IN").height > 0,
        "abroad by 011": calls.filter(to.str.starts_with("011")).height > 0,
        "abroad by +1": calls.filter(to.str.contains("^1(416|604|514|242|876|809)")).height > 0,
        "seven digits": calls.filter(to.str.len_chars() == 7).height > 0,
        "by code": calls["auth_code"].drop_nulls().len() > 0,
        "by trunk": calls["trunk"].drop_nulls().len() > 0,
        "Central time": calls.filter(pl.col("connect_at").str.ends_with("-05:00")).height > 0,
        "at night": calls.filter(pl.col("local_second") > 23 * 3600).height > 0,
    }

    assert [kind for kind, is_there in kinds.items() if not is_there] == []


def test_calls_are_of_their_month_by_their_own_clock(sample: Path) -> None:
    dates = calls_of(sample)["call_date"]

    assert str(dates.min()) == "2026-10-01"
    assert str(dates.max()) == "2026-10-31"


def test_every_caller_has_an_owner(sample: Path) -> None:
    owners = tables_of(sample)["call_owners"]
    keys = owners["key"].implode()
    known = pl.col("charge_number").is_in(keys) | pl.col("trunk").is_in(keys)

    assert calls_of(sample).filter(~known).is_empty()


@pytest.mark.parametrize("row", [0, 1, 2, 65_535, 65_536, 1_999_999])
def test_mixing_agrees_with_plain_integers(row: int) -> None:
    salt = int.from_bytes(hashlib.blake2b(b"5/x", digest_size=4).digest(), "big")
    word = (row * 2_654_435_761 + salt) & MASK
    for _ in range(3):
        word = ((word ^ (word >> 16)) * 73_244_475) & MASK

    drawn = pl.DataFrame({"row": [row]}).select(mixed(pl.col("row"), 5, "x")).item()

    assert drawn == word ^ (word >> 16)


def test_mixed_columns_are_even_and_differ_by_topic() -> None:
    rows = pl.DataFrame({"row": pl.int_range(20_000, eager=True)})
    drawn = rows.select(a=mixed(pl.col("row"), 5, "a") % 10, b=mixed(pl.col("row"), 5, "b") % 10)
    pairs = drawn.group_by("a", "b").len()

    assert pairs.height == 100
    assert pairs["len"].min() > 120
    assert pairs["len"].max() < 290
