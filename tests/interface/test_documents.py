"""The documents balance, are cut by event type and line limit, and are the same however the rows come."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.errors import ReconciliationError, RefusalsError, TableError
from billing.interface import Batch, documents
from billing.interface_checks import check_documents, check_invoices
from tests.interface.months import PERIOD, POLICY, POSTED_ON, month, tables

ONE = [("D7580001", "VS10", 1, "0100", "0001", "100.00")]


def made(parts, policy=POLICY, given=None, **more):
    return documents(*month(parts), given or tables(), PERIOD, policy, POSTED_ON, **more)


def signed(journal, party):
    rows = journal.filter(pl.col("party") == party)
    return sum((row["amount"] if row["dr_cr"] == "DR" else -row["amount"] for row in rows.to_dicts()), Decimal(0))


def test_one_charge_is_one_document_with_the_sellers_revenue_and_the_buyers_expenditure():
    journal = made(ONE).journal

    shown = ["doc_id", "doc_code", "doc_line", "party", "dr_cr", "event_type", "fund", "department", "unit", "object_or_revenue", "amount"]
    assert journal.select(shown).rows() == [
        ("COT26100001", "IET", 1, "SELLER", "CR", "IN04", "6400", "079", "1000", "R401", Decimal("100.00")),
        ("COT26100001", "IET", 2, "BUYER", "DR", "IN04", "0100", "758", "0001", "E301", Decimal("100.00")),
    ]


@pytest.mark.parametrize(("fund", "event"), [("6400", "IN06"), ("0100", "IN04"), ("64000", "IN04")])
def test_the_sellers_own_fund_is_another_event_type(fund, event):
    journal = made([("D7580001", "VS10", 1, fund, "0001", "100.00")]).journal

    assert set(journal["event_type"]) == {event}


def test_without_a_sellers_fund_every_string_is_another_funds():
    journal = made([("D7580001", "VS10", 1, "0100", "0001", "1.00")], replace(POLICY, seller_fund="")).journal

    assert journal.select("event_type", "fund").rows() == [("IN04", None), ("IN04", "0100")]


def test_two_event_types_of_one_invoice_are_two_documents():
    parts = [("D7580001", "VS10", 1, "0100", "0001", "60.00"), ("D7580001", "VS10", 2, "6400", "0001", "40.00")]

    journal = made(parts).journal

    assert journal.select("doc_id", "event_type", "party", "amount").rows() == [
        ("COT26100001", "IN04", "SELLER", Decimal("60.00")), ("COT26100001", "IN04", "BUYER", Decimal("60.00")),
        ("COT26100002", "IN06", "SELLER", Decimal("40.00")), ("COT26100002", "IN06", "BUYER", Decimal("40.00")),
    ]  # fmt: skip


def test_a_credit_is_a_document_of_its_own_with_the_sides_turned():
    parts = [*ONE, ("D7580001", "VS10", 1, "0100", "0001", "-30.00")]

    journal = made(parts).journal

    assert journal.select("doc_id", "party", "dr_cr", "amount").rows() == [
        ("COT26100001", "SELLER", "CR", Decimal("100.00")), ("COT26100001", "BUYER", "DR", Decimal("100.00")),
        ("COT26100002", "SELLER", "DR", Decimal("30.00")), ("COT26100002", "BUYER", "CR", Decimal("30.00")),
    ]  # fmt: skip


def test_parts_of_nothing_are_left_out_and_an_invoice_of_nothing_has_no_document():
    parts = [*ONE, ("D7580001", "VS10", 2, "0200", "0001", "0.00"), ("J0390001", "VS10", 1, "0100", "0001", "0.00")]

    journal = made(parts).journal

    assert set(journal["invoice_no"]) == {"COT-2026-10-D7580001-01"}
    assert set(journal["fund"]) == {"6400", "0100"}


def test_a_row_of_gl_map_for_the_code_beats_the_one_for_its_class():
    gl_map = [("RATED", None, "N", "IET", "IN04"), (None, "VS10", "N", "ITI", "IN77"), ("PASS", None, "N", "IET", "IN04")]
    parts = [*ONE, ("D7580001", "PT10", 1, "0100", "0001", "5.00")]

    journal = made(parts, given=tables(gl_map)).journal

    assert set(journal.select("rate_class", "doc_code", "event_type").rows()) == {("RATED", "ITI", "IN77"), ("PASS", "IET", "IN04")}


def test_a_row_of_gl_map_for_code_and_class_decides_that_code_alone():
    gl_map = [("RATED", None, "N", "IET", "IN04"), ("RATED", "VS10", "N", "ITI", "IN77")]
    codes = dict.fromkeys(("VS10", "HR10"), ("RATED", "R401", None))
    parts = [*ONE, ("D7580001", "HR10", 1, "0100", "0001", "5.00")]

    journal = made(parts, given=tables(gl_map, codes)).journal

    buyers = journal.filter(pl.col("party") == "BUYER")
    assert sorted(buyers.select("amount", "event_type").rows()) == [(Decimal("5.00"), "IN04"), (Decimal("100.00"), "IN77")]


def test_lines_carry_the_first_and_the_last_day_of_service():
    parts = [("D7580001", "VS10", 1, "0100", unit, "1.00") for unit in ("0001", "0002", "0001")]  # five days from the 1st, 2nd, 3rd

    journal = made(parts).journal

    assert journal.select("party", "unit", "service_from", "service_to").rows() == [
        ("SELLER", "1000", dt.date(2026, 10, 1), dt.date(2026, 10, 7)),
        ("BUYER", "0001", dt.date(2026, 10, 1), dt.date(2026, 10, 7)),
        ("BUYER", "0002", dt.date(2026, 10, 2), dt.date(2026, 10, 6)),
    ]


def test_what_gl_map_lacks_is_refused_by_name():
    with pytest.raises(TableError, match=r"^gl_map\.csv: has no row for VS10 or class RATED with same_fund N; add one$"):
        made(ONE, given=tables([("RATED", None, "Y", "IET", "IN06")]))
    with pytest.raises(RefusalsError):
        made([*ONE, ("D7580001", "PT10", 1, "0100", "0001", "5.00")], given=tables([]))
    with pytest.raises(TableError, match=r"^rate_codes\.csv: rate code VS10 is billed and not listed; add it$"):
        made(ONE, given=tables(codes={"NT40": ("TELECOM", None, None)}))


@pytest.mark.parametrize(
    ("code", "default", "paid"),
    [("NT40", "E999", "E202"), ("VS10", "E999", "E999"), ("VS10", None, "E301")],  # the code's, the number's, the string's own
)
def test_the_object_is_the_codes_else_the_numbers_else_the_strings(code, default, paid):
    journal = made([("D7580001", code, 1, "0100", "0001", "1.00")], given=tables(defaults={"D7580001": default})).journal

    assert journal.filter(pl.col("party") == "BUYER")["object_or_revenue"].to_list() == [paid]


@pytest.mark.parametrize(("count", "documents_made"), [(98, 1), (99, 1), (100, 2), (198, 2), (199, 3)])
def test_a_document_has_at_most_ninety_nine_buyers_lines(count, documents_made):
    parts = [("D7580001", "VS10", n + 1, "0100", f"{n:04d}", "1.00") for n in range(count)]

    journal = made(parts).journal

    per_document = journal.filter(pl.col("party") == "BUYER").group_by("doc_id").len()["len"].to_list()
    assert (len(per_document), max(per_document), sum(per_document)) == (documents_made, min(99, count), count)


def test_buyers_lines_name_the_sellers_line_that_they_pay():
    parts = [("D7580001", code, 1, "0100", "0001", amount) for code, amount in (("VS10", "1.00"), ("NT40", "2.00"), ("PT10", "3.00"))]

    journal = made(parts).journal

    sellers = {row["doc_line"]: row for row in journal.filter(pl.col("party") == "SELLER").to_dicts()}
    for row in journal.filter(pl.col("party") == "BUYER").to_dicts():
        assert (sellers[row["seller_line"]]["rate_class"], sellers[row["seller_line"]]["amount"]) == (row["rate_class"], row["amount"])
    assert journal["doc_line"].to_list() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("posted_on", "fiscal_year", "fiscal_period"),
    [
        ("2026-07-01", 2026, 13),  # June's papers, on the first day of the new year
        ("2026-07-31", 2026, 13),
        ("2026-08-01", 2027, 2),  # too late for period 13
        ("2026-06-30", 2026, 12),
    ],
)
def test_papers_of_the_year_that_ended_go_to_its_period_13_for_a_while(posted_on, fiscal_year, fiscal_period):
    from billing.fiscal import posting_place
    from billing.periods import Period

    place = posting_place(tables(), Period(2026, 6), dt.date.fromisoformat(posted_on), 31)

    assert (place.fiscal_year, place.fiscal_period) == (fiscal_year, fiscal_period)


def test_the_calendar_decides_the_fiscal_period_of_the_posting_month():
    journal = made(ONE, given=tables(calendar=[{"period": "2026-11", "fiscal_year": 2027, "fiscal_period": 9}])).journal

    assert set(journal.select("bfy", "fy", "fiscal_period").rows()) == {(2027, 2027, 9)}
    assert set(made(ONE).journal.select("bfy", "fy", "fiscal_period").rows()) == {(2027, 2027, 5)}


def test_numbers_go_on_where_the_batch_before_ended():
    journal = made(ONE, batch=Batch(2, 36**2, "RESEND")).journal

    assert journal.select("batch_id", "doc_id", "sent_as").row(0) == ("COT-2026-10-02", "COT26100100", "RESEND")


AMOUNTS = st.integers(-3, 3).map(lambda cents: Decimal(cents) / 100) | st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents) / 100)
PARTS = st.lists(
    st.tuples(
        st.sampled_from(["D7580001", "D7580002", "J0390001"]), st.sampled_from(["VS10", "NT40", "PT10"]), st.integers(1, 4),
        st.sampled_from(["0100", "6400", "1200"]), st.sampled_from(["0001", "0002"]), AMOUNTS.map(str),
    ), min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PARTS, st.integers(1, 5))
@example([("D7580001", "VS10", 1, "0100", "0001", "0.01"), ("D7580001", "VS10", 1, "0100", "0001", "-0.01")], 1)
def test_documents_agree_with_the_slow_twin(parts, max_lines):
    """The twin adds up cents by plain dictionaries; documents are cut by counting."""
    found = made(parts, replace(POLICY, max_lines=max_lines))

    lines = defaultdict(int)
    for number, code, _, fund, unit, amount in parts:
        cents = int(Decimal(amount) * 100)
        if cents:
            lines[number, "IN06" if fund == "6400" else "IN04", cents < 0, code, fund, unit] += abs(cents)
    per_group = defaultdict(int)
    for key in lines:
        per_group[key[:3]] += 1
    buyers = found.journal.filter(pl.col("party") == "BUYER")
    assert sorted(int(amount * 100) for amount in buyers["amount"].to_list()) == sorted(lines.values())
    assert found.journal["doc_id"].n_unique() == sum(-(-count // max_lines) for count in per_group.values())
    for (_doc,), rows in found.journal.group_by("doc_id"):
        assert signed(rows, "BUYER") == -signed(rows, "SELLER")
        assert rows["invoice_no"].n_unique() == rows["event_type"].n_unique() == 1
        assert rows.filter(pl.col("party") == "BUYER").height <= max_lines
    assert signed(found.journal, "BUYER") == sum(Decimal(part[5]) for part in parts)
    assert found.parts["amount"].sum() == sum(Decimal(part[5]) for part in parts)
    assert found.parts["doc_line"].null_count() == 0


@settings(max_examples=25, deadline=None)
@given(PARTS, st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_documents(parts, dice: random.Random):
    lines, splits, invoices = month(parts)
    known = tables()

    def shuffled(frame):
        return frame[dice.sample(range(frame.height), frame.height)]

    one = documents(lines, splits, invoices, known, PERIOD, POLICY, POSTED_ON)
    other = documents(shuffled(lines), shuffled(splits), shuffled(invoices), known, PERIOD, POLICY, POSTED_ON)

    assert one.journal.equals(other.journal)
    assert one.parts.equals(other.parts)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (pl.when(pl.col("doc_line") == 2).then(pl.col("amount") + Decimal("0.01")).otherwise("amount").alias("amount"), "V014"),
        (pl.lit("DR").alias("dr_cr"), "V014"),
        (pl.lit("BUYER").alias("party"), "V014"),
        ((pl.col("amount") + Decimal("0.01")).cast(pl.Decimal(38, 2)).alias("amount"), "V013"),
        ((pl.col("amount") * 0).cast(pl.Decimal(38, 2)).alias("amount"), "V014"),
        (pl.col("doc_id").str.to_lowercase().alias("doc_id"), "V013"),
        (pl.lit("COT-" + "X" * 30).alias("invoice_no"), "V013"),
    ],
)
def test_documents_that_do_not_hold_are_not_let_out(change, code):
    lines, splits, _ = month(ONE)
    journal = made(ONE).journal.with_columns(change)

    with pytest.raises(ReconciliationError) as refused:
        check_documents(journal, splits["amount"])
    assert refused.value.code == code
    assert lines.height == 1


def test_a_document_with_both_sides_on_one_party_is_not_let_out_though_it_balances():
    journal = made([*ONE, ("D7580001", "VS10", 1, "0100", "0002", "30.00")]).journal  # 100.00 and 30.00 against 130.00
    netted = journal.with_columns(
        dr_cr=pl.when(pl.col("doc_line") == 3).then(pl.lit("CR")).otherwise("dr_cr"),
        amount=pl.when(pl.col("doc_line") == 1).then(pl.lit(Decimal("70.00"))).otherwise("amount").cast(pl.Decimal(38, 2)),
    )

    with pytest.raises(ReconciliationError, match="does not balance"):
        check_documents(netted, pl.Series([Decimal("70.00")], dtype=pl.Decimal(38, 2)))


def test_documents_that_do_not_come_to_their_invoices_are_not_let_out():
    journal, invoices = made(ONE).journal, month(ONE)[2]
    cent_more = invoices.with_columns((pl.col("amount") + Decimal("0.01")).cast(pl.Decimal(38, 2)))

    check_invoices(journal, invoices)
    with pytest.raises(ReconciliationError, match="do not come to the invoice"):
        check_invoices(journal, cent_more)
    with pytest.raises(ReconciliationError, match="do not come to the invoice"):
        check_invoices(journal.clear(), invoices)
    with pytest.raises(ReconciliationError, match="do not come to the invoice"):
        check_invoices(journal, invoices.clear())
