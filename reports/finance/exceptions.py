"""R08, exceptions: how many of each kind wait, what they hold, how old they are and who works them."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.exceptions import WAITING
from reports.finance.ageing import AGE_NOTE, AGES, aged, by_age
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_COUNTS: Final = ("open", "later", "decided", "noted")
_NOTE: Final = (
    "open: what waits for a person, one a record, as `cotbill exceptions` lists it; later: other findings on the same records; "
    "decided: a person has dealt with it; noted: nobody has to. Dollars are those of the open ones, a credit by its size, as in the "
    "worklist; unpriced ones have none that could be known. " + AGE_NOTE
)


def exceptions(published: Published) -> Report:
    """R08 of a month.

    Rows: `codes` one per code and severity found, most dollars open first; `owners` one per person who works open ones,
    what nobody works last; `agencies` likewise by agency; `open` every open one, the largest first.

    Raises:
        ReconciliationError: the counts are not the findings, or the parts do not come to the whole.
    """
    found = _sorted_out(aged(published.now("fact_exception"), published))
    waits = found.filter(pl.col("state") == "open").sort("size", "exception_id", descending=[True, False], nulls_last=True)
    summed = ("open", "amount", "unpriced", *AGES)
    sections = (
        Section("codes", "Exceptions by code", _codes(found), (*_COUNTS, "amount", "unpriced", *AGES), _NOTE),
        Section("owners", "Open exceptions by owner", _sums(waits, "owner"), summed),
        Section("agencies", "Open exceptions by agency", _sums(waits, "agency_code"), summed),
        Section("open", "Open exceptions, largest first", waits.select(_OPEN), ("amount",)),
    )
    sums = sections[0].sums()
    facts = (
        *(Fact(name, f"{name.capitalize()} exceptions", sums[name]) for name in _COUNTS),
        Fact("holds", "Open holds", waits.filter(pl.col("severity") == "HOLD").height),
        Fact("amount", "Dollars open", sums["amount"]), Fact("unowned", "Open with no owner", waits["owner"].null_count()),
        Fact("over_90", "Open over 90 days", sums["days_over_90"]),
    )  # fmt: skip
    return Report("R08", "exceptions", "Exceptions", published.period, facts, sections, _foots(found, sections)).checked()


_OPEN: Final = (
    "code", "severity", "meaning", "feed", "source_file", "source_line", "source_record_id", "billing_number", "agency_code", "amount",
    "age_days", "age_months", "first_period", "owner", "status", "message", "also", "exception_id",
)  # fmt: skip


def _sorted_out(found: pl.DataFrame) -> pl.DataFrame:
    """Findings with their state; size is the dollars of an open one, as the worklist ranks by."""
    waits = pl.col("status").is_in(WAITING)
    is_first = pl.col("is_first_cause") & (pl.col("severity") != "INFO")
    state = pl.when(waits & is_first).then(pl.lit("open")).when(waits).then(pl.lit("later"))
    named = state.when(pl.col("status") == "NOTED").then(pl.lit("noted")).otherwise(pl.lit("decided"))
    return found.with_columns(state=named, size=pl.when(waits & is_first).then(pl.col("amount").abs()))


def _dollars(is_open: pl.Expr) -> list[pl.Expr]:
    one = pl.when(is_open).then(pl.lit(1, pl.Int64)).otherwise(pl.lit(0, pl.Int64))
    return [
        pl.col("size").sum().alias("amount"), (is_open & pl.col("size").is_null()).sum().cast(pl.Int64).alias("unpriced"), *by_age(one),
    ]  # fmt: skip


def _codes(found: pl.DataFrame) -> pl.DataFrame:
    state = pl.col("state")
    counts = [(state == name).sum().cast(pl.Int64).alias(name) for name in _COUNTS]
    sums = found.group_by("code", "severity", "meaning").agg(*counts, *_dollars(state == "open"))
    ordered = sums.sort("amount", "open", "code", "severity", descending=[True, True, False, False])
    return money(ordered.select("code", "severity", "meaning", *_COUNTS, "amount", "unpriced", *AGES), ("amount",))


def _sums(waits: pl.DataFrame, key: str) -> pl.DataFrame:
    sums = waits.group_by(key).agg(*_dollars(pl.lit(value=True)), open=pl.len().cast(pl.Int64))
    ordered = sums.sort(pl.col(key).is_null(), "amount", key, descending=[False, True, False])
    return money(ordered.select(key, "open", "amount", "unpriced", *AGES), ("amount",))


def _foots(found: pl.DataFrame, sections: tuple[Section, ...]) -> tuple[Foot, ...]:
    codes = sections[0].sums()
    counted = sum(int(codes[name]) for name in _COUNTS)
    return (
        Foot("counted and found", Decimal(counted), Decimal(found.height)),
        Foot("open by age and in all", Decimal(sum(int(codes[name]) for name in AGES)), Decimal(int(codes["open"]))),
        *(
            Foot(f"{name} of {section.name} and of codes", Decimal(section.sums()[name]), Decimal(codes[name]))
            for section in sections[1:3]
            for name in ("open", "amount", *AGES)
        ),
        Foot("dollars open and the findings", total(found["size"]), Decimal(codes["amount"])),
    )
