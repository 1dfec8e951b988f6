"""The stock book and the billed issues that a month's stock records meet again, however old they are."""

import dataclasses

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import Earlier, StockForward, Tables
from billing.stock_forward import ISSUED, related
from billing.stock_ledger import MOVEMENT_COLUMNS
from pipelines.history import Known, frame_hash, read_history
from pipelines.past import Past

_MOVES = ("ISSUE", "RETURN")
_PLACE = ["period", "source_file", "source_line"]
_STANDS_ON = ("charge_id", "base_charge_id", "original_charge_id")


def stock_forward(past: Past, records: pl.DataFrame, tables: Tables, earlier: Earlier) -> Earlier:
    """What was before, with the stock book brought forward to a month's records.

    Where no posted month hands the book on, or stock_opening is not the one that it started from, all that was ever
    moved is there instead.

    Args:
        records: the month's stock records.
        earlier: see `Past.recall`.
    """
    forward = _forward(past, records, tables, earlier)
    if forward is not None:
        return dataclasses.replace(earlier, stock=forward)
    every = past.records("stock", list(past.months))
    return dataclasses.replace(earlier, records={**earlier.records, **({} if every is None else {"stock": every})}, stock=None)


def _forward(past: Past, records: pl.DataFrame, tables: Tables, earlier: Earlier) -> StockForward | None:
    if past.history is None or past.history.stock_opening != frame_hash(tables["stock_opening"]):
        return None
    through = str(past.history.months[-1].period)
    since = earlier.of("stock").filter((pl.col("outcome") == "BILLED") & (pl.col("period") > through))
    names = ["source_record_id", "original_txn_id", "serial_no"]
    asked = pl.concat([records.select(names), since.select(names).collect()])
    try:
        moves = _moves(past)
        return StockForward(through, past.history.frame("positions"), related(asked, moves).select(*MOVEMENT_COLUMNS, "period", "average"))
    except ReconciliationError:
        return None  # something that was handed on is gone or changed; the months themselves are entered


def _moves(past: Past) -> pl.LazyFrame:
    """Every issue and return that was handed on, with what issues cost."""
    months = list(past.history.months) if past.history else []
    scans, left = past.of_chunks("stock_moves", months)
    return pl.concat([*scans, *[moves_of(each, issued_in(past, each)) for each in left]])


def issued_in(past: Past, month: Known) -> pl.DataFrame:
    """ISSUED of a posted month, as it handed it on.

    Raises:
        ReconciliationError: it hands nothing on, or what it did is changed.
    """
    found = read_history(past.workspace, month.period, month.issue)
    if found is None:
        raise ReconciliationError(f"{month.period} hands nothing on")
    return found.frame("issued")


def moves_of(month: Known, issued: pl.DataFrame) -> pl.LazyFrame:
    """A posted month's billed issues and returns.

    Args:
        issued: ISSUED of the month.
    """
    rows = month.stages.scan("price:stock", "records").filter((pl.col("outcome") == "BILLED") & pl.col("txn_type").is_in(_MOVES))
    joined = rows.join(issued.select(list(ISSUED)).lazy(), on=_PLACE, how="left", validate="1:1", maintain_order="left")
    return joined.select(*MOVEMENT_COLUMNS, "period", "average")


def with_old_lines(past: Past, earlier: Earlier) -> Earlier:
    """Add the bill of the older issues that the stock book brings forward: their lines, what stands on them, and the splits."""
    if not past.older:
        return earlier
    lines = _old(past, "lines")
    if earlier.stock is not None:
        old = earlier.stock.moves.filter((pl.col("txn_type") == "ISSUE") & (pl.col("period") < str(past.since)))
        if old.is_empty():
            return earlier
        issues = lines.filter(pl.col("component") == "BASE").join(old.select("source_record_id").lazy(), on="source_record_id", how="semi")
        ids = issues.select("charge_id").collect()
        lines = lines.filter(pl.any_horizontal(pl.col(name).is_in(ids["charge_id"].implode()) for name in _STANDS_ON))
    return _added(past, earlier, lines.collect())


def with_corrected(past: Past, earlier: Earlier, lines: pl.DataFrame) -> Earlier:
    """Add the older charges that a month's lines correct."""
    wanted = lines.select(charge_id="original_charge_id").drop_nulls().unique().join(earlier.charges, on="charge_id", how="anti")
    if wanted.is_empty() or not past.older:
        return earlier
    return _added(past, earlier, _old(past, "lines").join(wanted.lazy(), on="charge_id", how="semi").collect())


def _added(past: Past, earlier: Earlier, lines: pl.DataFrame) -> Earlier:
    if lines.is_empty():
        return earlier
    splits = _old(past, "splits").join(lines.select("charge_id").lazy(), on="charge_id", how="semi").collect()
    return dataclasses.replace(
        earlier,
        charges=pl.concat([lines.select(earlier.charges.columns), earlier.charges]),
        splits=pl.concat([splits.select(earlier.splits.columns), earlier.splits]),
    )


def _old(past: Past, name: str) -> pl.LazyFrame:
    """The stock lines of older months, or the splits of these."""
    scans, left = past.of_chunks(f"stock_{name}", past.older)
    return pl.concat([*scans, *[stock_of(each, name) for each in left]])


def stock_of(month: Known, name: str) -> pl.LazyFrame:
    """A month's stock lines, or the splits of these, with the period."""
    lines = month.stages.scan("month", "lines").filter(pl.col("feed") == "stock")
    if name == "lines":
        return lines
    splits = month.stages.scan("month", "splits").with_columns(period=pl.lit(str(month.period)))
    return splits.join(lines.select("charge_id"), on="charge_id", how="semi")
