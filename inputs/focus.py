"""Turn a FOCUS 1.0 cloud cost file into a normal pass_through feed; the original is kept beside it.

Source: FinOps Open Cost and Usage Specification 1.0: BilledCost, charge periods with an exclusive end in UTC.
"""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

import polars as pl

from billing.effective import in_force
from billing.errors import BillingError, InputError, Location, RefusalsError
from billing.frames import Tables
from billing.ids import SEPARATOR
from billing.periods import Period
from inputs.csv_rows import Rows, split_csv
from inputs.durable import write_whole
from inputs.feed_writer import write_feed
from inputs.headers import match_header
from inputs.inbox import ORIGINALS
from inputs.text_file import read_bytes, shown, text_body

ADAPTER: Final = "focus-1.0"
PRODUCER: Final = "focus-adapter"
GroupBy = Literal["invoice", "service", "account"]
_NULL: Final = "NULL"  # how the format writes a missing value
_DEMANDED: Final = ("BilledCost", "BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart", "InvoiceIssuerName")
_OPTIONAL: Final = ("BillingCurrency", "ChargeCategory", "ChargeDescription", "InvoiceId", "ServiceName", "SubAccountId")
_COST: Final = r"^-?[0-9]{1,12}(\.[0-9]{1,12}0*)?$"
_TIME: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|\+00:00)?$"
_MIDNIGHT: Final = r"^.{10}[ T]00:00:00"
_TIMES: Final = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
_CURRENCY: Final = "USD"
_MOST_LINES: Final = 20
_DESCRIPTION_LIMIT: Final = 120
_CODE_LIMIT: Final = 40
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.csv", re.ASCII)


@dataclass(frozen=True)
class FocusResult:
    """What the adapter wrote."""

    path: Path
    original: Path
    row_count: int
    cost: Decimal  # exact sum of BilledCost
    unmapped_rows: int
    unmapped_accounts: tuple[tuple[str, str | None], ...]  # vendor_code, account


def adapt_focus(
    path: Path,
    inbox: Path,
    period: Period,
    tables: Tables,
    sequence: int,
    received_on: dt.date,
    *,
    vendor_code: str | None = None,
    group_by: GroupBy = "invoice",
    billing_number: str | None = None,
    rate_code: str | None = None,
) -> FocusResult:
    """Write `inbox/<period>/pass_through_<period>_<seq>.csv` from a FOCUS file, each cost with all its decimals.

    The issuer's vendor code comes from vendors (by name), else from its name in capitals. The account is looked up
    in vendor_accounts on the day the charge starts; a row of an unknown account is written without a billing number
    and is held by A101, never lost. Rows of one issuer and billing period share one vendor invoice.

    Rows: one for each row of the original.

    Args:
        path: the FOCUS CSV.
        inbox: the workspace's inbox.
        period: the month it is billed in.
        tables: vendors and vendor_accounts are used.
        sequence: of the feed file.
        received_on: received_date and produced_at.
        vendor_code: take every row as this vendor's, the rows of one billing period as its one invoice.
        group_by: what is summed before it is rounded: a vendor invoice, a service or an account of it.
        billing_number: for accounts that vendor_accounts does not know.
        rate_code: the same.

    Raises:
        InputError: the file is no FOCUS file, is not in dollars, or a cost or date in it cannot be read (F006).
        RefusalsError: several such lines.
    """
    data = read_bytes(path)
    rows = split_csv(text_body(data, path.name), path.name)
    texts = _texts(rows, path.name)
    _refuse_unreadable(rows, texts, path.name)
    costs = _with_vendor(_with_dates(texts), tables, vendor_code)
    owned = in_force(
        costs, tables["vendor_accounts"], on={"vendor_code": "vendor_code", "SubAccountId": "account"}, date="service_from",
        take={"billing_number": "billing_number", "rate_code": "rate_code"},
    )  # fmt: skip
    owned = owned.with_columns(_or_given("billing_number", billing_number), _or_given("rate_code", rate_code))
    records = _records(owned, _record_ids(rows.cells), received_on, group_by, vendor_code)
    original = _keep_original(data, path.name, inbox / str(period) / ORIGINALS)
    written = write_feed(
        inbox, "pass_through", period, sequence, records, PRODUCER, f"{received_on}T00:00:00+00:00",
        extra={"adapter": ADAPTER, "original": f"{ORIGINALS}/{original.name}", "original_sha256": hashlib.sha256(data).hexdigest()},
    )  # fmt: skip
    lost = owned.filter(pl.col("billing_number").is_null())
    accounts = lost.select("vendor_code", "SubAccountId").unique().sort("vendor_code", "SubAccountId").rows()
    return FocusResult(written, original, records.height, Decimal(records["cost_amount"].sum()), lost.height, tuple(accounts))


def _texts(rows: Rows, name: str) -> pl.DataFrame:
    """The columns used, as text, with NULL and blanks as null."""
    header = match_header(rows.header, (*_DEMANDED, *_OPTIONAL), tuple((column,) for column in _DEMANDED))
    missing = [text for place, text in header.problems if place is None]
    if missing:
        raise InputError(f"is not a FOCUS 1.0 cost file: {missing[0]}", at=Location(shown(name), 1), code="F005")
    texts = pl.DataFrame([rows.cells[f"c{place}"].alias(column) for column, place in header.places.items()])
    texts = texts.with_columns(pl.lit(None, pl.String).alias(column) for column in _OPTIONAL if column not in texts.columns)
    blank = (pl.all() == _NULL) | (pl.all().str.strip_chars() == "")
    return texts.select(pl.when(~blank).then(pl.all())).with_columns(rows.cells["source_line"])


def _refuse_unreadable(rows: Rows, texts: pl.DataFrame, name: str) -> None:
    """A cost that cannot be read cannot be passed on, and a row may not be lost: the file is refused."""
    checks = [("BilledCost", pl.col("BilledCost").str.contains(_COST), "a plain number with at most 12 decimals")]
    checks += [(time, pl.col(time).str.contains(_TIME) & _day(time).is_not_null(), "a UTC time, as 2026-10-01 00:00:00") for time in _TIMES]
    checks += [
        ("InvoiceIssuerName", pl.col("InvoiceIssuerName").is_not_null(), "a name"),
        ("BillingCurrency", pl.col("BillingCurrency").fill_null(_CURRENCY) == _CURRENCY, _CURRENCY),
    ]
    faults: list[tuple[int, str]] = [(fault.line, f"row {fault.message}") for fault in rows.faults]
    for column, is_good, wanted in checks:
        for line, value in texts.filter(~is_good.fill_null(value=False)).select("source_line", column).head(_MOST_LINES).iter_rows():
            faults.append((line, f"{column}: expected {wanted}, found {'nothing' if value is None else repr(shown(value))}"))
    errors: list[BillingError] = [
        InputError(f"{text}; ask the vendor for a corrected file", at=Location(shown(name), line), code="F006")
        for line, text in sorted(faults)[:_MOST_LINES]
    ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise RefusalsError(errors)


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False, cache=False)


def _with_dates(texts: pl.DataFrame) -> pl.DataFrame:
    """Add service_from and service_to, both inclusive, and the last day of the billing period."""
    ends_at_midnight = pl.col("ChargePeriodEnd").str.contains(_MIDNIGHT)
    last_day = _day("ChargePeriodEnd") - pl.when(ends_at_midnight).then(pl.duration(days=1)).otherwise(pl.duration(days=0))
    dated = texts.with_columns(service_from=_day("ChargePeriodStart"), invoiced_on=_day("BillingPeriodEnd") - pl.duration(days=1))
    return dated.with_columns(service_to=pl.max_horizontal(last_day, "service_from"))


def _with_vendor(costs: pl.DataFrame, tables: Tables, vendor_code: str | None) -> pl.DataFrame:
    """Add vendor_code: the one given, else by name from vendors, else the issuer's name as a code."""
    slug = pl.col("InvoiceIssuerName").str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", "-").str.strip_chars("-").str.slice(0, _CODE_LIMIT)
    costs = costs.with_columns(slug=slug.str.strip_chars_end("-").replace("", "UNKNOWN"))
    if vendor_code is not None:
        return costs.with_columns(vendor_code=pl.lit(vendor_code))
    vendors = tables["vendors"].select(_name=pl.col("vendor_name").str.to_lowercase(), known="vendor_code")
    vendors = vendors.sort("known").unique("_name", keep="first", maintain_order=True)
    named = costs.with_columns(_name=pl.col("InvoiceIssuerName").str.to_lowercase())
    joined = named.join(vendors, on="_name", how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(vendor_code=pl.coalesce("known", "slug")).drop("_name", "known")


def _or_given(column: str, given: str | None) -> pl.Expr:
    return pl.coalesce(column, pl.lit(given, pl.String)).alias(column)


def _records(costs: pl.DataFrame, ids: pl.Series, received_on: dt.date, group_by: GroupBy, one_vendor: str | None) -> pl.DataFrame:
    """The pass_through columns; quantities are left out, because the format's have more decimals than ours."""
    what = pl.concat_str("ServiceName", "ChargeDescription", separator=": ", ignore_nulls=True)
    kind = pl.when(pl.col("ChargeCategory") != "Usage").then(pl.col("ChargeCategory") + " ").otherwise(pl.lit(""))
    group = {
        "invoice": pl.lit("invoice"),
        "service": pl.col("ServiceName").fill_null("no service"),
        "account": pl.col("SubAccountId").fill_null("no account"),
    }
    issuer = pl.col("slug") if one_vendor is None else pl.lit(one_vendor)
    return costs.select(
        ids.alias("source_record_id"),
        "billing_number",
        "service_from",
        "service_to",
        (kind.fill_null("") + what).str.slice(0, _DESCRIPTION_LIMIT).alias("description"),
        "vendor_code",
        pl.col("InvoiceIssuerName").alias("vendor_name"),
        pl.col("SubAccountId").alias("vendor_account"),
        pl.coalesce("InvoiceId", issuer + "-" + pl.col("BillingPeriodStart").str.slice(0, 7)).alias("vendor_invoice_no"),
        pl.col("invoiced_on").alias("vendor_invoice_date"),
        pl.int_range(1, pl.len() + 1).alias("vendor_line_no"),
        "rate_code",
        pl.col("BilledCost").str.replace(r"(\.[0-9]{12})0+$", "$1").cast(pl.Decimal(38, 12)).alias("cost_amount"),
        pl.lit(received_on).alias("received_date"),
        group[group_by].alias("charge_group"),
    )


def _record_ids(cells: pl.DataFrame) -> pl.Series:
    """Ids from a row's own content, so that its place does not matter; equal rows are numbered."""
    content = cells.drop("source_line").select(pl.concat_str(pl.all().fill_null(""), separator=SEPARATOR).alias("content"))
    numbered = content.with_columns(nth=pl.int_range(pl.len()).over("content"))
    return pl.Series(
        [f"FOCUS-{hashlib.sha256(f'{text}{SEPARATOR}{nth}'.encode()).hexdigest()[:24]}" for text, nth in numbered.iter_rows()],
        dtype=pl.String,
    )


def _keep_original(data: bytes, name: str, folder: Path) -> Path:
    """Keep the vendor's file byte for byte; a name that is not plain is replaced by one made of its hash."""
    if not _SAFE_NAME.fullmatch(name):
        name = f"focus-{hashlib.sha256(data).hexdigest()[:12]}.csv"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / name
    if not kept.exists() or read_bytes(kept) != data:
        write_whole(kept, data)
    return kept
