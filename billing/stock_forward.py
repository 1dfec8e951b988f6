"""Bring the stock book forward from month to month, so that no month enters every movement ever made again."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.frames import Earlier, StockForward, Tables, conform
from billing.money import QUANTITY, RATE
from billing.stock_ledger import MOVEMENT_COLUMNS, Issued, Ledger, Movement, Position, movements, open_ledger, stock_position

POSITIONS: Final = {"warehouse": pl.String(), "item_no": pl.String(), "quantity": QUANTITY, "unit_cost": RATE}
# what an issue cost when it was entered, by its place in its period
ISSUED: Final = {"period": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "average": RATE}
_PLACE: Final = ["period", "source_file", "source_line"]


def open_book(tables: Tables, earlier: Earlier) -> Ledger:
    """Open the book as the periods before left it.

    It starts from the positions brought forward, else from stock_opening, and enters what is billed since.
    """
    past = earlier.of("stock").filter(pl.col("outcome") == "BILLED").select(*MOVEMENT_COLUMNS, "period")
    if earlier.stock is None:
        return open_ledger(tables, movements(past.collect()))
    ledger = _resume(earlier.stock)
    for move in movements(past.filter(pl.col("period") > earlier.stock.through).collect()):
        ledger.post(move)
    return ledger


def _resume(forward: StockForward) -> Ledger:
    """The book as it was brought forward: its positions, and the issues that are asked for with what came back of them."""
    ledger = Ledger()
    averages = {(period, file, line): average for period, file, line, average in forward.moves.select(list(ISSUED)).rows()}
    for move in movements(forward.moves.select(*MOVEMENT_COLUMNS, "period")):
        if move.txn_type == "ISSUE":
            ledger.put_out(move, averages[move.period, move.source_file, move.source_line])
        else:
            ledger.take_back(move, Position())  # the positions stand already
    for warehouse, item_no, quantity, average in forward.positions.select(list(POSITIONS)).rows():
        ledger.positions[warehouse, item_no] = Position(quantity, average)
    return ledger


def related(records: pl.DataFrame, past: pl.LazyFrame) -> pl.DataFrame:
    """The issues and returns of a past that stock records may meet: what they return, what went out with their serials.

    Args:
        records: stock records that will be entered.
        past: BILLED stock records with MOVEMENT_COLUMNS, period and more; its columns are returned.

    Rows: issues once each, every return of them.
    """
    issues = past.filter(pl.col("txn_type") == "ISSUE")
    originals = records.select(source_record_id="original_txn_id").drop_nulls().unique()
    named = issues.join(originals.lazy(), on="source_record_id", how="semi").collect()
    serials = pl.concat([frame.select("serial_no").drop_nulls() for frame in (records, named)]).unique()
    touched = issues.join(serials.lazy(), on="serial_no", how="semi").collect()
    every = pl.concat([named, touched]).unique(_PLACE, keep="first", maintain_order=True)
    ids = every.select(original_txn_id="source_record_id").unique()
    returns = past.filter(pl.col("txn_type") == "RETURN").join(ids.lazy(), on="original_txn_id", how="semi").collect()
    return pl.concat([every, returns])


def bring_forward(tables: Tables, earlier: Earlier, billed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Enter a period's billed stock records: the book as it leaves them.

    Args:
        earlier: what was before, as for `open_book`.
        billed: the period's BILLED stock records with their period.

    Returns: POSITIONS of every item ever moved; ISSUED, the cost at which each issue of the period was entered.
    """
    ledger = open_book(tables, earlier)
    now = movements(billed.select(*MOVEMENT_COLUMNS, "period"))
    for move in now:
        ledger.post(move)
    rows = [_issued(move, ledger.issues[move.source_record_id]) for move in now if move.txn_type == "ISSUE"]
    return conform(stock_position(ledger), POSITIONS), pl.DataFrame(rows, schema=ISSUED, orient="row")


def _issued(move: Movement, issue: Issued) -> tuple[str, str, int, Decimal]:
    return move.period, move.source_file, move.source_line, issue.average
