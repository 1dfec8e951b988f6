"""Mistakes in calls, on lines that make no other calls."""

import datetime as dt

from pipelines.sample.month_files import MonthFiles
from pipelines.sample.rows import Row
from pipelines.sample.world import World

NEW_YORK = "12122642000"
LONG_AGO = dt.date(2025, 8, 20)


class _Phone:
    """Makes calls of spare lines, each on a day of its own, right but for what the caller changes."""

    def __init__(self, world: World, month: MonthFiles) -> None:
        self.lines, self.month, self.count = list(world.inventory.spare), month, 0

    def call(self, line: int, **change: str) -> Row:
        """A two-minute call to New York at ten in the morning."""
        self.count += 1
        day = self.month.period.first_day + dt.timedelta(days=self.count % 27)
        number = self.lines[line]
        return {
            "source_record_id": f"CDR-{self.month.period}-9{self.count:08d}", "source": "CARRIER", "charge_number": number,
            "from_number": number, "to_number": NEW_YORK, "connect_at": f"{day}T10:00:00-04:00", "duration_seconds": "120",
            "answered": "true", "direction": "OUT", **change,
        }  # fmt: skip

    def plant(self, codes: str, what: str, line: int, sequence: int = 1, **change: str) -> None:
        """Plant one call."""
        self.month.plant("long_distance", self.call(line, **change), codes, what, sequence)


def plant_calls(world: World, month: MonthFiles) -> None:
    """Plant about twenty wrong calls in the month's first two call files."""
    phone = _Phone(world, month)
    before, after = month.period.shift(-1), month.period.shift(1)
    phone.plant("L701", "line and code that nobody owns", 2, charge_number="5026959998", from_number="5026959998")
    phone.plant("L703", "carrier calls it intrastate", 2, vendor_jurisdiction="INTRASTATE_INTERLATA")
    phone.plant("L704", "carrier charges a hundred times our price", 2, vendor_charge="9.8000")
    phone.plant("L705", "five hours on the telephone", 3, duration_seconds="18000")
    at_once = phone.call(11)
    month.plant("long_distance", at_once, "L705", "two calls of one line at once")
    second = {**phone.call(11), "connect_at": at_once["connect_at"].replace("10:00:00", "10:01:00")}
    month.plant("long_distance", second, "L705", "two calls of one line at once")
    phone.plant("L702", "exchange that the table does not know", 11, to_number="16069992000")
    phone.plant("L706", "abroad from a line that may not", 4, to_number="011442079460000")
    phone.plant("L707", "premium call", 5, to_number="19005550100")
    phone.plant("L708", "not answered, yet 60 seconds long", 6, answered="false", duration_seconds="60")
    phone.plant("L708", "answered, yet no seconds", 6, duration_seconds="0")
    phone.plant("L709", "five digits", 7, to_number="12345")
    phone.plant("R203", "satellite telephone: no price in the plan", 0, to_number="011870773100000")
    phone.plant("D401", "call of next month", 8, connect_at=f"{after}-05T10:00:00-04:00")
    phone.plant("D402", "call of summer 2025", 8, connect_at=f"{LONG_AGO}T10:00:00-04:00")
    phone.plant("D403", "call of last month", 8, connect_at=f"{before.last_day}T23:50:00-04:00")
    phone.plant("D403 D404", "call of last fiscal year", 8, 2, connect_at="2026-06-18T10:00:00-04:00")
    phone.plant("F006", "a day that does not exist", 9, connect_at=f"{month.period}-32T10:00:00-04:00")
    month.add("long_distance", [phone.call(9, connect_at=f"{month.period.last_day}T23:55:00-04:00", duration_seconds="900")])
    twice = phone.call(10)
    month.add("long_distance", [twice])
    month.plant("long_distance", twice, "U501", "call sent again in the second file", 2)
