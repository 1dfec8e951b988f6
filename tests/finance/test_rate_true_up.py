"""R13: the rate that would pay for each cost group, worked by hand, beside the rates in force."""

import pytest

from billing.errors import ReconciliationError
from reports.finance import rate_true_up as module
from reports.finance.rate_true_up import rate_true_up
from reports.finance.recovery import recovery
from tests.finance.test_recovery import POOLS, WORLD
from tests.finance.world import month, rows

RATES = """
    rate_code | valid_from | valid_to   | unit_rate
    ST10      | 2025-07-01 | 2026-10-31 | 99.00
    ST10      | 2026-10-31 | -          | 10.00
    CK10      | 2025-07-01 | -          | -
    TL10      | 2026-11-01 | -          | 4.00
"""
TIERS = """
    rate_code | valid_from | tier_no | unit_rate
    CK10      | 2025-07-01 | 1       | 300.00
    CK10      | 2025-07-01 | 2       | 250.00
    CK10      | 2024-07-01 | 1       | 1.00
"""


def test_the_proposed_rate_is_cost_by_units_and_the_true_up_is_the_groups_own() -> None:
    found = rate_true_up(month("2026-10", **WORLD, dim_rate=RATES, dim_rate_tier=TIERS)).section("groups").frame

    shown = ("cost_group", "forecast_cost", "forecast_units", "actual_cost", "units", "units_basis", "proposed_rate", "true_up")
    assert rows(found, *shown) == [
        ("LABOR", "833.33", None, "1122.00", "1.00", "BILLED", "1122.00", "1002.00"),
        ("NETWORK", "16666.50", "16.50", "610.00", "4.00", "ACTUAL", "152.50", "-610.00"),
        ("STOCK", "200.00", None, None, None, None, None, "200.00"),
        ("STORAGE", "1666.67", "200.00", None, "350.00", "BILLED", "4.761905", "-1783.33"),  # 1,666.666 of 350 GB
        ("TOLL", None, None, None, "100.00", "BILLED", None, None),
        (None, None, None, None, "1.00", "BILLED", None, None),
    ]


def test_the_rates_in_force_are_those_of_the_last_day_with_their_tiers() -> None:
    found = rate_true_up(month("2026-10", **WORLD, dim_rate=RATES, dim_rate_tier=TIERS)).section("groups").frame

    assert rows(found.drop_nulls("rates"), "cost_group", "rate_low", "rate_high", "rates") == [
        ("NETWORK", "250.00", "300.00", 2),
        ("STORAGE", "10.00", "10.00", 1),  # the old one ended that day, half-open
    ]


def test_units_of_several_kinds_are_not_added_up() -> None:
    lines = WORLD["fact_charge"].replace("ST10      | BASE      | GB   | 250", "ST10      | BASE      | EACH | 250")

    found = rate_true_up(month("2026-10", **{**WORLD, "fact_charge": lines})).section("groups").frame

    assert rows(found.filter(found["cost_group"] == "STORAGE"), "units", "uom", "proposed_rate") == [(None, None, None)]


def test_a_true_up_that_is_not_that_of_recovery_stops_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    other = recovery(month("2026-10", **{**WORLD, "dim_cost_pool": POOLS.replace("305.00", "305.01")}))
    monkeypatch.setattr(module, "recovery", lambda _published: other)

    with pytest.raises(ReconciliationError, match="R13: true-up and what R12 has over or under"):
        rate_true_up(month("2026-10", **WORLD))
