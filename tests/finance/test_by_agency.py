"""R02: what each agency pays, beside what it paid the month before."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.by_agency import by_agency
from tests.finance.world import month, rows

LINES = """
    period  | charge_id | invoice_no | agency_code | stream   | is_prior_period | amount
    2026-10 | C1        | I3         | 54          | usage    | no              | 100.00
    2026-10 | C2        | I3         | 54          | circuits | yes             | 20.10
    2026-10 | C3        | I4         | 54          | usage    | no              | 9.90
    2026-10 | C4        | I5         | 60          | stock    | no              | 33.33
    2026-10 | C5        | -          | 60          | stock    | no              | 7.00
"""
INVOICES = """
    period  | invoice_no | agency_code | agency_name | amount
    2026-09 | I1         | 54          | Parks       | 147.00
    2026-09 | I2         | 70          | Court       | 80.00
    2026-10 | I3         | 54          | Parks       | 120.10
    2026-10 | I4         | 54          | Parks       | 9.90
    2026-10 | I5         | 60          | Revenue     | 33.33
"""
MOVEMENT = """
    period  | row_no | before | now    | change
    2026-10 | 1      | 227.00 | 163.33 | -63.67
"""


def test_an_agency_that_has_no_invoice_any_more_is_there_with_its_change() -> None:
    found = by_agency(month("2026-10", fact_charge=LINES, fact_invoice=INVOICES, fact_movement=MOVEMENT)).section("agencies")

    shown = ("agency_code", "agency_name", "invoices", "usage", "circuits", "stock", "prior_period", "amount", "prior_amount", "change")
    assert rows(found.frame, *shown) == [
        ("54", "Parks", 2, "109.90", "20.10", "0.00", "20.10", "130.00", "147.00", "-17.00"),
        ("60", "Revenue", 1, "0.00", "0.00", "33.33", "0.00", "33.33", "0.00", "33.33"),
        ("70", "Court", 0, "0.00", "0.00", "0.00", "0.00", "0.00", "80.00", "-80.00"),
    ]
    assert {name: str(value) for name, value in found.sums().items()}["change"] == "-63.67"


def test_the_first_month_has_no_change() -> None:
    found = by_agency(month("2026-09", fact_invoice=INVOICES, fact_charge="""
        period  | charge_id | invoice_no | agency_code | stream   | is_prior_period | amount
        2026-09 | C1        | I1         | 54          | usage    | no              | 147.00
        2026-09 | C2        | I2         | 70          | usage    | no              | 80.00
    """)).section("agencies")  # fmt: skip

    assert rows(found.frame, "agency_code", "amount", "prior_amount", "change") == [
        ("54", "147.00", None, None),
        ("70", "80.00", None, None),
    ]
    assert "change" not in found.sums()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("no              | 9.90", "no              | 9.91", "streams and invoices"),
        ("| 227.00 | 163.33 | -63.67", "| 227.00 | 163.33 | -63.66", "change and the movement"),
    ],
)
def test_a_cent_that_goes_astray_stops_the_report(old: str, new: str, told: str) -> None:
    lines, movement = LINES.replace(old, new), MOVEMENT.replace(old, new)
    assert (lines, movement) != (LINES, MOVEMENT)

    with pytest.raises(ReconciliationError, match=told):
        by_agency(month("2026-10", fact_charge=lines, fact_invoice=INVOICES, fact_movement=movement))
