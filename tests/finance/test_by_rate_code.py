"""R04: what each rate code earned this month and this fiscal year."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.by_rate_code import by_rate_code
from tests.finance.world import month, rows

CODES = """
    rate_code | name    | uom  | cost_group
    ST10      | Storage | GB   | STORAGE
    CK10      | Circuit | EACH | NETWORK
"""
LINES = """
    period  | charge_id | invoice_no | stream   | rate_code | component | uom  | quantity | unit_rate | amount
    2026-06 | C0        | I0         | usage    | ST10      | BASE      | GB   | 1        | 1.00      | 90000.00
    2026-09 | C1        | I1         | usage    | ST10      | BASE      | GB   | 100      | 0.10      | 10.00
    2026-09 | C2        | I1         | usage    | CK10      | MRC       | EACH | 1        | 42.00     | 42.00
    2026-10 | C3        | I2         | usage    | ST10      | BASE      | GB   | 200.5    | 0.10      | 20.05
    2026-10 | C4        | I2         | usage    | ST10      | BASE      | GB   | 50       | 0.10      | 5.00
    2026-10 | C5        | I2         | circuits | CK10      | MRC       | EACH | 1        | 42.00     | 42.00
    2026-10 | C6        | I2         | circuits | CK10      | NRC       | EACH | 1        | 100.00    | 100.00
    2026-10 | C7        | I2         | stock    | -         | BASE      | -    | 3        | -         | 9.99
    2026-10 | C8        | -          | stock    | ST10      | BASE      | GB   | 3        | -         | 777.00
"""
INVOICES = """
    period  | invoice_no | amount
    2026-06 | I0         | 90000.00
    2026-09 | I1         | 52.00
    2026-10 | I2         | 177.04
"""
PERIODS = """
    period  | fiscal_year | fiscal_period | as_of
    2026-06 | 2026        | 12            | 2026-07-07
    2026-09 | 2027        | 3             | 2026-10-07
    2026-10 | 2027        | 4             | 2026-11-06
"""
WORLD = {"dim_period": PERIODS, "dim_rate_code": CODES, "fact_charge": LINES, "fact_invoice": INVOICES}


def test_a_rate_stands_where_all_lines_have_it_and_the_year_stands_beside_the_month() -> None:
    found = by_rate_code(month("2026-10", **WORLD)).section("rates").frame

    assert rows(found) == [
        ("usage", "CK10", "Circuit", "EACH", 0, "0.00", None, "0.00", "42.00", 1),  # billed in September alone
        ("usage", "ST10", "Storage", "GB", 2, "250.50", "0.10", "25.05", "35.05", 2),  # June is of another fiscal year
        ("circuits", "CK10", "Circuit", "EACH", 2, "2.00", None, "142.00", "142.00", 1),  # two rates
        ("stock", None, None, None, 1, "3.00", None, "9.99", "9.99", 1),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("fact_charge", "20.05", "20.06", "rate codes and invoices"),
        ("fact_charge", "| 10.00\n", "| 10.01\n", "rate codes to date and the invoices"),
        ("fact_invoice", "177.04", "177.03", "rate codes and invoices"),
    ],
)
def test_a_cent_that_goes_astray_stops_the_report(name: str, old: str, new: str, told: str) -> None:
    assert old in WORLD[name]

    with pytest.raises(ReconciliationError, match=f"R04: {told}"):
        by_rate_code(month("2026-10", **{**WORLD, name: WORLD[name].replace(old, new)}))
