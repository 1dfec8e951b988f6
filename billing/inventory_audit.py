"""The rules of an inventory snapshot: spans, overlaps, orders, identifiers, contracts and owners of lines."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.findings import find, gather
from billing.frames import Tables
from billing.periods import Period
from billing.wording import phrase

# Shapes of circuit identifiers (Common Language special-service and facility formats). Parts are divided by `/` or
# `.`; an omitted part still has its delimiter, save at the end. LOCAL and unnamed formats have no shape.
_CUT: Final = "[/.]"
_SERVICE: Final = rf"[A-Z0-9]{{0,2}}{_CUT}[A-Z]{{2}}[A-Z0-9]{{2}}"
_CLLI: Final = "[A-Z0-9]{8}(?:[A-Z0-9]{3})?"
CIRCUIT_SHAPES: Final = {
    "SERIAL": rf"{_SERVICE}{_CUT}[A-Z0-9]{{1,6}}{_CUT}[A-Z0-9]{{0,3}}{_CUT}[A-Z]{{2,4}}(?:{_CUT}[A-Z0-9]{{0,3}})?",
    "FACILITY": rf"[A-Z0-9]{{1,6}}{_CUT}[A-Z0-9]{{1,6}}{_CUT}{_CLLI}{_CUT}{_CLLI}",
    "TELEPHONE": rf"(?:\+?1[ .-]?)?\(?\d{{3}}\)?[ ./-]?\d{{3}}[ ./-]?\d{{4}}"
    rf"|{_SERVICE}{_CUT}\d{{3}}{_CUT}\d{{3}}{_CUT}\d{{4}}(?:{_CUT}[A-Z0-9]{{0,5}}){{0,2}}",
}
LINE_SHAPE: Final = r"\+1\d{10}"  # a VoIP line, as E.164
STATION_SHAPE: Final = r"\d{10}"


def audit_spans(inventory: pl.DataFrame, start_column: str) -> pl.DataFrame:
    """D405: stopped before it started (the clerk looks at `start_column`), or service_from after service_to."""
    start, stop = pl.col("inventory_start"), pl.col("inventory_stop")
    since, until = pl.col("service_from"), pl.col("service_to")
    turned = (start > stop).fill_null(value=False)
    asked = (since > until).fill_null(value=False)
    return gather(
        find(inventory, "D405", turned, column=start_column, raw=start, message=phrase("starts {} but stops {}", start, stop)),
        find(inventory, "D405", asked & ~turned, column="service_from",
             message=phrase("service from {} is after service to {}", since, until)),
    )  # fmt: skip


def audit_overlaps(inventory: pl.DataFrame) -> pl.DataFrame:
    """M605: two rows of one item are in force on one day, in any month; every one of them is held.

    A row that starts and stops on one day overlaps nothing; a row refused before (is_accepted false) and one whose
    dates are turned round are not looked at.
    """
    start, stop = pl.col("inventory_start"), pl.col("inventory_stop")
    filled = inventory.filter(pl.col("is_accepted") & (stop.is_null() | (start < stop)))
    ends = stop.fill_null(pl.date(9999, 12, 31))
    ordered = filled.sort("item", "inventory_start", "source_file", "source_line").with_columns(_end=ends)
    reached = pl.col("_end").cum_max().over("item").shift(1).over("item")
    following = start.shift(-1).over("item")
    meets = (start < reached).fill_null(value=False) | (following < pl.col("_end")).fill_null(value=False)
    return find(
        ordered, "M605", meets, column=None, raw=pl.col("label"),
        message=phrase("{} is in the inventory twice on one day: this row runs {} to {}", "label", start,
                          stop.cast(pl.String).fill_null("now")),
    )  # fmt: skip


def audit_orders(inventory: pl.DataFrame) -> pl.DataFrame:
    """M606: in service without an order and without a ticket."""
    return find(
        inventory.filter(pl.col("days") > 0), "M606", pl.col("order_no").is_null() & pl.col("ticket_no").is_null(),
        column="order_no", message=phrase("{} is in service without an order or ticket", pl.col("label")),
    )  # fmt: skip


def audit_circuit_shapes(inventory: pl.DataFrame) -> pl.DataFrame:
    """M607: circuit_id has not the shape of its id_format; LOCAL and blank formats have none."""
    found = [
        find(
            inventory.filter(pl.col("id_format") == id_format), "M607", ~pl.col("circuit_id").str.contains(f"(?i)^(?:{shape})$"),
            column="circuit_id", message=phrase("{} is not a circuit ID of format {}", pl.col("circuit_id"), pl.lit(id_format)),
        )
        for id_format, shape in CIRCUIT_SHAPES.items()
    ]  # fmt: skip
    return gather(*found)


def audit_number_shape(inventory: pl.DataFrame, column: str, shape: str, wanted: str) -> pl.DataFrame:
    """M607: the telephone number in `column` has not the shape; `wanted` says it in words."""
    return find(
        inventory, "M607", ~pl.col(column).str.contains(f"^(?:{shape})$"), column=column,
        message=phrase("{} is not {}", pl.col(column), pl.lit(wanted)),
    )  # fmt: skip


def audit_contracts(inventory: pl.DataFrame, period: Period) -> pl.DataFrame:
    """M608: the contract ended before the period, the item is still in service."""
    ended = (pl.col("contract_end") < pl.lit(period.first_day)).fill_null(value=False)
    return find(
        inventory.filter(pl.col("days") > 0), "M608", ended, column="contract_end",
        message=phrase("the contract of {} ended on {}", pl.col("label"), pl.col("contract_end")),
    )  # fmt: skip


def audit_line_owner(inventory: pl.DataFrame, tables: Tables, number: str) -> pl.DataFrame:
    """A104: call_owners lists the telephone number in column `number` under another agency's billing number.

    A call owner is found by the number as written, else by its last ten digits (a leading +1 or 1 taken off).
    Needs agency_code; rows without an agency or out of service are not decided.
    """
    numbers = tables["call_owners"].filter(pl.col("key_kind") == "NUMBER")
    live = inventory.filter((pl.col("days") > 0) & pl.col("agency_code").is_not_null())
    ten = live.with_columns(_ten=pl.col(number).str.replace(r"^\+?1(\d{10})$", "${1}"))
    owned = in_force(ten, numbers, on={number: "key"}, date="start_date", take={"billing_number": "_as_written"})
    owned = in_force(owned, numbers, on={"_ten": "key"}, date="start_date", take={"billing_number": "_by_ten"})
    owned = owned.with_columns(_owner=pl.coalesce("_as_written", "_by_ten"))
    owned = in_force(
        owned, tables["billing_numbers"], on={"_owner": "billing_number"}, date="start_date", take={"agency_code": "_owner_agency"}
    )
    differs = (pl.col("_owner_agency") != pl.col("agency_code")).fill_null(value=False)
    return find(
        owned, "A104", differs, column="billing_number",
        message=phrase("billed to agency {}, but the calls of {} belong to agency {}", "agency_code", number, "_owner_agency"),
    )  # fmt: skip


def audit_negative(inventory: pl.DataFrame, column: str) -> pl.DataFrame:
    """Q301: a negative quantity, price or one-time charge; an inventory bears no credits."""
    return find(
        inventory, "Q301", (pl.col(column) < 0).fill_null(value=False), column=column,
        message=phrase("{} of {} is negative: {}", pl.lit(column), pl.col("label"), pl.col(column)),
    )  # fmt: skip


def audit_zero_quantity(inventory: pl.DataFrame) -> pl.DataFrame:
    """Q302: in service with quantity 0; bills 0.00."""
    return find(
        inventory.filter(pl.col("days") > 0), "Q302", (pl.col("quantity") == 0).fill_null(value=False), column="quantity",
        message=phrase("{} has quantity 0", pl.col("label")),
    )  # fmt: skip
