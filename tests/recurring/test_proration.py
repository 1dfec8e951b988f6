"""The share of a month: published examples, the policy days, and a slow twin that counts days one by one."""

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import Exact, units
from billing.periods import Period
from billing.policy import Policy
from billing.proration import in_service, prorate
from tests.recurring.world import bill, circuit, dollars

METHOD_CODES = {"DAILY_30": "C30", "DAILY_ACTUAL": "ACT", "NONE": "NONE", "SNAPSHOT": "SNAP"}
METHODS = sorted(METHOD_CODES)


@pytest.mark.parametrize(
    ("month", "start", "stop", "method", "price", "expected"),
    [
        ("2026-03", "2026-03-12", "", "DAILY_30", "450.00", "300.00"),
        ("2026-03", "2026-03-12", "", "DAILY_ACTUAL", "450.00", "290.32"),
        ("2026-03", "2026-03-12", "", "NONE", "450.00", "450.00"),
        ("2026-03", "2020-01-01", "2026-03-12", "DAILY_30", "450.00", "165.00"),
        ("2026-03", "2020-01-01", "2026-03-12", "DAILY_ACTUAL", "450.00", "159.68"),
        ("2026-03", "2026-03-01", "", "DAILY_30", "450.00", "450.00"),
        ("2026-03", "2026-03-01", "", "NONE", "450.00", "450.00"),
        ("2026-03", "2026-03-02", "", "DAILY_30", "450.00", "450.00"),  # 30 of 31 days: capped
        ("2026-03", "2026-03-02", "", "DAILY_ACTUAL", "450.00", "435.48"),
        ("2026-02", "2026-02-10", "", "DAILY_30", "450.00", "285.00"),
        ("2026-02", "2026-02-10", "", "DAILY_ACTUAL", "450.00", "305.36"),
        ("2026-02", "2026-02-10", "", "NONE", "450.00", "450.00"),
        ("2026-02", "2026-02-01", "2026-03-01", "DAILY_30", "450.00", "450.00"),  # 28 days are a full month
        ("2028-02", "2028-02-29", "", "DAILY_ACTUAL", "450.00", "15.52"),
        ("2028-02", "2028-02-02", "", "DAILY_30", "450.00", "420.00"),  # 28 of 29 days
        ("2026-03", "2026-03-05", "2026-03-20", "DAILY_ACTUAL", "450.00", "217.74"),
        ("2016-05", "2016-05-15", "", "DAILY_ACTUAL", "20.00", "10.97"),
        ("2016-04", "2016-04-11", "", "DAILY_30", "30.00", "20.00"),
        ("2016-04", "2016-04-11", "", "NONE", "30.00", "30.00"),
        ("2026-03", "2026-03-31", "", "SNAPSHOT", "450.00", "450.00"),
        ("2026-04", "2026-04-01", "", "DAILY_30", "0.15", "0.15"),
        ("2026-04", "2026-04-30", "", "DAILY_30", "0.15", "0.01"),  # half a cent goes up
        ("2026-04", "2026-04-28", "", "DAILY_30", "0.05", "0.01"),  # 0.005
    ],
)
def test_a_part_of_a_month_costs_its_share(month: str, start: str, stop: str, method: str, price: str, expected: str) -> None:
    given_row = circuit(billing_start_date=start, disconnect_date=stop, rate_code=METHOD_CODES[method], mrc_override=price)

    assert dollars(bill("circuits", month, given_row)) == [expected]


@pytest.mark.parametrize(
    ("month", "start", "stop", "code"),
    [
        ("2026-03", "2026-03-12", "2026-03-12", "C30"),  # start and disconnect the same day
        ("2026-03", "2026-03-12", "2026-03-12", "NONE"),
        ("2026-03", "2026-04-01", "", "C30"),  # next month's
        ("2026-03", "2026-04-01", "", "NONE"),
        ("2026-03", "2020-01-01", "2026-03-01", "C30"),  # stopped as the month began
        ("2026-03", "2020-01-01", "2026-03-31", "SNAP"),  # not in service on the last day
        ("2026-04", "2026-04-30", "2026-05-01", "ZERO"),
    ],
)
def test_what_is_not_in_service_bills_nothing_and_counts_as_billed(month: str, start: str, stop: str, code: str) -> None:
    billed = bill("circuits", month, circuit(billing_start_date=start, disconnect_date=stop, rate_code=code))

    assert dollars(billed) == []
    assert billed.outcomes["outcome"].to_list() == ["BILLED"]


def test_a_code_without_a_method_is_prorated_by_thirtieths() -> None:
    billed = bill("circuits", "2026-03", circuit(billing_start_date="2026-03-12", rate_code="DFLT"))

    assert dollars(billed) == ["300.00"]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [("2026-03-12", "", "285.00"), ("2020-01-01", "2026-03-12", "165.00"), ("2026-02-28", "", "450.00"), ("2026-03-31", "", None)],
)
def test_policy_may_leave_the_start_day_out(start: str, stop: str, expected: str | None) -> None:
    billed = bill("circuits", "2026-03", circuit(billing_start_date=start, disconnect_date=stop), policy=Policy(start_day_billed=False))

    assert dollars(billed) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [("2026-03-12", "", "300.00"), ("2020-01-01", "2026-03-12", "180.00"), ("2020-01-01", "2026-03-01", "15.00")],
)
def test_policy_may_bill_the_disconnect_day(start: str, stop: str, expected: str) -> None:
    billed = bill("circuits", "2026-03", circuit(billing_start_date=start, disconnect_date=stop), policy=Policy(disconnect_day_billed=True))

    assert dollars(billed) == [expected]


@pytest.mark.parametrize("policy", [Policy(start_day_billed=False), Policy(disconnect_day_billed=True)])
def test_a_hand_over_is_neither_a_start_nor_a_disconnect(policy: Policy) -> None:
    billed = bill(
        "circuits", "2026-04", circuit(disconnect_date="2026-04-16"), circuit(billing_start_date="2026-04-16", billing_number="D2"),
        policy=policy,
    )  # fmt: skip

    assert dollars(billed) == ["225.00", "225.00"]


# The twin: every day of the month is asked by itself.
def slow_days(start: dt.date, stop: dt.date | None, period: Period, policy: Policy) -> list[dt.date]:
    days = []
    for number in range(1, calendar.monthrange(period.year, period.month)[1] + 1):
        day = dt.date(period.year, period.month, number)
        begun = day >= start if policy.start_day_billed else day > start
        ended = stop is not None and (day > stop if policy.disconnect_day_billed else day >= stop)
        if begun and not ended:
            days.append(day)
    return days


def slow_share(days: list[dt.date], method: str, period: Period) -> Fraction:
    length = calendar.monthrange(period.year, period.month)[1]
    if not days:
        return Fraction(0)
    if method == "NONE":
        return Fraction(1)
    if method == "SNAPSHOT":
        return Fraction(int(days[-1].day == length))
    if method == "DAILY_ACTUAL":
        return Fraction(len(days), length)
    return Fraction(1) if len(days) == length else min(Fraction(1), Fraction(len(days), 30))


def slow_cents(amount: Fraction) -> Decimal:
    exact = (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.000000001"))
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


PERIODS = st.sampled_from([Period(2026, 2), Period(2028, 2), Period(2026, 3), Period(2026, 4), Period(2026, 12)])


def fast(rows: list[dict[str, Any]], period: Period, policy: Policy) -> dict[str, Decimal]:
    """Dollars by record of items in service, by the kernel alone."""
    shape = {
        "item": pl.String(), "source_record_id": pl.String(), "inventory_start": pl.Date(), "inventory_stop": pl.Date(),
        "prorate": pl.String(), "price": pl.Decimal(38, 6),
    }  # fmt: skip
    frame = in_service(pl.DataFrame(rows, schema=shape, orient="row"), period, policy).filter(pl.col("days") > 0)
    parts = frame.with_columns(
        sub=pl.lit(""), is_recurring=True, is_accepted=True, rate_code=pl.col("prorate"), lines=pl.lit(1, pl.Int64),
        source_file=pl.lit("f"), source_line=pl.lit(1, pl.Int64), price_micros=units(pl.col("price"), 6),
    )  # fmt: skip
    priced = prorate(parts, period).with_columns(amount=Exact(pl.col("numerator"), pl.col("denominator")).dollars())
    return dict(priced.select("source_record_id", "amount").iter_rows())


@settings(max_examples=100, deadline=None)
@given(
    PERIODS,
    st.booleans(),
    st.booleans(),
    st.lists(
        st.tuples(
            st.integers(-40, 40), st.one_of(st.none(), st.integers(0, 70)), st.sampled_from(METHODS),
            st.integers(1, 400).map(lambda n: Decimal(n * 15).scaleb(-2)),  # thirtieths of 0.15 are half cents
        ),
        min_size=1, max_size=25,
    ),
)  # fmt: skip
def test_every_share_agrees_with_counting_days(
    period: Period, start_billed: bool, stop_billed: bool, items: list[tuple[int, int | None, str, Decimal]]
) -> None:
    policy = Policy(start_day_billed=start_billed, disconnect_day_billed=stop_billed)
    rows, expected = [], {}
    for number, (offset, length, method, price) in enumerate(items):
        start = period.first_day + dt.timedelta(offset)
        stop = None if length is None else start + dt.timedelta(length)
        name = f"R{number}"
        rows.append(
            {"item": name, "source_record_id": name, "inventory_start": start, "inventory_stop": stop, "prorate": method, "price": price}
        )
        days = slow_days(start, stop, period, policy)
        if days:
            expected[name] = slow_cents(Fraction(price) * slow_share(days, method, period))

    assert fast(rows, period, policy) == expected
