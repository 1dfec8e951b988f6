"""Charge rows of calls: one per billing number, charge number, rate code and month, and the calls behind each."""

from typing import Final

import polars as pl

from billing.call_encode import Encoded, Rates
from billing.call_kernel import to_dollars
from billing.call_rating import ENCODED, Bounds, month_of, rate_calls
from billing.charges import finish
from billing.errors import ReconciliationError
from billing.fees import markup_rows
from billing.frames import BRIDGE, CALLS, SOURCE, Tables, conform
from billing.ids import natural_key
from billing.money import QUANTITY, RATE_PLACES, Exact
from billing.number_text import number_text
from billing.periods import Period
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.wording import phrase

_GROUP: Final = ("line", "code", "month")
_MICROS: Final = 10**RATE_PLACES
_MINUTE_SECONDS: Final = 60
_MARKUP: Final = ("markup_pct", "fee_rate_code", "markup_valid_from", "markup_approval_ref")


def charge_calls(
    calls: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables, period: Period
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Make the charge rows of clean, charged calls, and their mark-ups.

    A row's quantity is its billed minutes where the rate code's unit is MINUTE, else its number of calls. Its mark-up
    is the one in force on its last call's day.

    Args:
        calls: priced calls that are owned, priced and not held.

    Returns: CHARGES, the FEE rows beside them (CHARGES), and the calls with charge_id (null where their row comes to
    0.00) and quantity.

    Raises:
        ReconciliationError: the rows do not add up to the calls.
    """
    owners, codes = encoded.owners, rates.codes
    lines = owners.select("billing_number", "charge_number").unique().sort("billing_number", "charge_number").with_row_index("line")
    on = ["billing_number", "charge_number"]
    line_of = owners.select(on).join(lines, on=on, how="left", validate="m:1", maintain_order="left", nulls_equal=True)["line"]
    grouped = calls.with_columns(
        line=line_of.gather(calls["owner"]), code=codes.codes.gather(calls["plan_row"]), month=month_of(pl.col("call_date"))
    )
    rated = rate_calls(grouped.lazy().select(list(ENCODED)), rates.prices, codes, _bounds(grouped))
    if rated["amount_micros"].sum() != grouped["amount_micros"].cast(pl.Int128).sum() or rated["calls"].sum() != calls.height:
        raise ReconciliationError("rows of calls do not add up to their calls")
    named = pl.concat(
        [rated, lines.drop("line")[rated["line"]], pl.DataFrame({"rate_code": codes.rate_codes.gather(rated["code"])})], how="horizontal"
    )
    priced = _with_rate(named, tables)
    rows = finish(_columns(priced, grouped, period), period)
    marks = priced.select(*_MARKUP, natural_key=_key())
    fees = markup_rows(rows.join(marks, on="natural_key", how="left", validate="1:1"), tables, period)
    minutes = rows.filter(pl.col("uom") == "MINUTE")["charge_id"]
    ids = named.with_columns(natural_key=_key()).join(rows.select("natural_key", "charge_id"), on="natural_key", how="left", validate="1:1")
    keyed = grouped.join(ids.select(*_GROUP, "charge_id"), on=_GROUP, how="left", validate="m:1", maintain_order="left")
    quantity = _quantity(pl.col("charge_id").is_in(minutes.implode()), pl.lit(1), pl.col("billed_seconds"))
    return rows, fees, keyed.with_columns(quantity=quantity)


def _bounds(calls: pl.DataFrame) -> Bounds:
    if calls.is_empty():
        return Bounds(0, 0, 0, 0)
    longest, first, last = calls.select(pl.col("billed_seconds").max(), pl.col("day").min(), last=pl.col("day").max()).row(0)
    return Bounds(calls.height, longest, first, last)


def _key() -> pl.Expr:
    month = phrase("{}-{}", pl.col("month") // 12, (pl.col("month") % 12 + 1).cast(pl.String).str.zfill(2))
    return natural_key("long_distance", pl.col("billing_number"), pl.col("charge_number"), pl.col("rate_code"), month)


def _quantity(is_minute: pl.Expr, calls: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    minutes = Exact(seconds.cast(pl.Int128), pl.lit(_MINUTE_SECONDS, pl.Int128)).at(RATE_PLACES)
    return pl.when(is_minute).then(minutes).otherwise(calls.cast(QUANTITY)).cast(QUANTITY)


def _with_rate(named: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add account, code and rate in force on the last call's day."""
    dated = named.with_columns(rate_date=pl.col("last_day").cast(pl.Date), stop_date=(pl.col("last_day") + 1).cast(pl.Date))
    return attach_rate(attach_code(attach_account(dated, tables, "rate_date"), tables), tables, "rate_date")


def _columns(rows: pl.DataFrame, calls: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Name the columns as a charge row has them; a row of one call keeps that call's source."""
    alone = calls.join(rows.filter(pl.col("calls") == 1).select(_GROUP), on=_GROUP, how="semi").select(*_GROUP, *SOURCE)
    many = pl.when(pl.col("calls") == 1).then(pl.lit("1 call")).otherwise(phrase("{} calls", "calls"))
    dollars = number_text(to_dollars(pl.col("amount_micros")))
    return rows.join(alone, on=_GROUP, how="left", validate="1:1").select(
        "billing_number", "agency_code", "rate_code", "rate_date", "stop_date", "rate_valid_from", "approval_ref", *SOURCE,
        natural_key=_key(),
        stream=pl.lit("long_distance"),
        component=pl.lit("CALLS"),
        description=phrase("{}, {}: {}", pl.coalesce("code_name", "rate_code"), "charge_number", many),
        start_date=pl.col("first_day").cast(pl.Date),
        quantity=_quantity(pl.col("code_uom").eq_missing(pl.lit("MINUTE")), pl.col("calls"), pl.col("billed_seconds")),
        uom="code_uom",
        numerator="amount_micros",
        denominator=pl.lit(_MICROS, pl.Int128),
        is_prior_period=pl.col("rate_date") < pl.lit(period.first_day),
        rule=phrase("{} of {} billed seconds, each rounded by its plan row, sum {}", many, "billed_seconds", dollars),
    )  # fmt: skip


def bridge_calls(keyed: pl.DataFrame) -> pl.DataFrame:
    """One row per call that made a charge row. Returns: BRIDGE."""
    written = keyed.filter(pl.col("charge_id").is_not_null()).select("charge_id", *SOURCE, "quantity")
    return conform(written, BRIDGE).sort("charge_id", "source_file", "source_line")


def list_calls(answered: pl.DataFrame, keyed: pl.DataFrame, encoded: Encoded) -> pl.DataFrame:
    """The answered calls that are billed, for publication: no called number in them.

    Returns: CALLS sorted by call_id; charge_id null for a call whose row costs nothing.
    """
    at = ["source_file", "source_line"]
    found = answered.join(keyed.select(*at, "charge_id"), on=at, how="left", validate="1:1", maintain_order="left")
    owners, routes = encoded.owners.select("billing_number", "plan"), encoded.routes.select("destination", "jurisdiction")
    listed = pl.concat([found, owners[found["owner"]], routes[found["route"]]], how="horizontal").select(
        "charge_id", "billing_number", "connect_at", "call_date", "jurisdiction", "plan", "destination",
        call_id="source_record_id",
        billed_seconds=pl.when("is_charged").then("billed_seconds").otherwise(pl.lit(0, pl.Int64)),
        amount=to_dollars(pl.col("amount_micros")),
    )  # fmt: skip
    return conform(listed, CALLS).sort("call_id")
