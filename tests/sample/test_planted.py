"""planted.csv is what a run raises: every listed exception, and nothing else, stream by stream."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from billing.frames import Earlier
from billing.layouts import FEEDS
from billing.month import BILLERS, bill_stream
from billing.periods import Period
from billing.policy import Policy
from tests.sample.reading import gated, rows_of, tables_of

PERIODS = ("2026-09", "2026-10")


def planted(sample: Path, period: str, feed: str) -> Counter[tuple[str, str, str]]:
    rows = [row for row in rows_of(sample / "planted.csv") if row["period"] == period and row["feed"] == feed]
    return Counter((row["code"], row["source_file"], row["source_record_id"]) for row in rows)


def raised(sample: Path, period: str, feed: str, earlier: Earlier) -> Counter[tuple[str, str, str]]:
    files = gated(sample, feed, period)
    records = pl.concat([file.records for file in files])
    billed = bill_stream(feed, records, tables_of(sample), Period.parse(period), Policy(), earlier)
    found = pl.concat([*[file.findings for file in files], billed.findings])
    return Counter((row["code"], row["source_file"], row["source_record_id"] or "") for row in found.to_dicts())


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("feed", list(BILLERS))
def test_a_month_run_alone_raises_what_was_planted(sample: Path, feed: str, period: str) -> None:
    assert raised(sample, period, feed, Earlier()) == planted(sample, period, feed)


@pytest.mark.parametrize("feed", list(BILLERS))
def test_october_raises_the_same_after_september(sample: Path, feed: str) -> None:
    files = gated(sample, feed, "2026-09")
    records = pl.concat([file.records for file in files])
    september = bill_stream(feed, records, tables_of(sample), Period(2026, 9), Policy(), Earlier())
    outcomes = september.outcomes.select("source_file", "source_line", "outcome")
    before = records.join(outcomes, on=["source_file", "source_line"], how="inner", validate="1:1")
    kept = before.filter(pl.col("outcome") != "DROPPED").with_columns(period=pl.lit("2026-09"))

    assert raised(sample, "2026-10", feed, Earlier(records={feed: kept.lazy()})) == planted(sample, "2026-10", feed)


@pytest.mark.parametrize("period", PERIODS)
def test_planted_mistakes_are_many_and_in_the_files(sample: Path, period: str) -> None:
    rows = [row for row in rows_of(sample / "planted.csv") if row["period"] == period]
    folder = sample / "inbox" / period
    ids = {path.name: {row.get("source_record_id") for row in rows_of(path)} for path in folder.glob("*.csv")}

    assert len({row["code"] for row in rows}) >= 45
    assert {row["feed"] for row in rows} == set(FEEDS)
    assert all(row["source_record_id"] in ids[row["source_file"]] for row in rows if row["source_record_id"])
    assert [row["code"] for row in rows if not row["source_record_id"]] == ["F005"]
    assert not {row["code"] for row in rows} & {"F001", "F002", "F003", "F004", "F007", "R207", "V010", "V011"}
