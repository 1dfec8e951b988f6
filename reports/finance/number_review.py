"""R24, billing-number review list: numbers without a charge in six months, and closed ones, with the contact who confirms them."""

from typing import Final

import polars as pl

from billing.periods import Period
from reports.finance.names import agency_names
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

MONTHS: Final = 6
_NOTE: Final = "The agency's FISCAL contact confirms whether a number is still wanted; where none is named, its fiscal officer."


def number_review(published: Published) -> Report:
    """R24 of a month.

    Rows: `unused` one per number that is in force and had no charge row in the last six published months; `closed` one
    per number that is closed; `agencies` one per agency with how many it has of each.

    Raises:
        ReconciliationError: used, unused and closed numbers are not all numbers, or the months' charge rows not those of numbers.
    """
    months = published.months[-MONTHS:]
    numbers = _numbers(published).join(_charged(published, months), on="billing_number", how="left", validate="1:1")
    told = numbers.join(_contacts(published), on="agency_code", how="left", validate="m:1").join(
        agency_names(published), on="agency_code", how="left", validate="m:1"
    )  # fmt: skip
    known = told.with_columns(contact_name=pl.coalesce("contact_name", "fiscal_officer"), state=_state()).sort(
        "agency_code", "billing_number"
    )
    unused, closed = (known.filter(pl.col("state") == state) for state in ("UNUSED", "CLOSED"))
    used = known.filter(pl.col("state") == "USED")
    agencies = _agencies(known)
    there = _rows(published, months)
    orphans = _charged(published, months).join(numbers, on="billing_number", how="anti")
    span = f"{len(months)} published month{'s' if len(months) > 1 else ''}, {months[0]} to {months[-1]}"
    short = "" if len(months) == MONTHS else f" Only {len(months)} of {MONTHS} months are published, so more numbers look unused."
    return Report(
        "R24", "number-review", "Billing-number review list", published.period,
        (
            Fact("numbers", "Billing numbers", known.height), Fact("unused", "Without a charge", unused.height),
            Fact("closed", "Closed", closed.height), Fact("closed_charged", "Closed, yet charged", closed["last_charged"].count()),
            Fact("months", "Months looked at", span),
        ),
        (
            Section("unused", "Numbers without a charge", unused.select(_SHOWN), (), f"Looked at {span}.{short} {_NOTE}"),
            Section("closed", "Closed numbers", closed.select(_SHOWN), ("charged",), _NOTE),
            Section("agencies", "Agencies", agencies, ("numbers", "used", "unused", "closed")),
        ),
        (
            Foot("numbers, and used + unused + closed", NOTHING + known.height, NOTHING + used.height + unused.height + closed.height),
            Foot("charges of the months and of numbers", total(there["amount"]), total(known["charged"]) + total(orphans["charged"])),
        ),
    ).checked()  # fmt: skip


_SHOWN: Final = (
    "billing_number", "name", "agency_code", "agency_name", "status", "valid_from", "closed_to", "last_charged", "charged", "contact_name",
    "contact_email",
)  # fmt: skip


def _numbers(published: Published) -> pl.DataFrame:
    """Each number by its row in force on the period's last day, else by its last one before, which makes it closed."""
    last_day = published.month.last_day
    rows = published.now("dim_billing_number").filter(pl.col("valid_from") <= last_day).sort("billing_number", "valid_from")
    last = rows.unique("billing_number", keep="last", maintain_order=True)
    has_ended = (pl.col("valid_to") <= last_day).fill_null(value=False)
    return last.select(
        "billing_number", "name", "agency_code", "valid_from", "closed_to",
        status=pl.when(has_ended).then(pl.lit("CLOSED")).otherwise("status"),
    )  # fmt: skip


def _rows(published: Published, months: tuple[str, ...]) -> pl.DataFrame:
    first, last = Period.parse(months[0]), published.month
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    return published.past("fact_charge", ["period", "billing_number", "amount"], span)


def _charged(published: Published, months: tuple[str, ...]) -> pl.DataFrame:
    found = _rows(published, months).group_by("billing_number").agg(last_charged=pl.col("period").max(), charged=pl.col("amount").sum())
    return money(found.sort("billing_number"), ("charged",))


def _state() -> pl.Expr:
    is_closed = pl.col("status") == "CLOSED"
    return pl.when(is_closed).then(pl.lit("CLOSED")).when(pl.col("last_charged").is_null()).then(pl.lit("UNUSED")).otherwise(pl.lit("USED"))


def _contacts(published: Published) -> pl.DataFrame:
    """The FISCAL contact of each agency in force on the period's last day, the first by name, beside its fiscal officer."""
    day = published.month.last_day
    in_force = (pl.col("valid_from") <= day) & (pl.col("valid_to") > day).fill_null(value=True)
    fiscal = published.now("dim_contact").filter(in_force & (pl.col("role") == "FISCAL")).sort("agency_code", "name", "email")
    contacts = fiscal.unique("agency_code", keep="first", maintain_order=True).select(
        "agency_code", contact_name="name", contact_email="email"
    )
    agencies = published.now("dim_agency").filter(pl.col("valid_from") <= day).sort("agency_code", "valid_from")
    officers = agencies.unique("agency_code", keep="last", maintain_order=True).select("agency_code", "fiscal_officer")
    return officers.join(contacts, on="agency_code", how="full", coalesce=True, validate="1:1")


def _agencies(known: pl.DataFrame) -> pl.DataFrame:
    states = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state.lower()) for state in ("USED", "UNUSED", "CLOSED")]
    found = known.group_by("agency_code").agg(pl.col("agency_name").first(), pl.len().cast(pl.Int64).alias("numbers"), *states)
    return found.sort("agency_code", nulls_last=True)
