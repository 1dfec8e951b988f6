"""The sample's reference and rate tables, each as rows of text by contract name."""

import calendar
import datetime as dt
from typing import Final

from billing.periods import Period
from pipelines.sample.agencies import SINCE, agency_rows, contact_rows, user_rows
from pipelines.sample.feeds.fixed_cost import fixed_cost_numbers
from pipelines.sample.feeds.stock import item_rows, opening_rows
from pipelines.sample.numbers import funding_rows, number_rows
from pipelines.sample.places import exchange_rows
from pipelines.sample.rows import Row, read_data
from pipelines.sample.scale import SCALES
from pipelines.sample.stations import owner_rows
from pipelines.sample.world import World
from rates.sample_schedule import SCHEDULE_TABLES, sample_table

FISCAL_YEARS: Final = (2026, 2027)
ISSUE_DAYS, DUE_DAYS, DISPUTE_DAYS, CLOSE_DAYS = 6, 30, 60, 14


def reference_tables(world: World) -> dict[str, list[Row]]:
    """Every table of reference/ and rates/ but number_plan, whose built-in one serves."""
    found = {name: sample_table(name) for name in SCHEDULE_TABLES}
    strings, numbers = funding_rows(world.numbers, world.seed), number_rows(world.numbers)
    return found | {
        "agencies": agency_rows(world.agencies, fixed_cost_numbers(world)),
        "billing_numbers": numbers,
        "agency_contacts": contact_rows(world.agencies),
        "funding_strings": strings,
        "call_owners": owner_rows(world),
        "exchanges": exchange_rows(world.places),
        "local_calling": read_data("local_calling"),
        "stock_items": item_rows(),
        "stock_opening": opening_rows(world),
        "vendors": read_data("vendors"),
        "vendor_accounts": _vendor_accounts(world),
        "cost_pools": _cost_pools(world),
        "calendar": _calendar(),
        "users": user_rows(),
        "gl_map": read_data("gl_map"),
        "coa_values": _coa_values(strings, numbers, found["rate_codes"]),
    }


def _cost_pools(world: World) -> list[Row]:
    """What each cost group is expected to cost in a year and to bill in units, at the sample's scale."""
    scale = next(name for name, each in SCALES.items() if each == world.scale)
    pools = [{name: row[name] for name in ("cost_group", "forecast_cost", "forecast_units")} for row in read_data("cost_groups")
             if row["scale"] == scale]  # fmt: skip
    return [{"fiscal_year": str(year), **row} for year in FISCAL_YEARS for row in pools]


def _coa_values(strings: list[Row], numbers: list[Row], codes: list[Row]) -> list[Row]:
    """What the accounting system knows of funds, departments and objects: all that the sample uses."""
    objects = (
        {row["object"] for row in strings} | {row["default_object"] for row in numbers} | {row.get("buyer_object", "") for row in codes}
    )
    known = {"fund": {row["fund"] for row in strings}, "department": {row["department"] for row in strings}, "object": objects}
    return [
        {"element": element, "value": value, "valid_from": SINCE} for element, values in known.items() for value in sorted(values - {""})
    ]


def _vendor_accounts(world: World) -> list[Row]:
    return [
        {
            "vendor_code": "VC0000100102", "account": f"LCS-{number.billing_number}", "billing_number": number.billing_number,
            "rate_code": "PT20", "valid_from": SINCE,
        }
        for number in world.having("P")
    ]  # fmt: skip


def _calendar() -> list[Row]:
    """Fiscal year 2027, with the days that the default policy would give."""
    rows = []
    for index in range(12):
        period = Period(2026, 7).shift(index)
        issued = period.last_day + dt.timedelta(days=ISSUE_DAYS)
        rows.append(
            {
                "period": str(period), "fiscal_year": str(period.fiscal_year), "fiscal_period": str(period.fiscal_period),
                "opens_on": str(period.first_day), "closes_on": str(_working_day(period.stop_day)),
                "dispute_by": str(issued + dt.timedelta(days=DISPUTE_DAYS)), "due_on": str(issued + dt.timedelta(days=DUE_DAYS)),
            }
        )  # fmt: skip
    return rows


def _working_day(first: dt.date) -> dt.date:
    """The tenth weekday of the month that begins on `first`."""
    days = [day for day in calendar.Calendar().itermonthdates(first.year, first.month) if day.month == first.month]
    return [day for day in days if day.isoweekday() <= 5][9]
