"""The rules of vendor cost billed on: class of the code, tax on the exempt, lines billed before, sums that are off."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.fee_rows import plain
from billing.fees import audit_markup
from billing.findings import find, gather
from billing.frames import Earlier, Tables
from billing.money import EXACT_PLACES, QUANTITY, RATE_PLACES, Exact, units
from billing.policy import Policy
from billing.wording import phrase

VENDOR_LINE: Final = ["vendor_code", "vendor_invoice_no", "vendor_line_no"]
_LARGEST_INT: Final = 2**127 - 1


def audit_pass_through(records: pl.DataFrame, tables: Tables, policy: Policy, earlier: Earlier) -> pl.DataFrame:
    """Run the stream's own rules: R201 (not class PASS), U504, T902, R206, T901, A104.

    Needs the columns of `attach_account`, `attach_code` and `attach_rate`. Returns: FINDINGS.
    """
    return gather(
        _audit_class(records),
        _audit_billed_before(records, earlier),
        audit_markup(records, tables),
        _audit_cost(records, policy),
        _audit_tax(records),
        _audit_owner(records, tables),
    )


def _audit_class(records: pl.DataFrame) -> pl.DataFrame:
    """R201: the code is known, but is no pass-through code; its price would not be the vendor's."""
    message = phrase("{} is a code of class {}, pass-through takes class PASS", pl.col("rate_code"), pl.col("code_class"))
    wrong = pl.col("code_known") & (pl.col("code_class") != "PASS")
    return find(records, "R201", wrong, column="rate_code", message=message)


def _audit_billed_before(records: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """U504: the vendor's invoice line was billed in an earlier period; the first such period is named."""
    before = (
        earlier.of("pass_through")
        .filter(pl.col("outcome") == "BILLED")
        .join(records.select(VENDOR_LINE).unique().lazy(), on=VENDOR_LINE, how="semi")
        .group_by(VENDOR_LINE)
        .agg(billed_in=pl.col("period").min())
        .collect()
    )
    marked = records.join(before, on=VENDOR_LINE, how="left", validate="m:1", maintain_order="left")
    message = phrase(
        "line {} of invoice {} of {} was billed in {}",
        pl.col("vendor_line_no"), pl.col("vendor_invoice_no"), pl.col("vendor_code"), pl.col("billed_in"),
    )  # fmt: skip
    return find(marked, "U504", pl.col("billed_in").is_not_null(), column="vendor_line_no", message=message)


def _audit_cost(records: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """R206: quantity x unit_cost, where both are given, is not cost_amount, beyond the tolerance."""
    both = records.filter(pl.col("quantity").is_not_null() & pl.col("unit_cost").is_not_null())
    quantity, price = units(pl.col("quantity"), RATE_PLACES), units(pl.col("unit_cost"), EXACT_PLACES)
    scale = pl.lit(10**RATE_PLACES, pl.Int128)
    room = pl.lit(_LARGEST_INT, pl.Int128) // pl.max_horizontal(price.abs(), pl.lit(1, pl.Int128))
    sized = both.with_columns(_fits=quantity.abs() <= room)
    product = pl.when(pl.col("_fits")).then(quantity * price).otherwise(None)
    off = (product - units(pl.col("cost_amount"), EXACT_PLACES) * scale).abs()
    allowed = units(pl.lit(policy.price_tolerance, QUANTITY), RATE_PLACES) * pl.lit(10**EXACT_PLACES, pl.Int128)
    total = Exact(product, pl.lit(10 ** (RATE_PLACES + EXACT_PLACES), pl.Int128)).dollars()
    message = phrase("quantity x unit cost is {}, the record has {}", total, plain(pl.col("cost_amount")))
    # a product too large to hold cannot be a cost, so it is off as well
    return find(sized, "R206", (off > allowed).fill_null(value=True), column="cost_amount", message=message)


def _audit_tax(records: pl.DataFrame) -> pl.DataFrame:
    """T901: the vendor taxed a number that is exempt."""
    taxed = (pl.col("tax_amount") > 0).fill_null(value=False) & (pl.col("tax_exempt").fill_null("N") == "Y")
    message = phrase(
        "{} {} of tax on {}, which is exempt", pl.col("tax_amount"), pl.col("tax_type").fill_null("(no type)"), pl.col("billing_number")
    )
    return find(records, "T901", taxed, column="tax_amount", message=message)


def _audit_owner(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A104: vendor_accounts maps the vendor's account to a number of another agency than the one billed."""
    named = records.filter(pl.col("vendor_account").is_not_null() & pl.col("agency_code").is_not_null())
    key = {"vendor_code": "vendor_code", "vendor_account": "account"}
    mapped = in_force(named, tables["vendor_accounts"], on=key, date="rate_date", take={"billing_number": "_mapped"})
    number = {"_mapped": "billing_number"}
    owned = in_force(mapped, tables["billing_numbers"], on=number, date="rate_date", take={"agency_code": "_owner"})
    known = owned.filter(pl.col("_owner").is_not_null())
    message = phrase(
        "account {} of {} is mapped to {} of agency {}, the line is billed to agency {}",
        "vendor_account", "vendor_code", "_mapped", "_owner", "agency_code",
    )  # fmt: skip
    return find(known, "A104", pl.col("_owner") != pl.col("agency_code"), column="billing_number", message=message)
