"""Policy: what may differ between agencies billers, each setting with its default and its unit."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class TimeBand:
    """A band of local time: `start <= time < stop` on the named ISO weekdays (1 Monday to 7 Sunday)."""

    band: str
    weekdays: tuple[int, ...]
    start: dt.time
    stop: dt.time


DEFAULT_TIME_BANDS = (
    TimeBand("DAY", (1, 2, 3, 4, 5), dt.time(8), dt.time(17)),
    TimeBand("EVENING", (7, 1, 2, 3, 4, 5), dt.time(17), dt.time(23)),
)  # NIGHT is whatever no band covers


@dataclass(frozen=True)
class Policy:
    """Every setting the engine reads."""

    start_day_billed: bool = True
    disconnect_day_billed: bool = False
    prorate_rate_change: bool = False
    look_back_periods: int = 12
    advance_from: str | None = None  # YYYY-MM, the first month that is settled in advance; none: the workspace's first period
    dispute_days: int = 60
    due_days: int = 30
    price_tolerance: Decimal = Decimal("0.01")  # dollars, R206 and L704
    call_price_tolerance: Decimal = Decimal("0.01")  # dollars a call, L704
    long_call_seconds: int = 4 * 3600
    average_cost_move_pct: Decimal = Decimal(25)
    hours_of_a_day: Decimal = Decimal(24)
    variance_pct: Decimal = Decimal(20)
    variance_dollars: Decimal = Decimal(500)
    lead_limit: Decimal = Decimal("100.00")  # dollars a LEAD may approve alone, signs aside
    manager_limit: Decimal = Decimal("5000.00")  # dollars a MANAGER may approve alone; above, FINANCE signs as well
    aged_hold_periods: int = 2  # a hold that is older, in months since it came in, stops the close
    immaterial_dollars: Decimal = Decimal(0)  # J007; 0 switches it off
    outlier_spread: Decimal = Decimal(6)  # Q303: spreads from the median
    outlier_months: int = 6
    outlier_least_months: int = 3
    unreadable_limit_pct: Decimal = Decimal(1)
    invoice_most_lines: int = 10_000  # an invoice of more is printed added up; the attached file lists every line
    invoice_workbook: bool = False  # attach the detail as XLSX too
    expected_feeds: tuple[str, ...] = (
        "usage", "fixed_cost", "pass_through", "circuits", "voip", "centrex", "long_distance", "stock", "adjustments",
    )  # fmt: skip
    machine_feeds: tuple[str, ...] = ("usage", "pass_through", "circuits", "voip", "centrex", "long_distance")
    max_lines: int = 99  # buyer's lines of an interface document
    seller_fund: str = ""  # the seller's own accounting codes; blank fund: every string counts as another fund's
    seller_department: str = ""
    seller_unit: str = ""
    period_13_days: int = 31  # papers of a fiscal year that ended go to its period 13 for so many days
    time_bands: tuple[TimeBand, ...] = field(default=DEFAULT_TIME_BANDS)
