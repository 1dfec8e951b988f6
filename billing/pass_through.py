"""Bill vendor cost on: exact cost, tax and surcharge on top as their own rows, the mark-up on cost alone."""

from typing import Final

import polars as pl

from billing import audit
from billing.charges import finish, priced
from billing.errors import ReconciliationError
from billing.fee_rows import plain
from billing.fees import fee_bridge, markup_rows
from billing.findings import gather, is_held
from billing.frames import BRIDGE, OUTCOMES, SOURCE, Billed, Earlier, Tables, conform
from billing.ids import natural_key
from billing.money import CENT_PLACES, EXACT, EXACT_PLACES, QUANTITY, RATE, RATE_PLACES, Exact, decimal, round_dollars, units
from billing.pass_through_audit import audit_pass_through
from billing.periods import Period
from billing.policy import Policy
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.rulings import rule
from billing.wording import phrase

_GROUP: Final = ["billing_number", "rate_code", "vendor_code", "vendor_invoice_no", "charge_group"]
_RATE: Final = ["markup_pct", "fee_rate_code", "markup_valid_from", "markup_approval_ref"]
_ON_TOP: Final = {"TAX": "tax", "SURCHARGE": "surcharge"}  # component -> the start of its column names


def bill_pass_through(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a period's vendor costs.

    Each record is a BASE row, or CREDIT when negative; the records of one charge_group (of one billing number, rate
    code and vendor invoice) are summed exactly and make one row. Tax and surcharge come on top as one TAX and one
    SURCHARGE row with the record's rate code, the mark-up of the rate row is a FEE row on the cost alone. The rate is
    that of the vendor's invoice date (the latest where one group has several), lateness goes by the last service day.

    Args:
        records: record_schema("pass_through"), in any order.
        tables: reference and rates.
        period: the period billed.
        policy: look-back and tolerance.
        earlier: records of earlier periods, against doubles.

    Rows: one outcome per record.

    Raises:
        ReconciliationError: rows or dollars were lost on the way.
    """
    kept, doubles, dropped = audit.duplicates(records, "pass_through", earlier)
    ready = _attach(kept, tables)
    found = gather(
        doubles,
        audit.audit_account(ready, tables),
        audit.audit_code(ready),
        audit.audit_dates(ready, period, policy),
        audit_pass_through(ready, tables, policy, earlier),
        audit.audit_funding(ready, tables),
        audit.audit_requester(ready, tables),
    )
    findings = rule(found, ready)
    clean = ready.filter(~is_held(ready, findings))
    charges, bridge = _charge(_keyed(clean), tables, period)
    outcomes = pl.concat([audit.outcomes(ready, findings), conform(_stakes(dropped, records), OUTCOMES)])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} pass-through records went in, {outcomes.height} came out")
    return Billed(charges=charges, bridge=bridge, findings=audit.only_decided(findings), outcomes=outcomes)


def _stake() -> pl.Expr:
    """Dollars of a record: its cost, tax and surcharge, to cents."""
    on_top = [pl.col(f"{name}_amount").fill_null(pl.lit(0, pl.Decimal(38, CENT_PLACES))) for name in _ON_TOP.values()]
    return decimal(sum((units(part, CENT_PLACES) for part in on_top), units(round_dollars(pl.col("cost_amount")), CENT_PLACES)), 2)


def _stakes(dropped: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    key = ["feed", "source_file", "source_line"]
    dollars = records.select(*key, _stake().alias("_stake"))
    joined = dropped.join(dollars, on=key, how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(amount=pl.col("_stake")).drop("_stake")


def _attach(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    grouped = pl.col("charge_group").is_not_null()
    dated = records.with_columns(
        rate_date=pl.when(grouped).then(pl.col("vendor_invoice_date").max().over(_GROUP)).otherwise(pl.col("vendor_invoice_date")),
        service_date=pl.col("service_to"),
        funding_date=pl.col("service_to"),
        at_stake=_stake(),
    )
    return attach_rate(attach_code(attach_account(dated, tables, "rate_date"), tables), tables, "rate_date")


def _keyed(records: pl.DataFrame) -> pl.DataFrame:
    """Name the charge row each record belongs to."""
    single = natural_key("pass_through", pl.col("source_record_id"))
    group = natural_key("pass_through", "group", *[pl.col(name) for name in _GROUP])
    return records.with_columns(
        row_key=pl.when(pl.col("charge_group").is_null()).then(single).otherwise(group),
        billed_quantity=pl.col("quantity").fill_null(pl.lit(1, QUANTITY)),
    )


def _charge(records: pl.DataFrame, tables: Tables, period: Period) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Price clean records. Returns: CHARGES and BRIDGE."""
    rows = _rows(records, period)
    costs = finish(_base_rows(rows), period)
    marked = costs.join(
        rows.select(natural_key(pl.col("row_key"), "BASE").alias("natural_key"), *_RATE),
        on="natural_key", how="left", validate="1:1", maintain_order="left",
    )  # fmt: skip
    fees = markup_rows(marked, tables, period)
    on_top = [finish(_rows_on_top(rows, costs, component), period) for component in _ON_TOP]
    sources = [_sources(records, costs, "BASE", pl.lit(value=True))]
    for part, (component, name) in zip(on_top, _ON_TOP.items(), strict=True):
        sources.append(_sources(records, part, component, (pl.col(f"{name}_amount") != 0).fill_null(value=False)))
    bridge = pl.concat(sources)
    charges = pl.concat([costs, *on_top, fees])
    return charges.sort("charge_id"), pl.concat([bridge, fee_bridge(fees, bridge)])


def _rows(records: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Sum the records of each charge row exactly, keep what they agree on. Rows: one per charge row to be."""
    first = [
        "billing_number", "agency_code", "rate_code", "code_uom", "rate_date", "rate_valid_from", "approval_ref",
        "vendor_invoice_no", "vendor_code", "charge_group", *_RATE,
    ]  # fmt: skip
    ordered = records.sort("source_record_id", "source_file", "source_line")
    summed = ordered.group_by("row_key", maintain_order=True).agg(
        pl.col(first).first(),
        pl.col(*SOURCE, "description", "quantity", "unit_cost", "vendor_line_no").first(),
        pl.col("vendor_name").min(),
        members=pl.len(),
        start_date=pl.col("service_from").min(),
        last_day=pl.col("service_to").max(),
        cost=units(pl.col("cost_amount"), EXACT_PLACES).sum(),
        billed_quantity=pl.col("billed_quantity").sum(),
        **{name: units(pl.col(f"{name}_amount"), CENT_PLACES).sum() for name in _ON_TOP.values()},
        **{f"{name}_type": pl.col(f"{name}_type").drop_nulls().unique().sort().str.join("/") for name in _ON_TOP.values()},
    )
    alone = pl.col("members") == 1
    vendor = phrase("{} invoice {}", pl.col("vendor_name"), pl.col("vendor_invoice_no"))
    grouped = phrase("{}, {}", vendor, pl.col("charge_group"))
    single = pl.coalesce("description", vendor)
    return summed.with_columns(
        *[pl.when(alone).then(pl.col(name)).otherwise(None).alias(name) for name in SOURCE],
        stop_date=pl.col("last_day").dt.offset_by("1d"),
        is_prior_period=pl.col("last_day") < pl.lit(period.first_day),
        description=pl.when(pl.col("charge_group").is_null()).then(single).otherwise(grouped),
        stream=pl.lit("pass_through"),
        uom=pl.col("code_uom"),
    )


def _base_rows(rows: pl.DataFrame) -> pl.DataFrame:
    cost = plain(decimal(pl.col("cost"), EXACT_PLACES))
    vendor = phrase("invoice {} of {}", pl.col("vendor_invoice_no"), pl.col("vendor_code"))
    single = phrase("vendor cost {}, {} line {}", cost, vendor, pl.col("vendor_line_no"))
    group = phrase("vendor cost {} = sum of {} lines, {} group {}", cost, pl.col("members"), vendor, pl.col("charge_group"))
    has_price = pl.col("charge_group").is_null() & pl.col("quantity").is_not_null() & pl.col("unit_cost").is_not_null()
    return rows.with_columns(
        *priced(Exact(pl.col("cost"), pl.lit(10**EXACT_PLACES, pl.Int128))),
        natural_key=natural_key(pl.col("row_key"), "BASE"),
        component=pl.when(pl.col("cost") < pl.lit(0, pl.Int128)).then(pl.lit("CREDIT")).otherwise(pl.lit("BASE")),
        quantity=pl.col("billed_quantity"),
        unit_rate=pl.when(has_price).then(Exact.of(pl.col("unit_cost").cast(EXACT), EXACT_PLACES).at(RATE_PLACES)).cast(RATE),
        rule=pl.when(pl.col("charge_group").is_null()).then(single).otherwise(group),
    )


def _rows_on_top(rows: pl.DataFrame, costs: pl.DataFrame, component: str) -> pl.DataFrame:
    """Tax or surcharge as the vendor billed it, beside the cost row it came with."""
    name = _ON_TOP[component]
    kind = pl.when(pl.col(f"{name}_type") == "").then(pl.lit("")).otherwise(phrase("{} ", pl.col(f"{name}_type")))
    base = costs.select(_base_key="natural_key", base_charge_id="charge_id")
    dollars = decimal(pl.col(name), CENT_PLACES)
    keyed = rows.filter(pl.col(name) != 0).with_columns(
        *priced(Exact(pl.col(name), pl.lit(10**CENT_PLACES, pl.Int128))),
        _base_key=natural_key(pl.col("row_key"), "BASE"),
        natural_key=natural_key(pl.col("row_key"), component),
        component=pl.lit(component),
        quantity=pl.lit(1, QUANTITY),
        unit_rate=pl.lit(None, RATE),
        description=phrase("{}{} on {}", kind, pl.lit(name), pl.col("description")),
        rule=phrase("{}{} {} as the vendor billed it", kind, pl.lit(name), dollars),
    )
    return keyed.join(base, on="_base_key", how="left", validate="1:1", maintain_order="left")


def _sources(records: pl.DataFrame, charges: pl.DataFrame, component: str, brought: pl.Expr) -> pl.DataFrame:
    """Join each record that brought something to the written row it went into. Returns: BRIDGE."""
    keys = records.filter(brought).with_columns(natural_key=natural_key(pl.col("row_key"), component))
    found = keys.join(charges.select("charge_id", "natural_key"), on="natural_key", how="inner", validate="m:1")
    return conform(found.select("charge_id", *SOURCE, pl.col("billed_quantity").alias("quantity")), BRIDGE)
