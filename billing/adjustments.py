"""Bill adjustments: credits and debits that correct what was billed, each one row with its own dollars."""

from typing import Final

import polars as pl

from billing import audit
from billing.adjustment_approvals import audit_given, with_content
from billing.adjustment_audit import audit_adjustment_code, audit_original_owner, audit_recovery, audit_reference, audit_worth
from billing.charges import finish, priced
from billing.credit_caps import audit_caps, audit_pairs
from billing.errors import ReconciliationError
from billing.findings import gather, is_held
from billing.frames import BRIDGE, SOURCE, Billed, Earlier, Tables, conform
from billing.ids import natural_key
from billing.money import CENT_PLACES, DOLLARS, QUANTITY, Exact
from billing.periods import Period
from billing.policy import Policy
from billing.rate_lookup import attach_account, attach_code
from billing.rulings import rule
from billing.wording import phrase

_LABELS: Final = {"CATCH_UP": "CATCH-UP", "PRIOR_FY_CREDIT": "PRIOR-FY CREDIT"}


def bill_adjustments(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill the adjustments of a period; one CREDIT or DEBIT row per record, by its sign.

    The original line is the one of that invoice and line number in earlier periods. A credit follows its line's
    split (original_charge_id), so it needs no funding strings of its own; a debit does. Dates of the row: its own,
    else the original line's, else the whole period. A blank rate code is the original line's. An amount of 0.00 is
    billed with nothing written. Approvals that came with the feed hold a record when they are forged or stale
    (J003, J004); a missing approval holds nothing, it stops the close.

    Args:
        records: record_schema("adjustments"), any order; J002 goes by file order.

    Returns: Billed; one outcome per record.

    Raises:
        ReconciliationError: records and outcomes differ.
    """
    kept, doubles, dropped = audit.duplicates(records, "adjustments", earlier)
    rows = enrich(kept.with_columns(is_version=is_held(kept, doubles)), tables, period, earlier)
    approved = audit_given(rows, tables, period, policy)
    single = gather(doubles, _audit(rows, tables, period, policy), approved, audit_pairs(rows.filter(~pl.col("is_version"))))
    single = rule(single, rows)
    findings = gather(single, audit_caps(rows, single, earlier))
    warnings = gather(audit_original_owner(rows), audit.audit_requester(rows, tables), audit_worth(rows, policy))
    findings = audit.only_decided(gather(findings, warnings))
    charges = finish(_charge_columns(rows.filter(~is_held(rows, findings))), period)
    outcomes = pl.concat([audit.outcomes(rows, findings), dropped])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} adjustments went in, {outcomes.height} came out")
    bridge = conform(charges.select(list(BRIDGE)), BRIDGE).sort("charge_id")
    return Billed(charges, bridge, findings, outcomes)


def enrich(kept: pl.DataFrame, tables: Tables, period: Period, earlier: Earlier) -> pl.DataFrame:
    """Add to adjustments the original line, the dates of the row, account and code, and the hash of their content."""
    lines = earlier.charges.filter(pl.col("invoice_no").is_not_null() & pl.col("invoice_line_no").is_not_null()).select(
        original_invoice_no="invoice_no",
        original_line_no="invoice_line_no",
        original_id="charge_id",
        original_amount="amount",
        original_start="start_date",
        original_last=pl.col("stop_date").dt.offset_by("-1d"),
        original_code="rate_code",
        original_agency="agency_code",
    )
    key = ["original_invoice_no", "original_line_no"]
    joined = kept.join(lines, on=key, how="left", validate="m:1", maintain_order="left")
    last = pl.coalesce("service_to", "service_from", "original_last", pl.lit(period.last_day))
    dated = joined.with_columns(
        rate_code=pl.coalesce("rate_code", "original_code"),
        start_date=pl.coalesce("service_from", "service_to", "original_start", pl.lit(period.first_day)),
        rate_date=last,
        funding_date=last,
        service_date=pl.lit(None, pl.Date),
        at_stake=pl.col("amount").cast(DOLLARS),
    )
    return with_content(attach_code(attach_account(dated, tables, "rate_date"), tables), tables)


def _audit(rows: pl.DataFrame, tables: Tables, period: Period, policy: Policy) -> pl.DataFrame:
    """What holds a row by itself, in the order of cause."""
    follows_its_line = (pl.col("amount") < 0) & pl.col("original_id").is_not_null()
    return gather(
        audit.audit_account(rows, tables),
        audit_adjustment_code(rows),
        audit.audit_dates(rows, period, policy),
        audit_reference(rows, period, policy),
        audit_recovery(rows),
        audit.audit_funding(rows.filter(~follows_its_line), tables),
    )


def _charge_columns(clean: pl.DataFrame) -> pl.DataFrame:
    """Name the columns as a charge row has them."""
    is_credit = pl.col("amount") < 0
    has_line = pl.col("original_id").is_not_null()
    sign = pl.when(is_credit).then(pl.lit("Credit")).otherwise(pl.lit("Debit"))
    label = pl.col("adj_type").replace_strict(_LABELS, default=None, return_dtype=pl.String).fill_null(sign)
    line = phrase("corrects {} line {}", "original_invoice_no", "original_line_no")
    about = pl.when(has_line).then(line).otherwise(pl.col("no_original_reason"))
    said = pl.when(pl.col("description").is_not_null()).then(phrase("; {}", "description")).otherwise(pl.lit(""))
    return clean.select(
        "billing_number", "agency_code", "rate_code", "rate_date", "start_date", *SOURCE,
        *priced(Exact.of(pl.col("amount"), CENT_PLACES)),
        natural_key=natural_key("adjustments", pl.col("source_record_id")),
        adjustment_id=pl.col("source_record_id"),
        stream=pl.lit("adjustments"),
        component=pl.when(is_credit).then(pl.lit("CREDIT")).otherwise(pl.lit("DEBIT")),
        description=pl.concat_str(phrase("{}: {}, {}", label, "reason_code", about), said),
        stop_date=pl.col("rate_date").dt.offset_by("1d"),
        quantity=pl.coalesce("quantity", pl.lit(1, QUANTITY)),
        uom=pl.col("code_uom"),
        unit_rate=pl.col("rate"),
        original_charge_id=pl.when(is_credit).then("original_id"),
        rule=phrase("{} as adjusted by {} ({}), {}; {}", "amount", "prepared_by", "reason_code", about, "support_ref"),
    )  # fmt: skip
