"""The shapes of the frames that pass between rooms, written once and checked at each boundary."""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import polars as pl

from billing.behind_frames import Behind
from billing.book_frames import ADJUSTMENTS, APPROVALS, DISPUTES
from billing.errors import ReconciliationError
from billing.interface_frames import ANSWERED
from billing.layouts import FEEDS, TABLES
from billing.money import DOLLARS, EXACT, QUANTITY, RATE

# Where a record came from; every record, charge source and finding carries it.
SOURCE: Final = {
    "feed": pl.String(),
    "source_file": pl.String(),  # file name, no folder
    "source_line": pl.Int64(),  # 1-based line in the file; the header is line 1
    "source_record_id": pl.String(),
}

FUNDING_FIELDS: Final = (
    "fund", "department", "unit", "appropriation_unit", "object", "sub_object", "activity", "function", "program", "phase",
    "project", "reporting_category", "location",
)  # fmt: skip


def record_schema(feed: str) -> dict[str, pl.DataType]:
    """Shape of a feed's accepted records: SOURCE, then the layout's columns (source_record_id once).

    long_distance adds call_date (Date, local), local_second (Int32, second of the local day) and
    utc_second (Int64, seconds since 1970 UTC), read from connect_at in its own offset.
    """
    columns = dict(SOURCE)
    columns.update({column.name: column.dtype for column in FEEDS[feed].columns})
    if feed == "long_distance":
        columns.update({"call_date": pl.Date(), "local_second": pl.Int32(), "utc_second": pl.Int64()})
    return columns


def table_schema(table: str) -> dict[str, pl.DataType]:
    """Shape of a checked reference or rate table: its columns, then source_file and source_line."""
    return {**TABLES[table].schema, "source_file": pl.String(), "source_line": pl.Int64()}


# A row the gate could not read: kept whole, with its reason.
SUSPENSE: Final = {
    "feed": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "code": pl.String(),
    "column_name": pl.String(),
    "column_no": pl.Int64(),  # 1-based
    "raw_value": pl.String(),
    "raw_text": pl.String(),  # the whole line
    "message": pl.String(),
    "amount": DOLLARS,  # dollars the row carries, where they can be read
}

# What is wrong with one record (or, with no record, one file or invoice).
FINDINGS: Final = {
    "code": pl.String(),
    **SOURCE,
    "billing_number": pl.String(),
    "agency_code": pl.String(),
    "column_name": pl.String(),
    "raw_value": pl.String(),
    "amount": DOLLARS,  # dollars at stake; null where no price can be known
    "message": pl.String(),  # what is wrong; what to do
    "severity": pl.String(),  # FATAL HOLD WARN INFO
}

# One charge row before invoicing. Spans are half-open: start_date <= d < stop_date.
CHARGES: Final = {
    "charge_id": pl.String(),
    "period": pl.String(),
    "billing_number": pl.String(),
    "agency_code": pl.String(),
    "stream": pl.String(),
    "component": pl.String(),
    "rate_code": pl.String(),
    "description": pl.String(),
    "start_date": pl.Date(),
    "stop_date": pl.Date(),
    "quantity": QUANTITY,
    "uom": pl.String(),
    "unit_rate": RATE,
    "numerator": pl.Int128(),  # the amount before rounding is numerator / denominator dollars, exactly
    "denominator": pl.Int128(),
    "exact_amount": EXACT,  # the same to 12 decimals
    "amount": DOLLARS,
    "rate_date": pl.Date(),  # the day whose rate prices the row
    "line_count": pl.Int64(),  # MRC rows: lines the row stands for (PER_LINE surcharges); null otherwise
    "rate_valid_from": pl.Date(),
    "approval_ref": pl.String(),
    "is_prior_period": pl.Boolean(),
    "adjustment_id": pl.String(),
    **SOURCE,  # null when several records make one row (source_record_id too)
    "natural_key": pl.String(),  # what makes the row this row; charge_id is its hash
    "base_charge_id": pl.String(),  # the row a FEE, TAX or SURCHARGE row is taken on; null otherwise
    "original_charge_id": pl.String(),  # the earlier charge a credit corrects, for its split; null otherwise
    "rule": pl.String(),  # the arithmetic in words and figures, for `explain`
}

# A charge row on an invoice.
LINES: Final = {**CHARGES, "invoice_no": pl.String(), "invoice_line_no": pl.Int64()}

# Which records made a charge row; quantities add up to what the records brought.
BRIDGE: Final = {
    "charge_id": pl.String(),
    **SOURCE,
    "quantity": QUANTITY,
}

# What became of each record.
OUTCOMES: Final = {
    **SOURCE,
    "outcome": pl.String(),  # BILLED HELD DROPPED (REJECTED is a person's decision)
    "amount": DOLLARS,  # HELD and DROPPED: dollars it carries or would come to, null if unknown; BILLED: null
}

# One rated call, as published in fact_call.
CALLS: Final = {
    "call_id": pl.String(),
    "charge_id": pl.String(),  # null for a call that costs nothing
    "billing_number": pl.String(),
    "connect_at": pl.String(),
    "call_date": pl.Date(),
    "billed_seconds": pl.Int64(),
    "jurisdiction": pl.String(),
    "plan": pl.String(),
    "destination": pl.String(),  # place, never a number
    "amount": RATE,
}

# One funding string's part of a charge row.
SPLITS: Final = {
    "charge_id": pl.String(),
    "seq": pl.Int64(),
    "percent": pl.Decimal(38, 6),
    **{name: pl.String() for name in FUNDING_FIELDS},
    "federal_share_pct": pl.Decimal(38, 6),
    "amount": DOLLARS,
}


# One invoice: of one billing number, or of one invoice group.
INVOICES: Final = {
    "invoice_no": pl.String(),
    "period": pl.String(),
    "billing_number": pl.String(),  # the group's code on a group invoice
    "is_group": pl.Boolean(),
    "agency_code": pl.String(),
    "name": pl.String(),  # of the billing number; of the agency on a group invoice
    "agency_name": pl.String(),
    "line_count": pl.Int64(),
    "amount": DOLLARS,
    "prior_amount": DOLLARS,  # last period's; null when there is no earlier period
    "issued_on": pl.Date(),
    "due_on": pl.Date(),
    "dispute_by": pl.Date(),
}

# One finding with its place in the month's work.
EXCEPTIONS: Final = {
    "exception_id": pl.String(),
    "period": pl.String(),
    **FINDINGS,
    "also": pl.String(),  # other codes on the same record, `;` between; null when it stands alone
    "is_first_cause": pl.Boolean(),  # the first of its record; the worklist shows these
    "status": pl.String(),  # OPEN until a person has dealt with it; INFO findings are NOTED
    "disposition": pl.String(),
    "reason": pl.String(),
    "decided_by": pl.String(),
    "decided_at": pl.String(),
}

# What an exception holds back, since when it waits, and who works it.
HOLDS: Final = {
    "exception_id": pl.String(),
    "first_period": pl.String(),  # the period its record came in
    "owner": pl.String(),
    "is_held": pl.Boolean(),  # it stands for a held record; each held record has one such exception
    "held_amount": DOLLARS,  # what that record holds back; null where it cannot be known
}

# Records and dollars in = billed + held + rejected + dropped, per file.
CONTROLS: Final = {
    "period": pl.String(),
    "feed": pl.String(),
    "source_file": pl.String(),
    **{f"records_{name}": pl.Int64() for name in ("in", "billed", "held", "rejected", "dropped")},
    **{f"amount_{name}": DOLLARS for name in ("in", "billed", "held", "rejected", "dropped")},
    "control_amount": DOLLARS,  # the money column of the file as received, to cents; null for feeds without money
    "control_exact": EXACT,  # the same before rounding, of the accepted records
    "amount_added": DOLLARS,  # tax, surcharge, mark-up and fee rows put on this file's records
    "amount_rounding": DOLLARS,  # amount_in - control_amount - amount_added, in cents; null for feeds without money
    "held_unpriced": pl.Int64(),  # held records whose dollars cannot be known
}


@dataclass(frozen=True)
class MonthBill:
    """A whole period as billed: what reports, invoices and the mart are made from."""

    period: str
    as_of: str  # YYYY-MM-DD
    lines: pl.DataFrame  # LINES
    bridge: pl.DataFrame  # BRIDGE
    splits: pl.DataFrame  # SPLITS
    calls: pl.DataFrame  # CALLS
    exceptions: pl.DataFrame  # EXCEPTIONS
    invoices: pl.DataFrame  # INVOICES
    controls: pl.DataFrame  # CONTROLS
    suspense: pl.DataFrame  # SUSPENSE
    tables: "Tables"
    earlier: "Earlier"
    approvals: pl.DataFrame = field(default_factory=lambda: empty(APPROVALS))
    adjustments: pl.DataFrame = field(default_factory=lambda: empty(ADJUSTMENTS))
    disputes: pl.DataFrame = field(default_factory=lambda: empty(DISPUTES))
    journal: pl.DataFrame = field(default_factory=lambda: empty(ANSWERED))
    behind: Behind = field(default_factory=Behind)  # for the mart alone
    holds: pl.DataFrame = field(default_factory=lambda: empty(HOLDS))  # for the mart alone


def empty(shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """An empty frame of a shape."""
    return _empty(tuple(shape.items())).clone()


@cache
def _empty(shape: tuple[tuple[str, pl.DataType], ...]) -> pl.DataFrame:
    """Build each empty frame once: a run asks for hundreds, and to build one costs a hundred times a copy."""
    return pl.DataFrame(schema=dict(shape))


def conform(frame: pl.DataFrame, shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """Put columns in the shape's order; a missing, extra or mistyped column is an error of ours.

    Raises:
        ReconciliationError: the frame is not of the shape.
    """
    if set(frame.columns) != set(shape):
        odd = sorted(set(frame.columns) ^ set(shape))
        raise ReconciliationError(f"frame has the wrong columns: {', '.join(odd)}")
    found = frame.schema  # read once: polars builds it anew each time
    wrong = [f"{name} is {found[name]}, not {dtype}" for name, dtype in shape.items() if found[name] != dtype]
    if wrong:
        raise ReconciliationError(f"frame has wrong types: {'; '.join(wrong)}")
    return frame.select(list(shape))


def fill(frame: pl.DataFrame, shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """Add the shape's missing columns as typed nulls, cast nothing, drop nothing, then conform."""
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in shape.items() if name not in frame.columns]
    return conform(frame.with_columns(missing).select(list(shape)), shape)


@dataclass(frozen=True)
class Billed:
    """What one stream's records came to: charges, their sources, findings, and each record's outcome."""

    charges: pl.DataFrame = field(default_factory=lambda: empty(CHARGES))
    bridge: pl.DataFrame = field(default_factory=lambda: empty(BRIDGE))
    findings: pl.DataFrame = field(default_factory=lambda: empty(FINDINGS))
    outcomes: pl.DataFrame = field(default_factory=lambda: empty(OUTCOMES))
    calls: pl.DataFrame = field(default_factory=lambda: empty(CALLS))


@dataclass(frozen=True)
class StockForward:
    """The stock book as a posted period left it, as far as a month's stock records meet it.

    through: the last period entered; positions: POSITIONS; moves: MOVES, the issues and returns up to then that the
    month's records name.
    """

    through: str
    positions: pl.DataFrame
    moves: pl.DataFrame


@dataclass(frozen=True)
class Earlier:
    """What earlier periods of this workspace came to (as posted if closed, else as last run); empty at first.

    Whole for the months a bill looks back on; of older ones there is what the month's own records meet again.

    records: feed -> LazyFrame of record_schema(feed) + period + outcome (BILLED HELD; never DROPPED).
    charges: LINES of earlier periods.
    splits: SPLITS of those charges.
    stock: the stock book brought forward; none: every stock record ever billed is in `records`.
    first: the first period of the workspace; none: the first there is here.
    """

    records: dict[str, pl.LazyFrame] = field(default_factory=dict)
    charges: pl.DataFrame = field(default_factory=lambda: empty(LINES))
    splits: pl.DataFrame = field(default_factory=lambda: empty(SPLITS))
    stock: StockForward | None = None
    first: str | None = None

    def of(self, feed: str) -> pl.LazyFrame:
        """Earlier records of one feed; an empty frame of the right shape when there are none."""
        shape = {**record_schema(feed), "period": pl.String(), "outcome": pl.String()}
        return self.records.get(feed, empty(shape).lazy())


@dataclass(frozen=True)
class Tables:
    """The reference and rate tables as checked frames, by contract name (`tables["rates"]`); absent ones are empty."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames.get(name, empty(table_schema(name)))
