"""R03, revenue by fund, department, object and federal share: what the agencies' federal claims stand on."""

from typing import Final

import polars as pl

from billing.money import RATE_PLACES, Exact
from reports.finance.names import agency_names, rate_code_facts
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_FUNDS: Final = ("fund", "department", "object", "federal_share_pct", "cost_group")
_SUMS: Final = ("amount", "federal_amount", "state_amount")
_NOTE: Final = (
    "federal_amount = amount x federal_share_pct, rounded once for each agency, fund, department, object, share and cost group; "
    "everything else is the sum of these. A funding string that gives no share has no federal part."
)


def by_funding(published: Published) -> Report:
    """R03 of a month.

    Rows: `funds` one per fund, department, object, federal share and cost group; `agencies` one per agency; `claims` one
    per agency and row of `funds`, which is where the federal part is rounded.

    Raises:
        ReconciliationError: the splits do not foot to the invoices, or an agency's to its own, or the parts to the whole.
    """
    claims = _claims(published)
    agencies = claims.group_by("agency_code").agg(pl.col(_SUMS).sum()).join(
        agency_names(published), on="agency_code", how="left", validate="1:1"
    )  # fmt: skip
    sections = (
        Section("funds", "By fund, department, object and federal share", _summed(claims, _FUNDS), _SUMS, _NOTE),
        Section("agencies", "By agency", money(agencies.select("agency_code", "agency_name", *_SUMS), _SUMS).sort("agency_code"), _SUMS),
        Section("claims", "By agency, fund, department, object and federal share", claims, _SUMS),
    )
    sums = sections[0].sums()
    unsaid = claims.filter(pl.col("federal_share_pct").is_null())
    facts = (
        Fact("total", "Billed", total(published.now("fact_invoice")["amount"])), Fact("funds", "Funds", claims["fund"].n_unique()),
        Fact("federal_amount", "Federal part", sums["federal_amount"]), Fact("state_amount", "Rest", sums["state_amount"]),
        Fact("without_share", "Dollars on strings that give no share", total(unsaid["amount"])),
    )  # fmt: skip
    return Report(
        "R03", "by-funding", "Revenue by fund, object and federal share", published.period, facts, sections, _foots(published, sections)
    ).checked()


def _claims(published: Published) -> pl.DataFrame:
    lines = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null()).select("charge_id", "agency_code", "rate_code")
    groups = rate_code_facts(published).select("rate_code", "cost_group")
    known = lines.join(groups, on="rate_code", how="left", validate="m:1").drop("rate_code")
    parts = published.now("fact_split").select("charge_id", *_FUNDS[:-1], "amount").join(known, on="charge_id", how="inner", validate="m:1")
    sums = parts.group_by("agency_code", *_FUNDS).agg(pl.col("amount").sum().cast(pl.Decimal(38, 2)))
    share = Exact.of(pl.col("amount"), 2).percent(pl.col("federal_share_pct").cast(pl.Decimal(38, RATE_PLACES))).dollars()
    federal = sums.with_columns(federal_amount=pl.when(pl.col("federal_share_pct").is_not_null()).then(share).otherwise(_NOTHING))
    whole = money(federal.with_columns(state_amount=pl.col("amount") - pl.col("federal_amount")), _SUMS)
    return whole.sort("agency_code", *_FUNDS, nulls_last=True)


_NOTHING: Final = pl.lit("0.00").cast(pl.Decimal(38, 2))


def _summed(claims: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    return money(claims.group_by(keys).agg(pl.col(_SUMS).sum()), _SUMS).sort(*keys, nulls_last=True)


def _foots(published: Published, sections: tuple[Section, ...]) -> tuple[Foot, ...]:
    invoices = published.now("fact_invoice")
    owned = invoices.group_by("agency_code").agg(_invoiced=pl.col("amount").sum())
    both = sections[1].frame.join(owned, on="agency_code", how="full", coalesce=True, validate="1:1")
    nothing = total(invoices["amount"].clear())
    apart = both.select(_apart=(pl.coalesce("amount", _NOTHING) - pl.coalesce("_invoiced", _NOTHING)).abs())
    federal = total(sections[0].frame["federal_amount"])
    return (
        Foot("splits and invoices", total(sections[0].frame["amount"]), total(invoices["amount"])),
        Foot("splits and all that is split", total(sections[0].frame["amount"]), total(published.now("fact_split")["amount"])),
        Foot("splits and invoices, agency by agency", total(apart["_apart"]), nothing),
        Foot("federal part of agencies and of funds", total(sections[1].frame["federal_amount"]), federal),
        Foot("federal part and the rest", federal + total(sections[0].frame["state_amount"]), total(sections[0].frame["amount"])),
    )
