"""Rated usage: storage, servers, seats, print, hours of work."""

import datetime as dt
from typing import Final

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.numbers import Number
from pipelines.sample.rows import Row, scaled
from pipelines.sample.world import World

# rate code, unit, thousandths of a unit for each point of size, decimals, largest number of rows, least size
METERED: Final = (
    ("ST10", "GB_MONTH", 420_000, 3, 3, 1), ("ST20", "GB_MONTH", 900_000, 3, 2, 3), ("ST30", "GB_MONTH", 650_000, 3, 2, 2),
    ("VM10", "DEVICE", 900, 0, 6, 2), ("VM20", "DEVICE", 600, 0, 6, 5), ("DB10", "DEVICE", 200, 0, 3, 6),
    ("MF10", "CPU_SEC", 9_000_000, 3, 2, 12), ("EM10", "USER_MONTH", 6_400, 0, 1, 1), ("EM20", "USER_MONTH", 900, 0, 1, 8),
    ("CO10", "USER_MONTH", 4_100, 0, 1, 2), ("VP10", "USER_MONTH", 2_300, 0, 1, 3), ("SM10", "EACH", 900_000, 0, 1, 9),
    ("FX10", "MINUTE", 61_000, 1, 1, 4),
)  # fmt: skip
CONSOLIDATED: Final = (("UR10", "USER_MONTH", 6_000, 0, 2, 1), ("SV10", "USER_MONTH", 6_000, 0, 1, 1), ("MN10", "DEVICE", 900, 0, 1, 4))
SERVED_ALONE: Final = (("NC10", "EACH", 250, 0, 1, 4),)
DAILY: Final = (("PR10", "PAGE", 240_000, 0, 3), ("PR30", "PAGE", 310_000, 0, 7), ("SC10", "EACH", 150, 0, 9))
LABOR: Final = (("HR20", "Claims screen changes"), ("HR10", "Moves and repairs"), ("HR30", "Release planning"))


def usage_rows(world: World, period: Period) -> tuple[list[Row], list[Row]]:
    """The month's metered rows (first file) and hours of work (second file)."""
    metered: list[Row] = []
    labor: list[Row] = []
    for number in world.having("U"):
        draw = Draw(world.seed, "usage", number.billing_number, str(period))
        wanted = METERED + (CONSOLIDATED if number.agency.consolidated == "Y" else SERVED_ALONE)
        for code, uom, rate, places, most, least in wanted:
            if number.size >= least:
                metered += _metered(number, period, draw, (code, uom, rate, places, most))
        for code, uom, rate, places, least in DAILY:
            if number.size >= least:
                metered += _daily(number, period, draw, (code, uom, rate, places))
        labor += _labor(number, period, draw)
    return _named(metered, period, "USG"), _named(labor, period, "TIM")


def _named(rows: list[Row], period: Period, prefix: str) -> list[Row]:
    return [{"source_record_id": f"{prefix}-{period}-{index + 1:06d}", **row} for index, row in enumerate(rows)]


def _asked(number: Number, draw: Draw) -> str:
    return draw.pick(number.agency.orderers()) if draw.chance(30) else ""


def _quantity(rate: int, size: int, draw: Draw, places: int) -> int:
    """The month's quantity in units of 10^-places: by size, within 15 % up or down, at least one whole unit."""
    thousandths = rate * size * draw.between(85, 115) // 100
    one, coarser = int(10**places), int(10 ** (3 - places))
    return max(thousandths // coarser, one)


def _metered(number: Number, period: Period, draw: Draw, kind: tuple[str, str, int, int, int]) -> list[Row]:
    code, uom, rate, places, most = kind
    one = int(10**places)
    total = _quantity(rate, number.size, draw, places)
    count = max(min(most, 1 + number.size // 6, total // one), 1)
    parts = [total // count] * (count - 1)
    parts.append(total - sum(parts))
    return [
        {
            "billing_number": number.billing_number, "service_from": str(period.first_day), "service_to": str(period.last_day),
            "rate_code": code, "quantity": scaled(part, places), "uom": uom, "requested_by": _asked(number, draw),
            "resource_id": f"{code.lower()}-{number.billing_number[1:].lower()}-{index + 1:02d}",
            "resource_name": f"{number.name} {index + 1}",
        }
        for index, part in enumerate(parts)
    ]  # fmt: skip


def _daily(number: Number, period: Period, draw: Draw, kind: tuple[str, str, int, int]) -> list[Row]:
    code, uom, rate, places = kind
    rows = []
    for index, day in enumerate((draw.between(2, 14), draw.between(17, 29))):
        date = str(period.first_day + dt.timedelta(days=day - 1))
        rows.append(
            {
                "billing_number": number.billing_number, "service_from": date, "service_to": date, "usage_date": date,
                "rate_code": code, "quantity": scaled(_quantity(rate // 2, number.size, draw, places), places), "uom": uom,
                "ticket_no": f"RITM{draw.between(200000, 899999)}", "requested_by": _asked(number, draw),
                "resource_id": f"{code.lower()}-{number.billing_number[1:].lower()}-job{index + 1}",
            }
        )  # fmt: skip
    return rows


def _labor(number: Number, period: Period, draw: Draw) -> list[Row]:
    """Hours by ticket and day; the first ticket has two entries on one day, which step up together."""
    rows = []
    for index in range(min(1 + number.size // 4, 14) if number.size > 1 else 0):
        code, task = LABOR[index % len(LABOR)]
        date = str(period.first_day + dt.timedelta(days=(index * 2 + draw.below(2)) % period.days))
        ticket, worker = f"RITM{draw.between(200000, 899999)}", f"W{number.billing_number[1:]}{index:02d}"
        for part in range(2 if index == 0 else 1):
            minutes = draw.between(20, 380)
            rows.append(
                {
                    "billing_number": number.billing_number, "service_from": date, "service_to": date, "usage_date": date,
                    "rate_code": code, "quantity": scaled(minutes * 100 // 60, 2), "uom": "HOUR", "description": task,
                    "ticket_no": ticket, "requested_by": _asked(number, draw), "worker_id": worker + "ab"[part], "task": task,
                }
            )  # fmt: skip
    return rows
