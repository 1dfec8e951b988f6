"""Bill what is in service in a month: the engine that circuits, VoIP lines and Centrex stations share.

An item is billed in arrears, for the month of the run; one of bill_timing ADVANCE for every month to the coming one, less
what was billed for it before (see `billing.advance`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from billing.advance import (
    ADVANCE,
    SETTLED,
    billed_before,
    frozen_months,
    settle,
    settled_amount,
    settled_months,
    settled_quantity,
)  # fmt: skip
from billing.audit import audit_account, audit_code, audit_funding, audit_requester, duplicates, only_decided, outcomes
from billing.charges import finish
from billing.errors import ReconciliationError
from billing.fee_rows import fee_bridge
from billing.fees import audit_markup, markup_rows
from billing.findings import find, gather, is_held
from billing.frames import BRIDGE, FINDINGS, SOURCE, Billed, Earlier, Tables, conform
from billing.ids import natural_key
from billing.inventory_audit import audit_overlaps, audit_spans
from billing.money import DOLLARS, RATE_PLACES, Exact, decimal, units
from billing.periods import Period
from billing.policy import Policy
from billing.proration import DEFAULT_PRORATE, in_service, prorate
from billing.rate_changes import split_at_rate_changes
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.recurring_words import describe, explain
from billing.rulings import rule
from billing.wording import phrase

_RECORD = ["feed", "source_file", "source_line"]
_INT = pl.Int128


@dataclass(frozen=True)
class Inventory:
    """What sets one kind of inventory apart.

    item: names the thing that one owner at a time is billed for.
    label: the name people know it by.
    start, stop: the columns of its first day and its disconnect day.
    parts: inventory and period -> one row per charge to be priced: the record's columns and component (MRC, NRC),
        sub (what of the item, "" for itself), is_line (false: a feature or handset), part_column (the column it came
        from), rate_code, lines, flat (dollars that beat the table), start_date, stop_date, days.
    audit: inventory, tables and period -> FINDINGS of its own rules.
    miles: priced parts -> miles (Int64, null: not known); without it no code can be rated by mile.
    """

    feed: str
    item: pl.Expr
    label: pl.Expr
    start: str
    stop: str
    parts: Callable[[pl.DataFrame, Period], pl.DataFrame]
    audit: Callable[[pl.DataFrame, Tables, Period], pl.DataFrame]
    miles: Callable[[pl.DataFrame], pl.Series] | None = None


def bill_inventory(kind: Inventory, records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a month's snapshot of one kind of inventory.

    A record out of service in the period makes no charge and is billed all the same. A feature or handset that
    cannot be priced is found and left off; its line still bills. The share of each owner of a moved item is taken
    over all its rows, held or not, so that what is held is neither lost nor billed to the other.

    Args:
        kind: the inventory.
        records: record_schema(kind.feed).
        tables: reference and rates.
        period: the month.
        policy: start and disconnect days, rate changes inside a month.
        earlier: what was billed in advance.

    Rows: one outcome per record.

    Raises:
        ReconciliationError: a record was lost or doubled on the way.
    """
    kept, doubled, dropped = duplicates(records, kind.feed, earlier)
    items = named(kind, kept).with_columns(is_accepted=~is_held(kept, doubled))
    inventory = in_service(items, period, policy)
    inventory, parts = _with_stakes(inventory, _timed_parts(kind, inventory, tables, period, policy, earlier))
    is_credit = pl.col("is_credit").fill_null(value=False)  # gives back what was billed: no price is asked for
    line_codes, side_codes, refused = _audit_codes(parts.filter(~is_credit), tables)
    lines = parts.filter("is_line")
    paying = parts.filter(~pl.col("part_no").is_in(refused.implode()))
    funded = paying.filter(~is_credit)  # a credit follows the split of its line
    findings = only_decided(rule(
        gather(
            doubled, audit_spans(inventory, kind.start), audit_overlaps(inventory), _once(audit_account(lines, tables)), line_codes,
            _once(audit_funding(funded, tables)), kind.audit(inventory, tables, period), _once(audit_requester(lines, tables)),
        ), inventory,
    ))  # fmt: skip
    decided = outcomes(inventory, findings)
    charges, bridge = _charges(kind.feed, paying.filter(~is_held(paying, findings)), tables, period)
    made = pl.concat([decided, dropped])
    if made.height != records.height:
        raise ReconciliationError(f"{records.height} {kind.feed} records went in, {made.height} came out")
    return Billed(
        charges=charges,
        bridge=bridge,
        findings=gather(findings, side_codes).sort("source_file", "source_line", maintain_order=True),
        outcomes=made.sort("source_file", "source_line"),
    )


def named(kind: Inventory, records: pl.DataFrame) -> pl.DataFrame:
    """Add item, label, inventory_start and inventory_stop."""
    return records.with_columns(
        item=kind.item, label=kind.label, inventory_start=pl.col(kind.start), inventory_stop=pl.col(kind.stop)
    )  # fmt: skip


def _timed_parts(
    kind: Inventory, inventory: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier
) -> pl.DataFrame:
    """Price the parts billed in arrears for the period, and settle those billed in advance month by month."""
    unsettled = [pl.lit(None, dtype).alias(name) for name, dtype in SETTLED.items()]
    parts = price_parts(kind, inventory, tables, period, policy).with_columns(*unsettled, is_idle=pl.lit(value=False))
    if tables["rate_codes"].filter(pl.col("bill_timing") == ADVANCE).is_empty() or inventory.is_empty():
        return parts
    is_ahead = (pl.col("code_bill_timing") == ADVANCE).fill_null(value=False) & pl.col("is_recurring")
    months = settled_months(period, policy, earlier, kind.feed)
    ahead = pl.concat([_month_parts(kind, inventory, tables, month, policy) for month in months]).filter(is_ahead)
    if ahead.is_empty():
        return parts
    records = named(kind, earlier.of(kind.feed).collect())
    settled = settle(ahead, billed_before(records, earlier, kind.feed), frozen_months(records, inventory))
    both = pl.concat([parts.filter(~is_ahead), settled.select(parts.columns)])
    return both.drop("part_no").with_row_index("part_no").with_columns(pl.col("part_no").cast(pl.Int64))


def _month_parts(kind: Inventory, inventory: pl.DataFrame, tables: Tables, month: Period, policy: Policy) -> pl.DataFrame:
    """Price an inventory for one month; what is out of service then is idle and comes to nothing."""
    dated = in_service(inventory.drop("start_date", "stop_date", "days"), month, policy)
    whole = {"start_date": pl.lit(month.first_day), "stop_date": pl.lit(month.stop_day), "days": pl.lit(month.days, pl.Int64)}
    active = price_parts(kind, dated, tables, month, policy).with_columns(is_idle=pl.lit(value=False))
    idle = price_parts(kind, dated.filter(pl.col("days") == 0).with_columns(**whole), tables, month, policy)
    nothing = {name: pl.lit(0, _INT) for name in ("share_num", "numerator")}
    idle = idle.with_columns(**nothing, denominator=pl.lit(1, _INT), is_idle=pl.lit(value=True))
    return pl.concat([active, idle.select(active.columns)]).with_columns(month=pl.lit(month.first_day))


def price_parts(kind: Inventory, inventory: pl.DataFrame, tables: Tables, period: Period, policy: Policy) -> pl.DataFrame:
    """Price everything that the inventory could be charged for in the period, before any rule is asked.

    The rate is that of the part's own first day in service. The month's price is the part's own dollars, else
    unit_rate + per_mile_rate x miles; null where it cannot be known.

    Rows: one per part, numbered by part_no. Adds what `prorate` adds, and the columns of the rate look-ups.
    """
    whole = kind.parts(inventory, period).with_columns(stretch=pl.lit(None, pl.Date))
    parts = split_at_rate_changes(whole, tables) if policy.prorate_rate_change else whole
    dated = parts.with_columns(rate_date=pl.col("start_date"), funding_date=pl.col("stop_date").dt.offset_by("-1d"))
    rated = attach_rate(attach_code(attach_account(dated, tables, "rate_date"), tables), tables, "rate_date")
    is_recurring = pl.col("component") == "MRC"
    rated = rated.with_columns(
        is_recurring=is_recurring,
        has_rate=pl.col("has_rate") | ~is_recurring,  # a one-time charge brings its own dollars
        markup_pct=pl.when(is_recurring).then("markup_pct"),
        prorate=pl.when(is_recurring).then(pl.col("code_prorate").fill_null(DEFAULT_PRORATE)).otherwise(pl.lit("NONE")),
    )
    miles = kind.miles(rated) if kind.miles else pl.Series([None] * rated.height, dtype=pl.Int64)
    priced = rated.with_columns(miles.alias("miles")).with_columns(price_micros=_price_micros())
    return prorate(priced, period).with_row_index("part_no").with_columns(pl.col("part_no").cast(pl.Int64))


def _price_micros() -> pl.Expr:
    """Price one line for a whole month, in millionths of a dollar; null where it is not known."""
    none = pl.lit(0, _INT)
    unit, per_mile = units(pl.col("unit_rate"), RATE_PLACES), units(pl.col("per_mile_rate"), RATE_PLACES)
    by_mile = pl.when(per_mile == none).then(none).otherwise(per_mile * pl.col("miles").cast(_INT))
    fixed = pl.when(unit.is_null() & per_mile.is_not_null()).then(none).otherwise(unit)
    from_table = pl.when(per_mile.is_null()).then(fixed).otherwise(fixed + by_mile)
    return pl.when(pl.col("flat").is_not_null()).then(units(pl.col("flat"), RATE_PLACES)).otherwise(from_table)


def _with_stakes(inventory: pl.DataFrame, parts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put on every record, and on its parts, the dollars they come to together (at_stake) and the record's agency."""
    dollars = parts.with_columns(_dollars=Exact(pl.col("numerator"), pl.col("denominator")).dollars())
    stakes = (
        dollars.sort("part_no").group_by(_RECORD, maintain_order=True)
        .agg(
            at_stake=pl.when(pl.col("_dollars").is_not_null().any()).then(pl.col("_dollars").sum()).cast(DOLLARS),
            agency_code=pl.col("agency_code").first(),
        )
    )  # fmt: skip
    whole = inventory.join(stakes, on=_RECORD, how="left", validate="1:1", maintain_order="left")
    return whole, parts.join(stakes.drop("agency_code"), on=_RECORD, how="left", validate="m:1", maintain_order="left")


def _audit_codes(parts: pl.DataFrame, tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """Ask the rules of codes and rates of every part by itself.

    Returns: findings that count for the record; findings on features and handsets, which hold nothing but
    themselves; the part_no of what they refuse.
    """
    each = parts.with_columns(source_line=pl.col("part_no"))  # the rules name a row by its line
    found = gather(audit_code(each), _audit_price(each), audit_markup(each, tables)).rename({"source_line": "part_no"})
    origin = parts.select("part_no", "source_line", "is_line", "part_column")
    found = found.join(origin, on="part_no", how="left", validate="m:1", maintain_order="left")
    side = ~pl.col("is_line") & (pl.col("severity") == "HOLD")
    refused = found.filter(side).with_columns(column_name="part_column", amount=pl.lit(None, DOLLARS)).sort("part_no")
    key = [*_RECORD, "code", "column_name"]
    rest = [pl.col(name).first() for name in FINDINGS if name not in {*key, "raw_value"}]
    by_code = refused.group_by(key, maintain_order=True).agg(pl.col("raw_value").unique(maintain_order=True), *rest)
    several = pl.col("raw_value").list.len() > 1
    raw = pl.col("raw_value").list.join(";")
    sides = by_code.with_columns(message=pl.when(several).then(phrase("{}: {}", raw, "message")).otherwise("message"), raw_value=raw)
    return _once(found.filter(~side).select(list(FINDINGS))), conform(sides, FINDINGS), refused["part_no"].unique()


def _audit_price(parts: pl.DataFrame) -> pl.DataFrame:
    """R203: the rate row has no price, or one by miles that nobody knows. R204: the price is zero."""
    needs_none = pl.col("code_class") == "FIXED"
    unpriced = pl.col("code_known") & (pl.col("has_rate") | needs_none) & pl.col("price_micros").is_null()
    by_mile = pl.col("per_mile_rate").is_not_null()
    message = (
        pl.when(by_mile).then(phrase("{} is rated by mile and the mileage of {} is not known", "rate_code", "label"))
        .otherwise(phrase("{} has no price on {}", "rate_code", "rate_date"))
    )  # fmt: skip
    is_free = pl.col("code_free").fill_null("N") == "Y"
    zero = (pl.col("is_recurring") & (pl.col("price_micros") == 0) & (pl.col("lines") > 0)).fill_null(value=False)
    text = phrase("{} costs nothing on {}", "rate_code", "rate_date")
    return gather(
        find(parts, "R203", unpriced, column="rate_code", message=message),
        find(parts, "R204", zero & is_free, column="rate_code", message=text),
        find(parts, "R204", zero & ~is_free, column="rate_code", message=text, severity="WARN"),
    )


def _once(findings: pl.DataFrame) -> pl.DataFrame:
    """Leave one finding per record, code and severity: the first."""
    return findings.unique([*_RECORD, "code", "severity"], keep="first", maintain_order=True)


def _charges(feed: str, parts: pl.DataFrame, tables: Tables, period: Period) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the charge rows of clean parts, their mark-ups, and the bridge back to the records."""
    from_table = pl.col("flat").is_null()
    own = natural_key(feed, pl.col("source_record_id"), pl.col("component"), pl.col("sub"), pl.col("stretch"))
    key = pl.when(pl.col("month").is_null()).then(own).otherwise(natural_key(own, pl.col("month")))
    is_credit = pl.col("is_credit").fill_null(value=False)
    share = Exact(pl.col("share_num") * pl.col("lines").cast(_INT), pl.col("share_den"))
    extra = [name for name in ("markup_valid_from", "markup_approval_ref") if name in parts.columns]
    rows = parts.select(
        *SOURCE, "billing_number", "agency_code", "rate_code", "numerator", "denominator", "rate_date",
        "markup_pct", "fee_rate_code", *extra,
        natural_key=key,
        stream=pl.lit(feed),
        description=describe(),
        component=pl.when(is_credit).then(pl.lit("CREDIT")).otherwise("component"),
        start_date=pl.when(is_credit).then("month").otherwise("start_date"),
        stop_date=pl.when(is_credit).then(pl.col("month").dt.offset_by("1mo")).otherwise("stop_date"),
        is_prior_period=(pl.col("month") < pl.lit(period.first_day)).fill_null(value=False),
        original_charge_id=pl.when(is_credit).then("original_id"),
        quantity=settled_quantity(share),
        uom=pl.col("code_uom"),
        unit_rate=decimal(pl.col("price_micros"), RATE_PLACES),
        line_count=pl.when("is_recurring").then("lines"),
        rate_valid_from=pl.when(from_table).then("rate_valid_from"),
        approval_ref=pl.when(from_table).then("approval_ref"),
        rule=explain() + settled_amount(),
    )  # fmt: skip
    marks = rows.select("natural_key", "markup_pct", "fee_rate_code", *extra)
    base = finish(rows.drop("markup_pct", "fee_rate_code", *extra), period)
    bridge = conform(base.select("charge_id", *SOURCE, "quantity"), BRIDGE)
    fees = markup_rows(base.join(marks, on="natural_key", how="left", validate="1:1", maintain_order="left"), tables, period)
    return pl.concat([base, fees]).sort("charge_id"), pl.concat([bridge, fee_bridge(fees, bridge)]).sort("charge_id")
