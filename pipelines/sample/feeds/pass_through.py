"""Vendor costs billed on: licenses, cloud detail, maintenance, carrier lines, installations."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.numbers import Number
from pipelines.sample.rows import Row, read_data, scaled
from pipelines.sample.world import World

CLOUD_SERVICES: Final = ("Object storage", "Virtual machines", "Managed database", "Functions", "Data transfer")
VENDOR_OF: Final = {"PT10": "VC0000100101", "PT20": "VC0000100102", "PT40": "VC0000100103", "PT30": "VC0000100104", "PT50": "VC0000100105"}


@dataclass
class VendorBook:
    """Vendor names, and the next line number of each vendor invoice."""

    period: Period
    names: dict[str, str]
    lines: dict[str, int]
    count: int = 0

    def row(self, number: Number, code: str, cost: str, day: int, **more: str) -> Row:
        """A pass-through row on the vendor's invoice of the month; every line of an invoice is its own."""
        vendor = VENDOR_OF[code]
        invoice = f"INV-{vendor[-3:]}-{self.period.year % 100}{self.period.month:02d}-{number.agency.code}"
        self.lines[invoice] = self.lines.get(invoice, 0) + 1
        self.count += 1
        invoiced = self.period.first_day + dt.timedelta(days=day - 1)
        return {
            "source_record_id": f"PTH-{self.period}-{self.count:06d}", "billing_number": number.billing_number,
            "service_from": str(self.period.first_day), "service_to": str(self.period.last_day), "vendor_code": vendor,
            "vendor_name": self.names[vendor], "vendor_invoice_no": invoice, "vendor_invoice_date": str(invoiced),
            "vendor_line_no": str(self.lines[invoice]), "rate_code": code, "cost_amount": cost,
            "received_date": str(invoiced + dt.timedelta(days=3)), **more,
        }  # fmt: skip


def vendor_book(period: Period) -> VendorBook:
    """An empty book of the month."""
    return VendorBook(period, {row["vendor_code"]: row["vendor_name"] for row in read_data("vendors")}, {})


def pass_through_rows(world: World, period: Period) -> list[Row]:
    """The month's vendor lines; cloud detail carries a charge_group and costs of ten decimals, credits among them."""
    book = vendor_book(period)
    rows: list[Row] = []
    for number in world.having("P"):
        draw = Draw(world.seed, "pass", number.billing_number, str(period))
        for _ in range(1 + draw.below(2)):
            count, price = draw.between(1, 4 + number.size), draw.between(1500, 21_000)
            rows.append(
                book.row(number, "PT10", scaled(count * price, 2), 12, quantity=str(count), unit_cost=scaled(price, 2),
                         description="Subscription seats", contract_no=f"MA 758 25{draw.between(10000, 99999)}")
            )  # fmt: skip
        rows += _cloud(book, number, draw)
        rows.append(book.row(number, "PT30", scaled(number.size * draw.between(2_000, 9_000), 2), 8, description="Maintenance"))
        rows += _carrier(book, number, draw)
        if draw.chance(25):
            rows.append(
                book.row(number, "PT50", scaled(draw.between(18_000, 240_000), 2), 19, description="Cabling of offices",
                         ticket_no=f"RITM{draw.between(200000, 899999)}", po_no=f"PO2 {draw.between(10**9, 10**10 - 1)}")
            )  # fmt: skip
        if draw.chance(15):
            rows.append(book.row(number, "PT10", scaled(-draw.between(500, 9_000), 2), 12, description="Credit for returned seats"))
    return rows


def _cloud(book: VendorBook, number: Number, draw: Draw) -> list[Row]:
    """Two services, each a group of daily detail of which the last line is a credit."""
    rows = []
    for service in (0, 1 + draw.below(len(CLOUD_SERVICES) - 1)):
        for index in range(min(3 + number.size // 5, 12)):
            cost = draw.between(10**9, 10**11) * number.size * (1 if service else 6)
            is_credit = index == 2
            rows.append(
                book.row(number, "PT20", scaled(-cost // 40 if is_credit else cost, 10), 5, vendor_account=f"LCS-{number.billing_number}",
                         charge_group=f"{number.billing_number}-{service}", description=CLOUD_SERVICES[service])
            )  # fmt: skip
    return rows


def _carrier(book: VendorBook, number: Number, draw: Draw) -> list[Row]:
    """Two carrier lines, each with a surcharge; a tax only where the number is not exempt."""
    rows = []
    for _ in range(2):
        cost = draw.between(2_000, 14_000)
        tax = {} if number.tax_exempt == "Y" else {"tax_amount": scaled(cost * 6 // 100, 2), "tax_type": "KYUT"}
        rows.append(
            book.row(number, "PT40", scaled(cost, 2), 3, surcharge_amount="9.20", surcharge_type="EUCL", description="Business line", **tax)
        )
    return rows
