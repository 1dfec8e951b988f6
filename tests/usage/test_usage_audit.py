"""What holds a usage record and what only warns."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from billing.frames import Earlier, Tables
from tests.usage.test_bill_usage import bill, one, worked
from tests.usage.world import amounts, as_earlier, code, found, held, rate, records, tiers, world

PLAIN = world([code("V"), code("W", "GB"), code("LAB", "HOUR")], [rate("V", "2"), rate("W", "1"), rate("LAB", "10")])


def history(feed_rows: dict[str, list[dict[str, Any]]], outcome: str = "BILLED") -> Earlier:
    frames = [
        as_earlier(records("usage", *[{**row, "source_record_id": f"{period}-{n}"} for n, row in enumerate(rows)]), period, outcome)
        for period, rows in feed_rows.items()
    ]
    return Earlier(records={"usage": pl.concat(frames).lazy()})


def month(period: str, rate_code: str, quantity: str, **more: Any) -> dict[str, Any]:
    return one(rate_code, quantity, service_from=f"{period}-01", service_to=f"{period}-28", **more)


@pytest.mark.parametrize(
    ("change", "code_found"),
    [
        ({"billing_number": None}, "A101"),
        ({"billing_number": "N7"}, "A102"),
        ({"billing_number": "N9"}, "A103"),
        ({"rate_code": "X"}, "R201"),
        ({"rate_code": "W"}, "R205"),
        ({"uom": None}, "R205"),
        ({"quantity": "-1"}, "Q301"),
        ({"service_from": "2026-10-31", "service_to": "2026-10-30"}, "D405"),
    ],
)
def test_one_fault_holds_for_its_own_reason_alone(change: dict[str, Any], code_found: str) -> None:
    billed = bill(PLAIN, {**one("V", "3"), **change}, one("V", "5"))

    assert found(billed) == [(code_found, "HOLD", "R2")]
    assert amounts(billed) == [Decimal(10)]
    assert held(billed) == {"R2"}


def test_a_held_record_carries_its_dollars() -> None:
    billed = bill(PLAIN, one("V", "3", billing_number="N7"), one("X", "3"))

    assert billed.outcomes.sort("source_line")["amount"].to_list() == [Decimal("6.00"), None]
    assert billed.findings.sort("source_line")["amount"].to_list() == [Decimal("6.00"), None]


def test_a_missing_rate_or_funding_or_ticket_holds() -> None:
    tables = world(
        [code("V"), code("T", requires_ticket="Y")], [rate("V", "1", valid_from="2026-11-01"), rate("T", "1")], funding_strings=[]
    )

    billed = bill(tables, one("V", "1"), one("T", "1"))

    assert found(billed) == [("A105", "HOLD", "R2"), ("A105", "HOLD", "R3"), ("A109", "HOLD", "R3"), ("R202", "HOLD", "R2")]


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        (rate("V"), []),
        (rate("V", "1", tier_method="GRADUATED"), []),
        (rate("V", "1", tier_method="VOLUME"), []),
        (rate("V", "1", tier_method="PACKAGE"), []),
        (rate("V", None, tier_method="PACKAGE", package_size="10"), []),
        (rate("V", tier_method="VOLUME"), tiers("V", ("2.999999", "1"))),
        (rate("V", tier_method="GRADUATED"), tiers("V", ("1", "2"), ("2.999999", "1"))),
    ],
)
def test_a_rate_that_lacks_what_its_method_needs_holds(row: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    billed = bill(world([code("V")], [row], steps), one("V", "3"))

    assert found(billed) == [("R203", "HOLD", "R2")]
    assert billed.charges.height == 0


def test_all_records_of_a_month_beyond_a_closed_tier_are_held() -> None:
    tables = world([code("V")], [rate("V", tier_method="VOLUME")], tiers("V", ("10", "1")))

    billed = bill(tables, one("V", "6"), one("V", "4.000001"), one("V", "10", billing_number="N2"))

    assert found(billed, "R203") == [("R203", "HOLD", "R2"), ("R203", "HOLD", "R3")]
    assert amounts(billed) == [Decimal(10)]


def test_a_price_of_zero_is_noted_where_free_and_else_warned_of() -> None:
    tables = world([code("F", free="Y"), code("V")], [rate("F", "0"), rate("V", "0")])

    billed = bill(tables, one("F", "1"), one("V", "1"), one("V", "0", billing_number="N2"))

    assert found(billed, "R204") == [("R204", "INFO", "R2"), ("R204", "WARN", "R3")]
    assert billed.charges.height == 0
    assert held(billed) == set()


@pytest.mark.parametrize(("last", "is_held"), [("8", False), ("8.000001", True)])
def test_more_than_24_hours_of_one_worker_and_day_hold_all_of_them(last: str, is_held: bool) -> None:
    rows = [
        worked("16", worker_id="W"), worked(last, worker_id="W", billing_number="N2"), worked("9", worker_id="X"),
        worked("9", worker_id="W", on="2026-10-15"), worked("20"),
    ]  # fmt: skip

    billed = bill(PLAIN, *rows)

    assert held(billed) == ({"R2", "R3"} if is_held else set())


def test_hours_billed_before_count_for_the_same_day() -> None:
    earlier = history({"2026-09": [worked("20", on="2026-09-14", worker_id="W")]})

    billed = bill(PLAIN, worked("5", on="2026-09-14", worker_id="W"), earlier=earlier)

    assert found(billed, "Q304") == [("Q304", "HOLD", "R2")]


def test_another_version_of_a_record_is_not_counted_as_hours() -> None:
    first = worked("16", worker_id="W", source_record_id="A")

    billed = bill(PLAIN, first, {**first, "quantity": "15"})

    assert found(billed) == [("U502", "HOLD", "A")]
    assert amounts(billed) == [Decimal(160)]


def test_a_probable_double_is_warned_of_on_the_later_record() -> None:
    earlier = history({"2026-09": [one("V", "7")]})

    billed = bill(PLAIN, one("V", "3"), one("V", "3"), one("V", "3", ticket_no="T"), one("V", "7"), earlier=earlier)

    assert found(billed, "U503") == [("U503", "WARN", "R3"), ("U503", "WARN", "R5")]
    assert len(amounts(billed)) == 4


def test_a_resource_of_another_agency_is_warned_of() -> None:
    earlier = history(
        {
            "2026-08": [one("V", "1", resource_id="s1", billing_number="N1"), one("V", "1", resource_id="s3", billing_number="N3")],
            "2026-09": [one("V", "1", resource_id="s1", billing_number="N3"), one("V", "1", resource_id="s2", billing_number="N2")],
        }
    )
    rows = [one("V", str(n), resource_id=f"s{n}") for n in (1, 2, 3, 4)]

    billed = bill(PLAIN, *rows, earlier=earlier)

    assert found(billed, "A104") == [("A104", "WARN", "R2"), ("A104", "WARN", "R4")]


PAST = ["2026-06", "2026-07", "2026-08", "2026-09"]


@pytest.mark.parametrize(
    ("past", "quantity", "warns"),
    [
        (["100", "101", "102"], "107", False),
        (["100", "101", "102"], "107.000001", True),
        (["100", "101", "102"], "94.9", True),
        (["100", "100", "100"], "130", False),  # a history without spread: 6 times a twentieth of its median
        (["100", "100", "100"], "131", True),
        (["100", "100"], "9000", False),  # too little history
        (["1", "100", "101", "102"], "106.5", False),  # median 100.5, spread 1
        (["1", "100", "101", "102"], "106.500001", True),
    ],
)
def test_a_quantity_beyond_its_own_history_is_warned_of(past: list[str], quantity: str, warns: bool) -> None:
    earlier = history({period: [month(period, "V", amount)] for period, amount in zip(PAST, past, strict=False)})

    billed = bill(PLAIN, one("V", quantity), earlier=earlier)

    assert found(billed, "Q303") == ([("Q303", "WARN", "R2")] if warns else [])
    assert len(amounts(billed)) == 1


def test_history_is_the_last_six_months_of_what_was_billed() -> None:
    old = {f"2026-0{n}": [month(f"2026-0{n}", "V", "5")] for n in (1, 2, 3)}
    recent = {period: [month(period, "V", "100")] for period in PAST[1:]}

    assert found(bill(PLAIN, one("V", "100"), earlier=history({**old, **recent})), "Q303") == []
    assert found(bill(PLAIN, one("V", "100"), earlier=history(old)), "Q303") == []
    assert found(bill(PLAIN, one("V", "100"), earlier=history(recent, "HELD")), "Q303") == []
    assert found(bill(PLAIN, one("V", "9"), earlier=history(recent)), "Q303") == [("Q303", "WARN", "R2")]


def test_history_is_the_resources_own_and_else_that_of_all() -> None:
    by_resource = {period: [month(period, "V", "100", resource_id="a"), month(period, "V", "900", resource_id="b")] for period in PAST}
    turned = [one("V", "900", resource_id="a"), one("V", "100", resource_id="b")]
    renamed = [one("V", "4000", resource_id="c"), one("V", "5000", resource_id="d")]

    assert [row[2] for row in found(bill(PLAIN, *turned, earlier=history(by_resource)), "Q303")] == ["R2", "R3"]
    assert [row[2] for row in found(bill(PLAIN, *renamed, earlier=history(by_resource)), "Q303")] == ["R3"]


def test_a_requester_who_may_not_order_is_warned_of() -> None:
    contact = {"agency_code": "100", "role": "HR", "name": "J", "email": "J.Doe@ky.gov", "may_order": "Y"}
    tables: Tables = world([code("V")], [rate("V", "1")], agency_contacts=[contact])

    billed = bill(tables, one("V", "1", requested_by="j.doe@KY.gov"), one("V", "2", requested_by="x@ky.gov"), one("V", "3"))

    assert found(billed) == [("A107", "WARN", "R3")]


def test_warnings_are_not_raised_on_held_records() -> None:
    billed = bill(PLAIN, one("V", "3", billing_number="N7", service_from="2026-09-01", service_to="2026-09-30"))

    assert found(billed) == [("A102", "HOLD", "R2")]
