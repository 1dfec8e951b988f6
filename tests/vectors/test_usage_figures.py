"""Usage: flat rates, tiers at their bounds, hours in steps. Figures worked out apart from the engine."""

import pytest

from tests.vectors import world

TIERS = [("1000", "0.10"), ("10000", "0.08"), (None, "0.05")]


def _tables(method: str, **code: object) -> world.Tables:
    tiers = [{"tier_no": n, "upper_bound": bound, "unit_rate": rate} for n, (bound, rate) in enumerate(TIERS, start=1)]
    return world.tables(rate_codes=[code], rates=[{"tier_method": method}], rate_tiers=tiers)


def test_a_flat_rate_is_quantity_times_rate() -> None:
    tables = world.tables(rate_codes=[{}], rates=[{"unit_rate": "32.86"}])

    assert [str(amount) for amount in world.amounts(world.bill("usage", [{"quantity": 37}], tables, "2026-03"))] == ["1215.82"]


@pytest.mark.parametrize(
    ("method", "quantity", "expected"),
    [
        ("GRADUATED", "12500", ["945.00"]),
        ("VOLUME", "12500", ["625.00"]),
        ("GRADUATED", "1000", ["100.00"]),  # the upper bound is inclusive
        ("GRADUATED", "1000.000001", ["100.00"]),
        ("VOLUME", "1000", ["100.00"]),
        ("VOLUME", "1000.000001", ["80.00"]),
        ("GRADUATED", "0", []),  # 0.00 is not written
    ],
)
def test_tiers(method: str, quantity: str, expected: list[str]) -> None:
    billed = world.bill("usage", [{"quantity": quantity}], _tables(method), "2026-03")

    assert [str(amount) for amount in world.amounts(billed)] == expected
    assert billed.outcomes["outcome"].to_list() == ["BILLED"]


@pytest.mark.parametrize(
    ("hours", "billed_hours", "expected"),
    [
        ("0.4", "1.000000", "78.06"),  # 24 minutes: the least hour
        ("1", "1.000000", "78.06"),
        ("1.016667", "1.250000", "97.58"),  # 61 minutes
        ("1.3", "1.500000", "117.09"),  # 78 minutes
        ("1.516667", "1.750000", "136.61"),  # 91 minutes: 136.605
    ],
)
def test_hours_come_in_quarters_with_a_least_hour(hours: str, billed_hours: str, expected: str) -> None:
    code = {"uom": "HOUR", "min_quantity": "1", "increment": "0.25"}
    tables = world.tables(rate_codes=[code], rates=[{"unit_rate": "78.06"}])
    row = {"quantity": hours, "uom": "HOUR", "usage_date": "2026-03-14", "worker_id": "W1", "ticket_no": "T1"}

    billed = world.bill("usage", [row], tables, "2026-03")

    assert [str(amount) for amount in world.amounts(billed)] == [expected]
    assert str(billed.charges["quantity"][0]) == billed_hours


def test_the_minimum_counts_once_for_a_ticket_and_day() -> None:
    code = {"uom": "HOUR", "min_quantity": "1", "increment": "0.25"}
    tables = world.tables(rate_codes=[code], rates=[{"unit_rate": "78.06"}])
    row = {"quantity": "0.4", "uom": "HOUR", "usage_date": "2026-03-14", "worker_id": "W1", "ticket_no": "T1"}

    together = world.bill("usage", [row, row], tables, "2026-03")
    apart = world.bill("usage", [row, {**row, "ticket_no": "T2"}], tables, "2026-03")

    assert [str(amount) for amount in world.amounts(together)] == ["78.06"]
    assert [str(amount) for amount in world.amounts(apart)] == ["78.06", "78.06"]
