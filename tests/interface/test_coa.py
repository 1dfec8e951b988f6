"""Accounting codes: which object pays, what coa_values knows on which day, and what of a rejected document is corrected."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from billing.audit import audit_funding
from billing.coa import ELEMENTS, invalid_values
from billing.errors import RefusalsError, TableError
from billing.frames import LINES, SOURCE, SPLITS, Earlier, Tables, fill, table_schema
from billing.interface import Batch
from billing.interface_again import corrected, refuse_invalid, sent_again
from billing.layouts import TABLES
from tests.interface.months import PERIOD, POLICY, POSTED_ON, month, tables
from tests.interface.test_documents import made, signed

D = dt.date
NUMBERS = [
    {"billing_number": "D7580001", "status": "ACTIVE", "split_mode": "ENGINE", "default_object": None, "valid_from": D(2020, 1, 1)},
    {"billing_number": "E0010001", "status": "ACTIVE", "split_mode": "EMARS", "default_object": "E777", "valid_from": D(2020, 1, 1)},
]
STRINGS = [
    # number, seq, percent, fund, unit, object, from, to
    ("D7580001", 1, "60", "0100", "0001", "E301", D(2020, 1, 1), None),
    ("D7580001", 2, "40", "0200", "0002", None, D(2020, 1, 1), D(2026, 10, 15)),
    ("D7580001", 2, "40", "0200", "0009", None, D(2026, 10, 15), None),
    ("E0010001", 1, "50", "0100", "0001", "E301", D(2020, 1, 1), None),
    ("E0010001", 2, "50", "0300", "0066", "E301", D(2020, 1, 1), None),
]


def frame(name, rows):
    shape = table_schema(name)
    return fill(pl.DataFrame(rows, schema_overrides={column: shape[column] for column in rows[0]}, infer_schema_length=None), shape)


def world(values, strings=STRINGS):
    names = ("billing_number", "seq", "percent", "fund", "unit", "object", "valid_from", "valid_to")
    rows = [{**dict(zip(names, row, strict=True)), "percent": Decimal(row[2]), "department": "758"} for row in strings]
    codes = [{"rate_code": "VS10", "class": "RATED", "revenue_source": "R401", "buyer_object": None},
             {"rate_code": "NT40", "class": "TELECOM", "revenue_source": "R402", "buyer_object": "E202"}]  # fmt: skip
    found = {"funding_strings": frame("funding_strings", rows), "billing_numbers": frame("billing_numbers", NUMBERS),
             "rate_codes": frame("rate_codes", codes)}  # fmt: skip
    if values:
        known = [{"element": name, "value": value, "valid_from": D(2020, 1, 1), "valid_to": until} for name, value, until in values]
        found["coa_values"] = frame("coa_values", known)
    return Tables(found)


def records(*rows):
    found = [
        {"feed": "usage", "source_file": "f", "source_line": n, "source_record_id": f"r{n}", "billing_number": number, "rate_code": code,
         "number_status": "ACTIVE", "funding_date": day}
        for n, (number, code, day) in enumerate(rows, start=2)
    ]  # fmt: skip
    return pl.DataFrame(found, schema_overrides=SOURCE)


def found(values, *rows, strings=STRINGS):
    findings = audit_funding(records(*rows), world(values, strings))
    return findings.select("code", "severity", "source_record_id", "column_name", "raw_value").rows()


UNITS = [("unit", "0001", None), ("unit", "0002", None)]


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (D(2026, 10, 14), []),  # the string's old unit is known
        (D(2026, 10, 15), [("A106", "HOLD", "r2", "unit", "0009")]),  # the first day of the new one
    ],
)
def test_a_value_that_the_accounting_system_does_not_know_holds_the_record(day, codes):
    assert found(UNITS, ("D7580001", "VS10", day)) == codes


def test_a_value_is_known_up_to_the_day_before_it_ends():
    values = [("unit", "0001", D(2026, 10, 5)), ("unit", "0002", None)]

    assert found(values, ("D7580001", "VS10", D(2026, 10, 4)), ("D7580001", "VS10", D(2026, 10, 5))) == [
        ("A106", "HOLD", "r3", "unit", "0001")
    ]


def test_a_value_is_known_from_its_first_day():
    rows = pl.DataFrame({"unit": ["0001", "0001"], "day": [D(2019, 12, 31), D(2020, 1, 1)]})

    assert invalid_values(rows, world([("unit", "0001", None)]), day="day").rows() == [(0, "unit", "0001")]


def test_only_listed_elements_are_checked_and_without_the_table_nothing_is():
    assert found([], ("D7580001", "VS10", D(2026, 10, 20))) == []
    assert found([("fund", "0100", None), ("fund", "0200", None)], ("D7580001", "VS10", D(2026, 10, 20))) == []


@pytest.mark.parametrize(
    ("number", "code", "codes"),
    [
        ("D7580001", "NT40", []),  # the rate code's own object
        ("D7580001", "VS10", [("A106", "HOLD", "r2", "object", "E301")]),  # the string's
        ("E0010001", "VS10", [("A106", "HOLD", "r2", "object", "E777")]),  # the number's default
    ],
)
def test_the_object_that_pays_is_the_one_that_is_checked(number, code, codes):
    assert found([("object", "E202", None)], (number, code, D(2026, 10, 20))) == codes


def test_of_a_number_that_splits_in_the_accounting_system_only_the_string_that_is_sent_is_checked():
    assert found([("unit", "0001", None)], ("E0010001", "VS10", D(2026, 10, 20))) == []


def test_strings_that_are_not_whole_are_a105_alone():
    half = STRINGS[:1]

    assert found(UNITS, ("D7580001", "VS10", D(2026, 10, 20)), strings=half) == [("A105", "HOLD", "r2", "billing_number", "D7580001")]


def test_the_table_of_values_knows_every_element_that_can_be_sent():
    (column,) = [column for column in TABLES["coa_values"].columns if column.name == "element"]

    assert set(column.choices) == set(ELEMENTS)


def test_every_bad_element_of_every_row_is_listed():
    rows = pl.DataFrame({"unit": ["0001", "X", "X"], "fund": ["0100", "0100", "Y"], "day": [D(2026, 10, 1)] * 3})

    listed = invalid_values(rows, world([("unit", "0001", None), ("fund", "0100", None)]), day="day")

    assert listed.rows() == [(1, "unit", "X"), (2, "fund", "Y"), (2, "unit", "X")]


def _bill(rows):
    """LINES and SPLITS of charge, number, component, credited charge, seq, last day, unit."""
    lines = [{"charge_id": name, "billing_number": number, "rate_code": "VS10", "component": kind, "original_charge_id": old,
              "start_date": day, "stop_date": day + dt.timedelta(days=1), "amount": Decimal("1.00")}
             for name, number, kind, old, _, day, _ in rows]  # fmt: skip
    splits = [{"charge_id": name, "seq": seq, "percent": Decimal(40), "fund": "0200", "department": "758", "unit": unit, "activity": "A1",
               "amount": Decimal("1.00")} for name, _, _, _, seq, _, unit in rows]  # fmt: skip
    line_types = {name: LINES[name] for name in lines[0]}
    return (
        fill(pl.DataFrame(lines, schema_overrides=line_types), LINES),
        fill(pl.DataFrame(splits, schema_overrides={name: SPLITS[name] for name in splits[0]}), SPLITS),
    )


def test_corrected_codes_are_those_of_the_same_string_on_the_day_that_was_billed():
    lines, splits = _bill([
        ("a", "D7580001", "USAGE", None, 2, D(2026, 10, 14), "9999"),
        ("b", "D7580001", "USAGE", None, 2, D(2026, 10, 15), "9999"),
        ("c", "D7580001", "USAGE", None, 7, D(2026, 10, 15), "9999"),  # a string that is no more
    ])  # fmt: skip

    anew = corrected(splits, lines, world([]), Earlier())

    assert anew.select("charge_id", "unit", "activity", "amount").rows() == [
        ("a", "0002", None, Decimal("1.00")), ("b", "0009", None, Decimal("1.00")), ("c", "9999", "A1", Decimal("1.00")),
    ]  # fmt: skip


def test_a_credit_of_an_earlier_charge_takes_the_string_of_that_charges_day():
    old_lines, old_splits = _bill([("old", "D7580001", "USAGE", None, 2, D(2026, 9, 14), "0002")])
    lines, splits = _bill([("cr", "D7580001", "CREDIT", "old", 2, D(2026, 10, 20), "9999")])

    anew = corrected(splits, lines, world([]), Earlier(charges=old_lines, splits=old_splits))

    assert anew["unit"].to_list() == ["0002"]


def test_codes_that_would_be_rejected_again_are_named_all_at_once():
    lines, splits = _bill([("a", "D7580001", "USAGE", None, 2, D(2026, 10, 14), "0009")])

    refuse_invalid(splits, lines, world([("unit", "0009", None)]), POSTED_ON)
    refuse_invalid(splits, lines, world([]), POSTED_ON)
    with pytest.raises(TableError, match="unit 0009 of funding string 2 of D7580001"):
        refuse_invalid(splits, lines, world(UNITS), POSTED_ON)
    with pytest.raises(RefusalsError):
        refuse_invalid(splits, lines, world([*UNITS, ("fund", "0100", None)]), POSTED_ON)


PARTS = [("D7580001", "VS10", 1, "0100", "0001", "100.10"), ("D7580001", "NT40", 1, "0100", "0001", "-30.25")]


@pytest.mark.parametrize(("turned", "sign"), [(True, -1), (False, 1)])
def test_documents_sent_again_keep_their_amounts_and_name_the_old(turned, sign):
    old = made(PARTS).journal

    kind = "REVERSAL" if turned else "RESEND"
    new = sent_again(old, tables(), PERIOD, POLICY, D(2026, 12, 1), batch=Batch(2, 3, kind), turned=turned)

    assert signed(new, "BUYER") == sign * signed(old, "BUYER") == sign * Decimal("69.85")
    assert set(new.select("doc_id", "rfed_doc_id", "rfed_doc_code").rows()) == {
        ("COT26100003", "COT26100001", "IET"), ("COT26100004", "COT26100002", "IET"),
    }  # fmt: skip
    assert set(new.select("batch_id", "sent_as", "fy", "fiscal_period", "posted_on").rows()) == {
        ("COT-2026-10-02", kind, 2027, 6, D(2026, 12, 1))
    }
    assert all(text.startswith("REVERSAL ") == turned for text in new["description"])
    assert new["description"].str.len_chars().max() <= 60
    same = [name for name in old.columns if name in {"doc_line", "party", "amount", "fund", "unit", "object_or_revenue", "seller_line"}]
    assert new.select(same).equals(old.select(same))


def test_a_document_that_was_changed_on_the_way_is_not_turned():
    old = made([*PARTS, ("J0390001", "PT10", 1, "0200", "0002", "7.77")]).journal
    broken = old.filter(~((pl.col("doc_id") == "COT26100001") & (pl.col("party") == "SELLER")))

    from billing.errors import ReconciliationError

    with pytest.raises(ReconciliationError, match="does not balance"):
        sent_again(broken, tables(), PERIOD, POLICY, POSTED_ON, batch=Batch(2, 9, "REVERSAL"), turned=True)
    assert month(PARTS)[0].height == 2
