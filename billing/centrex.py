"""Bill Centrex stations: one monthly row per station and USOC, for as many lines as its quantity says."""

from typing import Final

import polars as pl

from billing.findings import gather
from billing.frames import Billed, Earlier, Tables
from billing.ids import natural_key
from billing.inventory_audit import (
    STATION_SHAPE,
    audit_line_owner,
    audit_negative,
    audit_number_shape,
    audit_orders,
    audit_zero_quantity,
)  # fmt: skip
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from billing.recurring import Inventory, bill_inventory

_MONEY: Final = {column.name: column.dtype for column in FEEDS["circuits"].columns}["mrc_override"]


def bill_centrex(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a month's Centrex stations (see `bill_inventory`).

    An item is a station number with a USOC (its rate code where the USOC is blank). Amount = monthly price x
    quantity x share of the month; the quantity on a row is quantity x share.
    """
    return bill_inventory(CENTREX, records, tables, period, policy, earlier)


def _parts(inventory: pl.DataFrame, _period: Period) -> pl.DataFrame:
    return inventory.filter(pl.col("days") > 0).with_columns(
        component=pl.lit("MRC"), sub=pl.lit(""), is_line=pl.lit(value=True), part_column=pl.lit("rate_code"), lines=pl.col("quantity"),
        flat=pl.lit(None, _MONEY),
    )  # fmt: skip


def _audit(inventory: pl.DataFrame, tables: Tables, _period: Period) -> pl.DataFrame:
    return gather(
        audit_negative(inventory, "quantity"),
        audit_line_owner(inventory, tables, "station_no"),
        audit_orders(inventory),
        audit_number_shape(inventory, "station_no", STATION_SHAPE, "ten digits"),
        audit_zero_quantity(inventory),
    )


CENTREX: Final = Inventory(
    feed="centrex",
    item=natural_key(pl.col("station_no"), pl.coalesce("usoc", "rate_code")),
    label=pl.col("station_no"),
    start="start_date",
    stop="stop_date",
    parts=_parts,
    audit=_audit,
)
