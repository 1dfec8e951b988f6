"""Dated look-ups: the right row on its first day, its last, and between."""

from decimal import Decimal

import polars as pl
import pytest

from billing.effective import in_force
from billing.errors import ReconciliationError
from billing.rate_lookup import attach_rate
from tests.core.frames import day, table_of, tables_of

VPN = {"rate_code": "VPN", "approval_ref": "R", "approved_by": "x"}
RATES = [
    {**VPN, "valid_from": "2025-07-01", "valid_to": "2026-01-01", "unit_rate": "410.00", "markup_pct": "5", "fee_rate_code": "FE"},
    {**VPN, "valid_from": "2026-01-01", "unit_rate": "395.50"},
]
AGREED = [
    {**VPN, "agency_code": "758", "valid_from": "2026-01-01", "unit_rate": "390.00", "approval_ref": "A"},
    {
        **VPN, "agency_code": "758", "billing_number": "B2", "valid_from": "2026-01-01", "unit_rate": "0", "approval_ref": "B",
    },
    {
        "agency_code": "758", "billing_number": "B3", "rate_code": "VPN", "valid_from": "2026-01-01", "markup_pct": "7",
        "approval_ref": "C",
        "approved_by": "x",
    },
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "agency", "date", "expected", "approval"),
    [
        ("B1", "100", "2025-12-31", "410.00", "R"),  # the last day of the old rate
        ("B1", "100", "2026-01-01", "395.50", "R"),  # the first day of the new one
        ("B1", "758", "2026-01-01", "390.00", "A"),  # agreed with the agency
        ("B1", "758", "2025-12-31", "410.00", "R"),  # before the agreement
        ("B2", "758", "2026-03-01", "0", "B"),  # the narrowest key wins, and 0 is a value
        ("B3", "758", "2026-03-01", "395.50", "R"),  # a blank falls back to the table
        ("B1", "100", "2025-06-30", None, None),  # before any rate
    ],
)
def test_the_rate_in_force_on_the_date(number, agency, date, expected, approval):
    records = pl.DataFrame({"billing_number": [number], "agency_code": [agency], "rate_code": ["VPN"], "on": [day(date)]})

    found = attach_rate(records, tables_of(rates=RATES, agency_rates=AGREED), "on").to_dicts()[0]

    assert found["unit_rate"] == (None if expected is None else Decimal(expected))
    assert found["approval_ref"] == approval
    assert found["has_rate"] is (expected is not None)


def test_an_agreed_markup_beats_the_tables_column_by_column():
    records = pl.DataFrame({"billing_number": ["B3"], "agency_code": ["758"], "rate_code": ["VPN"], "on": [day("2026-02-01")]})

    found = attach_rate(records, tables_of(rates=RATES, agency_rates=AGREED), "on").to_dicts()[0]

    assert (found["unit_rate"], found["markup_pct"]) == (Decimal("395.50"), Decimal(7))


def test_rows_and_order_are_kept_and_a_null_key_finds_nothing():
    records = pl.DataFrame({"rate_code": ["VPN", None, "NO", "VPN"], "on": [day("2026-02-01")] * 4, "n": [1, 2, 3, 4]})

    found = in_force(records, table_of("rates", *RATES), on={"rate_code": "rate_code"}, date="on", take={"unit_rate": "price"})

    assert found["n"].to_list() == [1, 2, 3, 4]
    assert found["price"].to_list() == [Decimal("395.50"), None, None, Decimal("395.50")]


def test_two_rows_in_force_at_once_are_never_priced():
    records = pl.DataFrame({"rate_code": ["VPN"], "on": [day("2026-02-01")]})
    twice = table_of("rates", RATES[1], {**RATES[1], "valid_from": "2026-01-15"})

    with pytest.raises(ReconciliationError, match="two rows"):
        in_force(records, twice, on={"rate_code": "rate_code"}, date="on", take={"unit_rate": "price"})
