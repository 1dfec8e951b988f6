"""A month as FOCUS 1.2: its columns and words, every invoice to the cent, every rule on prices and quantities."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import polars as pl
import pytest

from billing.errors import ReconciliationError
from reports.focus import focus, focus_file
from reports.published import of_frames, of_mart
from tests.e2e.program import cotbill, query

MANDATORY = [
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart"),
    *("ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost"),
    *("EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName"),
    *("ServiceCategory", "ServiceName"),
]
NEVER_NULL = [name for name in MANDATORY if name not in {"ChargeClass", "PricingQuantity", "PricingUnit"}]
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}, "ChargeClass": {"Correction", None},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"}, "PricingCategory": {"Standard", None}, "BillingCurrency": {"USD"},
    "ServiceCategory": {
        "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud",
        "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration", "Mobile", "Networking",
        "Security", "Storage", "Web", "Other",
    },
    "ServiceSubcategory": {
        "Virtual Machines", "Other (Compute)", "End User Computing", "Other (Storage)", "Other (Databases)", "Other (Networking)",
        "Other (Security)", "Other (Business Applications)", "Other (Management and Governance)", "Administration", "Other (Other)",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def sample_rows(sample):
    return focus(of_mart("2026-10", sample / "mart" / "cotbill.duckdb"))


def test_every_mandatory_column_is_there_and_filled_where_it_must_be(sample_rows):
    assert set(MANDATORY) <= set(sample_rows.columns)
    assert [name for name in NEVER_NULL if sample_rows[name].null_count()] == []
    assert [name for name in sample_rows.columns if name[0].islower() and not name.startswith("x_")] == []


@pytest.mark.parametrize("name", ALLOWED)
def test_only_words_of_the_standard_are_used(sample_rows, name):
    assert set(sample_rows[name].unique().to_list()) <= ALLOWED[name]


def test_billed_cost_comes_to_each_invoice_of_the_sample(sample, sample_rows):
    invoices = query(sample, "select invoice_no, amount from fact_invoice where period = '2026-10' order by 1")

    assert sample_rows.group_by("InvoiceId").agg(pl.col("BilledCost").sum()).sort("InvoiceId").rows() == invoices


def test_prices_times_quantities_are_costs_and_follow_the_charge_s_kind(sample_rows):
    seen = set()
    for row in sample_rows.iter_rows(named=True):
        kind = row["ChargeCategory"]
        seen.add(kind)
        prices = [row[name] for name in ("PricingQuantity", "ContractedUnitPrice", "ListUnitPrice", "PricingUnit", "PricingCategory")]
        if kind in {"Usage", "Purchase"}:
            assert None not in prices
            assert row["PricingQuantity"] * row["ContractedUnitPrice"] == row["ContractedCost"]
            assert row["PricingQuantity"] * row["ListUnitPrice"] == row["ListCost"]
            assert min(row["ContractedUnitPrice"], row["ListUnitPrice"]) >= 0
            assert abs(row["ContractedCost"] - row["BilledCost"]) <= Decimal("0.005")
            assert None not in (row["SkuId"], row["SkuPriceId"])
        else:
            assert prices == [None] * 5
            assert row["ContractedCost"] == row["ListCost"] == row["BilledCost"]
        assert not (kind == "Tax" and row["SkuId"])
        assert not (kind == "Purchase" and row["ChargeFrequency"] == "Usage-Based")
        assert (row["ConsumedQuantity"] is None) == (row["ConsumedUnit"] is None)
        assert row["ConsumedQuantity"] is None or (kind == "Usage" and row["ConsumedQuantity"] > 0)
        assert row["EffectiveCost"] == row["BilledCost"]
        assert all(key.startswith("cot/") for key in json.loads(row["Tags"]))
    assert seen == ALLOWED["ChargeCategory"]


def test_the_command_writes_the_month_and_a_reader_gets_the_same_cents_back(sample):
    ended = cotbill("reports", "2026-10", "--format", "focus", "-w", str(sample))

    path = sample / "out" / "2026-10" / "reports" / "focus-2026-10.csv"
    assert (ended.code, ended.err) == (0, f"wrote {path}\n")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    invoiced = query(sample, "select sum(amount), sum(line_count) from fact_invoice where period = '2026-10'")
    assert [(sum(Decimal(row["BilledCost"]) for row in rows), len(rows))] == invoiced


@pytest.mark.parametrize("words", [("--dry-run",), ("--json", "--dry-run")])
def test_a_dry_run_writes_no_file(sample, words):
    path = sample / "out" / "2026-09" / "reports" / "focus-2026-09.csv"

    assert cotbill("reports", "2026-09", "--format", "focus", "-w", str(sample), *words).code == 0
    assert not path.exists()


def test_focus_of_single_reports_is_refused(sample):
    assert cotbill("reports", "2026-10", "--format", "focus", "--only", "R02", "-w", str(sample)).code == 2


LINE = {
    "charge_id": "C1", "period": "2026-10", "invoice_no": "I1", "invoice_line_no": 1, "billing_number": "0047", "agency_code": "54",
    "stream": "usage", "component": "USAGE", "rate_code": "X1", "description": "Use", "service_from": dt.date(2026, 10, 1),
    "service_to": dt.date(2026, 10, 31), "quantity": Decimal(3), "uom": "HOUR", "unit_rate": Decimal("1.115"), "amount": Decimal("3.35"),
    "rate_date": dt.date(2026, 10, 31), "rate_valid_from": dt.date(2026, 7, 1), "approval_ref": "STD",
}  # fmt: skip


def month(*lines, **more):
    rows = [LINE | {"charge_id": f"C{n}", "invoice_line_no": n} | line for n, line in enumerate(lines, 1)]
    period = {"period": "2026-10", "first_day": dt.date(2026, 10, 1), "last_day": dt.date(2026, 10, 31)}
    own = [row for row in rows if row["period"] == "2026-10"]
    invoice = {"invoice_no": "I1", "period": "2026-10", "agency_code": "54", "amount": sum(row["amount"] for row in own)}
    frames = {
        "dim_period": [period | {"period": "2026-09"}, period], "fact_charge": rows, "fact_invoice": [invoice],
        "dim_agency": [{"agency_code": "54", "agency_name": "Parks", "valid_from": dt.date(2020, 7, 1)}],
    } | more  # fmt: skip
    return of_frames("2026-10", {name: pl.DataFrame(given, infer_schema_length=None) for name, given in frames.items()})


def one(line, **more):
    return focus(month(line, **more)).row(0, named=True)


def test_a_day_ends_where_the_next_begins_and_a_month_at_the_next_first():
    row = one({"service_from": dt.date(2026, 9, 30), "service_to": dt.date(2026, 9, 30)})

    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-09-30T00:00:00Z", "2026-10-01T00:00:00Z")
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")


@pytest.mark.parametrize(
    ("line", "quantity", "price", "unit"),
    [
        ({}, "3", "1.115", "HOUR"),  # 3.345 is 3.35 in cents
        ({"amount": Decimal("3.34")}, "1", "3.34", "Charges"),  # a minimum, a step or a remainder
        ({"unit_rate": None}, "1", "3.35", "Charges"),  # tiers
        ({"amount": Decimal("-3.35"), "quantity": Decimal(-3)}, "-3", "1.115", "HOUR"),
        ({"amount": Decimal("-3.35"), "unit_rate": None}, "-1", "3.35", "Charges"),  # a price is never below zero
        ({"amount": Decimal("3.35"), "quantity": Decimal(-3), "unit_rate": Decimal("-1.115")}, "1", "3.35", "Charges"),
        ({"component": "TAX"}, None, None, None),
    ],
)
def test_a_unit_price_is_given_where_it_comes_to_the_line(line, quantity, price, unit):
    row = one(line)

    exact = [None if value is None else Decimal(value) for value in (quantity, price)]
    assert [row["PricingQuantity"], row["ContractedUnitPrice"], row["PricingUnit"]] == [*exact, unit]


@pytest.mark.parametrize(
    ("line", "is_correction"),
    [
        ({}, False),
        ({"is_prior_period": True}, False),  # late, not corrected
        ({"component": "CREDIT", "adjustment_id": "A", "original_charge_id": "C9"}, True),
        ({"component": "CREDIT", "adjustment_id": "A"}, True),  # of a line from before this file
        ({"component": "CREDIT", "original_charge_id": "C1"}, False),  # of this month's own invoice
        ({"component": "DEBIT", "adjustment_id": "A"}, True),
    ],
)
def test_a_correction_is_of_an_earlier_month_s_invoice(line, is_correction):
    assert (one(line)["ChargeClass"] == "Correction") is is_correction


def test_the_list_price_is_the_standard_one_where_another_was_agreed():
    agreed = {"approval_ref": "MOU", "unit_rate": Decimal("1.000000"), "amount": Decimal("3.00")}
    tables = {
        "dim_agency_rate": [{"agency_code": "54", "rate_code": "X1", "valid_from": dt.date(2026, 7, 1), "approval_ref": "MOU"}],
        "dim_rate": [
            {"rate_code": "X1", "valid_from": start, "valid_to": stop, "unit_rate": Decimal(price)}
            for start, stop, price in ((dt.date(2025, 7, 1), dt.date(2026, 10, 31), "9"), (dt.date(2026, 10, 31), None, "2"),
                                       (dt.date(2026, 7, 1), None, "7"))  # the last two both cover the day: the newer counts
        ],
    }  # fmt: skip

    row = one(agreed, **tables)
    other = one({}, **tables)

    assert (row["ListUnitPrice"], row["ListCost"], row["ContractedCost"]) == (2, 6, 3)
    assert other["ListUnitPrice"] == other["ContractedUnitPrice"]


def test_an_invoice_that_the_rows_do_not_come_to_writes_nothing():
    short = month({}, fact_invoice=[{"invoice_no": "I1", "period": "2026-10", "agency_code": "54", "amount": Decimal("3.36")}])
    lost = month({}, fact_invoice=[{"invoice_no": n, "period": "2026-10", "amount": Decimal("3.35")} for n in ("I1", "I2")])

    for bad in (short, lost, month({}, {"agency_code": "55"})):
        with pytest.raises(ReconciliationError, match="FOCUS rows"):
            focus_file(bad)


def test_a_line_that_looks_like_a_formula_stays_text_in_the_file():
    data = focus_file(month({"description": "=cmd|' /C calc'!A0"}))["focus-2026-10.csv"].decode()

    assert next(csv.DictReader(io.StringIO(data)))["ChargeDescription"] == "'=cmd|' /C calc'!A0"
