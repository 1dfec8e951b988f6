"""Adjustments: what they bill, what they refer to, what is left to credit, and pairs that are whole or held."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.adjustments import bill_adjustments
from billing.frames import BRIDGE, CHARGES, FINDINGS, LINES, OUTCOMES, Billed, Earlier, Tables, conform, fill
from billing.policy import Policy
from tests.usage.world import PERIOD, amounts, code, day, found, held, records, world

INVOICE = "COT-2026-09-N1-01"
TABLES = world([code("NT40", "MONTH", stream="circuits", **{"class": "TELECOM"})])


def line(number: int, dollars: str, **more: Any) -> dict[str, Any]:
    return {
        "charge_id": f"C{number}", "invoice_no": INVOICE, "invoice_line_no": number, "amount": Decimal(dollars), "period": "2026-09",
        "billing_number": "N1", "agency_code": "100", "rate_code": "NT40", "start_date": dt.date(2026, 9, 1),
        "stop_date": dt.date(2026, 10, 1), **more,
    }  # fmt: skip


def posted(*lines: dict[str, Any]) -> Earlier:
    schema = {name: dtype for name, dtype in LINES.items() if any(name in row for row in lines)}
    return Earlier(charges=fill(pl.DataFrame(list(lines), schema=schema), LINES))


BEFORE = posted(line(14, "450.00"), line(15, "500.00"))


def adjust(dollars: str, number: int | None = 14, **more: Any) -> dict[str, Any]:
    reference = {"original_invoice_no": INVOICE, "original_line_no": number} if number else {"no_original_reason": "never billed"}
    return {
        "adj_type": "CREDIT", "billing_number": "N1", "stream": "circuit", "rate_code": "NT40", "amount": dollars,
        "reason_code": "LATE_DISCONNECT", "vendor_recovery_required": False, "prepared_by": "ann",
        "prepared_at": "2026-10-20T09:00:00-04:00", "support_ref": "RITM1", **reference, **more,
    }  # fmt: skip


def bill(*rows: dict[str, Any], earlier: Earlier = BEFORE, tables: Tables = TABLES, policy: Policy | None = None) -> Billed:
    billed = bill_adjustments(records("adjustments", *rows), tables, PERIOD, policy or Policy(), earlier)
    conform(billed.charges, CHARGES)
    conform(billed.bridge, BRIDGE)
    conform(billed.findings, FINDINGS)
    conform(billed.outcomes, OUTCOMES)
    assert billed.outcomes.height == len(rows)
    return billed


def test_a_credit_says_what_it_corrects_and_follows_its_line() -> None:
    billed = bill(adjust("-450.00"))

    row = billed.charges.row(0, named=True)
    assert (row["stream"], row["component"], row["amount"]) == ("adjustments", "CREDIT", Decimal("-450.00"))
    assert row["description"] == f"Credit: LATE_DISCONNECT, corrects {INVOICE} line 14"
    assert (row["adjustment_id"], row["original_charge_id"], row["rate_code"]) == ("R2", "C14", "NT40")
    assert (row["start_date"], row["stop_date"]) == (day("2026-09-01"), day("2026-10-01"))
    assert (row["approval_ref"], row["is_prior_period"], row["quantity"]) == (None, False, Decimal(1))
    assert billed.bridge.rows() == [(row["charge_id"], "adjustments", "adjustments_2026-10_01.csv", 2, "R2", Decimal(1))]
    assert billed.findings.height == 0


def test_a_debit_without_line_is_split_by_its_own_strings() -> None:
    billed = bill(adjust("12.34", None, adj_type="DEBIT", description="Found in audit"))

    row = billed.charges.row(0, named=True)
    assert (row["component"], row["amount"], row["original_charge_id"]) == ("DEBIT", Decimal("12.34"), None)
    assert row["description"] == "Debit: LATE_DISCONNECT, never billed; Found in audit"
    assert (row["start_date"], row["stop_date"]) == (day("2026-10-01"), day("2026-11-01"))


@pytest.mark.parametrize(("kind", "label"), [("CATCH_UP", "CATCH-UP"), ("PRIOR_FY_CREDIT", "PRIOR-FY CREDIT"), ("OUTAGE", "Credit")])
def test_corrections_across_fiscal_years_are_marked(kind: str, label: str) -> None:
    assert bill(adjust("-1.00", adj_type=kind)).charges["description"][0].startswith(f"{label}: ")


def test_a_wrong_rate_is_credited_and_billed_again() -> None:
    pair: dict[str, Any] = {"adj_type": "CREDIT_REBILL", "pair_id": "P1", "reason_code": "WRONG_RATE", "quantity": "40"}

    billed = bill(adjust("-500.00", 15, rate="12.50", **pair), adjust("470.00", 15, rate="11.75", **pair))

    assert amounts(billed) == [Decimal("-500.00"), Decimal("470.00")]
    assert sum(amounts(billed)) == Decimal("-30.00")
    assert billed.charges.sort("amount")["original_charge_id"].to_list() == ["C15", None]
    assert billed.charges["quantity"].to_list() == [Decimal(40)] * 2
    assert billed.findings.height == 0


def test_an_amount_of_zero_is_billed_with_nothing_written() -> None:
    billed = bill(adjust("0.00"))

    assert billed.charges.height == 0
    assert billed.outcomes["outcome"].to_list() == ["BILLED"]


@pytest.mark.parametrize(
    ("change", "code_found", "severity"),
    [
        ({"billing_number": None}, "A101", "HOLD"),
        ({"billing_number": "N7"}, "A102", "HOLD"),
        ({"billing_number": "N9"}, "A103", "HOLD"),
        ({"rate_code": "X"}, "R201", "HOLD"),
        ({"original_line_no": None}, "J001", "HOLD"),
        ({"original_invoice_no": None}, "J001", "HOLD"),
        ({"original_line_no": 99}, "J002", "HOLD"),
        ({"original_invoice_no": "COT-2026-09-N2-01"}, "J002", "HOLD"),
        ({"amount": "-450.01"}, "J002", "HOLD"),
        ({"adj_type": "TRANSFER"}, "J005", "HOLD"),
        ({"adj_type": "CREDIT_REBILL", "pair_id": "P9"}, "J005", "HOLD"),
        ({"vendor_recovery_required": True}, "J006", "HOLD"),
        ({"service_from": "2026-09-02", "service_to": "2026-09-01"}, "D405", "HOLD"),
        ({"quantity": "1", "rate": "9.98"}, "R206", "WARN"),
        ({"requested_by": "x@ky.gov"}, "A107", "WARN"),
        ({"billing_number": "N3"}, "A104", "WARN"),
    ],
)
def test_one_fault_is_named_once(change: dict[str, Any], code_found: str, severity: str) -> None:
    billed = bill({**adjust("-10.00"), **change}, adjust("-20.00", 15))

    assert found(billed) == [(code_found, severity, "R2")]
    assert held(billed) == ({"R2"} if severity == "HOLD" else set())
    assert Decimal("-20.00") in amounts(billed)


@pytest.mark.parametrize(
    "change",
    [
        {"vendor_recovery_required": True, "vendor_credit_ref": "CR-1"},
        {"quantity": "1", "rate": "9.99"},
        {"quantity": "-4", "rate": "2.5"},
        {"rate_code": None},
        {"ticket_no": None},
    ],
)
def test_what_is_in_order_is_not_named(change: dict[str, Any]) -> None:
    billed = bill({**adjust("-10.00"), **change})

    assert billed.findings.height == 0
    assert billed.charges["rate_code"].to_list() == ["NT40"]


def test_a_debit_names_a_line_that_must_be_there_too() -> None:
    assert found(bill(adjust("10.00", 99))) == [("J002", "HOLD", "R2")]


def test_a_held_adjustment_carries_its_dollars() -> None:
    assert bill(adjust("-10.00", 99)).outcomes["amount"].to_list() == [Decimal("-10.00")]


def test_small_amounts_are_named_where_policy_asks() -> None:
    policy = Policy(immaterial_dollars=Decimal("5.00"))

    billed = bill(adjust("-4.99"), adjust("-5.00"), adjust("0.00"), policy=policy)

    assert found(billed) == [("J007", "WARN", "R2")]
    assert amounts(billed) == [Decimal("-5.00"), Decimal("-4.99")]


def test_credits_take_from_their_line_in_file_order() -> None:
    billed = bill(adjust("-300.00"), adjust("-151.00"), adjust("-150.00"), adjust("-0.01"), adjust("900.00", adj_type="DEBIT"))

    assert found(billed) == [("J002", "HOLD", "R3"), ("J002", "HOLD", "R5")]
    messages = billed.findings["message"].to_list()
    assert messages[0].startswith(f"credit of -151.00, but 150.00 is left on {INVOICE} line 14; ")


def test_file_order_is_that_of_lines_not_of_rows_given() -> None:
    rows = records("adjustments", adjust("-300.00"), adjust("-400.00"))

    billed = bill_adjustments(rows.reverse(), TABLES, PERIOD, Policy(), BEFORE)

    assert held(billed) == {"R3"}


def test_a_held_credit_takes_nothing() -> None:
    billed = bill(adjust("-450.00", billing_number="N9"), adjust("-450.00"))

    assert held(billed) == {"R2"}


def test_credits_of_earlier_periods_count_and_debits_do_not() -> None:
    earlier = posted(
        line(14, "450.00"),
        line(20, "-400.00", original_charge_id="C14", invoice_no="COT-2026-09-N1-02"),
        line(21, "100.00", original_charge_id="C14", invoice_no="COT-2026-09-N1-02"),
    )

    assert held(bill(adjust("-50.01"), earlier=earlier)) == {"R2"}
    assert held(bill(adjust("-50.00"), earlier=earlier)) == set()


def test_a_credit_line_cannot_be_credited_again() -> None:
    assert found(bill(adjust("-1.00"), earlier=posted(line(14, "-450.00")))) == [("J002", "HOLD", "R2")]


def transfer(dollars: str, **more: Any) -> dict[str, Any]:
    return adjust(dollars, adj_type="TRANSFER", pair_id="T1", reason_code="WRONG_ACCOUNT", **more)


def test_a_transfer_comes_to_nothing_over_its_numbers() -> None:
    billed = bill(transfer("-100.00"), transfer("60.00", billing_number="N2"), transfer("40.00", billing_number="N3"))

    assert amounts(billed) == [Decimal("-100.00"), Decimal("40.00"), Decimal("60.00")]
    assert billed.charges.sort("amount")["original_charge_id"].to_list() == ["C14", None, None]


@pytest.mark.parametrize(
    "rows",
    [
        [transfer("-100.00"), transfer("99.99", billing_number="N2")],
        [transfer("-100.00")],
        [adjust("-1.00", adj_type="CREDIT_REBILL", pair_id="P"), adjust("-1.00", adj_type="CREDIT_REBILL", pair_id="P")],
        [adjust("1.00", adj_type="CREDIT_REBILL", pair_id="P"), adjust("1.00", adj_type="CREDIT_REBILL", pair_id="P")],
        [transfer("-1.00"), {**transfer("1.00"), "adj_type": "CREDIT_REBILL"}],
        [transfer("-1.00"), {**transfer("1.00"), "pair_id": "T2"}],
    ],
)
def test_a_pair_that_is_not_whole_is_held(rows: list[dict[str, Any]]) -> None:
    billed = bill(*rows)

    assert [row[0] for row in found(billed)] == ["J005"] * len(rows)
    assert billed.charges.height == 0


@pytest.mark.parametrize(
    ("fault", "code_found"), [({"billing_number": "N9"}, "A103"), ({"amount": "-451.00"}, "J002"), ({"original_line_no": 99}, "J002")]
)
def test_half_a_pair_never_bills(fault: dict[str, Any], code_found: str) -> None:
    rebill: dict[str, Any] = {"adj_type": "CREDIT_REBILL", "pair_id": "P"}

    billed = bill({**adjust("-10.00", **rebill), **fault}, adjust("8.00", **rebill))

    assert found(billed) == sorted([(code_found, "HOLD", "R2"), ("J005", "HOLD", "R3")])
    assert billed.charges.height == 0


def test_a_pair_held_by_its_other_half_leaves_its_line_to_others() -> None:
    rebill: dict[str, Any] = {"adj_type": "CREDIT_REBILL", "pair_id": "P"}

    billed = bill(adjust("-450.00", **rebill), adjust("400.00", billing_number="N9", **rebill), adjust("-450.00"))

    assert found(billed) == [("A103", "HOLD", "R3"), ("J005", "HOLD", "R2")]
    assert amounts(billed) == [Decimal("-450.00")]


def test_another_version_of_half_a_pair_does_not_break_it() -> None:
    rebill: dict[str, Any] = {"adj_type": "CREDIT_REBILL", "pair_id": "P"}

    billed = bill(
        adjust("-10.00", source_record_id="A", **rebill), adjust("8.00", source_record_id="B", **rebill),
        adjust("-11.00", source_record_id="A", **rebill),
    )  # fmt: skip

    assert found(billed) == [("U502", "HOLD", "A")]
    assert amounts(billed) == [Decimal("-10.00"), Decimal("8.00")]


def test_only_what_follows_no_line_needs_its_own_funding() -> None:
    tables = world([code("NT40")], funding_strings=[])

    billed = bill(adjust("-1.00"), adjust("-1.00", None), adjust("1.00"), tables=tables)

    assert found(billed) == [("A105", "HOLD", "R3"), ("A105", "HOLD", "R4")]


def test_a_fraction_of_a_cent_is_no_difference() -> None:
    assert found(bill(adjust("-10.00", quantity="3", rate="3.333333"))) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-30_000, 5_000), st.sampled_from([14, 15]), st.booleans()), max_size=12))
def test_caps_agree_with_the_slow_version(cases: list[tuple[int, int, bool]]) -> None:
    left = {14: 45_000, 15: 50_000}
    expected = set()
    for n, (cents, number, is_closed) in enumerate(cases):
        if -cents > left[number] or is_closed:
            expected.add(f"R{n + 2}")
        elif cents < 0:
            left[number] += cents
    rows = [
        adjust(str(Decimal(cents).scaleb(-2)), number, billing_number="N9" if is_closed else "N1") for cents, number, is_closed in cases
    ]

    assert held(bill(*rows)) == expected


def test_a_line_before_the_look_back_is_not_corrected_however_well_it_is_known() -> None:
    old, last, unknown = (f"COT-{month}-N1-01" for month in ("2025-09", "2025-10", "2024-01"))
    known = posted(line(1, "9.00", invoice_no=old, period="2025-09"), line(2, "9.00", invoice_no=last, period="2025-10"))

    billed = bill(
        adjust("-1.00", 1, original_invoice_no=old), adjust("-1.00", 2, original_invoice_no=last),
        adjust("-1.00", 1, original_invoice_no=unknown), earlier=known,
    )  # fmt: skip

    said = "is of a month before the look-back, which starts 2025-10"
    assert [row["message"].split(";")[0] for row in billed.findings.to_dicts()] == [f"{old} {said}", f"{unknown} {said}"]
    assert billed.charges["original_charge_id"].to_list() == ["C2"]
