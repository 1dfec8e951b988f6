"""Mistakes in rated usage: owners, codes, units, quantities, dates, doubles."""

import datetime as dt

from pipelines.sample.feeds.fixed_cost import fixed_cost_numbers
from pipelines.sample.month_files import MonthFiles
from pipelines.sample.rows import Row
from pipelines.sample.world import World

LONG_AGO = "2025-08-20"  # before the look-back of both months, after the first rates
LAST_FISCAL_YEAR = "2026-06-18"


class _Maker:
    """Numbers the wrong rows of a month; each is right but for what the caller changes."""

    def __init__(self, month: MonthFiles, owner: str) -> None:
        self.month, self.owner, self.count = month, owner, 0

    def row(self, **change: str) -> Row:
        """A managed database of the month, with a resource of its own."""
        self.count += 1
        return {
            "source_record_id": f"USG-{self.month.period}-9{self.count:05d}", "billing_number": self.owner,
            "service_from": str(self.month.period.first_day), "service_to": str(self.month.period.last_day), "rate_code": "DB10",
            "quantity": "1", "uom": "DEVICE", "resource_id": f"late-{self.month.period}-{self.count:03d}",
            "ticket_no": f"RITM{900000 + self.count}", **change,
        }  # fmt: skip

    def plant(self, codes: str, what: str, **change: str) -> None:
        """Plant one in the first file."""
        self.month.plant("usage", self.row(**change), codes, what)


def plant_usage(world: World, month: MonthFiles) -> None:
    """Plant about thirty wrong records in the month's two usage files."""
    owner = world.number("D6051001")
    make = _Maker(month, owner.billing_number)
    make.plant("A101", "billing number left blank", billing_number="")
    make.plant("A102", "billing number that nobody set up", billing_number="D9990000")
    make.plant("A103", "billing number closed on 1 August", billing_number="D5059001")
    make.plant("A107", "asked for by somebody who left in June", requested_by=owner.agency.left.email)
    make.plant("A107", "asked for by the fiscal officer, who may not order", requested_by=owner.agency.people["FISCAL"].email)
    make.plant("A108", "rack space for an agency that is consolidated", rate_code="NC10", uom="EACH")
    make.plant("R201", "rate code that does not exist", rate_code="ZZ99")
    make.plant("R202", "rate code withdrawn on 31 August", rate_code="LG10")
    make.plant("R204", "free portal", rate_code="FR10", uom="USER_MONTH", quantity="140")
    make.plant("R204", "free portal", rate_code="FR10", uom="USER_MONTH", quantity="12", billing_number="D7581203")
    make.plant("R205", "terabytes where gigabytes are billed", rate_code="ST30", uom="TB_MONTH", quantity="12")
    make.plant("Q301", "a correction sent as a negative quantity", quantity="-1")
    make.plant("Q302", "nothing used", quantity="0")
    _plant_dates(make)
    _plant_funding(make)
    _plant_hours(make)
    _plant_doubles(world, month)
    make.plant("F006", "a day that does not exist", service_from=f"{month.period}-32")


def _plant_dates(make: _Maker) -> None:
    period = make.month.period
    after, before = period.shift(1), period.shift(-1)
    make.plant("D401", "service of next month", service_from=str(after.first_day), service_to=str(after.last_day))
    make.plant("D402", "service of summer 2025", service_from=LONG_AGO, service_to=LONG_AGO)
    make.plant("D403", "service of last month", service_from=str(before.first_day), service_to=str(before.last_day))
    make.plant("D403 D404", "service of last fiscal year", service_from=LAST_FISCAL_YEAR, service_to=LAST_FISCAL_YEAR)
    make.plant("D405", "first day after the last", service_from=str(period.last_day), service_to=str(period.first_day))


def _plant_funding(make: _Maker) -> None:
    """Two records of the number whose strings come to 95 % since October; before, they are clean."""
    for _ in range(2):
        row = make.row(billing_number="D5209002")
        if make.month.period.first_day >= dt.date(2026, 10, 1):
            make.month.plant("usage", row, "A105", "funding strings come to 95 %")
        else:
            make.month.add("usage", [row])


def _plant_hours(make: _Maker) -> None:
    """Twenty-five and a half hours of one worker on one day, over three numbers; and hours without a ticket."""
    date = str(make.month.period.first_day + dt.timedelta(days=13))
    hours = {
        "rate_code": "HR20", "uom": "HOUR", "usage_date": date, "service_from": date, "service_to": date, "resource_id": "",
        "task": "Data center move",
    }  # fmt: skip
    for number, quantity in (("D6051001", "10"), ("D5201001", "9"), ("D7581203", "6.5")):
        row = make.row(**hours, billing_number=number, quantity=quantity, worker_id="W0000777")
        make.month.plant("usage", row, "Q304", "more than 24 hours of one worker on one day", 2)
    make.month.plant("usage", make.row(**hours, worker_id="W0000778", quantity="3", ticket_no=""), "A109", "hours without a ticket", 2)


def _plant_doubles(world: World, month: MonthFiles) -> None:
    """In the second file: a record sent again, one sent again with another quantity, one under another number."""
    owners = set(fixed_cost_numbers(world).values())
    clean = [row for row in month.rows["usage", 1] if row["rate_code"] == "EM10" and row["billing_number"] in owners]
    month.plant("usage", clean[0], "U501", "sent again in the second file", 2)
    more = {**clean[1], "quantity": str(int(clean[1]["quantity"]) + 5)}
    month.plant("usage", more, "U502", "sent again with five mailboxes more", 2)
    again = {**clean[2], "source_record_id": f"USG-{month.period}-990001"}
    month.plant("usage", again, "U503", "sent again under another number", 2)
