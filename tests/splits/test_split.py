"""Checks which funding strings pay a charge row, and that the parts come to its amount."""

import itertools
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from billing.frames import SPLITS, Earlier
from billing.money import largest_remainder
from billing.splits import split
from tests.fees.small_world import charges, frame, world


def string(number: str, seq: int, percent: str, fund: str, **more: Any) -> dict[str, Any]:
    return {"billing_number": number, "seq": seq, "percent": percent, "fund": fund, "department": "758", **more}


def parts(charged: pl.DataFrame, earlier: Earlier | None = None, **tables: list[dict[str, Any]]) -> dict[str, list[tuple[Any, ...]]]:
    """Each record's (seq, fund, percent, amount) rows."""
    found = split(charged, world(**tables), earlier or Earlier())
    assert found.schema == pl.Schema(SPLITS)
    named = found.join(charged.select("charge_id", "source_record_id"), on="charge_id", validate="m:1").sort("charge_id", "seq")
    lists: dict[str, list[tuple[Any, ...]]] = {}
    for row in named.iter_rows(named=True):
        percent = f"{row['percent'].normalize():f}"
        lists.setdefault(row["source_record_id"], []).append((row["seq"], row["fund"], percent, str(row["amount"])))
    return lists


HALVES = [string("D1", 1, "50", "0100"), string("D1", 2, "30", "1200"), string("D1", 3, "20", "1300", federal_share_pct="80")]


def test_a_row_is_split_by_percent_and_keeps_the_strings_fields() -> None:
    charged = charges([{"exact": "1000.01", "source_record_id": "A"}])

    assert parts(charged, funding_strings=HALVES) == {
        "A": [(1, "0100", "50", "500.01"), (2, "1200", "30", "300.00"), (3, "1300", "20", "200.00")]
    }
    third = split(charged, world(funding_strings=HALVES), Earlier()).row(2, named=True)
    assert (third["department"], third["unit"], str(third["federal_share_pct"])) == ("758", None, "80.000000")


def test_a_part_of_nothing_keeps_its_row() -> None:
    assert parts(charges([{"exact": "0.01", "source_record_id": "A"}]), funding_strings=HALVES)["A"] == [
        (1, "0100", "50", "0.01"), (2, "1200", "30", "0.00"), (3, "1300", "20", "0.00"),
    ]  # fmt: skip


def test_the_strings_in_force_on_the_last_service_day_pay() -> None:
    strings = [
        string("D1", 1, "100", "OLD", valid_to="2026-03-15"),
        string("D1", 1, "100", "NEW", valid_from="2026-03-15"),
    ]
    rows = [
        {"exact": "1", "start_date": "2026-03-01", "stop_date": stop, "source_record_id": stop}
        for stop in ("2026-03-15", "2026-03-16", "2026-04-01")
    ]

    found = parts(charges(rows), funding_strings=strings)

    assert {record: row[0][1] for record, row in found.items()} == {"2026-03-15": "OLD", "2026-03-16": "NEW", "2026-04-01": "NEW"}


def test_strings_that_list_the_rate_code_pay_alone_and_others_only_without_a_filter() -> None:
    strings = [
        string("D1", 1, "100", "PLAIN"), string("D1", 2, "60", "NET1", rate_code_filter="CX10; NT40"),
        string("D1", 3, "40", "NET2", rate_code_filter="NT40"), string("D1", 4, "40", "CTX", rate_code_filter="CX10"),
    ]  # fmt: skip
    rows = charges([{"exact": "10", "rate_code": code, "source_record_id": code} for code in ("NT40", "CX10", "ST20")])

    found = parts(rows, funding_strings=strings)

    assert {record: [row[1] for row in rows] for record, rows in found.items()} == {
        "NT40": ["NET1", "NET2"], "CX10": ["NET1", "CTX"], "ST20": ["PLAIN"],
    }  # fmt: skip


def test_a_number_that_splits_in_the_accounting_system_gets_its_lowest_seq_whole() -> None:
    numbers = [
        {"billing_number": "D1", "agency_code": "758", "name": "one", "status": "ACTIVE", "split_mode": mode, **span}
        for mode, span in (("ENGINE", {"valid_to": "2026-03-10"}), ("EMARS", {"valid_from": "2026-03-10"}))
    ]
    rows = [
        {"exact": "100", "start_date": "2026-03-01", "stop_date": stop, "source_record_id": stop} for stop in ("2026-03-10", "2026-03-11")
    ]

    found = parts(charges(rows), funding_strings=HALVES, billing_numbers=numbers)

    assert found["2026-03-11"] == [(1, "0100", "100", "100.00")]
    assert [row[3] for row in found["2026-03-10"]] == ["50.00", "30.00", "20.00"]


FILTERED = [string("D1", 1, "100", "PLAIN"), string("D1", 2, "100", "NET", rate_code_filter="NT40")]


@pytest.mark.parametrize("component", ["FEE", "TAX", "SURCHARGE"])
def test_fees_taxes_and_surcharges_are_split_like_their_base_row(component: str) -> None:
    base = charges([{"exact": "100", "source_record_id": "base"}])
    beside = charges([{"exact": "5", "component": component, "rate_code": "SUPP", "base_charge_id": base["charge_id"][0],
                       "natural_key": "fee", "source_record_id": "fee"}])  # fmt: skip

    assert parts(pl.concat([base, beside]), funding_strings=FILTERED)["fee"] == [(1 + 1, "NET", "100", "5.00")]


def test_a_fee_whose_base_row_was_not_written_is_split_by_its_own_code() -> None:
    fee = charges([{"exact": "5", "component": "TAX", "rate_code": "NT40", "base_charge_id": "Cgone", "source_record_id": "tax"}])

    assert parts(fee, funding_strings=FILTERED)["tax"][0][1] == "NET"


def old_split(charge_id: str, *rows: tuple[int, str, str, str]) -> Earlier:
    wanted = [{"charge_id": charge_id, "seq": s, "fund": f, "percent": p, "amount": a} for s, f, p, a in rows]
    return Earlier(splits=frame(SPLITS, wanted))


def test_a_credit_takes_the_split_of_the_earlier_line_not_todays() -> None:
    earlier = old_split("Cold", (1, "WAS1", "62.5", "52.17"), (2, "WAS2", "37.5", "31.30"))
    credit = charges([{"exact": "-83.47", "component": "CREDIT", "original_charge_id": "Cold", "source_record_id": "credit"}])

    assert parts(credit, earlier, funding_strings=HALVES)["credit"] == [
        (1, "WAS1", "62.5", "-52.17"), (2, "WAS2", "37.5", "-31.30"),
    ]  # fmt: skip


def test_a_debit_is_paid_by_the_strings_of_its_own_day() -> None:
    earlier = old_split("Cold", (1, "WAS1", "100", "52.17"))
    debit = charges([{"exact": "10", "component": "DEBIT", "original_charge_id": "Cold", "source_record_id": "debit"}])

    assert [row[1] for row in parts(debit, earlier, funding_strings=HALVES)["debit"]] == ["0100", "1200", "1300"]


def test_a_credit_of_this_months_charge_and_the_fee_on_it_follow_that_charge() -> None:
    issue = charges([{"exact": "312", "stop_date": "2026-03-15", "source_record_id": "issue", "rate_code": "NT40"}])
    credit = charges([{"exact": "-104", "component": "CREDIT", "rate_code": "ST20", "original_charge_id": issue["charge_id"][0],
                       "natural_key": "credit", "source_record_id": "credit"}])  # fmt: skip
    fee = charges([{"exact": "10.40", "component": "FEE", "rate_code": "SUPP", "base_charge_id": credit["charge_id"][0],
                    "natural_key": "restocking", "source_record_id": "fee"}])  # fmt: skip
    strings = [string("D1", 1, "100", "NET", rate_code_filter="NT40", valid_to="2026-03-15"), string("D1", 2, "100", "PLAIN")]

    found = parts(pl.concat([fee, credit, issue]), funding_strings=strings)

    assert {record: rows[0][1] for record, rows in found.items()} == {"issue": "NET", "credit": "NET", "fee": "NET"}


def test_a_credit_of_a_line_that_is_nowhere_is_split_by_its_own_strings() -> None:
    credit = charges([{"exact": "-10", "component": "CREDIT", "original_charge_id": "Cgone", "source_record_id": "credit"}])

    assert parts(credit, funding_strings=FILTERED)["credit"] == [(2, "NET", "100", "-10.00")]


def test_rows_that_stand_on_each_other_in_a_ring_stop_the_run() -> None:
    pair = charges([{"exact": "1", "component": "FEE"}, {"exact": "2", "component": "FEE"}])
    one, two = pair["charge_id"].to_list()
    ring = pair.with_columns(base_charge_id=pl.Series([two, one]))

    with pytest.raises(ReconciliationError, match="ring"):
        split(ring, world(), Earlier())


def test_a_fee_on_the_total_of_a_number_that_ended_is_paid_by_its_last_rows_strings() -> None:
    strings = [string("D1", 1, "100", "OLD", valid_to="2026-03-20"), string("D2", 1, "100", "D2")]
    rows = [{"exact": "100", "stop_date": "2026-03-20", "source_record_id": "base"}]
    rows += [{"exact": "0.50", "component": "FEE", "rate_code": "SUPP", "source_record_id": "on total"}]

    assert parts(charges(rows), funding_strings=strings)["on total"] == [(1, "OLD", "100", "0.50")]


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        ([], "funding strings of D1 on 2026-03-31 for NT40 come to no string, not 100 %"),
        (HALVES[:2], "funding strings of D1 on 2026-03-31 for NT40 come to 80 %, not 100 %"),
        ([*HALVES, string("D1", 4, "0.000001", "X")], "come to 100.000001 %, not 100 %"),
        ([string("D1", 1, "100", "X", rate_code_filter="CX10")], "come to no string"),
    ],
)
def test_a_set_that_is_not_whole_stops_the_run(strings: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ReconciliationError, match=message):
        split(charges([{"exact": "100"}]), world(funding_strings=strings), Earlier())


def test_no_charges_are_split_into_no_rows() -> None:
    assert split(charges([{"exact": "0"}]), world(), Earlier()).is_empty()


CUTS = st.lists(st.integers(1, 10**8 - 1), max_size=5, unique=True).map(lambda cuts: [0, *sorted(cuts), 10**8])


@settings(max_examples=60, deadline=None)
@given(CUTS, CUTS, st.lists(st.tuples(st.booleans(), st.integers(-(10**12), 10**12)), min_size=1, max_size=8), st.randoms())
def test_splits_agree_with_the_slow_version_in_any_order(one: list[int], two: list[int], rows: list[tuple[bool, int]], rng: Any) -> None:
    weights = {number: [b - a for a, b in itertools.pairwise(cuts)] for number, cuts in (("D1", one), ("D2", two))}
    strings = [
        string(number, seq, Decimal(weight).scaleb(-6), f"{seq}")  # type: ignore[arg-type]
        for number in weights
        for seq, weight in enumerate(weights[number], start=1)
    ]
    charged = charges([
        {"exact": Decimal(cents).scaleb(-2), "billing_number": "D1" if first else "D2", "source_record_id": f"{n}"}
        for n, (first, cents) in enumerate(rows)
    ])  # fmt: skip
    tables = world(funding_strings=strings)

    found = split(charged, tables, Earlier())

    wanted = []
    for row in charged.iter_rows(named=True):
        shares = largest_remainder(int(row["amount"] * 100), weights[row["billing_number"]])
        wanted += [(row["charge_id"], seq, share) for seq, share in enumerate(shares, start=1)]
    assert [(row["charge_id"], row["seq"], int(row["amount"] * 100)) for row in found.iter_rows(named=True)] == sorted(wanted)
    shuffled = charged.sample(fraction=1, shuffle=True, seed=rng.randrange(1000))
    rng.shuffle(strings)
    assert split(shuffled, world(funding_strings=strings), Earlier()).equals(found)
