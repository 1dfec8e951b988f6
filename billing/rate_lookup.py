"""Put the account, the rate code and the rate in force beside every record."""

import polars as pl

from billing.effective import in_force
from billing.frames import Tables

_CODE_COLUMNS = (
    "name", "class", "uom", "cost_group", "prorate", "bill_timing", "min_quantity", "increment", "min_charge",
    "requires_ticket", "allowed_for", "free",
)  # fmt: skip
_RATE_COLUMNS = (
    "unit_rate", "per_mile_rate", "mile_method", "markup_pct", "fee_rate_code", "tier_method", "package_size",
    "approval_ref", "valid_from",
)  # fmt: skip


def attach_account(records: pl.DataFrame, tables: Tables, date: str) -> pl.DataFrame:
    """Add the billing number's row in force on `date`, and its agency's.

    Adds: agency_code, number_status, tax_exempt, split_mode, invoice_group, default_object, closed_to,
    consolidated, agency_name; null where nothing is in force.
    """
    number = {
        "agency_code": "agency_code", "status": "number_status", "tax_exempt": "tax_exempt", "split_mode": "split_mode",
        "invoice_group": "invoice_group", "default_object": "default_object", "closed_to": "closed_to",
    }  # fmt: skip
    dropped = [name for name in number.values() if name in records.columns]
    numbered = in_force(records.drop(dropped), tables["billing_numbers"], on={"billing_number": "billing_number"}, date=date, take=number)
    agency = {"consolidated": "consolidated", "agency_name": "agency_name"}
    return in_force(numbered, tables["agencies"], on={"agency_code": "agency_code"}, date=date, take=agency)


def attach_code(records: pl.DataFrame, tables: Tables, *, column: str = "rate_code", prefix: str = "code_") -> pl.DataFrame:
    """Add the rate code's own row as `code_name`, `code_class`, `code_uom` … and `code_known` (Boolean)."""
    codes = tables["rate_codes"].select(
        pl.col("rate_code").alias(column),
        *[pl.col(name).alias(prefix + name) for name in _CODE_COLUMNS],
        pl.lit(value=True).alias(prefix + "known"),
    )
    joined = records.join(codes, on=column, how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.col(prefix + "known").fill_null(value=False))


def attach_rate(records: pl.DataFrame, tables: Tables, date: str, *, column: str = "rate_code") -> pl.DataFrame:
    """Add the rate in force on `date`: the billing number's own, else its agency's, else the table's.

    The narrowest agency_rates row that covers the date wins; what it leaves blank (unit_rate, markup_pct) comes
    from the table, column by column; 0 is a value. An agreed unit_rate makes the code FLAT. fee_rate_code and the
    per-mile part always come from the table.

    Needs: billing_number and agency_code (see `attach_account`).
    Adds: unit_rate, per_mile_rate, mile_method, markup_pct, fee_rate_code, tier_method (FLAT when blank),
    package_size, rate_valid_from and approval_ref (of the row that gave the price), table_valid_from (of the rates
    row, the key of rate_tiers), markup_valid_from and markup_approval_ref (of the row that gave the mark-up),
    has_rate (Boolean: some row covers the date).
    """
    table = {name: f"_table_{name}" for name in _RATE_COLUMNS}
    found = in_force(records, tables["rates"], on={column: "rate_code"}, date=date, take=table)
    agreed = tables["agency_rates"]
    wanted = ("unit_rate", "markup_pct", "approval_ref", "valid_from")
    found = in_force(
        found,
        agreed.filter(pl.col("billing_number").is_not_null()),
        on={"billing_number": "billing_number", "agency_code": "agency_code", column: "rate_code"},
        date=date,
        take={name: f"_number_{name}" for name in wanted},
    )
    found = in_force(
        found,
        agreed.filter(pl.col("billing_number").is_null()),
        on={"agency_code": "agency_code", column: "rate_code"},
        date=date,
        take={name: f"_agency_{name}" for name in wanted},
    )
    by_number = pl.col("_number_valid_from").is_not_null()

    def narrowest(name: str) -> pl.Expr:
        return pl.when(by_number).then(pl.col(f"_number_{name}")).otherwise(pl.col(f"_agency_{name}"))

    is_agreed = narrowest("unit_rate").is_not_null()
    is_agreed_markup = narrowest("markup_pct").is_not_null()
    return found.with_columns(
        unit_rate=pl.coalesce(narrowest("unit_rate"), pl.col("_table_unit_rate")),
        markup_pct=pl.coalesce(narrowest("markup_pct"), pl.col("_table_markup_pct")),
        per_mile_rate=pl.col("_table_per_mile_rate"),
        mile_method=pl.col("_table_mile_method"),
        fee_rate_code=pl.col("_table_fee_rate_code"),
        tier_method=pl.when(is_agreed).then(pl.lit("FLAT")).otherwise(pl.col("_table_tier_method").fill_null("FLAT")),
        package_size=pl.col("_table_package_size"),
        rate_valid_from=pl.when(is_agreed)
        .then(narrowest("valid_from"))
        .otherwise(pl.coalesce(pl.col("_table_valid_from"), narrowest("valid_from"))),
        approval_ref=pl.when(is_agreed)
        .then(narrowest("approval_ref"))
        .otherwise(pl.coalesce(pl.col("_table_approval_ref"), narrowest("approval_ref"))),
        markup_valid_from=pl.when(is_agreed_markup).then(narrowest("valid_from")).otherwise(pl.col("_table_valid_from")),
        markup_approval_ref=pl.when(is_agreed_markup).then(narrowest("approval_ref")).otherwise(pl.col("_table_approval_ref")),
        table_valid_from=pl.col("_table_valid_from"),
        has_rate=pl.col("_table_valid_from").is_not_null() | is_agreed,
    ).drop(pl.selectors.starts_with("_table_", "_number_", "_agency_"))
