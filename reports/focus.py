"""A month's invoice lines as FOCUS 1.2, the FinOps world's format for cost and usage, footing to each invoice.

Source: FinOps Open Cost and Usage Specification (FOCUS) 1.2, https://focus.finops.org
"""

import json
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.money import round_dollars
from reports.focus_words import CATEGORIES, COLUMNS, OTHER, SERVICE_OF_GROUP, SERVICE_OF_STREAM
from reports.press.view import COT
from reports.published import Published
from reports.tabular import csv_bytes

_EXACT: Final = pl.Decimal(38, 12)
_PRICED: Final = ("Usage", "Purchase")
_AT_A_RATE: Final = ("BASE", "MRC", "USAGE")


def focus_file(published: Published) -> dict[str, bytes]:
    """The month as a CSV file, by name: `focus-<period>.csv`."""
    return {f"focus-{published.period}.csv": csv_bytes(focus(published))}


def focus(published: Published) -> pl.DataFrame:
    """The invoice lines of a month with the columns of FOCUS 1.2, then ours, which begin with `x_`.

    The billing account is the agency, a sub account is a billing number. BilledCost is the line in cents. A unit price is
    given where it comes to the line by quantity; where it does not (tiers, minimums, calls, shares of a pool), the line
    is one unit at its own amount, and `x_Quantity` and `x_UnitRate` keep ours.

    Rows: one per invoice line, by invoice and line number.

    Raises:
        ReconciliationError: an invoice's lines do not come to it, or one invoice names two agencies.
    """
    lines = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    named = _priced(_classed(_named(lines, published), published))
    frame = named.select([_column(name, published).alias(name) for name in COLUMNS])
    _foot(frame, published)
    return frame


def _named(lines: pl.DataFrame, published: Published) -> pl.DataFrame:
    """Lines with the names of agency, billing number and rate code, their vendor and their standard price."""
    day = published.month.last_day
    agencies = _in_force(published.now("dim_agency"), "agency_code", day).select("agency_code", "agency_name", "cabinet")
    numbers = _in_force(published.now("dim_billing_number"), "billing_number", day).select("billing_number", number_name="name")
    codes = published.now("dim_rate_code").select("rate_code", "cost_group", code_name="name")
    vendors = (
        published.now("fact_vendor_line").filter(pl.col("charge_id").is_not_null() & pl.col("vendor_name").is_not_null())
        .group_by("charge_id").agg(pl.col("vendor_name").min(), known=pl.col("vendor_name").n_unique())
        .filter(pl.col("known") == 1).drop("known")
    )  # fmt: skip
    prices = _standard_prices(lines, published)
    found = lines
    for other, key in ((agencies, "agency_code"), (numbers, "billing_number"), (codes, "rate_code"), (vendors, "charge_id"),
                       (prices, "charge_id")):  # fmt: skip
        found = found.join(other, on=key, how="left", validate="m:1", maintain_order="left")
    return found


def _standard_prices(lines: pl.DataFrame, published: Published) -> pl.DataFrame:
    """The standard price on the same day, of lines that were priced by an agreed one: charge_id, standard_rate.

    A standard price that is per mile or by tier is no price of one unit, so it is left out.
    """
    agreed = published.now("dim_agency_rate").select("approval_ref", "rate_code", rate_valid_from="valid_from").unique()
    plain = published.now("dim_rate").filter(pl.col("per_mile_rate").is_null() & pl.col("unit_rate").is_not_null())
    standard = plain.select("rate_code", since="valid_from", until="valid_to", standard_rate="unit_rate")
    in_force = (pl.col("since") <= pl.col("rate_date")) & (pl.col("until").is_null() | (pl.col("until") > pl.col("rate_date")))
    priced = lines.filter(pl.col("component").is_in(_AT_A_RATE)).join(
        agreed, on=["approval_ref", "rate_code", "rate_valid_from"], how="semi"
    )  # fmt: skip
    found = priced.select("charge_id", "rate_code", "rate_date").join(standard, on="rate_code", how="inner").filter(in_force)
    newest = found.sort("charge_id", "since", descending=[False, True]).unique(subset="charge_id", keep="first", maintain_order=True)
    return newest.select("charge_id", "standard_rate")


def _in_force(rows: pl.DataFrame, key: str, day: object) -> pl.DataFrame:
    """The row of each key on a day; where none was in force any more or yet, the one nearest before, else after it."""
    begun = pl.col("valid_from") <= pl.lit(day)
    ordered = rows.sort(key, begun, pl.when(begun).then("valid_from"), "valid_from", descending=[False, True, True, False], nulls_last=True)
    return ordered.unique(subset=key, keep="first", maintain_order=True)


def _classed(lines: pl.DataFrame, published: Published) -> pl.DataFrame:
    """Add what kind of charge a line is: ChargeCategory, ChargeFrequency, ChargeClass.

    A correction is a credit or debit of what an earlier month's invoice had; one of this month's own lines is none.
    """
    own = pl.col("original_charge_id").is_in(published.now("fact_charge")["charge_id"].to_list()).fill_null(value=False)
    corrects = (pl.col("adjustment_id").is_not_null() | pl.col("original_charge_id").is_not_null()) & ~own
    kinds = pl.DataFrame(
        [(stream, component, *words) for (stream, component), words in CATEGORIES.items()],
        schema=["stream", "component", "ChargeCategory", "ChargeFrequency"], orient="row",
    )  # fmt: skip
    any_stream = kinds.filter(pl.col("stream") == "").drop("stream").rename({"ChargeCategory": "category", "ChargeFrequency": "frequency"})
    known = lines.join(kinds, on=["stream", "component"], how="left", validate="m:1", maintain_order="left")
    return known.join(any_stream, on="component", how="left", validate="m:1", maintain_order="left").with_columns(
        ChargeCategory=pl.coalesce("ChargeCategory", "category", pl.lit("Adjustment")),
        ChargeFrequency=pl.coalesce("ChargeFrequency", "frequency", pl.lit("One-Time")),
        ChargeClass=pl.when(corrects).then(pl.lit("Correction")),
    )  # fmt: skip


def _priced(lines: pl.DataFrame) -> pl.DataFrame:
    """Add quantity and prices that come to the line exactly, and the costs they make."""
    amount = pl.col("amount").cast(_EXACT)
    product = pl.col("quantity").cast(_EXACT) * pl.col("unit_rate").cast(_EXACT)
    is_priced = pl.col("ChargeCategory").is_in(_PRICED)
    by_rate = (pl.col("unit_rate") >= 0) & (round_dollars(product) == pl.col("amount"))
    is_known = (pl.col("is_plain") & is_priced).fill_null(value=False)
    sign = pl.when(pl.col("amount") < 0).then(pl.lit(-1)).otherwise(pl.lit(1)).cast(_EXACT)
    quantity = pl.when(is_known).then(pl.col("quantity").cast(_EXACT)).when(is_priced).then(sign)
    contracted = pl.when(is_known).then(pl.col("unit_rate").cast(_EXACT)).when(is_priced).then(amount.abs())
    listed = pl.when(is_known & (pl.col("standard_rate") >= 0)).then(pl.col("standard_rate").cast(_EXACT)).otherwise(contracted)
    return lines.with_columns(is_plain=by_rate).with_columns(
        PricingQuantity=quantity, ContractedUnitPrice=contracted, ListUnitPrice=listed,
        PricingUnit=pl.when(is_known).then(pl.col("uom")).when(is_priced).then(pl.lit("Charges")),
    ).with_columns(
        ContractedCost=pl.coalesce(pl.col("PricingQuantity") * pl.col("ContractedUnitPrice"), amount),
        ListCost=pl.coalesce(pl.col("PricingQuantity") * pl.col("ListUnitPrice"), amount),
    )  # fmt: skip


def _column(name: str, published: Published) -> pl.Expr:
    """One column of the file, in text where it is a date-time: midnight in the format of FOCUS."""
    month = published.month
    used = (pl.col("ChargeCategory") == "Usage") & (pl.col("quantity") > 0)
    made: dict[str, pl.Expr] = {
        "BilledCost": pl.col("amount"), "EffectiveCost": pl.col("amount"), "BillingCurrency": pl.lit("USD"),
        "BillingAccountId": pl.col("agency_code"), "BillingAccountName": pl.col("agency_name"), "BillingAccountType": pl.lit("Agency"),
        "SubAccountId": pl.col("billing_number"), "SubAccountName": pl.col("number_name"), "SubAccountType": pl.lit("Billing Number"),
        "BillingPeriodStart": _midnight(pl.lit(month.first_day)), "BillingPeriodEnd": _midnight(pl.lit(month.stop_day)),
        "ChargePeriodStart": _midnight(pl.col("service_from")),
        "ChargePeriodEnd": _midnight(pl.col("service_to").dt.offset_by("1d")),
        "ChargeDescription": pl.coalesce("description", "code_name"), "InvoiceId": pl.col("invoice_no"),
        "InvoiceIssuerName": pl.lit(COT.name), "ProviderName": pl.lit(COT.name),
        "PublisherName": pl.coalesce("vendor_name", pl.lit(COT.name)),
        "PricingCategory": pl.when(pl.col("ChargeCategory").is_in(_PRICED)).then(pl.lit("Standard")),
        "ConsumedQuantity": pl.when(used).then(pl.col("quantity")), "ConsumedUnit": pl.when(used).then(pl.col("uom")),
        "ServiceName": pl.coalesce("code_name", "rate_code"), "ServiceCategory": _service(0), "ServiceSubcategory": _service(1),
        "SkuId": _unless_tax("rate_code"), "SkuPriceId": _unless_tax("rate_code"), "Tags": _tags(),
        "x_ChargeId": pl.col("charge_id"), "x_InvoiceLineNo": pl.col("invoice_line_no"), "x_Stream": pl.col("stream"),
        "x_Component": pl.col("component"), "x_Quantity": pl.col("quantity"), "x_UnitRate": pl.col("unit_rate"),
        "x_ApprovalRef": pl.col("approval_ref"),
    }  # fmt: skip
    return made.get(name, pl.col(name))


def _midnight(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y-%m-%dT00:00:00Z")


def _unless_tax(name: str) -> pl.Expr:
    return pl.when(pl.col("ChargeCategory") != "Tax").then(pl.col(name))


def _service(part: int) -> pl.Expr:
    """ServiceCategory (0) or ServiceSubcategory (1): by the cost group's name where we know it, else by the stream."""
    groups = {name: words[part] for name, words in SERVICE_OF_GROUP.items()}
    streams = {name: words[part] for name, words in SERVICE_OF_STREAM.items()}
    by_group = pl.col("cost_group").replace_strict(groups, default=None, return_dtype=pl.String)
    return pl.coalesce(by_group, pl.col("stream").replace_strict(streams, default=OTHER[part], return_dtype=pl.String))


def _tags() -> pl.Expr:
    """What we say of a line beside the columns of FOCUS, as its key-value format: JSON, our keys with our prefix."""
    names = ("cabinet", "component", "cost_group", "stream")
    return pl.struct(names).map_batches(
        lambda rows: pl.Series([_json(row) for row in rows.to_list()], dtype=pl.String), return_dtype=pl.String, is_elementwise=True
    )


def _json(row: dict[str, str | None]) -> str:
    return json.dumps({f"cot/{name}": value for name, value in row.items() if value is not None}, ensure_ascii=False, sort_keys=True)


def _foot(frame: pl.DataFrame, published: Published) -> None:
    """See that every invoice is there once, of one agency, to the cent."""
    found = frame.group_by("InvoiceId").agg(billed=pl.col("BilledCost").sum(), accounts=pl.col("BillingAccountId").n_unique())
    both = published.now("fact_invoice").select("invoice_no", "amount").join(
        found, left_on="invoice_no", right_on="InvoiceId", how="full", coalesce=True, validate="1:1"
    )  # fmt: skip
    odd = both.filter(~pl.col("amount").eq_missing(pl.col("billed")) | (pl.col("accounts") != 1)).sort("invoice_no")
    if odd.height:
        number, amount, billed = odd.row(0)[:3]
        raise ReconciliationError(f"invoice {number} is {amount} and its FOCUS rows are {billed}; nothing is written")
