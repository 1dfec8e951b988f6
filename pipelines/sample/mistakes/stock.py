"""Mistakes in stock: issues of what is not there, missing serials, returns of nothing, odd costs."""

from decimal import Decimal

from billing.periods import Period
from pipelines.sample.feeds.stock import NEVER_STOCKED, WAREHOUSES
from pipelines.sample.month_files import MonthFiles
from pipelines.sample.rows import Row, read_data


def plant_stock(month: MonthFiles) -> None:
    """Plant them where no clean transaction of the month touches the same item and day."""
    period = month.period
    jump = "PRN1" if period == Period(2026, 9) else "DK10"  # bought dear in one warehouse, another item each month
    cost = next(Decimal(row["cost"]) for row in read_data("stock_items") if row["item_no"] == jump)
    month.plant("stock", _issue(period, 1, item_no=NEVER_STOCKED), "E801", "no warehouse has any")
    month.plant("stock", _issue(period, 2, serial_no="", asset_tag=""), "E802", "tagged equipment without serial and tag")
    month.add("stock", [_issue(period, 3)])
    again = {**_issue(period, 4), "txn_date": f"{period}-22", "serial_no": _issue(period, 3)["serial_no"]}
    month.plant("stock", again, "E802", "a serial that is out already")
    returned = {"txn_type": "RETURN", "original_txn_id": "SI-1999-000001", "condition": "NEW", "requisition_no": ""}
    month.plant("stock", _issue(period, 5, **returned), "E803", "return of an issue that nobody knows")
    month.plant("stock", _issue(period, 6, ticket_no=""), "A109", "issue without a ticket")
    month.plant("stock", _issue(period, 7, billing_number=""), "A101", "issue without a billing number")
    month.plant("stock", _issue(period, 8, txn_date=str(period.shift(1).first_day)), "D401", "issued next month")
    receipt = {
        "source_record_id": f"ST-{period}-900009", "txn_type": "RECEIPT", "txn_date": f"{period}-24", "warehouse": WAREHOUSES[1],
        "item_no": jump, "quantity": "5", "uom": "EACH", "unit_cost": str((cost * Decimal("1.6")).quantize(Decimal("0.01"))),
        "po_no": "PO2 9900000001", "receiver": "Receiving dock 1",
    }  # fmt: skip
    month.plant("stock", receipt, "E804", "bought 60 % above the average")


def _issue(period: Period, index: int, **change: str) -> Row:
    """An issue of one laptop that is right but for the change."""
    return {
        "source_record_id": f"ST-{period}-9{index:05d}", "billing_number": "D6051001", "ticket_no": f"RITM97{index:04d}",
        "txn_type": "ISSUE", "txn_date": f"{period}-21", "warehouse": WAREHOUSES[0], "item_no": "LT14",
        "item_description": "Laptop 14 inch", "quantity": "1", "uom": "EACH", "serial_no": f"PF{period.month:02d}9{index:05d}",
        "asset_tag": f"KY{period.month:02d}9{index:05d}", "requisition_no": f"SRQ-9{index:03d}", "delivered_to": "Dock", **change,
    }  # fmt: skip
