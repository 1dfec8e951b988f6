"""Stock: receipts into two warehouses, issues to agencies, returns of the month, a count and a write-off."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.rows import Row, read_data, scaled
from pipelines.sample.world import World

WAREHOUSES: Final = ("FKT1", "LEX2")
OPENED_ON: Final = "2026-08-31"
CONDITIONS: Final = ("NEW", "USED", "DEFECTIVE")
NEVER_STOCKED: Final = "UPS1"  # listed, but no warehouse has any


def item_rows() -> list[Row]:
    """Rows of stock_items.csv."""
    return [{name: value for name, value in row.items() if name != "cost"} for row in read_data("stock_items")]


def opening_rows(world: World) -> list[Row]:
    """Rows of stock_opening.csv: enough of each item for all issues of both months."""
    enough = 40 + 6 * len(world.having("S"))
    return [
        {
            "warehouse": warehouse, "item_no": row["item_no"], "quantity": str(enough * (10 if row["tagged"] == "N" else 1)),
            "unit_cost": row["cost"], "as_of": OPENED_ON,
        }
        for warehouse in WAREHOUSES for row in read_data("stock_items") if row["item_no"] != NEVER_STOCKED
    ]  # fmt: skip


@dataclass
class StockBook:
    """The month's transactions in the order they are numbered."""

    period: Period
    rows: list[Row]

    def add(self, kind: str, day: int, warehouse: str, item: Row, quantity: int, **more: str) -> Row:
        """Number a transaction and keep it."""
        row = {
            "source_record_id": f"ST-{self.period}-{len(self.rows) + 1:06d}", "txn_type": kind,
            "txn_date": str(self.period.first_day + dt.timedelta(days=day - 1)), "warehouse": warehouse, "item_no": item["item_no"],
            "item_description": item["description"], "quantity": str(quantity), "uom": "EACH", **more,
        }  # fmt: skip
        self.rows.append(row)
        return row


def stock_rows(world: World, period: Period) -> list[Row]:
    """The month's transactions: at most one receipt of an item in a warehouse, so that file order never matters."""
    items = [row for row in read_data("stock_items") if row["item_no"] != NEVER_STOCKED]
    book = StockBook(period, [])
    for turn, item in enumerate(items):
        draw = Draw(world.seed, "receipt", item["item_no"], str(period))
        cents = int(Decimal(item["cost"]) * 100) * draw.between(95, 106) // 100
        if turn % 2 == period.month % 2:
            book.add("RECEIPT", 4, WAREHOUSES[0], item, draw.between(4, 20), unit_cost=scaled(cents, 2),
                     po_no=f"PO2 {draw.between(10**9, 10**10 - 1)}", receiver="Receiving dock 2")  # fmt: skip
    for number in world.having("S"):
        draw = Draw(world.seed, "issue", number.billing_number, str(period))
        for index in range(1 + min(number.size // 6, 5)):
            _issue(book, draw, items[draw.below(len(items))], {
                "billing_number": number.billing_number, "ticket_no": f"RITM{draw.between(200000, 899999)}",
                "delivered_to": number.name, "requested_by": draw.pick(number.agency.orderers()) if draw.chance(50) else "",
            }, may_return=index == 1)  # fmt: skip
    book.add("COUNT_ADJ", 28, WAREHOUSES[0], items[3], -1, counted_by="Night count")
    book.add("WRITE_OFF", 28, WAREHOUSES[1], items[9], 1, counted_by="Water damage")
    return book.rows


def _issue(book: StockBook, draw: Draw, item: Row, owner: Row, *, may_return: bool) -> None:
    """Issue one tagged thing or a few untagged ones; now and then one comes back later in the month."""
    warehouse, day = draw.pick(WAREHOUSES), draw.between(6, 20)
    serial = f"FCH{draw.below(10**10):010d}"
    tags = {"serial_no": serial, "asset_tag": f"KY{draw.below(10**8):08d}"} if item["tagged"] == "Y" else {}
    issued = book.add(
        "ISSUE", day, warehouse, item, 1 if tags else draw.between(1, 6), requisition_no=f"SRQ-{draw.between(1000, 9999)}", **owner, **tags
    )
    if may_return and draw.chance(60):
        book.add(
            "RETURN", draw.between(day + 1, 27), warehouse, item, 1, original_txn_id=issued["source_record_id"],
            condition=draw.pick(CONDITIONS), **owner, **tags,
        )  # fmt: skip
