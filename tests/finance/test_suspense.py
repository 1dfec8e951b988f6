"""R10 and R08: what is held and what waits, by reason, owner and age, on both sides of every class of age."""

import datetime as dt

import pytest

from billing.errors import ReconciliationError
from reports.finance.exceptions import exceptions
from reports.finance.suspense import suspense
from tests.finance.world import month, rows

# dated 2026-11-06: what came in for October is known from 1 November, 5 days; for September 36; August 66; July 97
FOUND = """
    period  | exception_id | code | severity | feed  | source_file   | source_line | agency_code | amount  | status       | is_first_cause | first_period | owner | is_held | held_amount
    2026-10 | X1           | A101 | HOLD     | usage | u.csv         | 2           | -           | 10.00   | OPEN         | yes            | 2026-10      | ann   | yes     | 10.00
    2026-10 | X2           | A101 | HOLD     | usage | 2026-09/u.csv | 3           | -           | 20.00   | OPEN         | yes            | 2026-09      | -     | yes     | 20.00
    2026-10 | X3           | A101 | HOLD     | usage | 2026-08/u.csv | 4           | 54          | -       | WAITING      | yes            | 2026-08      | ann   | yes     | 40.00
    2026-10 | X4           | J002 | HOLD     | adj   | 2026-07/a.csv | 5           | 54          | -80.00  | OPEN         | yes            | 2026-07      | bob   | yes     | -80.00
    2026-10 | X5           | D402 | HOLD     | usage | 2026-08/u.csv | 4           | 54          | 7.00    | OPEN         | no             | 2026-08      | ann   | no      | -
    2026-10 | X6           | L701 | HOLD     | calls | c.csv         | 6           | -           | -       | OPEN         | yes            | 2026-10      | -     | yes     | -
    2026-10 | X7           | R201 | HOLD     | voip  | v.csv         | 7           | 54          | -       | OPEN         | yes            | 2026-10      | -     | no      | -
    2026-10 | X8           | V010 | WARN     | -     | -             | -           | 54          | 900.00  | OPEN         | yes            | 2026-10      | -     | no      | -
    2026-10 | X9           | A107 | WARN     | usage | u.csv         | 8           | 54          | 5000.00 | ACKNOWLEDGED | yes            | 2026-10      | -     | no      | -
    2026-10 | XA           | Q302 | INFO     | usage | u.csv         | 9           | 54          | 0.00    | NOTED        | yes            | 2026-10      | -     | no      | -
    2026-09 | XB           | A101 | HOLD     | usage | u.csv         | 3           | -           | 20.00   | OPEN         | yes            | 2026-09      | -     | yes     | 20.00
"""  # noqa: E501
CONTROLS = """
    period  | feed  | source_file   | records_held | amount_held
    2026-10 | usage | u.csv         | 1            | 10.00
    2026-10 | usage | 2026-09/u.csv | 1            | 20.00
    2026-10 | usage | 2026-08/u.csv | 1            | 40.00
    2026-10 | adj   | 2026-07/a.csv | 1            | -80.00
    2026-10 | calls | c.csv         | 1            | 0.00
    2026-10 | voip  | v.csv         | 0            | 0.00
"""
WORLD = {"fact_exception": FOUND, "control_totals": CONTROLS}
AGES = ("days_0_30", "days_31_60", "days_61_90", "days_over_90")


def test_dollars_stand_in_the_class_of_their_age() -> None:
    found = suspense(month("2026-10", **WORLD)).section("reasons").frame

    assert rows(found, "code", "feed", "records", "amount", "unpriced", *AGES) == [
        ("J002", "adj", 1, "-80.00", 0, "0.00", "0.00", "0.00", "-80.00"),
        ("A101", "usage", 3, "70.00", 0, "10.00", "20.00", "40.00", "0.00"),
        ("L701", "calls", 1, "0.00", 1, "0.00", "0.00", "0.00", "0.00"),
    ]


def test_every_held_record_is_listed_the_largest_first_and_what_has_no_price_last() -> None:
    found = suspense(month("2026-10", **WORLD))

    assert rows(found.section("records").frame, "exception_id", "amount", "age_days", "age_months", "owner") == [
        ("X4", "-80.00", 97, 3, "bob"), ("X3", "40.00", 66, 2, "ann"), ("X2", "20.00", 36, 1, None), ("X1", "10.00", 5, 0, "ann"),
        ("X6", None, 5, 0, None),
    ]  # fmt: skip
    assert found.section("parts").frame["exception_id"].to_list() == ["X7"]  # the record is billed, a part of it is not


def test_held_charges_and_held_credits_are_told_apart_and_not_only_net() -> None:
    report = suspense(month("2026-10", **WORLD))

    told = {fact.name: str(fact.value) for fact in report.facts}
    assert (told["charges"], told["credits"], told["amount"]) == ("70.00", "-80.00", "-10.00")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("u.csv         | 1            | 10.00", "u.csv         | 2            | 10.00", "held records and the control totals"),
        ("u.csv         | 1            | 10.00", "u.csv         | 1            | 10.01", "held dollars and the control totals"),
        ("| 20.00\n    2026-10 | usage | 2026-08/u.csv | 1            | 40.00",
         "| 19.00\n    2026-10 | usage | 2026-08/u.csv | 1            | 41.00",
         "held dollars and the control totals, file by file"),
        ("ann   | yes     | 10.00", "ann   | no      | 10.00", "held records and the control totals"),
    ],
)  # fmt: skip
def test_suspense_that_is_not_that_of_the_control_totals_stops_the_report(old: str, new: str, told: str) -> None:
    changed = {name: text.replace(old, new) for name, text in WORLD.items()}
    assert changed != WORLD

    with pytest.raises(ReconciliationError, match=f"R10: {told}: "):
        suspense(month("2026-10", **changed))


@pytest.mark.parametrize(
    ("as_of", "days", "name"),
    [
        ("2026-10-31", 0, "days_0_30"),  # dated before the month is over
        ("2026-12-01", 30, "days_0_30"),
        ("2026-12-02", 31, "days_31_60"),
        ("2026-12-31", 60, "days_31_60"),
        ("2027-01-01", 61, "days_61_90"),
        ("2027-01-30", 90, "days_61_90"),
        ("2027-01-31", 91, "days_over_90"),
    ],
)
def test_a_day_decides_in_which_class_a_record_is(as_of: str, days: int, name: str) -> None:
    periods = f"period | fiscal_year | fiscal_period | as_of\n 2026-10 | 2027 | 4 | {as_of}"
    lines = FOUND.strip().splitlines()
    controls = "period | feed | source_file | records_held | amount_held\n 2026-10 | usage | u.csv | 1 | 10.00"

    found = suspense(month("2026-10", dim_period=periods, fact_exception="\n".join(lines[:2]), control_totals=controls))

    assert days == max(0, (dt.date.fromisoformat(as_of) - dt.date(2026, 11, 1)).days)
    assert found.section("records").frame["age_days"].to_list() == [days]
    assert {each: str(found.sections[0].sums()[each]) for each in AGES} == {each: "10.00" if each == name else "0.00" for each in AGES}


def test_exceptions_are_counted_once_by_what_became_of_them() -> None:
    found = exceptions(month("2026-10", **WORLD)).section("codes").frame

    assert rows(found, "code", "open", "later", "decided", "noted", "amount", "unpriced", *AGES) == [
        ("V010", 1, 0, 0, 0, "900.00", 0, 1, 0, 0, 0),
        ("J002", 1, 0, 0, 0, "80.00", 0, 0, 0, 0, 1),
        ("A101", 3, 0, 0, 0, "30.00", 1, 1, 1, 1, 0),
        ("L701", 1, 0, 0, 0, "0.00", 1, 1, 0, 0, 0),
        ("R201", 1, 0, 0, 0, "0.00", 1, 1, 0, 0, 0),
        ("A107", 0, 0, 1, 0, "0.00", 0, 0, 0, 0, 0),
        ("D402", 0, 1, 0, 0, "0.00", 0, 0, 0, 0, 0),
        ("Q302", 0, 0, 0, 1, "0.00", 0, 0, 0, 0, 0),
    ]


def test_what_nobody_works_comes_last() -> None:
    found = exceptions(month("2026-10", **WORLD)).section("owners").frame

    assert rows(found, "owner", "open", "amount", "unpriced") == [("bob", 1, "80.00", 0), ("ann", 2, "10.00", 1), (None, 4, "920.00", 2)]


def test_codes_that_are_in_no_catalogue_have_no_meaning_but_are_counted() -> None:
    found = exceptions(month("2026-10", fact_exception=FOUND.replace("A107", "Z999"))).section("codes").frame

    assert found.filter(found["code"] == "Z999")["meaning"].to_list() == [None]
