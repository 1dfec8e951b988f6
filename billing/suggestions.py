"""Suggest what would mend a record, where the data offers exactly one answer; a doubt suggests nothing."""

from typing import Final

import polars as pl

from billing.audit import standing_records
from billing.errors import ReconciliationError
from billing.frames import Earlier, Tables, conform, empty
from billing.layouts import FEEDS
from billing.periods import Period
from billing.suggested_numbers import likely_numbers, taking_over
from billing.suggested_rates import last_rates, near_codes, units
from billing.suggestion_frames import SUGGESTIONS, dated
from billing.wording import phrase

_CODES: Final = ("A101", "A102", "A103", "R201", "R202", "R205", "U502")
_FINDING: Final = ("exception_id", "code", "column_name", "raw_value", "source_file", "source_line")


def suggest(exceptions: pl.DataFrame, records: dict[str, pl.DataFrame], tables: Tables, earlier: Earlier, period: Period) -> pl.DataFrame:
    """Suggest a correction for each finding whose answer lies in the data.

    A103: the number that took over. A101 and A102: the number the same resource, line, circuit, station, vendor
    account or original line was billed to last; A102 also the one number a slip of the finger away. R201: the one
    code a slip away. R202, R205 and U502 give advice only (field is null): a rate needs its owner, a unit is never
    converted, and of two records a person rejects one. Calls get no owner: their neighbours prove nothing.

    Args:
        exceptions: EXCEPTIONS of the period; its holds also say which records of the month prove nothing.
        records: feed -> accepted records (record_schema) of the period; a feed that is absent gets no suggestion.

    Rows: at most one an exception. Returns: SUGGESTIONS sorted by exception_id.

    Raises:
        ReconciliationError: two suggestions for one exception.
    """
    found = [empty(SUGGESTIONS)]
    asked = exceptions.filter(pl.col("code").is_in(_CODES) & pl.col("source_line").is_not_null())
    for feed in FEEDS:
        mine = asked.filter(pl.col("feed") == feed).select(_FINDING)
        if mine.is_empty() or feed not in records:
            continue
        faulty = mine.join(records[feed], on=["source_file", "source_line"], how="inner", validate="m:1", maintain_order="left")
        held = exceptions.filter((pl.col("feed") == feed) & (pl.col("severity") == "HOLD"))
        sound = records[feed].join(held, on=["source_file", "source_line"], how="anti", maintain_order="left")
        found += _of_feed(feed, dated(faulty, feed, earlier, period), records[feed], sound, tables, earlier, period)
    suggestions = pl.concat(found).sort("exception_id")
    if suggestions["exception_id"].n_unique() != suggestions.height:
        raise ReconciliationError("two suggestions were made for one exception")
    return suggestions


def _of_feed(
    feed: str, faulty: pl.DataFrame, loaded: pl.DataFrame, sound: pl.DataFrame, tables: Tables, earlier: Earlier, period: Period
) -> list[pl.DataFrame]:
    def of(*codes: str) -> pl.DataFrame:
        return faulty.filter(pl.col("code").is_in(codes))

    return [
        taking_over(of("A103"), tables),
        likely_numbers(of("A101", "A102"), feed, sound, tables, earlier, period),
        near_codes(of("R201"), feed, tables),
        last_rates(of("R202"), tables),
        units(of("R205"), feed, tables),
        _which_stands(of("U502"), feed, loaded, earlier),
    ]


def _which_stands(faulty: pl.DataFrame, feed: str, loaded: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """U502: name the record that was billed, or loaded first, and the columns in which this one differs."""
    if faulty.is_empty():
        return empty(SUGGESTIONS)
    content = [column.name for column in FEEDS[feed].columns]
    stands = standing_records(loaded.sort("source_file", "source_line"), feed, content, earlier)
    both = faulty.unique("exception_id", maintain_order=True).join(
        stands, on="source_record_id", how="inner", validate="m:1", maintain_order="left"
    )
    other = [
        pl.when(pl.col(name).ne_missing(pl.col("_first").struct.field(name))).then(pl.lit(name)) for name in content
        if name != "source_record_id"
    ]  # fmt: skip
    # a record billed in an earlier month is named with that month before its file
    was_billed = pl.col("_file").str.contains("/", literal=True)
    how = pl.when(was_billed).then(pl.lit("was billed in an earlier period")).otherwise(pl.lit("was loaded first"))
    return conform(
        both.select(
            "exception_id",
            field=pl.lit(None, pl.String),
            value=phrase("reject this one, keep {} line {}", "_file", "_line"),
            why=phrase("{}:{} {}; they differ in {}", "_file", "_line", how, pl.concat_str(other, separator=", ", ignore_nulls=True)),
        ),
        SUGGESTIONS,
    )
