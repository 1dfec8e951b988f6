"""The sample workspace is deterministic, complete, readable, and consistent with itself."""

import datetime as dt
import hashlib
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from billing.errors import UsageError
from billing.layouts import FEEDS, TABLES
from pipelines.sample import write_sample
from tests.sample.reading import gated, rows_of, tables_of

PERIODS = ("2026-09", "2026-10")
FOREVER = dt.date(9999, 1, 1)


def tree_hash(root: Path) -> str:
    parts = [f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(root.rglob("*.*"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def test_the_same_seed_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, scale="small", seed=7)

    assert tree_hash(tmp_path) == tree_hash(sample)


def test_another_seed_gives_another_world(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, scale="small", seed=8)

    for name in ("reference/agency_contacts.csv", "inbox/2026-10/usage_2026-10_001.csv", "inbox/2026-10/long_distance_2026-10_001.csv"):
        assert (tmp_path / name).read_bytes() != (sample / name).read_bytes()


def test_a_scale_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose small, medium, large"):
        write_sample(tmp_path, scale="tiny", seed=1)  # type: ignore[arg-type]


def test_every_table_is_there_but_the_number_plan(sample: Path) -> None:
    written = {path.stem for folder in ("reference", "rates") for path in (sample / folder).iterdir()}

    assert written == set(TABLES) - {"number_plan"}
    assert tomllib.loads((sample / "cotbill.toml").read_text(encoding="utf-8"))["dispute_days"] == 60


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("feed", list(FEEDS))
def test_every_feed_passes_the_gate_with_its_manifest(sample: Path, feed: str, period: str) -> None:
    files = gated(sample, feed, period)

    assert files
    assert all(file.row_count == file.records.height + file.suspense.height for file in files)
    assert sum(file.records.height for file in files) > 10


def test_usage_vendor_lines_and_calls_come_in_several_files(sample: Path) -> None:
    for feed in ("usage", "pass_through", "long_distance"):
        assert len(gated(sample, feed, "2026-10")) == 2


@pytest.mark.parametrize("name", [name for name, layout in TABLES.items() if layout.is_dated])
def test_spans_of_one_key_never_overlap(sample: Path, name: str) -> None:
    table = tables_of(sample)[name]
    spans = table.select("valid_from", pl.col("valid_to").fill_null(FOREVER), *[pl.col(key).alias(f"k_{key}") for key in TABLES[name].key])
    keys = [f"k_{key}" for key in TABLES[name].key]
    ordered = spans.sort(*keys, "valid_from", nulls_last=True)
    following = ordered["valid_from"].shift(-1)
    same = (
        ordered.select(keys).equals(ordered.select(keys).clear())
        or ordered.select(pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(-1)) for key in keys)).to_series()
    )

    assert table.height > 0
    assert ordered.filter(same & (following < ordered["valid_to"])).is_empty()
    assert ordered.filter(pl.col("valid_from") >= pl.col("valid_to")).is_empty()


def test_funding_comes_to_one_hundred_but_for_the_planted_number(sample: Path) -> None:
    strings = tables_of(sample)["funding_strings"].to_dicts()
    numbers = {row["billing_number"] for row in strings}
    odd = set()
    for day in (dt.date(2025, 7, 1), dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 10, 16), dt.date(2026, 10, 31)):
        sums: Counter[tuple[str, str | None]] = Counter()
        for row in strings:
            if row["valid_from"] <= day < (row["valid_to"] or FOREVER):
                sums[row["billing_number"], row["rate_code_filter"]] += row["percent"]
        assert {number for number, _ in sums} == numbers
        odd |= {(number, day, total) for (number, _), total in sums.items() if total != 100}

    assert odd == {("D5209002", day, Decimal(95)) for day in (dt.date(2026, 10, 1), dt.date(2026, 10, 16), dt.date(2026, 10, 31))}


def test_record_numbers_are_unique_in_a_month_but_for_planted_doubles(sample: Path) -> None:
    planted = {(row["feed"], row["source_record_id"]) for row in rows_of(sample / "planted.csv") if row["code"] in ("U501", "U502")}
    for feed in FEEDS:
        ids = pl.concat([file.records["source_record_id"] for file in gated(sample, feed, "2026-10")])
        doubled = {(feed, name) for name in ids.filter(ids.is_duplicated())}
        assert doubled == {key for key in planted if key[0] == feed and "2026-09" not in key[1]}


def test_september_and_october_share_no_record_numbers_outside_snapshots(sample: Path) -> None:
    for feed, layout in FEEDS.items():
        months = [set(pl.concat([file.records["source_record_id"] for file in gated(sample, feed, period)])) for period in PERIODS]
        assert layout.snapshot == bool(months[0] & months[1])


def test_the_schedule_covers_every_class_method_and_way_to_prorate(sample: Path) -> None:
    tables = tables_of(sample)

    assert set(tables["rate_codes"]["class"]) == {"RATED", "FIXED", "PASS", "TELECOM", "STOCK", "FEE", "ADJ"}
    assert set(tables["rate_codes"]["prorate"].drop_nulls()) == {"NONE", "DAILY_30", "DAILY_ACTUAL", "SNAPSHOT"}
    assert set(tables["rates"]["tier_method"]) == {"FLAT", "GRADUATED", "VOLUME", "PACKAGE"}
    assert set(tables["surcharges"]["kind"]) == {"FEE_ON_TOTAL", "PER_LINE", "PERCENT_OF_COST"}
    changes = set(tables["rates"].filter(pl.col("valid_from") > dt.date(2026, 9, 1))["valid_from"])
    assert changes == {dt.date(2026, 10, 1), dt.date(2026, 10, 16)}
    priced = set(tables["rates"]["rate_code"])
    assert set(tables["rate_codes"].filter(pl.col("class") != "FIXED")["rate_code"]) == priced
