"""The test agency's figures agree with each other: splits and invoices follow from the rows by a rule worked again here."""

from decimal import Decimal
from fractions import Fraction

import pytest

from billing.layouts import FEEDS
from billing.periods import Period
from billing.test_agency_figures import expected, expected_holds, expected_invoices, expected_records, expected_rows, expected_splits
from billing.test_agency_world import make_earlier, make_records, make_tables

LENGTHS = ["2025-02", "2024-02", "2025-04", "2025-03"]  # 28 29 30 31 days
OUTAGE = ("TESTAGY01", "adjustments", "CREDIT", "TAN4")
STRINGS = {
    "TESTAGY01": {"0100": 50, "0200": 30, "0300": 20},
    "TESTAGY02": {"0400": 100},  # eMARS splits it further
    "TESTAGY03": {"0600": 100},
}


def shared(amount: Decimal, percents: dict[str, int]) -> dict[str, Decimal]:
    """Largest remainder in cents on the magnitude, ties to the first string."""
    cents = abs(int(amount * 100))
    exact = {fund: Fraction(cents * percent, 100) for fund, percent in percents.items()}
    parts = {fund: int(part) for fund, part in exact.items()}
    while sum(parts.values()) < cents:
        parts[max(exact, key=lambda fund: exact[fund] - parts[fund])] += 1  # the first of equals
    return {fund: Decimal(part).scaleb(-2) * (-1 if amount < 0 else 1) for fund, part in parts.items()}


@pytest.mark.parametrize("month", LENGTHS)
def test_splits_follow_from_the_rows(month):
    found: dict[tuple[str, str], Decimal] = {}
    for key, amounts in expected_rows(Period.parse(month)).items():
        for amount in amounts:
            percents = {"0900": 60, "0910": 40} if key == OUTAGE else STRINGS[key[0]]
            for fund, part in shared(amount, percents).items():
                found[key[0], fund] = found.get((key[0], fund), Decimal("0.00")) + part

    assert found == expected_splits(Period.parse(month))


@pytest.mark.parametrize("month", LENGTHS)
def test_invoices_are_the_sums_of_their_rows(month):
    sums = dict.fromkeys(("TESTAGY01", "TESTGRP"), Decimal("0.00"))
    for key, amount in expected(Period.parse(month)).items():
        sums["TESTAGY01" if key[0] == "TESTAGY01" else "TESTGRP"] += amount

    assert {(f"COT-{month}-{name}-01",): amount for name, amount in sums.items()} == expected_invoices(Period.parse(month))


def test_records_in_are_billed_held_or_dropped_and_every_hold_is_of_a_record():
    period = Period(2026, 3)
    records, counts = make_records(period), expected_records(period)

    assert {feed: frame.height for feed, frame in records.items()} == {feed: count[0] for feed, count in counts.items()}
    assert all(count[0] == sum(count[1:]) for count in counts.values())
    assert sum(count[2] for count in counts.values()) == len(expected_holds(period))
    assert all(name in records[feed]["source_record_id"] for feed, name, _ in expected_holds(period))


def test_the_world_has_all_nine_feeds_and_every_table_that_prices_them():
    tables, records = make_tables(Period(2026, 3)), make_records(Period(2026, 3))
    wanted = """agencies billing_numbers funding_strings rate_codes rates rate_tiers agency_rates ld_plans call_owners exchanges
    local_calling stock_items stock_opening surcharges number_plan"""

    assert set(records) == set(FEEDS)
    assert [name for name in wanted.split() if tables[name].is_empty()] == []


@pytest.mark.parametrize(
    ("month", "before", "late", "monday", "next_may"),
    [
        ("2024-03", "2024-02", "2024-02-10", "2024-03-04", "2025-01"),
        ("2026-01", "2025-12", "2025-12-10", "2026-01-05", "2026-11"),
        ("2026-06", "2026-05", "2026-05-10", "2026-06-01", "2027-04"),  # the month starts on a Monday
    ],
)
def test_dates_are_made_from_the_period(month, before, late, monday, next_may):
    period = Period.parse(month)
    records = make_records(period)

    assert str(records["usage"]["usage_date"][0]) == late
    assert records["fixed_cost"]["start_period"][0] == before
    assert records["fixed_cost"]["end_period"][0] == next_may
    assert records["long_distance"].filter(source_record_id="TA-L08")["connect_at"][0] == f"{monday}T23:30:00-05:00"
    assert make_earlier(period).charges["period"].to_list() == [before]
