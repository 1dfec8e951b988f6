"""Bill network data circuits: one monthly row per circuit and owner, one row per one-time charge."""

from typing import Final

import polars as pl

from billing.findings import gather
from billing.frames import Billed, Earlier, Tables
from billing.inventory_audit import audit_circuit_shapes, audit_contracts, audit_negative, audit_orders
from billing.mileage import miles
from billing.periods import Period
from billing.policy import Policy
from billing.recurring import Inventory, bill_inventory

_ENDS: Final = ("a_v", "a_h", "z_v", "z_h")
_GRID: Final = 1_000_000  # no V or H coordinate comes near it


def bill_circuits(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a month's circuits (see `bill_inventory`).

    A monthly price is mrc_override, else unit_rate + per_mile_rate x miles; miles are ioc_miles, else the distance
    of the A and Z coordinates by the rate's method (FCC10 when it names none). nrc_amount bills whole in the period
    of nrc_date, in service or not; one dated in another period bills nothing.
    """
    return bill_inventory(CIRCUITS, records, tables, period, policy, earlier)


def _parts(inventory: pl.DataFrame, period: Period) -> pl.DataFrame:
    marks = {"sub": pl.lit(""), "is_line": pl.lit(value=True), "lines": pl.lit(1, pl.Int64)}
    monthly = inventory.filter(pl.col("days") > 0).with_columns(
        component=pl.lit("MRC"), part_column=pl.lit("rate_code"), flat=pl.col("mrc_override"), **marks
    )
    day = pl.col("nrc_date")
    due = day.is_between(pl.lit(period.first_day), pl.lit(period.last_day)) & (pl.col("nrc_amount") != 0)
    once = inventory.filter(due).with_columns(
        component=pl.lit("NRC"), part_column=pl.lit("rate_code"), flat=pl.col("nrc_amount"), start_date=day,
        stop_date=day.dt.offset_by("1d"), days=pl.lit(1, pl.Int64), **marks,
    )  # fmt: skip
    return pl.concat([monthly, once])


def _miles(parts: pl.DataFrame) -> pl.Series:
    """Miles of each part: as given, else by coordinates; null where neither can be known or no rate asks for them."""
    given = pl.when(pl.col("ioc_miles") >= 0).then(pl.col("ioc_miles"))
    asked = (pl.col("per_mile_rate") != 0).fill_null(value=False) & given.is_null()
    on_grid = pl.all_horizontal([pl.col(name).abs() < _GRID for name in _ENDS]).fill_null(value=False)
    routes = parts.filter(asked & on_grid).select("mile_method", *_ENDS).unique()
    known = routes.with_columns(_far=miles(pl.col("mile_method"), *map(pl.col, _ENDS)))
    on = ["mile_method", *_ENDS]
    found = parts.select(*on, _given=given).join(known, on=on, how="left", validate="m:1", nulls_equal=True, maintain_order="left")
    return found.select(pl.coalesce("_given", "_far").alias("miles")).to_series()


def _audit(inventory: pl.DataFrame, _tables: Tables, period: Period) -> pl.DataFrame:
    return gather(
        audit_negative(inventory, "mrc_override"),
        audit_negative(inventory, "nrc_amount"),
        audit_orders(inventory),
        audit_circuit_shapes(inventory),
        audit_contracts(inventory, period),
    )


CIRCUITS: Final = Inventory(
    feed="circuits",
    item=pl.col("circuit_id"),
    label=pl.col("circuit_id"),
    start="billing_start_date",
    stop="disconnect_date",
    parts=_parts,
    audit=_audit,
    miles=_miles,
)
