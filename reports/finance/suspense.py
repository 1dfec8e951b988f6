"""R10, suspense: what was received and is not billed, by reason and age, every record of it, as the control totals hold it."""

from decimal import Decimal
from typing import Final

import polars as pl

from reports.finance.ageing import AGE_NOTE, AGES, aged, by_age
from reports.finance.names import agency_names
from reports.footing import NOTHING, both_ways, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_RECORDS: Final = (
    "feed", "source_file", "source_line", "source_record_id", "code", "meaning", "billing_number", "agency_code", "amount", "age_days",
    "age_months", "first_period", "owner", "status", "message", "also", "exception_id",
)  # fmt: skip
_FILE: Final = ("feed", "source_file")
_NOTE: Final = (
    "Dollars are what a held record carries or would come to, a credit below zero, so a total is net of held credits; "
    "unpriced records have none that could be known and count as no dollars. " + AGE_NOTE
)
_PARTS: Final = "The record is billed, but a part of it is not, for which no price is known."


def suspense(published: Published) -> Report:
    """R10 of a month.

    Rows: `reasons` one per code and feed, most dollars first (a credit counts by its size); `records` one per held
    record, likewise; `agencies` one per agency, records of nobody last; `parts` one per hold on a record that is billed
    all the same.

    Raises:
        ReconciliationError: held records or dollars are not those of the control totals, in all or of one file.
    """
    found = aged(published.now("fact_exception"), published)
    held = found.filter("is_held").with_columns(amount="held_amount")
    summed = ("records", "amount", "unpriced", *AGES)
    sections = (
        Section("reasons", "Held by reason", _sums(held, ("code", "meaning", "feed")), summed, _NOTE),
        Section("records", "Held records", _largest_first(held.select(_RECORDS), "exception_id"), ("amount",)),
        Section("agencies", "Held by agency", _agencies(published, held), summed),
        Section("parts", "Parts of billed records", _parts(found), note=_PARTS),
    )
    sums = sections[0].sums()
    charges, credit = both_ways(held["amount"])
    facts = (
        Fact("records", "Held records", held.height), Fact("charges", "Held charges", charges),
        Fact("credits", "Held credits", credit), Fact("amount", "Held dollars, net", sums["amount"]),
        Fact("unpriced", "Held records without a price", sums["unpriced"]),
        Fact("oldest_days", "Oldest, in days", held["age_days"].max()),  # type: ignore[arg-type]
        Fact("over_90", "Dollars over 90 days", sums["days_over_90"]), Fact("parts", "Parts of billed records", sections[3].frame.height),
    )  # fmt: skip
    return Report(
        "R10", "suspense", "Suspense: held and unbilled usage", published.period, facts, sections, _foots(published, held, sections)
    ).checked()


def _largest_first(frame: pl.DataFrame, *ties: str) -> pl.DataFrame:
    """By the size of the amount, unknown ones last, then by the ties."""
    return frame.sort(pl.col("amount").abs(), *ties, descending=[True, *(False for _ in ties)], nulls_last=True)


def _sums(held: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    amount = pl.col("amount")
    sums = held.group_by(keys).agg(
        *by_age(amount), records=pl.len().cast(pl.Int64), amount=amount.sum(), unpriced=amount.null_count().cast(pl.Int64),
        oldest_days=pl.col("age_days").max(),
    )  # fmt: skip
    return _largest_first(money(sums.select(*keys, "records", "amount", "unpriced", *AGES, "oldest_days"), ("amount", *AGES)), *keys)


def _agencies(published: Published, held: pl.DataFrame) -> pl.DataFrame:
    sums = _sums(held, ("agency_code",))
    named = sums.join(agency_names(published), on="agency_code", how="left", validate="1:1", maintain_order="left")
    return named.select("agency_code", "agency_name", pl.exclude("agency_code", "agency_name")).sort(
        pl.col("agency_code").is_null(), maintain_order=True
    )


def _parts(found: pl.DataFrame) -> pl.DataFrame:
    """Holds that wait, are the first of their record, and hold no record back."""
    waits = pl.col("status").is_in(["OPEN", "WAITING", "HELD"]) & (pl.col("severity") == "HOLD") & pl.col("is_first_cause")
    of_held = found.filter("is_held").select("feed", "source_file", "source_line")
    alone = found.filter(waits & pl.col("source_line").is_not_null()).join(of_held, on=["feed", "source_file", "source_line"], how="anti")
    return alone.select(*(name for name in _RECORDS if name != "amount")).sort("exception_id")


def _foots(published: Published, held: pl.DataFrame, sections: tuple[Section, ...]) -> tuple[Foot, ...]:
    controls = published.now("control_totals")
    mine = held.group_by(_FILE).agg(_records=pl.len().cast(pl.Int64), _amount=pl.col("amount").sum())
    both = controls.select(*_FILE, "records_held", "amount_held").join(mine, on=_FILE, how="full", coalesce=True, validate="1:1")
    nothing = pl.lit(Decimal(0), pl.Decimal(38, 2))
    apart = both.select(
        records=(pl.coalesce("records_held", pl.lit(0)) - pl.coalesce("_records", pl.lit(0))).abs(),
        dollars=(pl.coalesce("amount_held", nothing) - pl.coalesce("_amount", nothing)).abs(),
    )
    dollars = total(controls["amount_held"])
    return (
        Foot("held records and the control totals", Decimal(held.height), Decimal(int(controls["records_held"].sum()))),
        Foot("held dollars and the control totals", total(sections[0].frame["amount"]), dollars),
        Foot("held records and the control totals, file by file", Decimal(int(apart["records"].sum())), Decimal(0)),
        Foot("held dollars and the control totals, file by file", total(apart["dollars"]), NOTHING),
        Foot("held dollars by age and in all", sum((total(sections[0].frame[name]) for name in AGES), NOTHING), dollars),
        Foot("held dollars by agency and in all", total(sections[2].frame["amount"]), dollars),
        Foot("held charges with held credits, and in all", sum(both_ways(held["amount"]), NOTHING), dollars),
    )
