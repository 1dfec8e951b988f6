"""What a published table is made of: types, columns with their meaning, words that many tables share."""

from dataclasses import dataclass
from typing import Final

import polars as pl

MONEY: Final = "DECIMAL(18,2)"
RATE: Final = "DECIMAL(18,6)"
EXACT: Final = "DECIMAL(38,12)"
TEXT: Final = "VARCHAR"
WHOLE: Final = "BIGINT"
DAY: Final = "DATE"
TIME: Final = "TIMESTAMP"
YES_NO: Final = "BOOLEAN"
POLARS: Final[dict[str, pl.DataType]] = {
    MONEY: pl.Decimal(18, 2),
    RATE: pl.Decimal(18, 6),
    EXACT: pl.Decimal(38, 12),
    TEXT: pl.String(),
    WHOLE: pl.Int64(),
    DAY: pl.Date(),
    TIME: pl.Datetime("us"),
    YES_NO: pl.Boolean(),
}


@dataclass(frozen=True)
class MartColumn:
    """One published column."""

    name: str
    sql_type: str
    comment: str


@dataclass(frozen=True)
class MartTable:
    """One published table: its grain, columns and the key it is sorted by."""

    name: str
    comment: str
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...]
    amount: str | None = None  # the money column that is added up to check the copy

    @property
    def names(self) -> tuple[str, ...]:
        """All column names in order."""
        return tuple(column.name for column in self.columns)


WORDS: Final = {
    "period": "billing period, YYYY-MM",
    "billing_number": "COT billing number; text, keeps its leading zeros",
    "agency_code": "agency that owns the billing number",
    "charge_id": "stable name of the charge row",
    "invoice_no": "invoice number",
    "rate_code": "rate code",
    "stream": "one of the nine streams of charges",
    "feed": "feed the record came in",
    "source_file": "file name the record came in",
    "source_line": "line in that file; the header is line 1",
    "source_record_id": "the record's own number in the source system",
    "valid_from": "first day in force",
    "valid_to": "first day no longer in force; null: still in force",
}


def columns(*rows: str) -> tuple[MartColumn, ...]:
    """Read `name TYPE meaning` rows; a row of names alone is text with the meanings above."""
    types = {"money": MONEY, "rate": RATE, "exact": EXACT, "text": TEXT, "whole": WHOLE, "day": DAY, "time": TIME, "yes": YES_NO}
    found = []
    for row in rows:
        name, kind, *comment = row.split(" ", 2)
        found.append(MartColumn(name, types[kind], comment[0] if comment else WORDS[name]))
    return tuple(found)


SOURCE: Final = ("feed text", "source_file text", "source_line whole", "source_record_id text")
