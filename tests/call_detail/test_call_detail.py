"""A number's calls add up to what was billed for them, and masked they name nobody."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.call_detail import CALL_DETAIL, call_detail, full_number, masked
from billing.errors import ReconciliationError
from tests.call_detail.rows import LINE, NUMBER, month

OCTOBER = (
    [
        ("r1", "C1", "12127360100", "0.053900"),
        ("r2", "C1", "2127360101", "0.010000"),
        ("r3", None, "911", "0.000000"),
        ("r4", None, "14165551234", "0.004900"),  # too cheap to make a charge
    ],
    [("C1", "CALLS", "0.06"), ("C2", "FEE", "1.25")],
)


def test_calls_roundings_and_rows_without_calls_add_up_to_the_bill() -> None:
    detail = call_detail(*month(*OCTOBER), NUMBER)

    assert detail.schema == pl.Schema(CALL_DETAIL)
    assert detail["kind"].to_list() == ["CALL"] * 4 + ["ROUNDING", "FEE", "ROUNDING"]
    assert detail["line"].to_list() == [2, 3, 4, 5, 6, 7, 8]
    assert detail["amount"].to_list()[4:] == [Decimal("-0.003900"), Decimal("1.250000"), Decimal("-0.004900")]
    assert sum(detail["amount"].to_list()) == Decimal("1.31")


def test_calls_that_are_not_the_charge_stop_it() -> None:
    calls, _ = OCTOBER

    with pytest.raises(ReconciliationError, match="charge C1 is not the sum of its calls"):
        call_detail(*month(calls, [("C1", "CALLS", "0.07")]), NUMBER)


@pytest.mark.parametrize("change", ["doubled", "lost"])
def test_a_call_without_its_one_record_stops_it(change: str) -> None:
    rated, records, lines = month(*OCTOBER)
    odd = pl.concat([records, records.head(1)]) if change == "doubled" else records.tail(-1)

    with pytest.raises(ReconciliationError, match=r"4 calls have [35] records"):
        call_detail(rated, odd, lines, NUMBER)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("2127360100", "212736XXXX"),
        ("12127360100", "1212736XXXX"),
        ("7360100", "736XXXX"),
        ("988", "XXX"),  # who calls a crisis line is nobody's business
        ("411", "XXX"),
        ("22055", "XXXXX"),
        ("01193701234567", "011937XXXXXXXX"),
        ("93701234567", "937XXXXXXXX"),
        ("+93701234567", "+937XXXXXXXX"),
        ("+12127360100", "+1212736XXXX"),
    ],
)
def test_masked_numbers_keep_area_code_and_exchange(number: str, shown: str) -> None:
    detail = call_detail(*month([("r1", None, number, "0")], []), NUMBER)

    row = masked(detail).to_dicts()[0]

    assert row["to_number"] == shown
    assert (row["charge_number"], row["from_number"], row["account_code"]) == (LINE, LINE, None)


def test_a_caller_from_outside_is_masked_too() -> None:
    rated, records, lines = month([("r1", None, LINE, "0")], [])
    called = records.with_columns(from_number=pl.lit("2127360100"), direction=pl.lit("IN"))

    assert masked(call_detail(rated, called, lines, NUMBER))["from_number"].to_list() == ["212736XXXX"]


@settings(deadline=None)  # the first example pays for polars
@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_the_last_four_digits_and_the_length_are_all_that_masking_may_and_must_hide(number: str) -> None:
    shown = masked(call_detail(*month([("r1", None, number, "0")], []), NUMBER))["to_number"][0]

    assert len(shown) == len(number)
    assert shown.endswith("X" * min(len(number), 4))
    assert number.startswith(shown.rstrip("X"))


@pytest.mark.parametrize(
    ("number", "full"),
    [
        ("12127360100", "2127360100"),
        ("7360100", "5027360100"),
        ("+12127360100", "2127360100"),
        ("911", "911"),
        ("01193701234567", "93701234567"),
        ("+93701234567", "93701234567"),
    ],
)
def test_a_number_is_known_however_it_was_dialled(number: str, full: str) -> None:
    detail = call_detail(*month([("r1", None, number, "0")], []), NUMBER)

    assert detail.select(full_number("to_number")).item() == full
