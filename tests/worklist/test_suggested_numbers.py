"""Which billing number is suggested for a record, and when none is."""

import polars as pl
import pytest

from billing.frames import Earlier, Tables
from billing.suggestions import suggest
from tests.core.frames import tables_of
from tests.worklist.rows import OCTOBER, before, exception, exceptions, lines_before, records

NUMBERS = [
    {"billing_number": number, "status": status, "closed_to": to, "valid_from": since, "valid_to": until,
     "source_file": "billing_numbers.csv", "source_line": line}
    for line, number, status, to, since, until in (
        (2, "7580001", "ACTIVE", None, "2020-01-01", None),
        (3, "7580020", "ACTIVE", None, "2020-01-01", "2026-10-10"),
        (4, "7580020", "CLOSED", "7580001", "2026-10-10", None),
        (5, "7580300", "CLOSED", "7580999", "2020-01-01", None),  # the taking-over number is unknown
        (6, "7584000", "CLOSED", "7580300", "2020-01-01", None),  # the taking-over number is closed too
        (7, "7585000", "ACTIVE", "7580001", "2020-01-01", "2026-07-01"),  # over, without a row that closes it
        (8, "7586000", "ACTIVE", None, "2020-01-01", "2026-11-01"),
        (9, "7586000", "CLOSED", "7580001", "2026-11-01", None),
        (10, "7587000", "CLOSED", None, "2020-01-01", None),
        (11, "7588000", "CLOSED", "7580001", "2020-01-01", "2027-01-01"),
        (12, "7588000", "CLOSED", "7586000", "2027-01-01", None),  # not yet
    )
]  # fmt: skip
ACCOUNTS = [
    {"vendor_code": "VC1", "account": account, "billing_number": number, "rate_code": "PT10", "valid_from": "2020-01-01",
     "source_file": "vendor_accounts.csv", "source_line": line}
    for line, account, number in ((2, "BAN1", "7580001"), (3, "BAN2", "7580300"))
]  # fmt: skip
TABLES = tables_of(billing_numbers=NUMBERS, vendor_accounts=ACCOUNTS)
NOTHING = Earlier()


def one(
    feed: str,
    code: str,
    row: dict[str, object],
    earlier: Earlier = NOTHING,
    others: list[dict[str, object]] | None = None,
    tables: Tables = TABLES,
) -> tuple[str | None, str, str] | None:
    """The suggestion for a finding on the first record of a feed."""
    loaded = records(feed, row, *(others or []))
    raw = row.get("billing_number")
    found = suggest(exceptions(feed, exception(code, 2, "billing_number", raw)), {feed: loaded}, tables, earlier, OCTOBER)
    return found.row(0)[1:] if found.height else None


@pytest.mark.parametrize(
    ("number", "day", "value"),
    [
        ("7580020", "2026-10-10", "7580001"),  # the day it closed
        ("7580020", "2026-10-09", None),  # the day before it was active: no such finding could be
        ("7580300", "2026-10-10", None),
        ("7584000", "2026-10-10", None),
        ("7585000", "2026-10-10", "7580001"),
        ("7587000", "2026-10-10", None),
        ("7588000", "2026-10-10", "7580001"),
    ],
)
def test_a_closed_number_goes_to_the_one_that_took_over_if_that_is_active(number: str, day: str, value: str | None) -> None:
    found = one("usage", "A103", {"billing_number": number, "service_to": "2026-10-31", "usage_date": day})

    assert (found and found[:2]) == (("billing_number", value) if value else None)


def test_the_file_and_line_of_the_closed_number_are_told() -> None:
    found = one("usage", "A103", {"billing_number": "7580020", "service_to": "2026-10-31"})

    assert found == (
        "billing_number", "7580001",
        "7580020 is closed on 2026-10-31 and names 7580001, active that day, as taking over (billing_numbers.csv:4)",
    )  # fmt: skip


def test_an_item_billed_ahead_looks_at_the_first_day_of_the_next_month() -> None:
    found = one("circuits", "A103", {"billing_number": "7586000", "circuit_id": "C", "billing_start_date": "2020-01-01"})

    assert found is not None
    assert found[1] == "7580001"
    assert "closed on 2026-11-01" in found[2]


PAST = [
    ("2026-08", "BILLED", [{"billing_number": "7586000", "resource_id": "VM1"}]),
    ("2026-09", "BILLED", [{"billing_number": "7580001", "resource_id": "VM1"}, {"billing_number": "7580001", "resource_id": "VM2"},
                           {"billing_number": "7586000", "resource_id": "VM2"}, {"billing_number": "7580300", "resource_id": "VM3"}]),
    ("2026-09", "HELD", [{"billing_number": "7586000", "resource_id": "VM1"}, {"billing_number": "7580001", "resource_id": "VM4"}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "value"),
    [
        ("VM1", "7580001"),  # in the latest month it was billed; the month before and what was held do not count
        ("VM2", None),  # two numbers shared it
        ("VM3", None),  # its number is closed now
        ("VM4", None),  # it was only ever held
        ("VM9", None),
        (None, None),
    ],
)
def test_a_blank_number_is_the_one_its_resource_was_billed_to_last(resource: str | None, value: str | None) -> None:
    found = one("usage", "A101", {"billing_number": None, "resource_id": resource, "service_to": "2026-10-31"}, before("usage", *PAST))

    assert (found and found[:2]) == (("billing_number", value) if value else None)
    if found:
        assert found[2] == "resource_id VM1 was billed to 7580001 in 2026-09 (usage_2026-09_001.csv:2)"


def test_a_sound_record_of_the_same_month_is_later_than_any_earlier_month() -> None:
    others: list[dict[str, object]] = [{"billing_number": "7586000", "resource_id": "VM1", "service_to": "2026-10-31"}]

    found = one("usage", "A101", {"resource_id": "VM1", "service_to": "2026-10-31"}, before("usage", *PAST), others)

    assert found == ("billing_number", "7586000", "resource_id VM1 was billed to 7586000 in 2026-10 (usage_2026-10_001.csv:3)")


def test_a_held_record_of_the_same_month_proves_nothing() -> None:
    loaded = records("usage", *[{"billing_number": n, "resource_id": "VM8", "service_to": "2026-10-31"} for n in (None, "7580001")])
    held = exceptions("usage", exception("A101", 2), exception("Q301", 3))

    assert suggest(held, {"usage": loaded}, TABLES, NOTHING, OCTOBER).is_empty()


@pytest.mark.parametrize(
    ("account", "value", "why"),
    [
        ("BAN1", "7580001", "account BAN1 of VC1 is mapped to 7580001 (vendor_accounts.csv:2)"),
        ("BAN2", None, None),  # mapped to a closed number: history is not asked
        ("BAN3", "7586000", "vendor_code VC1, vendor_account BAN3 was billed to 7586000 in 2026-09 (pass_through_2026-09_001.csv:3)"),
    ],
)
def test_a_vendor_account_is_looked_up_in_its_table_first(account: str, value: str | None, why: str | None) -> None:
    past = before("pass_through", ("2026-09", "BILLED", [
        {"billing_number": "7586000", "vendor_code": "VC1", "vendor_account": name} for name in ("BAN2", "BAN3")
    ]))  # fmt: skip
    row = {"vendor_code": "VC1", "vendor_account": account, "vendor_invoice_date": "2026-10-05"}

    found = one("pass_through", "A101", row, past)

    assert found == (("billing_number", value, why) if value else None)


@pytest.mark.parametrize(
    ("feed", "key", "start"),
    [("circuits", "circuit_id", "billing_start_date"), ("voip", "line_id", "start_date"), ("voip", "device_id", "start_date"),
     ("centrex", "station_no", "start_date")],
)  # fmt: skip
def test_an_inventory_item_is_known_again_by_its_own_id(feed: str, key: str, start: str) -> None:
    past = before(feed, ("2026-09", "BILLED", [{"billing_number": "7580001", key: "ITEM-1"}]))

    found = one(feed, "A101", {key: "ITEM-1", start: "2026-01-01"}, past)

    assert found is not None
    assert found[:2] == ("billing_number", "7580001")


def test_a_line_with_two_owners_is_not_sought_by_its_device() -> None:
    past = before("voip", ("2026-09", "BILLED", [
        {"billing_number": "7580001", "line_id": "L1", "device_id": "D1"}, {"billing_number": "7586000", "line_id": "L1"},
    ]))  # fmt: skip

    assert one("voip", "A101", {"line_id": "L1", "device_id": "D1", "start_date": "2026-01-01"}, past) is None


def test_an_item_listed_twice_in_one_snapshot_is_known_by_earlier_months_only() -> None:
    others: list[dict[str, object]] = [{"circuit_id": "C1", "billing_number": "7580001", "billing_start_date": "2020-01-01"}]

    assert one("circuits", "A101", {"circuit_id": "C1", "billing_start_date": "2026-10-15"}, NOTHING, others) is None


def test_an_adjustment_goes_to_the_number_of_the_line_it_corrects() -> None:
    line = {"invoice_no": "COT-1", "invoice_line_no": 3, "billing_number": "7580001", "start_date": "2026-08-01",
            "stop_date": "2026-09-01", "source_file": "usage_2026-08_001.csv", "source_line": 7}  # fmt: skip
    row = {"billing_number": "1111111", "original_invoice_no": "COT-1", "original_line_no": 3}

    assert one("adjustments", "A102", row, lines_before(line)) == (
        "billing_number", "7580001", "line 3 of COT-1 was billed to 7580001 (usage_2026-08_001.csv:7)",
    )  # fmt: skip
    assert one("adjustments", "A102", {**row, "original_line_no": 4}, lines_before(line)) is None


@pytest.mark.parametrize(
    ("typed", "resource", "field", "value"),
    [
        ("7850001", None, "billing_number", "7580001"),
        ("7580010", None, None, None),  # 7580001 and 7580020 are as near
        ("758300", None, None, None),  # near a closed one
        ("7580001X", "VM1", "billing_number", "7580001"),  # both roads lead to one number
        ("758600", "VM1", None, "either 7580001 or 7586000: ask the agency"),  # they part: no correction is put forward
        ("X", "VM1", "billing_number", "7580001"),
    ],
)
def test_an_unknown_number_may_be_a_slip_of_the_finger(typed: str, resource: str | None, field: str | None, value: str | None) -> None:
    row = {"billing_number": typed, "resource_id": resource, "service_to": "2026-10-31"}

    found = one("usage", "A102", row, before("usage", *PAST))

    assert (found and found[:2]) == ((field, value) if value else None)
    if found and resource is None:
        assert found[2].startswith("a guess: 7580001 is the one known number that a slip of the finger makes of 7850001")


def test_a_blank_number_is_never_guessed_by_spelling_and_calls_get_no_owner_from_their_neighbours() -> None:
    call = {"charge_number": "5025641234", "call_date": "2026-10-14"}
    calls = records("long_distance", call, call)

    assert one("usage", "A101", {"service_to": "2026-10-31"}) is None
    found = suggest(exceptions("long_distance", exception("L701", 2)), {"long_distance": calls}, TABLES, NOTHING, OCTOBER)
    assert found.is_empty()


def test_an_exception_without_its_record_gets_nothing() -> None:
    missing = exceptions("usage", exception("A101", 9), exception("F001", None))

    assert suggest(missing, {"usage": records("usage")}, TABLES, NOTHING, OCTOBER).is_empty()
    assert suggest(missing, {}, TABLES, NOTHING, OCTOBER).schema["value"] == pl.String
