"""A FOCUS cloud file becomes a pass_through feed: every row, every decimal, the original kept."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from billing.errors import BillingError
from billing.frames import Tables, table_schema
from billing.layouts import TABLES
from billing.periods import Period
from billing.policy import Policy
from inputs.focus import FocusResult, adapt_focus
from inputs.gate import Gated, read_feed
from inputs.inbox import list_inbox
from tests.inputs.make import printed

SEPTEMBER = Period.parse("2024-09")
COST = "BilledCost: expected a plain number with at most 12 decimals"
RECEIVED = dt.date(2024, 10, 7)
HEADER = (
    '"BilledCost","BillingCurrency","BillingPeriodEnd","BillingPeriodStart","ChargeCategory","ChargeDescription","ChargePeriodEnd",'
    '"ChargePeriodStart","InvoiceIssuerName","ServiceName","SubAccountId","Tags"'
)
BILLING = '"USD","2024-10-01 00:00:00","2024-09-01 00:00:00"'
LATE = '"2024-09-18 23:00:00","2024-09-18 22:00:00"'
NIGHT = '"2024-10-01 00:00:00","2024-09-30 23:00:00"'
DAY = '"2024-09-06 00:00:00","2024-09-05 00:00:00"'
ONE = '"Cloud One, Inc."'
ROWS = [
    f'0.00000080000,{BILLING},"Usage","$0.40 per million requests",{LATE},{ONE},"Queue","111",NULL',
    f'0.00000080000,{BILLING},"Usage","$0.40 per million requests",{LATE},{ONE},"Queue","111",NULL',
    f'17.49999999999,{BILLING},"Usage","Compute",{NIGHT},{ONE},"Compute","111","{{""env"": ""dev""}}"',
    f'-2.50000000000,{BILLING},"Credit","Promotion",{DAY},{ONE},"Compute","222",NULL',
    f'1.25000000000,{BILLING},"Usage",NULL,{DAY},"Sky Two","Disk",NULL,NULL',
]


def tables(**rows: list[dict[str, object]]) -> Tables:
    return Tables({name: pl.DataFrame(found, schema=table_schema(name)) for name, found in rows.items() if name in TABLES})


ACCOUNT = {"vendor_code": "C1", "account": "111", "rate_code": "PT10"}
MAPPED = tables(
    vendors=[{"vendor_code": "C1", "vendor_name": "Cloud One, Inc."}],
    vendor_accounts=[
        {**ACCOUNT, "billing_number": "OLD", "valid_from": dt.date(2024, 1, 1), "valid_to": dt.date(2024, 9, 30)},
        {**ACCOUNT, "billing_number": "NEW", "valid_from": dt.date(2024, 9, 30), "valid_to": None},
    ],
)


def adapted(tmp_path: Path, rows: list[str] = ROWS, reference: Tables = MAPPED, **options: object) -> tuple[FocusResult, Gated]:
    source = tmp_path / "focus.csv"
    source.write_text("\n".join([HEADER, *rows]))
    result = adapt_focus(source, tmp_path / "inbox", SEPTEMBER, reference, 1, RECEIVED, **options)  # type: ignore[arg-type]
    return result, read_feed(result.path, "pass_through", SEPTEMBER, Policy())


def test_every_row_passes_the_gate_with_its_exact_cost(tmp_path: Path) -> None:
    result, gated = adapted(tmp_path)

    assert gated.suspense.is_empty()
    assert gated.records["cost_amount"].to_list() == [
        Decimal("0.0000008"), Decimal("0.0000008"), Decimal("17.49999999999"), Decimal("-2.5"), Decimal("1.25"),
    ]  # fmt: skip
    assert result.cost == gated.control_amount == Decimal("16.25000159999")
    assert gated.records["source_record_id"].n_unique() == result.row_count == 5
    assert gated.records["vendor_line_no"].to_list() == [1, 2, 3, 4, 5]


def test_accounts_are_mapped_on_the_day_of_the_charge_and_the_unknown_are_not_lost(tmp_path: Path) -> None:
    result, gated = adapted(tmp_path)

    assert gated.records["billing_number"].to_list() == ["OLD", "OLD", "NEW", None, None]
    assert gated.records["rate_code"].to_list() == ["PT10", "PT10", "PT10", None, None]
    assert (result.unmapped_rows, result.unmapped_accounts) == (2, (("C1", "222"), ("SKY-TWO", None)))


def test_an_exclusive_end_becomes_the_last_day(tmp_path: Path) -> None:
    records = adapted(tmp_path)[1].records

    days = [dt.date(2024, 9, day) for day in (18, 18, 30, 5, 5)]
    assert records.select("service_from", "service_to").rows() == [(day, day) for day in days]
    assert set(records["vendor_invoice_date"]) == {dt.date(2024, 9, 30)}
    assert set(records["received_date"]) == {RECEIVED}
    assert records["description"].to_list()[2:] == ["Compute: Compute", "Credit Compute: Promotion", "Disk"]


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("invoice", ["invoice"] * 5),
        ("service", ["Queue", "Queue", "Compute", "Compute", "Disk"]),
        ("account", ["111", "111", "111", "222", "no account"]),
    ],
)
def test_what_is_summed_before_rounding_is_a_choice(tmp_path: Path, group_by: str, expected: list[str]) -> None:
    records = adapted(tmp_path, group_by=group_by)[1].records

    assert records["charge_group"].to_list() == expected
    assert records["vendor_invoice_no"].to_list() == ["CLOUD-ONE-INC-2024-09"] * 4 + ["SKY-TWO-2024-09"]


def test_the_order_of_rows_does_not_change_the_ids(tmp_path: Path) -> None:
    straight = adapted(tmp_path)[1].records
    (tmp_path / "again").mkdir()
    turned = adapted(tmp_path / "again", rows=ROWS[::-1])[1].records

    assert sorted(straight["source_record_id"]) == sorted(turned["source_record_id"])


def test_the_original_is_kept_and_named_in_the_manifest(tmp_path: Path) -> None:
    result, _gated = adapted(tmp_path)
    manifest = json.loads(result.path.with_suffix(".manifest.json").read_text())
    data = (tmp_path / "focus.csv").read_bytes()

    assert result.original.read_bytes() == data
    assert (manifest["producer"], manifest["adapter"], manifest["original"]) == ("focus-adapter", "focus-1.0", "originals/focus.csv")
    assert manifest["original_sha256"] == hashlib.sha256(data).hexdigest()
    assert (manifest["sum_amount"], manifest["row_count"]) == ("16.25000159999", 5)
    assert [file.path for file in list_inbox(tmp_path / "inbox" / "2024-09", SEPTEMBER, Policy()).files] == [result.path]


def test_a_default_owner_and_vendor_may_be_given(tmp_path: Path) -> None:
    result, gated = adapted(tmp_path, reference=Tables(), vendor_code="CLOUD", billing_number="D1", rate_code="PT20")

    assert set(gated.records["vendor_code"]) == {"CLOUD"}
    assert set(gated.records["billing_number"]) == {"D1"}
    assert result.unmapped_rows == 0


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("17.49999999999", "1.7e1", f"{COST}, found '1.7e1'"),
        ("17.49999999999", "0.1234567890123", f"{COST}, found '0.1234567890123'"),
        ("17.49999999999", "NULL", f"{COST}, found nothing"),
        (
            "2024-09-30 23:00:00",
            "2024-09-31 23:00:00",
            "ChargePeriodStart: expected a UTC time, as 2026-10-01 00:00:00, found '2024-09-31 23:00:00'",
        ),
        ('17.49999999999,"USD"', '17.49999999999,"EUR"', "BillingCurrency: expected USD, found 'EUR'"),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_file(tmp_path: Path, old: str, new: str, trouble: str) -> None:
    with pytest.raises(BillingError) as refused:
        adapted(tmp_path, rows=[row.replace(old, new) for row in ROWS])

    assert printed(refused.value) == (10, [f"focus.csv:4: F006: {trouble}; ask the vendor for a corrected file"])
    assert not (tmp_path / "inbox").exists()


def test_another_csv_is_not_taken_for_a_focus_file(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    source.write_text("a,b\n1,2\n")

    with pytest.raises(BillingError) as refused:
        adapt_focus(source, tmp_path / "inbox", SEPTEMBER, Tables(), 1, RECEIVED)

    assert printed(refused.value) == (10, [
        "x.csv:1: F005: is not a FOCUS 1.0 cost file: column 'BilledCost' is missing; add it to the header",
    ])  # fmt: skip
