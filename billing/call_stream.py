"""Calls by the million: encode the clean, charged calls of one file at a time into numbers that are rated later.

What is held or doubtful is left to `bill_calls`; this path keeps what re-rating needs and no more.
"""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from billing.call_audit import audit_holds
from billing.call_encode import Rates, encode
from billing.call_facts import state_calls
from billing.call_rating import ENCODED
from billing.frames import Tables, conform
from billing.periods import Period
from billing.policy import Policy

LINES: Final[dict[str, pl.DataType]] = {"billing_number": pl.String(), "charge_number": pl.String(), "line": pl.UInt32()}
_KEY: Final = ("billing_number", "charge_number")


@dataclass(frozen=True)
class Lines:
    """The lines met so far, numbered in the order they were met. table: LINES."""

    table: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LINES))

    def meet(self, pairs: pl.DataFrame) -> "Lines":
        """Number the pairs of billing number and charge number that are new."""
        new = pairs.select(_KEY).unique().join(self.table, on=_KEY, how="anti").sort(_KEY)
        first = self.table.height
        numbered = new.with_columns(line=pl.int_range(first, first + new.height, dtype=pl.UInt32, eager=True))
        return Lines(pl.concat([self.table, numbered]))

    def of(self, pairs: pl.DataFrame) -> pl.Series:
        """The line of each pair; null for one that was never met."""
        return pairs.select(_KEY).join(self.table, on=_KEY, how="left", validate="m:1", maintain_order="left")["line"]


def encode_clean(
    records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, rates: Rates, lines: Lines
) -> tuple[pl.DataFrame, pl.DataFrame, Lines]:
    """Encode the calls of one file that are charged and that no rule holds.

    Args:
        records: record_schema("long_distance"), each record once.
        lines: those of the files before.

    Returns: ENCODED in the records' order, the FINDINGS that hold the others, and the lines with this file's own.
    """
    encoded = encode(records, tables, policy, rates)
    stated = state_calls(records, encoded, rates)
    holds = audit_holds(stated, encoded, rates, tables, period, policy)
    is_clean = stated["is_charged"] & stated["is_rated"] & stated["is_owned"]
    if not holds.is_empty():
        held = holds.filter(pl.col("severity") == "HOLD")["source_line"].unique()
        is_clean &= ~records["source_line"].is_in(held.implode())
    known = lines.meet(encoded.owners.filter(pl.col("billing_number").is_not_null()))
    line_of = known.of(encoded.owners)
    clean = stated.select("owner", "plan_row", "day", "billed_seconds").filter(is_clean)
    numbered = clean.select(
        line=line_of.gather(clean["owner"]), plan_row="plan_row", day="day", billed_seconds=pl.col("billed_seconds").cast(pl.Int32)
    )
    return conform(numbered, ENCODED), holds, known
