"""Vendor lines: every record once, each charge's dollars once, on its first line, so that they come to what is passed through."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.behind_frames import VENDOR_ROWS
from billing.errors import ReconciliationError
from billing.frames import BRIDGE
from billing.vendor_lines import vendor_rows
from tests.behind.months import Row, bridge, fated, line, lines
from tests.fees.small_world import MARCH, frame, world

NUMBERS = [
    {"billing_number": "D1", "agency_code": "10", "name": "one", "status": "ACTIVE", "valid_to": "2026-03-10"},
    {"billing_number": "D1", "agency_code": "20", "name": "one", "status": "ACTIVE", "valid_from": "2026-03-10"},
]
TABLES = world(billing_numbers=NUMBERS)


def vendor(record: str, **more: Any) -> Row:
    usual = {"billing_number": "D1", "vendor_invoice_date": "2026-03-12", "vendor_invoice_no": "V1", "cost_amount": "1.00"}
    return {**usual, "source_record_id": record, **more}


def test_a_groups_dollars_stand_on_its_first_line_and_a_credit_is_cost_too() -> None:
    records = fated("pass_through", vendor("P1"), vendor("P2"), vendor("P3"), vendor("P4", cost_amount="-2.00"))
    month = lines(
        line("C1", "pass_through", "BASE", "3.01"), line("C2", "pass_through", "CREDIT", "-2.00"),
        line("C3", "pass_through", "TAX", "0.30"), line("C4", "pass_through", "FEE", "0.15"), line("C5", "usage", "BASE", "9.99"),
    )  # fmt: skip

    rows = vendor_rows(records, month, bridge("pass_through", C1=[2, 4], C2=[5], C3=[2], C4=[2]), TABLES, MARCH)

    assert rows.schema == pl.Schema(VENDOR_ROWS)
    assert rows.select("source_record_id", "charge_id", "billed_amount").rows() == [
        ("P1", "C1", Decimal("3.01")),
        ("P2", None, None),  # its charge came to 0.00, and such a row is not written
        ("P3", "C1", None),
        ("P4", "C2", Decimal("-2.00")),
    ]


def test_every_record_is_there_whatever_became_of_it() -> None:
    fates = ["BILLED", "HELD", "REJECTED", "DROPPED", "HELD"]
    carried = {"source_file": "2026-02/pass_through_2026-02_01.csv"}
    records = fated("pass_through", *[vendor(f"P{n}", outcome=fate, **(carried if n == 4 else {})) for n, fate in enumerate(fates)])

    rows = vendor_rows(records, lines(line("C1", "pass_through", "BASE", "1.00")), bridge("pass_through", C1=[2]), TABLES, MARCH)

    assert sorted(rows.select("source_record_id", "outcome").rows()) == [(f"P{n}", fate) for n, fate in enumerate(fates)]
    assert rows["source_file"][0] == "2026-02/pass_through_2026-02_01.csv"


@pytest.mark.parametrize(("invoiced", "agency"), [("2026-03-09", "10"), ("2026-03-10", "20")])
def test_a_line_that_is_not_billed_is_its_numbers_on_the_day_of_the_invoice(invoiced: str, agency: str) -> None:
    records = fated("pass_through", vendor("P1", outcome="HELD", vendor_invoice_date=invoiced))

    assert vendor_rows(records, lines(), bridge("pass_through"), TABLES, MARCH)["agency_code"].to_list() == [agency]


def test_a_line_that_is_billed_is_the_agencys_that_was_charged() -> None:
    month = lines(line("C1", "pass_through", "BASE", "1.00", billing_number="D9", agency_code="90"))

    rows = vendor_rows(fated("pass_through", vendor("P1")), month, bridge("pass_through", C1=[2]), TABLES, MARCH)

    assert rows.select("billing_number", "agency_code").rows() == [("D9", "90")]


def test_a_charge_that_no_record_is_in_stops_it() -> None:
    month = lines(line("C1", "pass_through", "BASE", "1.00"), line("C2", "pass_through", "BASE", "0.01"))

    with pytest.raises(ReconciliationError, match=r"vendor lines come to 1\.00, pass-through to 1\.01; nothing is published"):
        vendor_rows(fated("pass_through", vendor("P1")), month, bridge("pass_through", C1=[2], C2=[7]), TABLES, MARCH)


@given(st.lists(st.tuples(st.sampled_from(["C1", "C2", "C3", None]), st.sampled_from(["a.csv", "b.csv"])), max_size=9), st.randoms())
def test_first_lines_are_those_a_slow_count_finds(placed: list[tuple[str | None, str]], random: Any) -> None:
    amounts = {"C1": "10.01", "C2": "-0.02", "C3": "0.07"}
    rows = [vendor(f"P{n}", source_file=file) for n, (_, file) in enumerate(placed)]
    records = fated("pass_through", *rows)
    sources = [
        {"charge_id": charge, "feed": "pass_through", "source_file": file, "source_line": n + 2}
        for n, (charge, file) in enumerate(placed)
        if charge is not None
    ]
    random.shuffle(sources)
    made = sorted({charge for charge, _ in placed if charge})
    month = lines(*[line(charge, "pass_through", "CREDIT" if charge == "C2" else "BASE", amounts[charge]) for charge in made])
    shuffled = records.sample(fraction=1, shuffle=True, seed=1) if records.height else records

    found = vendor_rows(shuffled, month, frame(BRIDGE, sources), TABLES, MARCH)

    expected, seen = [], set()
    for file, number, charge in sorted((file, n + 2, charge) for n, (charge, file) in enumerate(placed)) if made or placed else []:
        expected.append((file, number, charge, Decimal(amounts[charge]) if charge and charge not in seen else None))
        seen.add(charge)
    assert found.select("source_file", "source_line", "charge_id", "billed_amount").rows() == expected
