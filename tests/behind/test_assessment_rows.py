"""Assessments as published: billed by the real biller, led back to their records, with the share before it was rounded."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.assessment_rows import assessment_rows
from billing.behind_frames import ASSESSMENT_ROWS
from billing.errors import ReconciliationError
from billing.fixed_cost import bill_fixed_cost
from billing.frames import LINES, Earlier, Tables, fill
from billing.money import round_half_away
from billing.policy import Policy
from tests.fixed_cost.test_fixed_cost import PLAIN, amount, share
from tests.usage.world import PERIOD, code, records, world

LAST = PERIOD.shift(-1)
CARRIED = f"{LAST}/fixed_cost_{LAST}_001.csv"
Row = dict[str, Any]


def month(*rows: Row, siblings: dict[str, pl.DataFrame] | None = None, tables: Tables = PLAIN, cents_off: str = "0") -> pl.DataFrame:
    """Bill rows and publish them; `outcome` REJECTED keeps one out, a carried one is billed beside its siblings."""
    read = records("fixed_cost", *[{name: value for name, value in row.items() if name != "outcome"} for row in rows])
    out = pl.Series([row.get("outcome") == "REJECTED" for row in rows], dtype=pl.Boolean)
    late = read["source_file"].str.starts_with(f"{LAST}/")
    billed = [bill_fixed_cost(read.filter(~out & ~late), tables, PERIOD, Policy(), Earlier())]
    if late.any():
        whole = pl.concat([(siblings or {})[str(LAST)], read.filter(~out & late)])
        billed.append(bill_fixed_cost(whole, tables, LAST, Policy(), Earlier()))
    fates = pl.concat([part.outcomes for part in billed]).select("source_file", "source_line", "outcome")
    told = read.join(fates, on=["source_file", "source_line"], how="left").with_columns(pl.col("outcome").fill_null("REJECTED"))
    bridge = pl.concat([part.bridge for part in billed]).join(read, on=["source_file", "source_line"], how="semi")
    charges = pl.concat([part.charges for part in billed]).join(bridge.select("charge_id").unique(), on="charge_id", how="semi")
    off = (pl.col("amount") + pl.lit(Decimal(cents_off), pl.Decimal(38, 2))).cast(LINES["amount"])
    return assessment_rows(told, siblings or {}, fill(charges, LINES).with_columns(off), bridge, tables, PERIOD)


def plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def told(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    columns = rows.select("source_line", "outcome", "exact_share", "amount").rows()
    return [(line, outcome, plain(part), plain(dollars)) for line, outcome, part, dollars in columns]


def test_a_pool_is_told_before_and_after_rounding_and_what_is_held_has_a_share_too() -> None:
    rows = month(share("1"), share("1"), share("1", billing_number="NOBODY"), amount("100.00", assessment_id="B"))

    assert rows.schema == pl.Schema(ASSESSMENT_ROWS)
    assert told(rows) == [  # 250,000.00 / 12 in month 4 is 20,833.33
        (2, "BILLED", "6944.443333333333", "6944.45"),
        (3, "BILLED", "6944.443333333333", "6944.44"),
        (4, "HELD", "6944.443333333333", None),
        (5, "BILLED", None, "8.33"),
    ]


def test_rejected_and_dropped_rows_are_there_and_take_no_share() -> None:
    again = share("3", source_record_id="S1")
    rows = month(again, again, share("1", outcome="REJECTED"), share("1"))

    assert told(rows) == [
        (2, "BILLED", "15624.9975", "15625"),
        (3, "DROPPED", None, None),
        (4, "REJECTED", None, None),
        (5, "BILLED", "5208.3325", "5208.33"),
    ]


def test_a_second_version_of_a_row_is_held_and_takes_no_share() -> None:
    rows = month(share("3", source_record_id="S1"), share("2", source_record_id="S1"), share("1"))

    assert told(rows) == [(2, "BILLED", "15624.9975", "15625"), (3, "HELD", None, None), (4, "BILLED", "5208.3325", "5208.33")]


def test_a_carried_row_has_its_share_of_the_pool_of_its_own_month() -> None:
    siblings = records("fixed_cost", share("3"), share("1", end_period=str(PERIOD)))
    late = share("1", source_file=CARRIED, source_line=9, source_record_id="LATE")

    rows = month(share("1"), late, siblings={str(LAST): siblings.with_columns(source_file=pl.lit(f"fixed_cost_{LAST}_001.csv"))})

    # September is month 3, 20,833.33 or .34 of the pool, over five; October the whole over one
    assert told(rows) == [(9, "BILLED", "4166.666", "4166.67"), (2, "BILLED", "20833.33", "20833.33")]


def test_a_row_out_of_force_is_billed_with_nothing() -> None:
    assert told(month(share("1", start_period="2027-01"))) == [(2, "BILLED", None, None)]


def test_a_row_without_billing_number_is_its_agencys_own_and_says_its_codes_name() -> None:
    agencies = [{"agency_code": "10", "agency_name": "Ten", "branch": "EXEC", "consolidated": "Y", "fixed_cost_billing_number": "N1"}]
    tables = world([code("EA", "MONTH", **{"class": "FIXED"}, name="Enterprise assessment")], [], agencies=agencies)
    rows = month(share("1", billing_number=None, agency_code="10", rate_code="EA"), tables=tables)

    assert rows.select("billing_number", "description").rows() == [("N1", "Enterprise assessment")]


def test_a_cent_between_rows_and_charges_stops_it() -> None:
    with pytest.raises(ReconciliationError, match=r"the amount of .* is not its share of the pool"):
        month(share("1"), share("2"), cents_off="0.01")


def test_a_pools_row_that_is_billed_without_a_share_stops_it() -> None:
    read = records("fixed_cost", share("1"))
    billed = bill_fixed_cost(read, PLAIN, PERIOD, Policy(), Earlier())
    told_records = read.with_columns(outcome=pl.lit("BILLED"), source_file=pl.lit(CARRIED))  # of a month whose snapshot is not known
    bridge = billed.bridge.with_columns(source_file=pl.lit(CARRIED))

    with pytest.raises(ReconciliationError, match=r"the amount of .* is not its share of the pool"):
        assessment_rows(told_records, {}, fill(billed.charges, LINES), bridge, PLAIN, PERIOD)


def test_a_charge_of_no_record_stops_it() -> None:
    read = records("fixed_cost", share("1"))
    billed = bill_fixed_cost(read, PLAIN, PERIOD, Policy(), Earlier())
    told_records = read.with_columns(outcome=pl.lit("BILLED"))

    with pytest.raises(ReconciliationError, match=r"assessments come to 0\.00, fixed cost to 20833\.33"):
        assessment_rows(told_records, {}, fill(billed.charges, LINES), billed.bridge.clear(), PLAIN, PERIOD)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 9_999_999)), min_size=1, max_size=7), st.integers(0, 99_999_999),
    st.integers(0, 11),
)  # fmt: skip
@example([("A", 1), ("A", 1), ("A", 1)], 1, 3)
@example([("A", 0)], 100, 0)  # nothing to share by: the pool is held
def test_shares_are_those_of_plain_fractions(parts: list[tuple[str, int]], cents: int, month_no: int) -> None:
    start = str(PERIOD.shift(-month_no))
    pool = f"{Decimal(cents).scaleb(-2):.2f}"
    rows = [share(str(Decimal(micros).scaleb(-6)), pool, assessment_id=name, start_period=start) for name, micros in parts]

    found = month(*rows)["exact_share"].to_list()

    part = [round_half_away(Fraction(cents * n, 1200)) for n in (month_no, month_no + 1)]
    for (name, micros), value in zip(parts, found, strict=True):
        whole = sum(each for other, each in parts if other == name)
        expected = round_half_away(Fraction(part[1] - part[0]) * Fraction(micros, whole), 12) if whole else None
        assert value == expected
