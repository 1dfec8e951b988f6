"""R07: who rose and fell most, from the lines of both months, beside the movement of R06."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.top_movers import top_movers
from tests.finance.world import month, rows

LINES = """
    period  | charge_id | invoice_no | agency_code | stream | rate_code | amount
    2026-08 | C0        | I0         | 54          | usage  | ST10      | 999.00
    2026-09 | C1        | I1         | 54          | usage  | ST10      | 100.00
    2026-09 | C2        | I1         | 54          | usage  | VL10      | 20.00
    2026-09 | C3        | I2         | 70          | usage  | ST10      | 80.00
    2026-10 | C4        | I3         | 54          | usage  | ST10      | 130.00
    2026-10 | C5        | I3         | 54          | usage  | VL10      | 20.00
    2026-10 | C6        | I4         | 60          | usage  | XX99      | 29.99
    2026-10 | C7        | -          | 60          | usage  | XX99      | 5000.00
"""
CODES = """
    rate_code | name    | uom | cost_group
    ST10      | Storage | GB  | STORAGE
    VL10      | Line    | EA  | VOICE
"""
MOVEMENT = """
    period  | row_no | before | now    | change
    2026-10 | 1      | 200.00 | 179.99 | -20.01
"""
AGENCIES = """
    agency_code | agency_name    | valid_from
    54          | Parks, old     | 2020-07-01
    54          | Parks          | 2025-07-01
    54          | Parks, to come | 2027-01-01
    70          | Court          | 2020-07-01
"""


def test_the_largest_change_comes_first_up_or_down() -> None:
    found = top_movers(month("2026-10", fact_charge=LINES, dim_rate_code=CODES, dim_agency=AGENCIES, fact_movement=MOVEMENT))

    assert rows(found.section("agencies").frame) == [
        ("70", "Court", "80.00", "0.00", "-80.00"),
        ("54", "Parks", "120.00", "150.00", "30.00"),
        ("60", None, "0.00", "29.99", "29.99"),
    ]
    assert rows(found.section("rate_codes").frame) == [
        ("ST10", "Storage", "180.00", "130.00", "-50.00"),
        ("XX99", None, "0.00", "29.99", "29.99"),
        ("VL10", "Line", "20.00", "20.00", "0.00"),
    ]
    assert {fact.name: fact.value for fact in found.facts} == {
        "agency_up": "54", "agency_down": "70", "rate_code_up": "XX99", "rate_code_down": "ST10",
    }  # fmt: skip


def test_the_first_month_has_no_movers() -> None:
    text = "\n".join(line for line in LINES.splitlines() if "2026-08" not in line)

    found = top_movers(month("2026-09", fact_charge=text))

    assert [section.frame.height for section in found.sections] == [0, 0]


@pytest.mark.parametrize(("old", "new"), [("20.00\n    2026-10 | C6", "20.01\n    2026-10 | C6"), ("C3        | I2", "C3        | - ")])
def test_a_line_that_the_movement_does_not_have_stops_the_report(old: str, new: str) -> None:
    text = LINES.replace(old, new)
    assert text != LINES

    with pytest.raises(ReconciliationError, match="R07: "):
        top_movers(month("2026-10", fact_charge=text, fact_movement=MOVEMENT))
