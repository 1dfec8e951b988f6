"""What is suggested for a code, a rate, a unit and a doubled record, and when nothing is."""

import pytest

from billing.frames import Earlier
from billing.suggestions import suggest
from tests.core.frames import tables_of
from tests.worklist.rows import OCTOBER, before, exception, exceptions, records

CODES = [
    {"rate_code": code, "stream": stream, "class": kind, "uom": uom, "source_file": "rate_codes.csv", "source_line": line}
    for line, code, stream, kind, uom in (
        (2, "ST20", "usage", "RATED", "GB_MONTH"), (3, "PT100", "pass_through", "PASS", "EACH"),
        (4, "PT999", "pass_through", "FEE", "EACH"), (5, "HW10", "stock", "STOCK", "EACH"), (6, "VP100", "voip", "TELECOM", "LINE"),
    )
]  # fmt: skip
RATES = [
    {"rate_code": "ST20", "approval_ref": ref, "valid_from": since, "valid_to": until, "source_file": "rates.csv", "source_line": line,
     **more}
    for line, ref, since, until, more in (
        (2, "FM-1", "2025-07-01", "2026-01-01", {"unit_rate": "0.018"}),
        (3, "FM-2", "2026-01-01", "2026-07-01", {"unit_rate": "0.0198"}),
        (4, "FM-3", "2026-12-01", None, {"unit_rate": "0.03"}),
    )
] + [{"rate_code": "NEW", "approval_ref": "FM-9", "valid_from": "2026-11-01", "unit_rate": "1"},
     {"rate_code": "T", "approval_ref": "FM-8", "valid_from": "2025-07-01", "valid_to": "2026-07-01", "tier_method": "GRADUATED",
      "source_file": "rates.csv", "source_line": 6},
     {"rate_code": "M", "approval_ref": "FM-7", "valid_from": "2025-07-01", "valid_to": "2026-07-01", "unit_rate": "10",
      "per_mile_rate": "1.25", "markup_pct": "5", "source_file": "rates.csv", "source_line": 7},
     {"rate_code": "AHEAD", "approval_ref": "FM-6", "valid_from": "2025-07-01", "valid_to": "2026-11-01", "unit_rate": "9",
      "source_file": "rates.csv", "source_line": 8}]  # fmt: skip
ITEMS = [{"item_no": "PH8841", "rate_code": "HW10", "source_file": "stock_items.csv", "source_line": 2}]
TABLES = tables_of(rate_codes=CODES, rates=RATES, stock_items=ITEMS)
NOTHING = Earlier()


def one(feed: str, code: str, column: str, raw: str | None, row: dict[str, object]) -> tuple[str | None, str, str] | None:
    found = suggest(exceptions(feed, exception(code, 2, column, raw)), {feed: records(feed, row)}, TABLES, NOTHING, OCTOBER)
    return found.row(0)[1:] if found.height else None


def usage(code: str | None, day: str = "2026-10-31") -> dict[str, object]:
    return {"rate_code": code, "service_to": day}


@pytest.mark.parametrize(
    ("code", "day", "value"),
    [
        ("ST20", "2026-10-31", "add rates.csv row ST20 from 2026-07-01 to 2026-12-01 at 0.0198 (as FM-2 until 2026-07-01)"),
        ("ST20", "2026-07-01", "add rates.csv row ST20 from 2026-07-01 to 2026-12-01 at 0.0198 (as FM-2 until 2026-07-01)"),
        ("ST20", "2026-06-30", None),  # a rate covers that day
        ("ST20", "2025-06-30", None),  # before any rate
        ("NEW", "2026-10-31", None),  # there is none before the day
        ("T", "2026-10-31", "add rates.csv row T from 2026-07-01 at GRADUATED tiers as before (as FM-8 until 2026-07-01)"),
        ("M", "2026-10-31", "add rates.csv row M from 2026-07-01 at 10 and 1.25 a mile and cost plus 5 % (as FM-7 until 2026-07-01)"),
        ("XX", "2026-10-31", None),
    ],
)
def test_a_missing_rate_is_modelled_on_the_one_that_ended_last(code: str, day: str, value: str | None) -> None:
    found = one("usage", "R202", "rate_code", code, usage(code, day))

    assert (found and found[:2]) == ((None, value) if value else None)
    if value and code == "ST20":
        assert found is not None
        assert found[2] == (
            f"the last rate of ST20 before {day} ended on 2026-07-01 (rates.csv:3); a new one needs its owner and an approval"
        )


def test_a_rate_missing_for_what_is_billed_ahead_is_looked_for_in_the_next_month() -> None:
    row = {"rate_code": "AHEAD", "circuit_id": "C", "billing_start_date": "2020-01-01"}

    found = one("circuits", "R202", "rate_code", "AHEAD", row)

    assert found is not None
    assert found[1] == "add rates.csv row AHEAD from 2026-11-01 at 9 (as FM-6 until 2026-11-01)"


@pytest.mark.parametrize(
    ("feed", "column", "typed", "value"),
    [
        ("usage", "rate_code", "ST2", "ST20"),
        ("usage", "rate_code", "ST02", "ST20"),
        ("usage", "rate_code", "PT10", None),  # near PT100, which is no code of usage
        ("pass_through", "rate_code", "PT10", "PT100"),
        ("pass_through", "rate_code", "PT99", None),  # near PT999, which is no code of class PASS
        ("pass_through", "rate_code", "ST20", None),  # known: the trouble is another
        ("usage", "rate_code", None, None),
        ("stock", "item_no", "PH8814", "PH8841"),
        ("voip", "rate_code", "VP10", "VP100"),
        ("voip", "features", "VP10", None),  # a feature is not the line's own code
    ],
)
def test_an_unknown_code_may_be_a_slip_of_the_finger(feed: str, column: str, typed: str | None, value: str | None) -> None:
    named = column if column != "features" else "rate_code"

    found = one(feed, "R201", column, typed, {named: typed})

    assert (found and found[:2]) == ((column, value) if value else None)
    if value:
        assert found is not None
        assert found[2].startswith(f"a guess: {value} is the one known {column} that a slip of the finger makes of {typed} (")


@pytest.mark.parametrize(
    ("feed", "row", "why"),
    [
        ("usage", {"rate_code": "ST20", "uom": "TB"}, "ST20 is billed by GB_MONTH (rate_codes.csv:2); a unit is never converted here"),
        ("stock", {"item_no": "PH8841", "uom": "BOX"}, "HW10 is billed by EACH (rate_codes.csv:5); a unit is never converted here"),
    ],
)
def test_a_wrong_unit_gets_advice_and_no_correction(feed: str, row: dict[str, object], why: str) -> None:
    unit = "GB_MONTH" if feed == "usage" else "EACH"

    assert one(feed, "R205", "uom", str(row["uom"]), row) == (None, f"ask for the quantity in {unit}", why)


def test_of_two_records_with_one_number_the_first_loaded_stands() -> None:
    loaded = records("usage", {"source_record_id": "A", "quantity": "1"}, {"source_record_id": "A", "quantity": "2", "uom": "GB"})
    doubled = exceptions("usage", exception("U502", 3, "source_record_id", "A"))

    found = suggest(doubled, {"usage": loaded}, TABLES, NOTHING, OCTOBER)

    assert found.row(0)[1:] == (
        None, "reject this one, keep usage_2026-10_001.csv line 2",
        "usage_2026-10_001.csv:2 was loaded first; they differ in quantity, uom",
    )  # fmt: skip


def test_a_record_billed_in_an_earlier_month_stands_before_any_of_this_one() -> None:
    loaded = records("usage", {"source_record_id": "A", "quantity": "2"})
    doubled = exceptions("usage", exception("U502", 2, "source_record_id", "A"))
    past = before("usage", ("2026-09", "BILLED", [{"source_record_id": "A", "quantity": "1"}]))

    found = suggest(doubled, {"usage": loaded}, TABLES, past, OCTOBER)

    assert found.row(0)[1:] == (
        None, "reject this one, keep 2026-09/usage_2026-09_001.csv line 2",
        "2026-09/usage_2026-09_001.csv:2 was billed in an earlier period; they differ in quantity",
    )  # fmt: skip


def test_dates_that_contradict_each_other_get_nothing() -> None:
    assert one("usage", "D405", "service_from", "2026-10-31", usage("ST20")) is None
