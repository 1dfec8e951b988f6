"""The rules an adjustment is held by on its own: its reference, its code, the vendor's credit, its arithmetic."""

from typing import Final

import polars as pl

from billing.findings import find, gather
from billing.money import CENT_PLACES, DOLLARS, RATE_PLACES, units
from billing.number_text import number_text
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

_FINE: Final = 2 * RATE_PLACES
_INVOICE_MONTH: Final = r"^COT-(\d{4}-\d{2})-"


def audit_reference(rows: pl.DataFrame, period: Period, policy: Policy) -> pl.DataFrame:
    """J001: neither an invoice line nor a reason why there is none. J002: the line is not on any earlier invoice.

    J002 too: the line is of a month before the look-back, the policy.look_back_periods months before the period; what
    was wrong then is settled otherwise. Needs original_id (see `billing.adjustments`).
    """
    has_line = pl.col("original_invoice_no").is_not_null() & pl.col("original_line_no").is_not_null()
    month, oldest = pl.col("original_invoice_no").str.extract(_INVOICE_MONTH, 1), str(period.shift(-policy.look_back_periods))
    is_old = (month < oldest).fill_null(value=False)
    return gather(
        find(
            rows, "J001", ~has_line & pl.col("no_original_reason").is_null(), column="original_invoice_no",
            message="no original invoice line and no reason why there is none",
        ),
        find(
            rows.filter(has_line), "J002", is_old | pl.col("original_id").is_null(), column="original_line_no",
            message=pl.when(is_old)
            .then(phrase("{} is of a month before the look-back, which starts {}", "original_invoice_no", pl.lit(oldest)))
            .otherwise(phrase("{} has no line {}", "original_invoice_no", "original_line_no")),
        ),
    )  # fmt: skip


def audit_adjustment_code(rows: pl.DataFrame) -> pl.DataFrame:
    """R201: the rate code is unknown. A rate is not asked for: an adjustment brings its own dollars."""
    return find(
        rows, "R201", ~pl.col("code_known"), column="rate_code",
        message=phrase("rate code {} is not in rate_codes.csv", pl.col("rate_code").fill_null("(blank)")),
    )  # fmt: skip


def audit_recovery(rows: pl.DataFrame) -> pl.DataFrame:
    """J006: the credit waits for the vendor's, and none is recorded."""
    waits = pl.col("vendor_recovery_required") & pl.col("vendor_credit_ref").is_null()
    return find(rows, "J006", waits, column="vendor_credit_ref", message="vendor recovery is required and no vendor credit is recorded")


def audit_worth(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """J007: less than policy.immaterial_dollars. R206: quantity x rate is not the amount, signs aside."""
    small = pl.lit(policy.immaterial_dollars, DOLLARS)
    both = rows.filter(pl.col("quantity").is_not_null() & pl.col("rate").is_not_null())
    product = (units(pl.col("quantity"), RATE_PLACES) * units(pl.col("rate"), RATE_PLACES)).abs()
    cents = units(pl.col("amount"), CENT_PLACES).abs() * pl.lit(10 ** (_FINE - CENT_PLACES), pl.Int128)
    tolerance = pl.lit(int(policy.price_tolerance.scaleb(_FINE)), pl.Int128)
    return gather(
        find(
            rows.filter(pl.col("amount") != 0), "J007", pl.col("amount").abs() < small, column="amount",
            message=phrase("{} is below {}", "amount", small),
        ),
        find(
            both, "R206", (product - cents).abs() > tolerance, column="amount",
            message=phrase(
                "{} x {} is not the amount of {}", number_text(pl.col("quantity")), number_text(pl.col("rate")), "amount"
            ),
        ),
    )  # fmt: skip


def audit_original_owner(rows: pl.DataFrame) -> pl.DataFrame:
    """A104: the credit goes to another agency than the one the line was billed to."""
    given = rows.filter((pl.col("amount") < 0) & pl.col("original_agency").is_not_null() & pl.col("agency_code").is_not_null())
    return find(
        given, "A104", pl.col("original_agency") != pl.col("agency_code"), column="billing_number",
        message=phrase("the line was agency {}'s, the credit goes to agency {}", "original_agency", "agency_code"),
    )  # fmt: skip
