"""Read a sample workspace for the tests: tables as checked frames, feeds through the gate, rows as text."""

import csv
from pathlib import Path

import polars as pl

from billing.frames import Tables, conform, table_schema
from billing.layouts import TABLES
from billing.periods import Period
from billing.policy import Policy
from inputs.gate import Gated, read_feed
from inputs.grammar import check_cells
from rates.number_plan import builtin


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables_of(root: Path) -> Tables:
    frames = {"number_plan": builtin()}
    for name, layout in TABLES.items():
        path = root / layout.folder / f"{name}.csv"
        if path.exists():
            text = pl.read_csv(path, infer_schema=False)
            assert text.columns == [column.name for column in layout.columns], name
            cells = check_cells(text, layout.columns)
            assert cells.bad.is_empty(), (name, cells.bad)
            lines = pl.int_range(2, text.height + 2, dtype=pl.Int64)
            frames[name] = conform(cells.typed.with_columns(source_file=pl.lit(path.name), source_line=lines), table_schema(name))
    return Tables(frames)


def gated(root: Path, feed: str, period: str) -> list[Gated]:
    paths = sorted((root / "inbox" / period).glob(f"{feed}_*.csv"))
    return [read_feed(path, feed, Period.parse(period), Policy()) for path in paths]
