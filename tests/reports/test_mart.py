"""The mart: the contract's tables to the letter, every row and cent of the bill, nothing that must stay inside."""

import datetime as dt
import re
import stat
from dataclasses import replace
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from billing.book_frames import ADJUSTMENTS
from billing.errors import ReconciliationError
from billing.frames import fill
from billing.periods import Period
from reports.mart import Kept, MartChangedError, publish
from reports.mart_frames import REFERENCE, newest_first, published, utc
from reports.mart_schema import MART
from tests.reports.behind import BEHIND, behind_of
from tests.reports.bill import Month, fill_month, month_bill

SPLIT = "fund department unit appropriation_unit object sub_object activity function program phase project reporting_category location"
COUNTS = "records_in records_billed records_held records_rejected records_dropped"
CONTRACT = {
    "dim_period": "period fiscal_year fiscal_period first_day last_day status",
    "dim_agency": "agency_code agency_name cabinet branch consolidated fixed_cost_billing_number billing_contact fiscal_officer"
    " remit_method valid_from valid_to",
    "dim_billing_number": "billing_number agency_code name status f100_ref invoice_group delivery split_mode default_object tax_exempt"
    " closed_to valid_from valid_to",
    "dim_rate_code": "rate_code name description stream class uom cost_group revenue_source buyer_object prorate bill_timing"
    " min_quantity increment min_charge requires_ticket allowed_for free valid_from valid_to",
    "dim_rate": "rate_code valid_from valid_to unit_rate per_mile_rate mile_method markup_pct fee_rate_code tier_method package_size"
    " approval_ref approved_by",
    "fact_charge": "charge_id period invoice_no invoice_line_no billing_number agency_code stream component rate_code description"
    " service_from service_to quantity uom unit_rate exact_amount amount rate_valid_from approval_ref is_prior_period adjustment_id"
    " feed source_file source_line source_record_id",
    "bridge_charge_source": "charge_id feed source_file source_line source_record_id quantity",
    "fact_split": f"charge_id seq percent {SPLIT} federal_share_pct amount",
    "fact_call": "call_id charge_id billing_number connect_at billed_seconds jurisdiction plan destination amount",
    "fact_exception": "exception_id period code severity feed source_file source_line source_record_id billing_number column_name"
    " raw_value amount message status disposition reason decided_by decided_at",
    "fact_adjustment": "adjustment_id period",
    "fact_approval": "approval_id period",
    "fact_dispute": "dispute_id period",
    "fact_invoice": "invoice_no period billing_number agency_code amount prior_amount issued_on due_on dispute_by pdf_sha256",
    "fact_journal": "batch_id doc_id doc_code doc_line party dr_cr event_type fund department unit appr_unit object_or_revenue"
    " sub_object activity function program project reporting_category amount bfy fy period invoice_no invoice_date service_from"
    " service_to billing_number rate_class description",
    "control_totals": f"period feed source_file {COUNTS} {COUNTS.replace('records', 'amount')}",
}
TYPES = {
    "amount": "DECIMAL(18,2)", "prior_amount": "DECIMAL(18,2)", "quantity": "DECIMAL(18,6)", "unit_rate": "DECIMAL(18,6)",
    "percent": "DECIMAL(18,6)", "exact_amount": "DECIMAL(38,12)", "billing_number": "VARCHAR", "charge_id": "VARCHAR",
    "connect_at": "TIMESTAMP", "decided_at": "TIMESTAMP", "service_to": "DATE",
}  # fmt: skip


@pytest.fixture(scope="module")
def bill():
    return month_bill()


@pytest.fixture(scope="module")
def mart(bill, tmp_path_factory):
    path = tmp_path_factory.mktemp("mart") / "cotbill.duckdb"
    hashes = dict.fromkeys(bill.invoices["invoice_no"].to_list()[:1], "ab" * 32)
    return publish([bill], path, pdf_hashes=hashes, statuses={"2026-10": "CLOSED"})


def moment(text):
    return dt.datetime.fromisoformat(text)


def ask(mart, text):
    with duckdb.connect(str(mart.path), read_only=True) as connection:
        return connection.sql(text).fetchall()


@pytest.mark.parametrize("table", CONTRACT)
def test_each_table_begins_with_the_contracts_columns_in_order(mart, table):
    names = [row[0] for row in ask(mart, f"select column_name from duckdb_columns() where table_name = '{table}' order by column_index")]

    assert names[: len(CONTRACT[table].split())] == CONTRACT[table].split()


def test_types_are_exact_and_no_float_is_anywhere(mart):
    columns = ask(mart, "select table_name, column_name, data_type from duckdb_columns() where not internal")
    wrong = [
        (table, column, kind)
        for table, column, kind in columns
        if column in TYPES and kind != TYPES[column] and (table, column) != ("fact_call", "amount")
    ]

    assert wrong == []
    assert ("fact_call", "amount", "DECIMAL(18,6)") in columns
    assert [row for row in columns if row[2] in {"DOUBLE", "FLOAT", "REAL", "TIMESTAMP WITH TIME ZONE"}] == []


def test_every_table_and_column_says_what_it_is(mart):
    tables = ask(mart, "select table_name from duckdb_tables() where comment is null")
    columns = ask(mart, "select table_name, column_name from duckdb_columns() where not internal and comment is null")

    assert tables == []
    assert columns == []


def test_every_road_comes_to_the_invoices(mart, bill):
    total = sum(bill.invoices["amount"].to_list())
    sums = [ask(mart, f"select sum(amount) from {table}")[0][0] for table in ("fact_charge", "fact_split", "fact_invoice")]
    fees = ask(mart, "select sum(amount) from fact_charge where charge_id not in (select charge_id from bridge_charge_source)")[0][0]
    billed = ask(mart, "select sum(amount_billed) from control_totals")[0][0]

    assert sums == [total] * 3
    assert billed + fees == total
    assert mart.amounts["fact_charge"] == total
    assert mart.rows["fact_charge"] == bill.lines.height


def test_dates_are_inclusive_and_times_are_utc(mart):
    assert ask(mart, "select distinct service_from, service_to from fact_charge where not is_prior_period") == [
        (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    ]
    assert ask(mart, "select connect_at from fact_call where call_id = 'K0'") == [(moment("2026-10-04T03:30:00"),)]


def test_the_invoice_carries_the_hash_of_its_pdf_where_there_is_one(mart, bill):
    hashes = ask(mart, "select pdf_sha256 from fact_invoice order by invoice_no")

    assert hashes == [("ab" * 32,)] + [(None,)] * (bill.invoices.height - 1)


def test_period_status_and_fiscal_year_are_there(mart):
    found = ask(mart, "select * exclude (as_of) from dim_period")

    assert found == [("2026-10", 2027, 4, dt.date(2026, 10, 1), dt.date(2026, 10, 31), "CLOSED")]


def test_no_called_number_is_in_the_file(mart):
    assert ask(mart, "select raw_value, message from fact_exception where code = 'L702'")[0][0] == "[number]"
    assert b"5025550188123" not in mart.path.read_bytes()


def test_the_file_is_read_only_alone_and_of_the_older_layout(mart):
    assert stat.S_IMODE(mart.path.stat().st_mode) == 0o444
    assert [path.name for path in mart.path.parent.iterdir()] == ["cotbill.duckdb"]
    tags = ask(mart, "select tags from duckdb_databases() where not internal")
    assert "1.5" in str(tags)


def test_two_months_keep_one_row_for_each_reference_key(bill, tmp_path):
    earlier = Month(Period(2026, 9))
    fill_month(earlier, 1)

    both = publish([bill, earlier.bill()], tmp_path / "m.duckdb")

    assert both.periods == ("2026-09", "2026-10")
    assert both.rows["dim_agency"] == bill.tables["agencies"].height
    assert both.rows["fact_charge"] == bill.lines.height + len(earlier.rows)


def test_a_figure_too_large_is_refused_not_wrapped_or_null():
    frame = pl.DataFrame({"charge_id": ["a"], "period": ["2026-10"], "amount": pl.Series([Decimal(10) ** 16], dtype=pl.Decimal(38, 2))})

    with pytest.raises(ReconciliationError, match="too large to publish"):
        published(frame, MART["fact_charge"])


def test_a_figure_of_more_places_is_refused_not_rounded():
    frame = pl.DataFrame({"charge_id": ["a"], "period": ["p"], "amount": pl.Series([Decimal("1.005")], dtype=pl.Decimal(38, 3))})

    with pytest.raises(ReconciliationError, match="cannot hold exactly"):
        published(frame, MART["fact_charge"])


def test_the_largest_figure_that_fits_is_kept_whole():
    largest = Decimal("9999999999999999.99")
    frame = pl.DataFrame({"charge_id": ["a"], "period": ["p"], "amount": pl.Series([largest], dtype=pl.Decimal(38, 2))})

    assert published(frame, MART["fact_charge"])["amount"].to_list() == [largest]


def test_a_month_that_does_not_foot_leaves_the_old_mart(bill, tmp_path):
    path = tmp_path / "cotbill.duckdb"
    publish([bill], path)
    before = path.read_bytes()

    with pytest.raises(ReconciliationError):
        publish([replace(bill, splits=bill.splits.head(-1))], path)

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["cotbill.duckdb"]


def all_rows(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return {name: sorted(map(repr, connection.table(name).fetchall())) for name in MART}


@pytest.fixture
def months(bill):
    """Three months, and the reference rows over all of them."""
    bills = []
    for back in (2, 1):
        month = Month(Period(2026, 10).shift(-back))
        fill_month(month, back)
        bills.append(replace(month.bill(), behind=behind_of(str(month.period))))
    bill = replace(bill, behind=behind_of(bill.period))
    parts = [each.tables for each in (bill, *reversed(bills))]
    return [*bills, bill], {name: newest_first(name, [tables[source] for tables in parts]) for name, source in REFERENCE.items()}


@pytest.mark.parametrize("anew", [False, True])
def test_months_that_stay_and_one_put_in_are_as_all_made_at_once(months, tmp_path, anew):
    bills, references = months
    path = tmp_path / "m.duckdb"
    first = publish([*bills[:2], replace(bills[2], exceptions=bills[2].exceptions.head(1))], path, statuses={"2026-08": "CLOSED"})
    kept = Kept(first.stamp, first.figures, ("2026-08", "2026-09"), ("2026-10",), anew)

    grown = publish([bills[2]], path, kept=kept, references=references, statuses={"2026-08": "FINAL"})

    whole = publish(bills, tmp_path / "whole.duckdb", statuses={"2026-08": "FINAL"})
    assert all_rows(path) == all_rows(whole.path)
    assert (grown.rows, grown.amounts, grown.figures, grown.periods) == (whole.rows, whole.amounts, whole.figures, whole.periods)
    assert ask(grown, "select count(*) from duckdb_columns() where not internal and comment is null") == [(0,)]
    assert "1.5" in str(ask(grown, "select tags from duckdb_databases() where not internal"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert sorted(each.name for each in tmp_path.iterdir()) == ["m.duckdb", "whole.duckdb"]


def test_no_month_stays_of_a_file_that_was_changed_or_is_gone(months, tmp_path):
    bills, references = months
    path = tmp_path / "m.duckdb"
    first = publish(bills, path)
    kept = Kept("1 2 3 4 5", first.figures, ("2026-08", "2026-09"), ("2026-10",))
    before = path.read_bytes()

    with pytest.raises(MartChangedError):
        publish([bills[2]], path, kept=kept, references=references)
    with pytest.raises(MartChangedError):
        publish([bills[2]], tmp_path / "gone.duckdb", kept=kept, references=references)

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["m.duckdb"]


def test_a_month_that_stays_with_another_figure_than_was_recorded_is_not_published(months, tmp_path):
    bills, references = months
    path = tmp_path / "m.duckdb"
    first = publish(bills, path)
    figures = {**first.figures, "fact_split": {**first.figures["fact_split"], "2026-09": (1, Decimal("0.01"))}}

    with pytest.raises(ReconciliationError, match="read back differs in fact_split"):
        publish([bills[2]], path, kept=Kept(first.stamp, figures, ("2026-08", "2026-09"), ("2026-10",)), references=references)


@pytest.mark.parametrize("table", BEHIND)
def test_what_stands_behind_a_month_has_every_published_column(table):
    frame = getattr(behind_of("2026-10"), BEHIND[table])

    assert set(frame.columns) == set(MART[table].names)
    assert [name for name in MART[table].names if published(frame, MART[table])[name].null_count()] == []


def test_times_of_any_written_form_become_utc():
    texts = pl.Series(["2026-03-08T02:30:00-05:00", "2026-03-08T02:30:00.5Z", "2026-03-08T02:30+00:00", None])

    assert utc(texts).to_list() == [
        moment("2026-03-08T07:30:00"), moment("2026-03-08T02:30:00.500"), moment("2026-03-08T02:30:00"), None,
    ]  # fmt: skip
    with pytest.raises(ReconciliationError, match="offset"):
        utc(pl.Series(["2026-03-08T02:30:00"]))


def test_the_contracts_split_columns_are_those_of_the_bill():
    assert re.split(" ", SPLIT) == [name for name in MART["fact_split"].names if name in SPLIT.split()]


@pytest.mark.parametrize(
    ("status", "approval", "expected"),
    [
        ("OPEN", "WAITING", ("RATED", "RATED")),
        ("OPEN", "APPROVED", ("RATED", "APPROVED")),
        ("OPEN", "STALE", ("RATED", "RATED")),
        ("CLOSING", "APPROVED", ("INVOICED", "INVOICED")),
        ("CLOSED", "APPROVED", ("POSTED", "POSTED")),
        ("FINAL", "APPROVED", ("POSTED", "POSTED")),
    ],
)
def test_a_charge_says_how_far_it_is(bill, tmp_path, status, approval, expected):
    known = pl.DataFrame({"adjustment_id": ["ADJ-0007"], "approval_state": [approval]})

    mart = publish([replace(bill, adjustments=fill(known, ADJUSTMENTS))], tmp_path / "m.duckdb", statuses={bill.period: status})

    rows = ask(mart, "select distinct coalesce(adjustment_id = 'ADJ-0007', false), state from fact_charge order by 1")
    assert rows == [(False, expected[0]), (True, expected[1])]
