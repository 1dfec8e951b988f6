"""The worklist as a sheet: which columns it has, what each cell shows, and which cells a person fills."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

SHEET: Final = "Worklist"
RECORD_SHEET: Final = "Record"  # hidden: which worklist this is
FORMAT: Final = "cotbill worklist 1"
LONGEST_TEXT: Final = 2000  # characters of a cell; the rest is in the mart
_UNFIT: Final = r"[\p{C}\p{Zl}\p{Zp}]"  # controls, direction marks and what no cell can hold


@dataclass(frozen=True)
class SheetColumn:
    """One column of the sheet: its heading, the worklist column it shows (none: a person fills it), kind and width."""

    heading: str
    source: str | None
    kind: Literal["text", "dollars", "count", "input"] = "text"
    width: int = 12


COLUMNS: Final = (
    SheetColumn("rank", "cause_rank", "count", 6),
    SheetColumn("code", "code", width=7),
    SheetColumn("dollars", "amount", "dollars", 14),
    SheetColumn("age in months", "age_months", "count", 9),
    SheetColumn("what is wrong; what to do", "message", width=60),
    SheetColumn("suggested field", "suggestion_field", width=16),
    SheetColumn("suggested value", "suggestion_value", width=24),
    SheetColumn("why", "suggestion_why", width=40),
    SheetColumn("action", None, "input", 14),
    SheetColumn("field", None, "input", 18),
    SheetColumn("new value", None, "input", 24),
    SheetColumn("reason", None, "input", 40),
    SheetColumn("billing number", "billing_number", width=14),
    SheetColumn("agency", "agency_code", width=9),
    SheetColumn("owner", "owner", width=14),
    SheetColumn("feed", "feed", width=14),
    SheetColumn("file", "source_file", width=30),
    SheetColumn("line", "source_line", "count", 8),
    SheetColumn("record", "source_record_id", width=18),
    SheetColumn("column", "column_name", width=16),
    SheetColumn("value found", "raw_value", width=18),
    SheetColumn("also", "also", width=12),
    SheetColumn("severity", "severity", width=9),
    SheetColumn("meaning", "meaning", width=36),
    SheetColumn("fix", "fix", width=36),
    SheetColumn("status", "status", width=9),
    SheetColumn("disposition", "disposition", width=13),
    SheetColumn("reason given before", "reason", width=30),
    SheetColumn("exception", "exception_id", width=24),
)
INPUTS: Final = tuple(column.heading for column in COLUMNS if column.kind == "input")
KEY: Final = "exception"
UNCHECKED: Final = ("rank",)  # differs between a part of the list and all of it, and decides nothing


@dataclass(frozen=True)
class WorklistFacts:
    """Which worklist a workbook holds: the period, the head of the journal and the hash of the exceptions it was made of."""

    period: str
    head: str
    exceptions_hash: str


def sheet_cells(worklist: pl.DataFrame) -> pl.DataFrame:
    """What the locked cells show, by heading, a row each in the worklist's order.

    Text that no cell can hold, or that would turn its neighbours about, shows as U+FFFD; text beyond 2,000 characters
    is cut and ends in `…`; an empty text is an empty cell.
    """
    columns = [column for column in COLUMNS if column.source is not None]
    return worklist.select(
        [_text(column.source).alias(column.heading) if column.kind == "text" else pl.col(column.source).alias(column.heading)
         for column in columns if column.source is not None]
    )  # fmt: skip


def _text(name: str) -> pl.Expr:
    clean = pl.col(name).str.replace_all(_UNFIT, "\ufffd")
    cut = pl.when(clean.str.len_chars() > LONGEST_TEXT).then(clean.str.head(LONGEST_TEXT - 1) + "…").otherwise(clean)
    return pl.when(cut != "").then(cut)
