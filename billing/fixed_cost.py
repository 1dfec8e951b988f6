"""Bill fixed cost: a twelfth of each assessment a month, cumulatively rounded; pools shared by their basis."""

from typing import Final

import polars as pl

from billing import audit
from billing.charges import finish
from billing.effective import in_force
from billing.errors import ReconciliationError
from billing.fees import audit_markup, fee_bridge, markup_rows
from billing.findings import find, gather, is_held
from billing.frames import BRIDGE, SOURCE, Billed, Earlier, Tables, conform
from billing.ids import natural_key
from billing.money import CENT_PLACES, DOLLARS, QUANTITY, decimal, divide, units
from billing.number_text import number_text
from billing.periods import Period
from billing.policy import Policy
from billing.pools import audit_pools, share_pools
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.rulings import rule
from billing.wording import phrase

_INT: Final = pl.Int128
_MONTHS: Final = 12
_ROW: Final = ["feed", "source_file", "source_line"]
_MARKUP: Final = ("markup_pct", "fee_rate_code", "markup_valid_from", "markup_approval_ref")


def bill_fixed_cost(
    records: pl.DataFrame,
    tables: Tables,
    period: Period,
    policy: Policy,  # noqa: ARG001  every stream is called alike; fixed cost has no setting
    earlier: Earlier,
) -> Billed:
    """Bill the assessments in force in a period; one BASE row per record, and a FEE row where its rate has a mark-up.

    AMOUNT bills month m's part of annual_amount. ALLOCATED takes month m's part of the pool first, then shares it by
    basis_quantity over all rows of the assessment in force, held or not. m is 1 in start_period and starts again
    after twelve. A row not in force is billed with nothing written. A row without billing number goes to its
    agency's fixed_cost_billing_number. A row held as another version of one already loaded takes no share.

    Args:
        records: record_schema("fixed_cost"), any order.

    Returns: Billed; one outcome per record.

    Raises:
        ReconciliationError: records and outcomes differ.
    """
    kept, doubles, dropped = audit.duplicates(records, "fixed_cost", earlier)
    rows = _enrich(kept.filter(is_in_force(period)), tables, period)
    shares, pool_findings = sharing(rows, doubles)
    valued = _value(rows, shares)
    found = gather(doubles, _audit_span(kept), _audit(valued, tables), pool_findings, audit.audit_funding(valued, tables))
    findings = rule(found, kept)
    findings = audit.only_decided(gather(findings, audit.audit_requester(valued, tables), _audit_owner(valued)))
    charges, bridge = _charge(_charge_columns(valued.filter(~is_held(valued, findings)), period), tables, period)
    stakes = kept.join(valued.select(*_ROW, "at_stake"), on=_ROW, how="left", validate="1:1", maintain_order="left")
    outcomes = pl.concat([audit.outcomes(stakes, findings), dropped])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} fixed-cost records went in, {outcomes.height} came out")
    return Billed(charges, bridge, findings, outcomes)


def _charge(rows: pl.DataFrame, tables: Tables, period: Period) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the rows and their mark-ups. Returns: CHARGES and BRIDGE."""
    base = finish(rows.drop(_MARKUP), period)
    marked = base.join(rows.select("natural_key", *_MARKUP), on="natural_key", how="left", validate="1:1", maintain_order="left")
    fees = markup_rows(marked, tables, period)
    sources = conform(base.select(list(BRIDGE)), BRIDGE)
    return pl.concat([base, fees]).sort("charge_id"), pl.concat([sources, fee_bridge(fees, sources)]).sort("charge_id")


def _enrich(live: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Add dates, the agency's own billing number where blank, account, code, rate and the month's part in cents."""
    dated = live.with_columns(
        rate_date=pl.lit(period.first_day),
        funding_date=pl.lit(period.last_day),
        named_agency=pl.col("agency_code"),
        own_approval=pl.col("approval_ref"),
    )
    housed = in_force(
        dated, tables["agencies"], on={"agency_code": "agency_code"}, date="rate_date", take={"fixed_cost_billing_number": "_own"}
    )
    addressed = housed.with_columns(billing_number=pl.coalesce("billing_number", "_own")).drop("_own")
    owned = attach_account(addressed, tables, "rate_date").with_columns(agency_code=pl.coalesce("agency_code", "named_agency"))
    rated = attach_rate(attach_code(owned, tables), tables, "rate_date")
    coded = rated.with_columns(approval_ref=pl.col("own_approval"))  # of the assessment, not of a rate
    return month_parts(coded, period)


def month_parts(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Add month_no, 1 in start_period; annual, of the row or of its pool; month_cents, the month's part of it (Int128)."""
    started = pl.col("start_period").str.split_exact("-", 1)
    index = started.struct.field("field_0").cast(pl.Int64) * _MONTHS + started.struct.field("field_1").cast(pl.Int64) - 1
    months = pl.lit(period.year * _MONTHS + period.month - 1) - index
    annual = pl.when(pl.col("method") == "AMOUNT").then("annual_amount").otherwise("pool_annual_amount")
    return rows.with_columns(month_no=months % _MONTHS + 1, annual=annual).with_columns(month_cents=_month_cents())


def is_in_force(period: Period) -> pl.Expr:
    """Whether an assessment is taken in a period."""
    return (pl.col("start_period") <= str(period)) & (pl.col("end_period") >= str(period))


def sharing(rows: pl.DataFrame, doubles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that share pools, held ones too, and what is wrong with pools that cannot be shared.

    Args:
        rows: records in force with month_parts.
        doubles: FINDINGS of records loaded twice; those held take no share.

    Returns: rows of whole pools with share_cents and pool_quantity (see `share_pools`); FINDINGS.
    """
    pooled = rows.filter(~is_held(rows, doubles)).filter(pl.col("method") == "ALLOCATED")
    findings = audit_pools(pooled)
    return share_pools(pooled.filter(~is_held(pooled, findings))), findings


def _month_cents() -> pl.Expr:
    """Month m's part of a year: what is due after m months less what was due after m - 1, each rounded to cents."""
    year, month = units(pl.col("annual"), CENT_PLACES), pl.col("month_no").cast(_INT)
    twelve = pl.lit(_MONTHS, _INT)
    return divide(year * month, twelve, 0) - divide(year * (month - pl.lit(1, _INT)), twelve, 0)


def _value(rows: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Add cents (the month's part or the share of it; null: cannot be known), at_stake and the rule in words."""
    joined = rows.join(shares.select(*_ROW, "share_cents", "pool_quantity"), on=_ROW, how="left", validate="1:1", maintain_order="left")
    is_amount = pl.col("method") == "AMOUNT"
    part = decimal(pl.col("month_cents"), CENT_PLACES)
    own = phrase("{} a year, month {} of 12, cumulatively rounded", "annual", "month_no")
    shared = phrase(
        "pool {} a year, month {} of 12: {} x {}/{} {}, largest remainder", "annual", "month_no", part,
        number_text(pl.col("basis_quantity")), number_text(pl.col("pool_quantity")), pl.col("basis").fill_null("units"),
    )  # fmt: skip
    valued = joined.with_columns(
        cents=pl.when(is_amount).then("month_cents").otherwise("share_cents"),
        rule=pl.when(is_amount).then(own).otherwise(shared),
    )
    return valued.with_columns(at_stake=decimal(pl.col("cents"), CENT_PLACES).cast(DOLLARS))


def _audit_span(rows: pl.DataFrame) -> pl.DataFrame:
    """D405: the last period is before the first, so that the row would never bill."""
    return find(
        rows, "D405", pl.col("start_period") > pl.col("end_period"), column="start_period",
        message=phrase("first period {} is after last period {}", "start_period", "end_period"),
    )  # fmt: skip


def _audit(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """What holds a row by itself: account, code, its amount blank (R203) or negative (Q301)."""
    by_amount = rows.filter(pl.col("method") == "AMOUNT")
    return gather(
        audit.audit_account(rows, tables),
        audit.audit_code(rows),
        audit_markup(rows, tables),
        find(
            by_amount, "R203", pl.col("annual_amount").is_null(), column="annual_amount",
            message=phrase("{} has no annual amount", "assessment_id"),
        ),
        *[
            find(rows.filter(pl.col("method") == method, pl.col(column).is_not_null()), "Q301", pl.col(column) < 0, column=column,
                 message=phrase("annual amount is {}", column))
            for method, column in (("AMOUNT", "annual_amount"), ("ALLOCATED", "pool_annual_amount"))
        ],
    )  # fmt: skip


def _audit_owner(rows: pl.DataFrame) -> pl.DataFrame:
    """A104: the row names an agency and a billing number of another."""
    named = rows.filter(pl.col("named_agency").is_not_null() & pl.col("agency_code").is_not_null())
    return find(
        named, "A104", pl.col("named_agency") != pl.col("agency_code"), column="billing_number",
        message=phrase("billing number {} is agency {}'s, the row names {}", "billing_number", "agency_code", "named_agency"),
    )  # fmt: skip


def _charge_columns(clean: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Name the columns as a charge row has them: one of the month for AMOUNT, the basis for ALLOCATED."""
    is_amount = pl.col("method") == "AMOUNT"
    return clean.select(
        "billing_number", "agency_code", "rate_code", "rate_date", "approval_ref", "rule", *SOURCE, *_MARKUP,
        natural_key=natural_key("fixed_cost", pl.col("source_record_id"), "BASE"),
        stream=pl.lit("fixed_cost"),
        component=pl.lit("BASE"),
        description=pl.coalesce("description", "code_name"),
        start_date=pl.lit(period.first_day),
        stop_date=pl.lit(period.stop_day),
        quantity=pl.when(is_amount).then(pl.lit(1, QUANTITY)).otherwise(pl.col("basis_quantity")),
        uom=pl.when(is_amount).then("code_uom").otherwise(pl.coalesce("basis", "code_uom")),
        numerator=pl.col("cents"),
        denominator=pl.lit(10**CENT_PLACES, _INT),
    )  # fmt: skip
