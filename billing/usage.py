"""Bill rated usage: plain rows, rows of a day that bill in steps, rows of a month that bill in tiers."""

import polars as pl

from billing import audit
from billing.charges import finish
from billing.errors import ReconciliationError
from billing.fees import audit_markup, fee_bridge, markup_rows
from billing.findings import find, gather, is_held
from billing.frames import BRIDGE, SOURCE, Billed, Earlier, Tables, conform
from billing.ids import natural_key
from billing.money import DOLLARS, Exact
from billing.number_text import number_text
from billing.outliers import audit_history
from billing.periods import Period
from billing.policy import Policy
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.rulings import rule
from billing.steps import is_stepped, step_up
from billing.tier_words import explain_price
from billing.tiers import attach_tiers, price_quantities
from billing.usage_audit import audit_doubles, audit_hours, audit_owners, audit_prices, audit_quantities, audit_units
from billing.wording import phrase

_MARKUP = ("markup_pct", "fee_rate_code", "markup_valid_from", "markup_approval_ref")
_OF_LAST_DAY = (
    "billing_number", "rate_code", "agency_code", "code_name", "code_uom", "code_min_charge", "tier_method", "unit_rate",
    "package_size", "table_valid_from", "tiers", "tier_end", "tier_rate", "rate_valid_from", "approval_ref", *_MARKUP, "ticket_no",
    "_stepped", "_shape",
)  # fmt: skip


def bill_usage(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill the usage feed of a period.

    One row per record, except: a code in steps (hours, an increment or a least quantity) has one row per billing
    number, rate code, ticket and usage date, and a code in tiers one row per billing number, rate code and month
    of the service, priced on its last service date. A code that is tiered on any day of that month has the month's
    one row. Mark-ups are FEE rows beside their base row.

    Args:
        records: record_schema("usage"), any order.

    Returns: Billed; one outcome per record.

    Raises:
        ReconciliationError: records and outcomes differ, or an amount is beyond exact arithmetic.
    """
    kept, doubles, dropped = audit.duplicates(records, "usage", earlier)
    rows = _enrich(kept, tables)
    findings = rule(gather(doubles, _audit(rows, doubles, tables, period, policy, earlier)), rows)
    clean = _shape(rows.filter(~is_held(rows, findings)))
    priced = price_quantities(_collapse(clean))
    beyond = _audit_tier_end(clean, priced)
    clean, priced = clean.filter(~is_held(clean, beyond)), priced.filter(~pl.col("is_beyond"))  # all records of such a row
    findings = audit.only_decided(gather(findings, beyond, _warn(clean, tables, period, policy, earlier)))
    base = finish(_charge_columns(explain_price(priced), period), period)
    markups = priced.select("natural_key", *_MARKUP)
    fees = markup_rows(base.join(markups, on="natural_key", how="left", validate="1:1"), tables, period)
    outcomes = pl.concat([audit.outcomes(rows, findings), dropped])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} usage records went in, {outcomes.height} came out")
    return Billed(pl.concat([base, fees]).sort("charge_id"), _bridge(clean, base, fees), findings, outcomes)


def _enrich(kept: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add dates, account, code, rate, tiers and what the record would come to on its own."""
    dated = kept.with_columns(rate_date=pl.coalesce("usage_date", "service_to"), funding_date=pl.col("service_to"))
    owned = attach_account(dated.with_columns(service_date=pl.col("rate_date")), tables, "rate_date")
    rated = attach_tiers(attach_rate(attach_code(owned, tables), tables, "rate_date"), tables)
    stepped = rated.with_columns(_stepped=is_stepped())
    alone = stepped.with_columns(billed=pl.when("_stepped").then(step_up(pl.col("quantity"))).otherwise(pl.col("quantity")))
    stake = Exact(pl.col("numerator"), pl.col("denominator")).dollars().cast(DOLLARS)
    return (
        price_quantities(alone).with_columns(at_stake=stake).drop("billed", "numerator", "denominator", "price", "is_raised", "is_beyond")
    )


def _audit(rows: pl.DataFrame, doubles: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> pl.DataFrame:
    """All rules that can hold a record, in the order of cause. Another version of a record is not counted twice."""
    return gather(
        audit.audit_account(rows, tables),
        audit.audit_code(rows),
        audit_units(rows),
        audit_prices(rows),
        audit_markup(rows, tables),
        audit_quantities(rows),
        audit.audit_dates(rows, period, policy),
        audit_hours(rows.filter(~is_held(rows, doubles)), policy, earlier),
        audit.audit_funding(rows, tables),
    )


def _warn(clean: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> pl.DataFrame:
    """The rules that only warn, on what is billed."""
    return gather(
        audit_owners(clean, tables, earlier),
        audit.audit_requester(clean, tables),
        audit_doubles(clean, earlier),
        audit_history(clean, period, policy, earlier),
    )


def _shape(clean: pl.DataFrame) -> pl.DataFrame:
    """Give each record its row: `_shape` (month, day or record), `natural_key`, sorted by date and number."""
    month = pl.col("service_date").dt.strftime("%Y-%m")
    owner = ["billing_number", "rate_code"]
    is_tiered = (pl.col("tier_method") != "FLAT").any().over(*owner, month)
    shape = pl.when(is_tiered).then(pl.lit("month")).when(pl.col("_stepped")).then(pl.lit("day")).otherwise(pl.lit("record"))
    shaped = clean.with_columns(shape.alias("_shape"), month.alias("_month"))
    key = (
        pl.when(pl.col("_shape") == "month").then(natural_key("usage", "month", *map(pl.col, owner), pl.col("_month")))
        .when(pl.col("_shape") == "day")
        .then(natural_key("usage", "day", *map(pl.col, owner), pl.col("ticket_no"), pl.col("service_date")))
        .otherwise(natural_key("usage", "record", pl.col("source_record_id")))
    )  # fmt: skip
    return shaped.with_columns(natural_key=key).sort("service_date", "source_record_id", "source_file", "source_line")


def _collapse(clean: pl.DataFrame) -> pl.DataFrame:
    """One row per natural key: quantities of a day summed and stepped, days of a month summed; priced on the last day."""
    alone = [pl.when(pl.len() == 1).then(pl.col(name).first()).alias(name) for name in SOURCE]
    said = pl.when(pl.col("description").n_unique() == 1).then(pl.col("description").first()).alias("description")
    day = ["natural_key", "ticket_no", "service_date"]
    steps = pl.col("_stepped").first(), pl.col("code_increment").first(), pl.col("code_min_quantity").first()
    billed = pl.when("_stepped").then(step_up(pl.col("quantity"))).otherwise(pl.col("quantity"))
    quantities = (
        clean.group_by(day, maintain_order=True).agg(pl.col("quantity").sum(), *steps)
        .with_columns(billed=billed)
        .group_by("natural_key", maintain_order=True).agg(pl.col("billed").sum())
    )  # fmt: skip
    grouped = clean.group_by("natural_key", maintain_order=True).agg(
        *[pl.col(name).last() for name in _OF_LAST_DAY],
        *alone,
        said,
        summed=pl.col("quantity").sum(),
        service_from=pl.col("service_from").min(),
        service_to=pl.col("service_to").max(),
        rate_date=pl.col("service_date").max(),
    )
    return grouped.join(quantities, on="natural_key", how="left", validate="1:1", maintain_order="left")


def _audit_tier_end(clean: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """R203 on every record of a month whose quantity is beyond the last tier, where that is closed."""
    ends = priced.filter(pl.col("is_beyond")).select("natural_key", _total=number_text(pl.col("billed")))
    hits = clean.join(ends, on="natural_key", how="inner", validate="m:1", maintain_order="left")
    return find(
        hits, "R203", pl.lit(value=True), column="quantity",
        message=phrase("{} {} of {} is beyond its last tier", "_total", "code_uom", "rate_code"),
    )  # fmt: skip


def _charge_columns(priced: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Name the columns as a charge row has them."""
    ticket = pl.when((pl.col("_shape") == "day") & pl.col("ticket_no").is_not_null()).then(phrase(", ticket {}", "ticket_no"))
    is_changed = pl.col("billed") != pl.col("summed")
    rule = pl.when(is_changed).then(phrase("{}, stepped up from {}", "rule", number_text(pl.col("summed")))).otherwise(pl.col("rule"))
    return priced.select(
        "natural_key", "billing_number", "agency_code", "rate_code", "rate_date", "rate_valid_from", "approval_ref",
        "numerator", "denominator", *SOURCE,
        stream=pl.lit("usage"),
        component=pl.lit("USAGE"),
        description=pl.concat_str(pl.coalesce("description", "code_name"), ticket.fill_null("")),
        start_date=pl.col("service_from"),
        stop_date=pl.col("service_to").dt.offset_by("1d"),
        quantity=pl.col("billed"),
        uom=pl.col("code_uom"),
        unit_rate=pl.col("price"),
        is_prior_period=pl.col("rate_date") < pl.lit(period.first_day),
        rule=rule,
    )  # fmt: skip


def _bridge(clean: pl.DataFrame, base: pl.DataFrame, fees: pl.DataFrame) -> pl.DataFrame:
    """The records of each charge row; a FEE row has those of its base row."""
    keyed = clean.join(base.select("charge_id", "natural_key"), on="natural_key", how="inner", validate="m:1")
    of_base = conform(keyed.select(list(BRIDGE)), BRIDGE)
    return pl.concat([of_base, fee_bridge(fees, of_base)]).sort("charge_id", "source_file", "source_line")
