"""Say of each item of a month's inventory what it is, whose it is, what it costs, and what became of its record."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from billing.behind_frames import INVENTORY_ROWS
from billing.errors import ReconciliationError
from billing.frames import Tables, conform
from billing.money import DOLLARS, QUANTITY
from billing.periods import Period
from billing.record_charges import RECORD, charged, last_day, with_agency
from billing.wording import phrase

COMPONENTS: Final = ("BASE", "MRC", "NRC", "USAGE", "CREDIT", "DEBIT")
_NO_TEXT: Final = pl.lit(None, pl.String)
_NO_MONEY: Final = pl.lit(None, DOLLARS)
_ONE: Final = pl.lit(1, QUANTITY)
_ENDS: Final = (
    pl.when(pl.col("z_address").is_null()).then("a_address").otherwise(phrase("{} to {}", pl.col("a_address"), pl.col("z_address")))
)
# feed -> how its own columns are published
_KINDS: Final[dict[str, dict[str, pl.Expr]]] = {
    "circuits": {
        "item": pl.col("circuit_id"), "description": pl.coalesce("description", "service_type"), "start_date": pl.col("billing_start_date"),
        "stop_date": pl.col("disconnect_date"), "order_type": pl.col("order_type"), "order_no": pl.col("order_no"), "location": _ENDS,
        "quantity": _ONE, "mrc_override": pl.col("mrc_override"), "vendor_code": pl.col("vendor_code"),
        "vendor_account": pl.col("vendor_ban"), "vendor_mrc": pl.col("vendor_mrc"),
    },
    "voip": {
        "item": pl.col("line_id"), "description": pl.coalesce("description", "device_model", "line_kind"),
        "start_date": pl.col("start_date"),
        "stop_date": pl.col("stop_date"), "order_type": _NO_TEXT, "order_no": _NO_TEXT, "location": pl.col("location_id"), "quantity": _ONE,
        "mrc_override": pl.col("mrc_override"), "vendor_code": _NO_TEXT, "vendor_account": _NO_TEXT, "vendor_mrc": _NO_MONEY,
    },
    "centrex": {
        "item": phrase("{} {}", pl.col("station_no"), pl.coalesce("usoc", "rate_code", pl.lit(""))).str.strip_chars_end(),
        "description": pl.coalesce("description", "class_of_service"), "start_date": pl.col("start_date"),
        "stop_date": pl.col("stop_date"), "order_type": pl.col("order_type"), "order_no": pl.col("order_no"), "location": _NO_TEXT,
        "quantity": pl.col("quantity").cast(QUANTITY), "mrc_override": _NO_MONEY, "vendor_code": _NO_TEXT,
        "vendor_account": pl.col("vendor_ban"), "vendor_mrc": pl.col("vendor_mrc"),
    },
}  # fmt: skip


def inventory_rows(
    records: Mapping[str, pl.DataFrame], lines: pl.DataFrame, bridge: pl.DataFrame, tables: Tables, period: Period
) -> pl.DataFrame:
    """Publish the records of a month's inventory, carried ones too; rows that could not be read are in suspense.

    The agency is the one that was charged, else the owner of the billing number on the last day of the record's month.

    Args:
        records: feed -> its records with their outcome, BILLED HELD REJECTED DROPPED.
        lines: LINES of the month.
        bridge: BRIDGE of it.

    Rows: one a record. Returns: INVENTORY_ROWS, by feed, file and line.

    Raises:
        ReconciliationError: a charge of the inventory has no record.
    """
    parts = [pl.DataFrame(schema=INVENTORY_ROWS)]
    for feed, columns in _KINDS.items():
        mine = charged(lines, bridge.filter(pl.col("feed") == feed), feed, COMPONENTS)
        stray = mine.join(records[feed], on=RECORD, how="anti")
        if stray.height:
            raise ReconciliationError(f"{period}: {stray.height} {feed} charges are of no record; nothing is published")
        owner = mine.unique(RECORD, keep="first", maintain_order=True).select(*RECORD, "charge_agency")
        known = with_agency(records[feed], tables, last_day(period))
        rows = known.join(owner, on=RECORD, how="left", validate="1:1").select(
            *RECORD, "source_record_id", "billing_number", "rate_code", "outcome",
            period=pl.lit(str(period)), agency_code=pl.coalesce("charge_agency", "number_agency"), **columns,
        )  # fmt: skip
        parts.append(conform(rows, INVENTORY_ROWS))
    return pl.concat(parts).sort(RECORD)
