"""Disputes: what is refused and in which words, how one may end, what stays payable, and the published register."""

import dataclasses
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.book_frames import DISPUTES
from billing.disputes import Dispute, Questioned, check_new, check_outcome, in_dispute, needs_approval, questioned, register, undisputed
from billing.errors import UsageError
from billing.frames import INVOICES, LINES

ISSUED, CLOSES = dt.date(2026, 10, 16), dt.date(2026, 12, 15)
ABOUT = Questioned(
    "COT-2026-09-N1-01", 4, "C4", "2026-09", "N1", "758", Decimal("450.00"), issued_on=ISSUED, dispute_by=CLOSES
)  # fmt: skip
NEW = Dispute(
    dispute_id="DSP-1", about=ABOUT, amount=Decimal("100.00"), received_on=dt.date(2026, 11, 2), reason="line was moved", owner="biller",
    due_on=dt.date(2026, 11, 30), opened_by="biller", opened_on=dt.date(2026, 12, 16),
)  # fmt: skip


def day(text):
    return dt.date.fromisoformat(text)


def cents(text):
    return Decimal(text)


@pytest.mark.parametrize(
    ("changes", "already", "refused"),
    [
        ({}, "0.00", []),
        ({"amount": cents("450.00")}, "0.00", []),  # the whole line
        ({"amount": cents("450.01")}, "0.00",
         ["disputed amount 450.01 is above the 450.00 left of COT-2026-09-N1-01 line 4 (450.00 less 0.00 in dispute or credited)"]),
        ({"amount": cents("350.00")}, "100.00", []),
        ({"amount": cents("350.01")}, "100.00",
         ["disputed amount 350.01 is above the 350.00 left of COT-2026-09-N1-01 line 4 (450.00 less 100.00 in dispute or credited)"]),
        ({"amount": cents("0.00")}, "0.00", ["disputed amount is 0.00; give what is questioned as a positive amount"]),
        ({"amount": cents("-1.00")}, "0.00", ["disputed amount is -1.00; give what is questioned as a positive amount"]),
        ({"amount": cents("1.005")}, "0.00", ["disputed amount 1.005 has parts of a cent; give dollars and cents"]),
        ({"received_on": CLOSES, "due_on": CLOSES}, "0.00", []),  # the last day is inside
        ({"received_on": day("2026-12-16"), "due_on": day("2027-01-15")}, "0.00",
         ["received on 2026-12-16, after the window closed on 2026-12-15; give the reason to take it up all the same, which another"
          " person must approve"]),
        ({"received_on": day("2026-12-16"), "due_on": day("2027-01-15"), "window_override_reason": " "}, "0.00",
         ["received on 2026-12-16, after the window closed on 2026-12-15; give the reason to take it up all the same, which another"
          " person must approve"]),
        ({"received_on": day("2026-12-16"), "due_on": day("2027-01-15"), "window_override_reason": "our mail was late"}, "0.00", []),
        ({"received_on": ISSUED}, "0.00", []),
        ({"received_on": day("2026-10-15")}, "0.00",
         ["received on 2026-10-15, before the invoice was issued on 2026-10-16; correct the date"]),
        ({"opened_on": day("2026-11-01")}, "0.00",
         ["received on 2026-11-02, which is after today, 2026-11-01; correct the date"]),
        ({"due_on": day("2026-11-01")}, "0.00", ["due on 2026-11-01, before it was received on 2026-11-02; give a later due date"]),
        ({"owner": "", "reason": " "}, "0.00", ["dispute has no reason; give one", "dispute has no owner; give one"]),
    ],
)  # fmt: skip
def test_a_new_dispute_is_refused_line_by_line(changes, already, refused):
    assert check_new(dataclasses.replace(NEW, **changes), cents(already)) == refused


@pytest.mark.parametrize("amount", ["-45.00", "0.00"])
def test_a_credit_cannot_be_disputed(amount):
    said = check_new(dataclasses.replace(NEW, about=dataclasses.replace(ABOUT, amount=cents(amount))), cents("0.00"))

    assert said == [f"COT-2026-09-N1-01 line 4 comes to {amount}; only a charge can be disputed, correct a credit by an adjustment"]


def test_a_whole_invoice_is_named_without_a_line():
    invoice = dataclasses.replace(ABOUT, invoice_line_no=None, amount=cents("1000.00"))
    whole = dataclasses.replace(NEW, about=invoice, amount=cents("1000.01"))

    assert check_new(whole, cents("0.00")) == [
        "disputed amount 1000.01 is above the 1000.00 left of COT-2026-09-N1-01 (1000.00 less 0.00 in dispute or credited)"
    ]


@pytest.mark.parametrize(("received", "needed"), [("2026-12-15", False), ("2026-12-16", True)])
def test_another_person_approves_what_comes_after_the_window(received, needed):
    late = dataclasses.replace(NEW, received_on=day(received), window_override_reason="our mail was late")

    assert needs_approval(late) is needed
    assert late.is_inside_window is not needed


DECIDED = {"decided_by": "lead", "decided_on": day("2026-11-20")}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"outcome": "DENIED", "credited_amount": cents("0.00"), **DECIDED}, []),
        ({"outcome": "DENIED", "credited_amount": cents("0.01"), **DECIDED}, ["DENIED credits 0.01; it can credit 0.00 only"]),
        ({"outcome": "FULL_CREDIT", "credited_amount": cents("100.00"), **DECIDED}, []),
        ({"outcome": "FULL_CREDIT", "credited_amount": cents("99.99"), **DECIDED},
         ["FULL_CREDIT credits 99.99; it credits the disputed 100.00"]),
        ({"outcome": "PARTIAL", "credited_amount": cents("0.01"), **DECIDED}, []),
        ({"outcome": "PARTIAL", "credited_amount": cents("99.99"), **DECIDED}, []),
        ({"outcome": "PARTIAL", "credited_amount": cents("100.00"), **DECIDED},
         ["PARTIAL credits 100.00; give an amount between 0.00 and the disputed 100.00, both excluded"]),
        ({"outcome": "PARTIAL", "credited_amount": cents("0.00"), **DECIDED},
         ["PARTIAL credits 0.00; give an amount between 0.00 and the disputed 100.00, both excluded"]),
        ({"outcome": "PARTIAL", **DECIDED}, ["PARTIAL has no credited amount; give it, 0.00 where nothing is credited"]),
        ({"outcome": "SETTLED", "credited_amount": cents("5.00"), **DECIDED},
         ["outcome is SETTLED; decide FULL_CREDIT, PARTIAL or DENIED"]),
        ({}, ["outcome is missing; decide FULL_CREDIT, PARTIAL or DENIED"]),
        ({"outcome": "DENIED", "credited_amount": cents("0.00")},
         ["nobody decided it; name who did", "decided on None, received on 2026-11-02; give the day of the decision"]),
        ({"outcome": "DENIED", "credited_amount": cents("0.00"), "decided_by": "lead", "decided_on": day("2026-11-01")},
         ["decided on 2026-11-01, received on 2026-11-02; give the day of the decision"]),
    ],
)  # fmt: skip
def test_an_outcome_credits_what_its_name_says(changes, refused):
    assert check_outcome(dataclasses.replace(NEW, **changes)) == refused


def some(number: int, line: int | None, amount: str, outcome: str | None = None, credited: str | None = None, invoice: str = "I1"):
    given = None if credited is None else cents(credited)
    return dataclasses.replace(
        NEW, dispute_id=f"DSP-{number}", about=dataclasses.replace(ABOUT, invoice_no=invoice, invoice_line_no=line), amount=cents(amount),
        outcome=outcome,
        credited_amount=given, decided_on=None if outcome is None else day("2026-11-20"), decided_by=None if outcome is None else "lead",
    )  # fmt: skip


MANY = [
    some(1, 1, "10.00"),
    some(2, 1, "20.00", "PARTIAL", "5.00"),
    some(3, 2, "40.00", "DENIED", "0.00"),
    some(4, 2, "7.00", "FULL_CREDIT", "7.00"),
    some(5, None, "3.00"),
    some(6, 1, "99.00", invoice="I2"),
]


@pytest.mark.parametrize(
    ("invoice", "line", "amount"),
    [
        ("I1", 1, "18.00"),  # open 10, credited 5, and 3 of the whole invoice
        ("I1", 2, "10.00"),  # credited 7 and 3 of the whole
        ("I1", 3, "3.00"),
        ("I1", None, "25.00"),
        ("I2", 1, "99.00"),
        ("I3", 1, "0.00"),
    ],
)
def test_what_is_in_dispute_is_counted_once_whatever_it_is_about(invoice, line, amount):
    assert in_dispute(MANY, invoice, line) == cents(amount)


def lines(*rows: tuple[str, int, str, str, str]) -> pl.DataFrame:
    names = ("invoice_no", "invoice_line_no", "billing_number", "agency_code", "amount")
    made = [{**dict(zip(names, row, strict=True)), "amount": cents(row[4])} for row in rows]
    return pl.DataFrame({name: [row.get(name) for row in made] for name in LINES}, schema=LINES)


BILLED = lines(
    ("I1", 1, "N1", "758", "100.00"),
    ("I1", 2, "N2", "759", "50.00"),
    ("I1", 3, "N2", "759", "-30.00"),
    ("I2", 1, "N3", "758", "99.00"),
    ("I3", 1, "N4", "758", "12.34"),
)


def test_the_undisputed_part_stays_payable():
    assert undisputed(BILLED, MANY).rows() == [
        ("I1", cents("120.00"), cents("13.00"), cents("107.00")),  # the decided ones hold nothing back
        ("I2", cents("99.00"), cents("99.00"), cents("0.00")),
        ("I3", cents("12.34"), cents("0.00"), cents("12.34")),
    ]


@given(st.lists(st.tuples(st.sampled_from(["I1", "I2", "I3"]), st.integers(1, 9_999), st.sampled_from([None, "DENIED"]))))
def test_every_invoice_is_its_disputed_and_its_payable_part(found):
    disputes = [some(n, None, str(Decimal(c).scaleb(-2)), o, None, i) for n, (i, c, o) in enumerate(found)]

    frame = undisputed(BILLED, disputes)

    assert frame["invoice_no"].to_list() == ["I1", "I2", "I3"]
    for invoice, amount, disputed, payable in frame.rows():
        assert amount == disputed + payable
        assert disputed == sum((one.amount for one in disputes if one.invoice_no == invoice and one.outcome is None), Decimal(0))


@pytest.mark.parametrize(
    ("approval", "status", "counted", "payable"),
    [(None, "OPEN", "10.00", "90.00"), ("WAITING", "WAITING", "10.00", "100.00"), ("RETURNED", "RETURNED", "0.00", "100.00")],
)
def test_what_a_second_person_has_not_taken_up_holds_nothing_back(approval, status, counted, payable):
    one = dataclasses.replace(some(1, 1, "10.00"), approval=approval)

    assert one.status == status
    assert in_dispute([one], "I1", 1) == cents(counted)
    assert undisputed(BILLED.filter(pl.col("invoice_line_no") == 1), [one])["payable"].to_list()[0] == cents(payable)


def invoices(*names: str) -> pl.DataFrame:
    rows = [
        {"invoice_no": name, "period": "2026-09", "billing_number": "GRP", "agency_code": "758", "issued_on": ISSUED, "dispute_by": CLOSES,
         "amount": cents("120.00")}
        for name in names
    ]  # fmt: skip
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in INVOICES}, schema=INVOICES)


@pytest.mark.parametrize(
    ("line", "number", "agency", "charge", "amount"),
    [(2, "N2", "759", "C2", "50.00"), (None, "GRP", "758", None, "120.00")],  # a group invoice has lines of several numbers
)
def test_a_line_is_its_own_numbers_and_an_invoice_the_heads(line, number, agency, charge, amount):
    billed = BILLED.with_columns(charge_id=pl.Series(["C1", "C2", "C3", "C4", "C5"]))

    found = questioned(billed, invoices("I1"), "I1", line)

    assert (found.billing_number, found.agency_code, found.charge_id, found.amount) == (number, agency, charge, cents(amount))
    assert (found.period, found.issued_on, found.dispute_by) == ("2026-09", ISSUED, CLOSES)


@pytest.mark.parametrize(("invoice", "line", "what"), [("I9", 1, "I9"), ("I9", None, "I9"), ("I1", 9, "I1/9")])
def test_what_was_never_billed_is_refused(invoice, line, what):
    with pytest.raises(UsageError, match=f"^{what} was never billed; look at the number on the invoice$"):
        questioned(BILLED, invoices("I1"), invoice, line)


def test_the_register_counts_days_to_the_decision_or_the_report():
    late = dataclasses.replace(some(3, None, "1.00"), received_on=day("2026-12-16"), window_override_reason="our mail was late")
    disputes = [late, some(1, 2, "10.00"), some(2, 1, "20.00", "PARTIAL", "5.00")]
    frame = register(disputes, day("2026-12-20"))

    assert frame.schema == pl.Schema(DISPUTES)
    assert frame.select("dispute_id", "period", "invoice_line_no", "is_inside_window", "status", "days_open", "amount").rows() == [
        ("DSP-1", "2026-09", 2, True, "OPEN", 48, cents("10.00")),  # the disputed dollars, not the line's
        ("DSP-2", "2026-09", 1, True, "DECIDED", 18, cents("20.00")),
        ("DSP-3", "2026-09", None, False, "OPEN", 4, cents("1.00")),
    ]
    assert register(disputes)["days_open"].to_list() == [None, 18, None]  # without a day nothing depends on when it was made


def test_the_last_day_of_the_window_is_inside_it():
    last = dataclasses.replace(some(1, 2, "10.00"), received_on=CLOSES)

    assert register([last], CLOSES)["is_inside_window"].to_list() == [True]


def test_no_disputes_make_an_empty_register():
    assert register([]).schema == pl.Schema(DISPUTES)
    assert undisputed(BILLED, [])["payable"].sum() == cents("231.34")
