"""Calls by the million: encode the clean, charged calls of one file at a time into numbers that are rated later.

What is held or doubtful is left to `bill_calls`; this path keeps what re-rating needs and no more.
"""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from billing.call_audit import audit_holds
from billing.call_coder import Coded
from billing.call_encode import Rates, encode
from billing.call_facts import state_calls
from billing.call_kernel import billed_seconds
from billing.call_payers import Payers
from billing.call_rating import ENCODED
from billing.frames import Tables, conform
from billing.periods import Period
from billing.policy import Policy

LINES: Final[dict[str, pl.DataType]] = {"billing_number": pl.String(), "charge_number": pl.String(), "line": pl.UInt32()}
_KEY: Final = ("billing_number", "charge_number")
_IS_OWNED: Final = pl.col("billing_number").is_not_null()
_FIRST_LINE: Final = 2


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


@dataclass(frozen=True)
class Clean:
    """Calls of records that are charged and that no rule holds.

    calls: source_line, owner (a place in owners), plan_row, day, billed_seconds. owners: `attach_owner`'s columns, of all
    records. holds: FINDINGS on the others.
    """

    calls: pl.DataFrame
    owners: pl.DataFrame
    holds: pl.DataFrame


def clean_calls(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, rates: Rates) -> Clean:
    """Find the calls that are charged and that no rule holds. records: record_schema("long_distance"), each record once."""
    encoded = encode(records, tables, policy, rates)
    stated = state_calls(records, encoded, rates)
    holds = audit_holds(stated, encoded, rates, tables, period, policy)
    is_clean = stated["is_charged"] & stated["is_rated"] & stated["is_owned"]
    if not holds.is_empty():
        held = holds.filter(pl.col("severity") == "HOLD")["source_line"].unique()
        is_clean &= ~records["source_line"].is_in(held.implode())
    return Clean(stated.select("source_line", "owner", "plan_row", "day", "billed_seconds").filter(is_clean), encoded.owners, holds)


def encode_clean(
    records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, rates: Rates, lines: Lines
) -> tuple[pl.DataFrame, pl.DataFrame, Lines]:
    """Encode the calls of one file that are charged and that no rule holds.

    Args:
        records: record_schema("long_distance"), each record once.
        lines: those of the files before.

    Returns: ENCODED in the records' order, the FINDINGS that hold the others, and the lines with this file's own.
    """
    clean = clean_calls(records, tables, period, policy, rates)
    known = lines.meet(clean.owners.filter(_IS_OWNED))
    return _numbered(clean, known).select(list(ENCODED)), clean.holds, known


def encode_plain(coded: Coded, payers: Payers, rest: Clean, rates: Rates, lines: Lines) -> tuple[pl.DataFrame, Lines]:
    """Encode the plain calls of one file together with what the careful way made of its other rows.

    Args:
        coded: the plain calls; their new payers get their lines here.
        rest: of the rows that are not among them.
        lines: those of the files before.

    Returns: ENCODED in file order, and the lines with this file's own.
    """
    owners = payers.owners[coded.payers]
    known = lines.meet(pl.concat([part.select(_KEY).filter(_IS_OWNED) for part in (owners, rest.owners)]))
    payers.line_of[coded.payers] = known.of(owners).cast(pl.Int64).fill_null(-1).to_numpy()
    calls = coded.calls.select(
        line=pl.lit(pl.Series(payers.line_of)).gather("payer").cast(pl.UInt32),
        plan_row=pl.col("plan_row").cast(pl.UInt32),
        day="day",
        billed_seconds=billed_seconds(rates.prices, pl.col("plan_row"), pl.col("seconds")).cast(pl.Int32),
    )
    if rest.calls.is_empty():
        return conform(calls, ENCODED), known
    both = pl.concat([calls.with_columns(source_line=coded.calls["row"].cast(pl.Int64) + _FIRST_LINE), _numbered(rest, known)])
    return conform(both.sort("source_line").drop("source_line"), ENCODED), known


def _numbered(clean: Clean, lines: Lines) -> pl.DataFrame:
    """ENCODED and source_line."""
    calls = clean.calls
    return calls.select(
        line=lines.of(clean.owners).gather(calls["owner"]), plan_row="plan_row", day="day",
        billed_seconds=pl.col("billed_seconds").cast(pl.Int32), source_line="source_line",
    )  # fmt: skip
