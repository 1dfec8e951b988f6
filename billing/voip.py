"""Bill digital and VoIP phones: the line, its handset and each feature, each a monthly row of its own."""

from typing import Final

import polars as pl

from billing.findings import find, gather
from billing.frames import Billed, Earlier, Tables
from billing.inventory_audit import LINE_SHAPE, audit_line_owner, audit_negative, audit_number_shape
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from billing.recurring import Inventory, bill_inventory
from billing.wording import phrase

_MONEY: Final = {column.name: column.dtype for column in FEEDS["voip"].columns}["mrc_override"]


def bill_voip(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a month's VoIP lines (see `bill_inventory`).

    The handset's rate code is its device_model; a blank one makes no row. Features and handset start and stop with
    the line and have their own rate and proration; mrc_override is the line's alone. A feature listed twice on one
    line bills once and is found (M605, as a warning). Lines name no order, so M606 is not asked of them.
    """
    return bill_inventory(VOIP, records, tables, period, policy, earlier)


def _parts(inventory: pl.DataFrame, _period: Period) -> pl.DataFrame:
    live = inventory.filter(pl.col("days") > 0).with_columns(component=pl.lit("MRC"), lines=pl.lit(1, pl.Int64))
    none = pl.lit(None, _MONEY)
    line = live.with_columns(sub=pl.lit(""), is_line=pl.lit(value=True), part_column=pl.lit("rate_code"), flat=pl.col("mrc_override"))
    model = pl.col("device_model").str.strip_chars().str.to_uppercase()
    handset = live.filter(pl.col("device_model").is_not_null()).with_columns(
        sub=pl.lit("HANDSET"), is_line=pl.lit(value=False), part_column=pl.lit("device_model"), flat=none, rate_code=model
    )
    listed = live.with_columns(_code=_features().list.unique(maintain_order=True)).explode("_code")
    feature = listed.filter(pl.col("_code").is_not_null()).with_columns(
        sub=phrase("FEATURE {}", "_code"), is_line=pl.lit(value=False), part_column=pl.lit("features"), flat=none,
        rate_code=pl.col("_code"),
    )  # fmt: skip
    return pl.concat([line, handset, feature.drop("_code")])


def _features() -> pl.Expr:
    """The rate codes of `features`, `;` between; null stays null."""
    codes = pl.col("features").str.split(";").list.eval(pl.element().str.strip_chars().str.to_uppercase())
    return codes.list.eval(pl.element().filter(pl.element() != ""))


def _audit(inventory: pl.DataFrame, tables: Tables, _period: Period) -> pl.DataFrame:
    live = inventory.filter((pl.col("days") > 0) & pl.col("features").is_not_null())
    return gather(
        audit_negative(inventory, "mrc_override"),
        audit_line_owner(inventory, tables, "line_id"),
        audit_number_shape(inventory, "line_id", LINE_SHAPE, "a number as +1 and ten digits"),
        find(
            live, "M605", _features().list.len() != _features().list.n_unique(), column="features", severity="WARN",
            message=phrase("{} lists a feature twice; it is billed once", pl.col("line_id")),
        ),
    )  # fmt: skip


VOIP: Final = Inventory(
    feed="voip",
    item=pl.col("line_id"),
    label=pl.col("line_id"),
    start="start_date",
    stop="stop_date",
    parts=_parts,
    audit=_audit,
)
