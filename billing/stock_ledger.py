"""The stock book: what lies in each warehouse at what weighted average cost, and which issues are still out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

from billing.frames import Tables
from billing.money import QUANTITY, RATE, RATE_PLACES, round_half_away

# Within a day: receipts, returns, issues; then what counting found. File order within a kind.
_DAY_ORDER: Final = ("RECEIPT", "RETURN", "ISSUE", "COUNT_ADJ", "WRITE_OFF")
MOVEMENT_COLUMNS: Final = (
    "source_file", "source_line", "source_record_id", "txn_type", "txn_date", "warehouse", "item_no", "quantity", "unit_cost",
    "serial_no", "original_txn_id", "condition", "billing_number",
)  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """One stock record as the book sees it."""

    source_file: str
    source_line: int
    source_record_id: str
    txn_type: str
    txn_date: dt.date
    warehouse: str
    item_no: str
    quantity: Decimal
    unit_cost: Decimal | None
    serial_no: str | None
    original_txn_id: str | None
    condition: str | None
    billing_number: str | None
    period: str = ""
    is_held: bool = False  # changes nothing in the book


@dataclass
class Position:
    """Quantity on hand and its average cost (6 decimals; None until a cost is known)."""

    quantity: Decimal = Decimal(0)
    average: Decimal | None = None

    def add(self, quantity: Decimal, unit_cost: Decimal) -> None:
        """Put goods in at a cost: the new weighted average, rounded to 6 decimals.

        What is missing (a quantity of 0 or below) has no weight: the cost of what comes in is the average.
        """
        if quantity == 0:
            return
        if self.average is None or self.quantity <= 0:
            self.average = round_half_away(unit_cost, RATE_PLACES)
        else:
            value = Fraction(self.quantity) * Fraction(self.average) + Fraction(quantity) * Fraction(unit_cost)
            self.average = round_half_away(value / Fraction(self.quantity + quantity), RATE_PLACES)
        self.quantity += quantity


@dataclass
class Issued:
    """An issue that was billed: what it cost and how much of it has come back."""

    movement: Movement
    average: Decimal
    returned: Decimal = Decimal(0)


@dataclass
class Ledger:
    """The book, changed by one movement after another."""

    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    issues: dict[str, Issued] = field(default_factory=dict)  # by source_record_id
    serials_out: dict[str, str] = field(default_factory=dict)  # serial -> the issue it went out with

    def position(self, warehouse: str, item_no: str) -> Position:
        """The position of an item in a warehouse; an empty one where nothing was ever moved."""
        return self.positions.setdefault((warehouse, item_no), Position())

    def post(self, move: Movement) -> None:
        """Enter one movement that was not held, whatever the book says of it."""
        place = self.position(move.warehouse, move.item_no)
        if move.txn_type == "RECEIPT":
            place.add(move.quantity, move.unit_cost if move.unit_cost is not None else place.average or Decimal(0))
        elif move.txn_type == "ISSUE":
            place.quantity -= move.quantity
            self.put_out(move, place.average or Decimal(0))
        elif move.txn_type == "RETURN":
            self.take_back(move, place)
        elif move.txn_type == "COUNT_ADJ":
            place.quantity += move.quantity
            if place.average is None and move.unit_cost is not None:
                place.average = round_half_away(move.unit_cost, RATE_PLACES)
        else:
            place.quantity -= move.quantity

    def put_out(self, issue: Movement, average: Decimal) -> None:
        """Note an issue and its serial as out, at what it cost."""
        self.issues[issue.source_record_id] = Issued(issue, average)
        if issue.serial_no is not None:
            self.serials_out[issue.serial_no] = issue.source_record_id

    def take_back(self, move: Movement, place: Position) -> None:
        """Note what came back of an issue, and put it where it lies now unless it is defective."""
        issue = self.issues.get(move.original_txn_id or "")
        if issue is None:
            return
        issue.returned += move.quantity
        for serial in {move.serial_no, issue.movement.serial_no}:
            if serial is not None and self.serials_out.get(serial) == issue.movement.source_record_id:
                del self.serials_out[serial]
        if move.condition != "DEFECTIVE":
            place.add(move.quantity, issue.average)


def movements(records: pl.DataFrame) -> list[Movement]:
    """Read stock records (with period and is_held where the frame has them) as movements in the order of the book.

    Earlier periods first, then day by day: receipts, returns, issues, count adjustments, write-offs, in file order. A
    return of an issue of the same day follows that issue, because nothing comes back before it went out.
    """
    names = [*MOVEMENT_COLUMNS, *[name for name in ("period", "is_held") if name in records.columns]]
    found = [Movement(**row) for row in records.select(names).to_dicts()]
    issued = {(move.period, move.source_record_id): move for move in found if move.txn_type == "ISSUE" and not move.is_held}

    def place(move: Movement) -> tuple[object, ...]:
        own = (move.source_file, move.source_line)
        issue = issued.get((move.period, move.original_txn_id or ""))
        if move.txn_type == "RETURN" and issue is not None and issue.txn_date == move.txn_date:
            return (move.period, move.txn_date, _DAY_ORDER.index("ISSUE"), (issue.source_file, issue.source_line), 1, own)
        return (move.period, move.txn_date, _DAY_ORDER.index(move.txn_type), own, 0, own)

    return sorted(found, key=place)


def open_ledger(tables: Tables, earlier: Iterable[Movement] = ()) -> Ledger:
    """Open the book with stock_opening and enter what earlier periods moved, in the order given."""
    ledger = Ledger()
    for row in tables["stock_opening"].sort("warehouse", "item_no").to_dicts():
        ledger.position(row["warehouse"], row["item_no"]).add(row["quantity"], row["unit_cost"])
    for move in earlier:
        ledger.post(move)
    return ledger


def stock_position(ledger: Ledger) -> pl.DataFrame:
    """The book as it stands: warehouse, item_no, quantity, unit_cost (average; null where no cost is known)."""
    rows = [(*place, held.quantity, held.average) for place, held in sorted(ledger.positions.items())]
    shape = {"warehouse": pl.String(), "item_no": pl.String(), "quantity": QUANTITY, "unit_cost": RATE}
    return pl.DataFrame(rows, schema=shape, orient="row")
