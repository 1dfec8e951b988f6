"""Mistakes in fixed cost, vendor costs and adjustments."""

from pipelines.sample.feeds.adjustments import adjustment_row
from pipelines.sample.feeds.pass_through import VendorBook, vendor_book
from pipelines.sample.month_files import MonthFiles
from pipelines.sample.numbers import Number
from pipelines.sample.rows import Row
from pipelines.sample.world import World


def plant_money(world: World, month: MonthFiles) -> None:
    """Plant a handful in each of the three feeds."""
    _plant_fixed_cost(month)
    _plant_pass_through(world, month)
    _plant_adjustments(world, month)


def _agreement(index: int, **change: str) -> Row:
    name = f"AGR-FY27-9{index:03d}"
    return {
        "source_record_id": name, "assessment_id": name, "billing_number": "D6051002", "method": "AMOUNT", "rate_code": "EA30",
        "annual_amount": "1200.00", "start_period": "2026-07", "end_period": "2027-06", "spread": "EQUAL_12", "approval_ref": "FM-2026-99",
        **change,
    }  # fmt: skip


def _plant_fixed_cost(month: MonthFiles) -> None:
    month.plant("fixed_cost", _agreement(1, billing_number="D9990001"), "A102", "agreement with a number that nobody set up")
    month.plant("fixed_cost", _agreement(2, agency_code="520"), "A104", "number of another agency than the one named")
    month.plant("fixed_cost", _agreement(3, end_period="2026-05"), "D405", "ends before it starts")
    month.plant("fixed_cost", _agreement(4, rate_code="EA99"), "R201", "rate code that does not exist")


class _Vendor:
    """Numbers wrong vendor lines, on invoices of their own."""

    def __init__(self, month: MonthFiles, number: Number) -> None:
        self.month, self.number, self.count = month, number, 0
        self.book: VendorBook = vendor_book(month.period)

    def row(self, code: str, cost: str, **change: str) -> Row:
        """A right line but for the change."""
        self.count += 1
        row = self.book.row(self.number, code, cost, 15)
        invoice = f"{row['vendor_invoice_no']}-B{self.count}"
        return {**row, "source_record_id": f"PTH-{self.month.period}-9{self.count:05d}", "vendor_invoice_no": invoice, **change}

    def plant(self, codes: str, what: str, row: Row) -> None:
        """Plant it in the first file."""
        self.month.plant("pass_through", row, codes, what)


def _plant_pass_through(world: World, month: MonthFiles) -> None:
    owner, exempt = world.number("D6051001"), world.number("D5401001")
    make = _Vendor(month, owner)
    before = month.period.shift(-1)
    make.plant("A102", "number misread by the vendor", make.row("PT30", "410.00", billing_number="D6O51001"))
    make.plant("A107", "asked for by a stranger", make.row("PT30", "77.00", requested_by="someone.else@agency.example"))
    make.plant("R201", "usage code on a vendor line", make.row("PT30", "64.00", rate_code="VM10"))
    make.plant("R206", "12 at 19.50 is not 243.00", make.row("PT10", "243.00", quantity="12", unit_cost="19.50"))
    make.plant("T902", "mark-up without a fee code", {**make.row("PT50", "980.00"), "rate_code": "PT90"})
    taxed = {"billing_number": exempt.billing_number, "tax_amount": "3.12", "tax_type": "FET"}
    make.plant("T901", "federal excise tax on an exempt school office", make.row("PT40", "104.00", **taxed))
    late = {"service_from": str(before.first_day), "service_to": str(before.last_day)}
    make.plant("D403", "vendor bills last month", make.row("PT30", "212.40", **late))
    make.plant("F006", "received on a day that does not exist", make.row("PT30", "18.00", received_date=f"{month.period}-31T"))
    resent = [row for row in month.rows["pass_through", 1] if row["rate_code"] == "PT30"][:2]
    month.plant("pass_through", resent[0], "U501", "vendor line sent again in the second file", 2)
    month.plant("pass_through", {**resent[1], "cost_amount": "1.00"}, "U502", "vendor line sent again with another cost", 2)


def _plant_adjustments(world: World, month: MonthFiles) -> None:
    owner, period = world.number("D6051001"), month.period
    credit = ("CREDIT", "circuits", "CK20", "LATE_DISCONNECT", -7_700)
    month.plant("adjustments", adjustment_row(owner, period, 90001, credit, no_original_reason=""), "J001", "no line and no reason")
    line = {"no_original_reason": "", "original_invoice_no": f"COT-{period.shift(-1)}-D6051001-01", "original_line_no": "1"}
    huge = ("CREDIT", "usage", "ST10", "WRONG_QTY", -1_240_000)
    month.plant("adjustments", adjustment_row(owner, period, 90002, huge, **line), "J002", "more than was ever billed on the line")
    half = ("CREDIT_REBILL", "usage", "EM10", "WRONG_RATE", -4_400)
    month.plant("adjustments", adjustment_row(owner, period, 90003, half, pair_id=f"P-9-{period}"), "J005", "credit without its rebill")
    vendor = ("CREDIT", "pass_through", "PT10", "VENDOR_ERROR", -8_150)
    waiting = adjustment_row(owner, period, 90004, vendor, vendor_recovery_required="true")
    month.plant("adjustments", waiting, "J006", "vendor has not credited yet")
    debit = ("DEBIT", "usage", "DB10", "WRONG_QTY", 62_500)
    month.plant(
        "adjustments", adjustment_row(owner, period, 90005, debit, quantity="2", rate="310.00"), "R206", "2 at 310.00 is not 625.00"
    )
