"""R24: numbers nobody was charged under in six published months, closed ones, and who confirms them."""

import pytest

from reports.finance.number_review import number_review
from tests.records.world import month, rows, table

NUMBERS = """
billing_number | name    | agency_code | status | valid_from | valid_to   | closed_to
B1             | Used    | 100         | ACTIVE | 2020-07-01 |            |
B2             | Idle    | 100         | ACTIVE | 2020-07-01 |            |
B3             | Closed  | 200         | ACTIVE | 2020-07-01 | 2026-08-01 |
B3             | Closed  | 200         | CLOSED | 2026-08-01 |            | B4
B4             | Ended   | 200         | ACTIVE | 2020-07-01 | 2026-10-31 |
B5             | Old use | 300         | ACTIVE | 2020-07-01 |            |
B6             | Later   | 300         | ACTIVE | 2026-11-01 |            |
"""
CHARGES = """
period  | charge_id | billing_number | amount
2026-02 | C0        | B5             | 7.00
2026-04 | C1        | B1             | 10.00
2026-10 | C2        | B1             | 5.00
2026-10 | C3        | B4             | -2.00
2026-09 | C4        | B9             | 1.00
"""
CONTACTS = """
agency_code | role       | name  | email | valid_from | valid_to
100         | FISCAL     | Zora  | z@x   | 2020-07-01 |
100         | FISCAL     | Abel  | a@x   | 2020-07-01 | 2026-10-31
100         | MANAGEMENT | Aaron | m@x   | 2020-07-01 |
200         | FISCAL     | Nora  | n@x   | 2026-11-01 |
"""
AGENCIES = """
agency_code | agency_name | fiscal_officer | valid_from
100         | Parks       | Officer One    | 2020-07-01
200         | Revenue     | Officer Two    | 2020-07-01
"""
EARLIER = ("2026-02", "2026-04", "2026-05", "2026-07", "2026-08", "2026-09")  # March and June were not published


@pytest.fixture
def published():
    return month(
        earlier=EARLIER,
        dim_billing_number=table("dim_billing_number", NUMBERS),
        fact_charge=table("fact_charge", CHARGES),
        dim_contact=table("dim_contact", CONTACTS),
        dim_agency=table("dim_agency", AGENCIES),
    )


def test_numbers_without_a_charge_in_six_published_months_are_listed_with_their_contact(published):
    report = number_review(published)

    assert rows(report.section("unused").frame, "billing_number", "last_charged", "contact_name", "contact_email") == [
        ("B2", "", "Zora", "z@x"),
        ("B5", "", "", ""),  # charged in February, which is longer ago
    ]
    assert "2026-04 to 2026-10" in report.section("unused").note
    assert "Only" not in report.section("unused").note


def test_closed_numbers_are_apart_and_one_still_charged_says_so(published):
    report = number_review(published)

    assert rows(report.section("closed").frame, "billing_number", "closed_to", "last_charged", "charged", "contact_name") == [
        ("B3", "B4", "", "", "Officer Two"),  # its contact starts later
        ("B4", "", "2026-10", "-2.00", "Officer Two"),
    ]
    assert rows(report.section("agencies").frame, "agency_code", "numbers", "used", "unused", "closed") == [
        ("100", "2", "1", "1", "0"), ("200", "2", "0", "0", "2"), ("300", "1", "0", "1", "0"),
    ]  # fmt: skip
    facts = {fact.name: fact.value for fact in report.facts}
    assert (facts["unused"], facts["closed"], facts["closed_charged"]) == (2, 2, 1)


def test_charges_of_a_number_that_no_table_has_still_foot(published):
    assert [str(foot.here) for foot in number_review(published).foots if "charges" in foot.what] == ["14.00"]


def test_a_short_history_says_so():
    numbers = table("dim_billing_number", "billing_number | agency_code | status | valid_from\nB1 | 100 | ACTIVE | 2020-07-01")

    note = number_review(month(dim_billing_number=numbers)).section("unused").note

    assert "Only 1 of 6 months are published" in note
