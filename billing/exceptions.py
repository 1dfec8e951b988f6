"""The month's exceptions: findings with a name, their fellow codes, and whether a person must act."""

from typing import Final

import polars as pl

from billing.frames import EXCEPTIONS, SUSPENSE, conform
from billing.ids import natural_key, stable_ids
from billing.periods import Period
from billing.wording import phrase

WAITING: Final = ("OPEN", "WAITING", "HELD")  # states of an exception that no person has ended
_RECORD = ["feed", "source_file", "source_line", "source_record_id"]


def name_exceptions(findings: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Give every finding its id; name beside each the other codes on the same record.

    Findings come in the order of their rules, so the first HOLD on a record (or the first of any kind where none
    holds) is its first cause. The id is made of what the finding is about, not of its line, so that it survives
    a reordered file. A finding on no record (a missing feed, an invoice) stands alone.

    Rows: one a finding. Returns: EXCEPTIONS sorted by exception_id.
    """
    urgency = pl.col("severity").replace_strict({"FATAL": 0, "HOLD": 1, "WARN": 2, "INFO": 3}, return_dtype=pl.Int32)
    ordered = findings.with_row_index("_order").with_columns(_urgency=urgency)
    has_record = pl.col("source_line").is_not_null()
    alone = natural_key(pl.col("_order").cast(pl.String))
    record = pl.when(has_record).then(natural_key(*[pl.col(name) for name in _RECORD])).otherwise(alone)
    ranked = ordered.with_columns(_record=record).sort("_urgency", "_order")
    codes = ranked.group_by("_record", maintain_order=True).agg(_codes=pl.col("code"), _first=pl.col("_order").first())
    joined = ranked.join(codes, on="_record", how="left", validate="m:1", maintain_order="left")
    others = joined.with_columns(
        is_first_cause=pl.col("_order") == pl.col("_first"),
        also=pl.struct("_codes", "code").map_batches(_others, return_dtype=pl.String),
    )
    about = natural_key(
        pl.lit(str(period)), pl.col("code"), pl.col("feed"),
        pl.coalesce("source_record_id", phrase("{}:{}", "source_file", "source_line"), "source_file"),
        pl.col("source_file"), pl.col("billing_number"), pl.col("column_name"), pl.col("raw_value"),
    )  # fmt: skip
    keyed = others.sort("_order").with_columns(_about=about)
    again = keyed.with_columns(_nth=pl.int_range(pl.len()).over("_about"))
    named = again.with_columns(
        exception_id=stable_ids("X", again.select(natural_key(pl.col("_about"), pl.col("_nth"))).to_series()),
        period=pl.lit(str(period)),
        status=pl.when(pl.col("severity") == "INFO").then(pl.lit("NOTED")).otherwise(pl.lit("OPEN")),
        **{name: pl.lit(None, pl.String) for name in ("disposition", "reason", "decided_by", "decided_at")},
    )
    return conform(named.select(list(EXCEPTIONS)), EXCEPTIONS).sort("exception_id")


def _others(rows: pl.Series) -> pl.Series:
    """For each row, the codes of its record other than its own, in order, `;` between; null for none."""
    texts = []
    for row in rows.to_list():
        rest = list(dict.fromkeys(code for code in row["_codes"] if code != row["code"]))
        texts.append(";".join(rest) or None)
    return pl.Series(texts, dtype=pl.String)


def suspended(suspense: pl.DataFrame) -> int:
    """Rows the gate could not read; each has its finding already."""
    return conform(suspense, SUSPENSE).height


def waits_for_a_person(exceptions: pl.DataFrame) -> bool:
    """Whether anything waits: a hold, a warning, a missing feed, or an approval of what was decided of one."""
    return not exceptions.filter(pl.col("status").is_in(WAITING)).is_empty()
