"""Roll a month's stock forward: what each warehouse held of an item, what moved, what it holds, in units and at average cost."""

from typing import Final

import polars as pl

from billing.behind_frames import STOCK_ROWS
from billing.errors import ReconciliationError
from billing.frames import Earlier, Tables, conform
from billing.money import CENT_PLACES, DOLLARS, QUANTITY, RATE_PLACES, Exact, total
from billing.periods import Period
from billing.record_charges import RECORD, charged
from billing.stock_forward import open_book
from billing.stock_ledger import MOVEMENT_COLUMNS, movements, stock_position

_PLACE: Final = ["warehouse", "item_no"]
_NONE: Final = pl.lit(0, QUANTITY)
_IS_DEFECTIVE: Final = pl.col("condition").eq_missing(pl.lit("DEFECTIVE"))
_MOVED: Final = {
    "received": pl.col("txn_type") == "RECEIPT",
    "issued": pl.col("txn_type") == "ISSUE",
    "returned": (pl.col("txn_type") == "RETURN") & ~_IS_DEFECTIVE,
    "defective": (pl.col("txn_type") == "RETURN") & _IS_DEFECTIVE,
    "counted": pl.col("txn_type") == "COUNT_ADJ",
    "written_off": pl.col("txn_type") == "WRITE_OFF",
}
_CHANGES: Final = ("opening", "received", "issued", "returned", "counted", "written_off")


def stock_rows(
    billed: pl.DataFrame, earlier: Earlier, opened_before: pl.DataFrame | None, lines: pl.DataFrame, bridge: pl.DataFrame, tables: Tables,
    period: Period,
) -> pl.DataFrame:  # fmt: skip
    """Enter a month's stock records in the book as the months before left it.

    closing = opening + received - issued + returned + counted - written off, in units: the records are added up beside
    the book, and both must come to the same. sum(issued_value) = the BASE rows of stock. What comes back defective is
    put nowhere. The opening is what the month before closed with, and restated_quantity where stock_opening says otherwise
    since then.

    Args:
        billed: record_schema("stock") of the month's BILLED records and period; what is held moves nothing.
        earlier: stock records of earlier periods, and the book brought forward (see `open_book`).
        opened_before: stock_opening that the month before was billed with; none: this is the first month.
        lines: LINES of the month.
        bridge: BRIDGE of it.

    Rows: one an item of a warehouse that ever held any, or lacked some. Returns: STOCK_ROWS.

    Raises:
        ReconciliationError: an equation does not hold.
    """
    ledger = open_book(tables, earlier)
    opening = stock_position(ledger)
    for move in movements(billed.select(*MOVEMENT_COLUMNS, "period")):
        ledger.post(move)
    closing = stock_position(ledger)
    moved = billed.group_by(_PLACE).agg(
        *[pl.col("quantity").filter(which).sum().cast(QUANTITY).alias(f"{name}_quantity") for name, which in _MOVED.items()],
        moves=pl.len().cast(pl.Int64),
    )
    places = _joined(_named(opening, "opening"), _named(closing, "closing"), moved)
    restated = _restated(tables["stock_opening"], opened_before)
    whole = _joined(places, restated, _issued_value(billed, lines, bridge))
    items = tables["stock_items"].select("item_no", "description")
    rows = _valued(_filled(whole), period).join(items, on="item_no", how="left", validate="m:1")
    seen = pl.any_horizontal(pl.col("opening_cost", "closing_cost").is_not_null(), pl.col("moves") > 0, pl.col("restated_quantity") != 0)
    known = conform(rows.select(list(STOCK_ROWS)), STOCK_ROWS).sort(_PLACE)
    _check(known, lines, period)
    return known.filter(seen | (pl.col("opening_quantity") != 0))


def _named(book: pl.DataFrame, name: str) -> pl.DataFrame:
    return book.rename({"quantity": f"{name}_quantity", "unit_cost": f"{name}_cost"})


def _joined(*parts: pl.DataFrame) -> pl.DataFrame:
    """Every place of any part once."""
    whole = pl.concat([part.select(_PLACE) for part in parts]).unique().sort(_PLACE)
    for part in parts:
        whole = whole.join(part, on=_PLACE, how="left", validate="1:1", maintain_order="left")
    return whole


def _restated(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """What stock_opening holds more or less than when the month before was billed."""
    old = now if before is None else before
    parts = [now.select(*_PLACE, quantity="quantity"), old.select(*_PLACE, quantity=-pl.col("quantity"))]
    return pl.concat(parts).group_by(_PLACE).agg(restated_quantity=pl.col("quantity").sum().cast(QUANTITY))


def _issued_value(billed: pl.DataFrame, lines: pl.DataFrame, bridge: pl.DataFrame) -> pl.DataFrame:
    """What was charged for issues of each place, before fees."""
    mine = charged(lines, bridge, "stock", ("BASE",)).join(billed.select(*RECORD, *_PLACE), on=RECORD, how="inner", validate="1:1")
    return mine.group_by(_PLACE).agg(issued_value=pl.col("charge_amount").sum().cast(DOLLARS))


def _filled(whole: pl.DataFrame) -> pl.DataFrame:
    """Where nothing is known of a place, nothing was there and nothing moved; a cost that is not known stays unknown."""
    units = [name for name in STOCK_ROWS if name.endswith("_quantity")]
    return whole.with_columns(
        *[pl.coalesce(name, _NONE).alias(name) for name in units],
        issued_value=pl.coalesce("issued_value", pl.lit(0, DOLLARS)),
        moves=pl.coalesce("moves", pl.lit(0, pl.Int64)),
    )


def _valued(whole: pl.DataFrame, period: Period) -> pl.DataFrame:
    def value(name: str) -> pl.Expr:
        units = pl.col(f"{name}_quantity")
        dollars = Exact.of(units, RATE_PLACES).times(pl.col(f"{name}_cost"), RATE_PLACES).at(CENT_PLACES)
        return pl.when(units == 0).then(pl.lit(0, DOLLARS)).otherwise(dollars).alias(f"{name}_value")

    return whole.with_columns(value("opening"), value("closing"), period=pl.lit(str(period)))


def _check(rows: pl.DataFrame, lines: pl.DataFrame, period: Period) -> None:
    opening, received, issued, returned, counted, written_off = (pl.col(f"{name}_quantity") for name in _CHANGES)
    off = rows.filter(pl.col("closing_quantity") != opening + received - issued + returned + counted - written_off)
    if off.height:
        warehouse, item = off.select(_PLACE).row(0)
        raise ReconciliationError(f"{period}: {item} in {warehouse} does not close with what moved; nothing is published")
    charged_for = total(lines.filter((pl.col("stream") == "stock") & (pl.col("component") == "BASE"))["amount"])
    if total(rows["issued_value"]) != charged_for:
        raise ReconciliationError(
            f"{period}: issues come to {total(rows['issued_value'])}, stock to {charged_for}; nothing is published", code="V013"
        )
