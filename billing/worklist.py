"""The worklist: what waits for a person, grouped by cause, the biggest dollars first, with a suggestion beside it."""

import hashlib
from typing import Final

import polars as pl

from billing.catalogue import CATALOGUE
from billing.errors import ReconciliationError
from billing.exceptions import WAITING
from billing.frames import EXCEPTIONS, FINDINGS, conform
from billing.ids import SEPARATOR
from billing.money import DOLLARS
from billing.periods import Period
from billing.suggestion_frames import SUGGESTIONS

# since when an exception waits and who works on it; what is not listed is new this month and has no owner
CARRIED: Final[dict[str, pl.DataType]] = {"exception_id": pl.String(), "first_period": pl.String(), "owner": pl.String()}

WORKLIST: Final[dict[str, pl.DataType]] = {
    "cause_rank": pl.Int64(),  # 1 is the cause with the most dollars
    "exception_id": pl.String(),
    "code": pl.String(),
    "severity": pl.String(),
    "meaning": pl.String(),
    "fix": pl.String(),
    "feed": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "source_record_id": pl.String(),
    "billing_number": pl.String(),
    "agency_code": pl.String(),
    "column_name": pl.String(),
    "raw_value": pl.String(),
    "amount": DOLLARS,  # dollars at stake; null where no price can be known
    "age_months": pl.Int64(),  # 0: new this month
    "owner": pl.String(),
    "status": pl.String(),
    "disposition": pl.String(),
    "reason": pl.String(),
    "message": pl.String(),
    "also": pl.String(),
    "suggestion_field": pl.String(),
    "suggestion_value": pl.String(),
    "suggestion_why": pl.String(),
}


def make_worklist(
    exceptions: pl.DataFrame, suggestions: pl.DataFrame, carried: pl.DataFrame, period: Period, *, show_all: bool = False
) -> pl.DataFrame:
    """Put exceptions in working order: causes by their dollars, inside a cause the biggest first.

    A cause is a code; its dollars are the sum of |amount| where known. Unknown dollars come after known ones, both
    among causes and inside one; ties go by code and by exception_id.

    Args:
        exceptions: EXCEPTIONS.
        suggestions: SUGGESTIONS, at most one an exception.
        carried: CARRIED; the age is counted from first_period.
        show_all: also later findings of a record, notes, and what is decided; else first causes that wait.

    Rows: one an exception that waits (or one each with show_all), none twice. Returns: WORKLIST.

    Raises:
        ReconciliationError: an exception has two ages or two suggestions, or waits since a later month.
    """
    found = conform(exceptions, EXCEPTIONS)
    if not show_all:
        found = found.filter(pl.col("is_first_cause") & pl.col("status").is_in(WAITING) & (pl.col("severity") != "INFO"))
    for name, frame in (("ages", conform(carried, CARRIED)), ("suggestions", conform(suggestions, SUGGESTIONS))):
        if frame["exception_id"].n_unique() != frame.height:
            raise ReconciliationError(f"an exception has two {name}")
    renamed = suggestions.rename({name: f"suggestion_{name}" for name in ("field", "value", "why")})
    joined = found.join(renamed, on="exception_id", how="left", validate="1:1", maintain_order="left")
    aged = joined.join(carried, on="exception_id", how="left", validate="1:1", maintain_order="left")
    month = pl.col("first_period")
    months = period.year * 12 + period.month - month.str.slice(0, 4).cast(pl.Int64) * 12 - month.str.slice(5, 2).cast(pl.Int64)
    if (aged.select(months).to_series() < 0).any():
        raise ReconciliationError(f"an exception waits since a month after {period}")
    told = aged.with_columns(
        age_months=pl.when(month.is_null()).then(pl.lit(0, pl.Int64)).otherwise(months),
        meaning=pl.col("code").replace_strict({code: kind.meaning for code, kind in CATALOGUE.items()}, return_dtype=pl.String),
        fix=pl.col("code").replace_strict({code: kind.fix for code, kind in CATALOGUE.items()}, return_dtype=pl.String),
        _dollars=pl.col("amount").abs(),
    )
    ranked = told.join(_ranks(told), on="code", how="left", validate="m:1")
    ordered = ranked.sort("cause_rank", "_dollars", "exception_id", descending=[False, True, False], nulls_last=True)
    return conform(ordered.select(list(WORKLIST)), WORKLIST)


def _ranks(told: pl.DataFrame) -> pl.DataFrame:
    """Number the causes: code, cause_rank."""
    known = pl.when(pl.col("_dollars").count() > 0).then(pl.col("_dollars").sum())
    causes = told.group_by("code").agg(_sum=known).sort("_sum", "code", descending=[True, False], nulls_last=True)
    return causes.select("code", cause_rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def causes(worklist: pl.DataFrame) -> pl.DataFrame:
    """Each cause in order: cause_rank, code, severity, meaning, fix, exceptions, amount (sum of |amount|), unknown, oldest_months.

    amount is null where no dollars of the cause are known; unknown counts the exceptions without any.
    """
    known = pl.col("amount").abs()
    return (
        worklist.group_by("cause_rank", "code", maintain_order=True)
        .agg(
            pl.col("severity").first(),
            pl.col("meaning").first(),
            pl.col("fix").first(),
            exceptions=pl.len().cast(pl.Int64),
            amount=pl.when(known.count() > 0).then(known.sum()),
            unknown=known.null_count().cast(pl.Int64),
            oldest_months=pl.col("age_months").max(),
        )
        .sort("cause_rank")
    )


def worklist_hash(exceptions: pl.DataFrame) -> str:
    """SHA-256 of what the exceptions are and where they stand: another run or a decision gives another one."""
    columns = ["exception_id", *FINDINGS, "also", "is_first_cause", "status", "disposition", "reason"]
    texts = conform(exceptions, EXCEPTIONS).sort("exception_id").select(pl.col(columns).cast(pl.String).fill_null("\x00"))
    rows = texts.select(pl.concat_str(columns, separator=SEPARATOR)).to_series().to_list()
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()
