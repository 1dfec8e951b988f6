"""Inventory as published: one row a record of a snapshot, its own columns under one set of names, and whose it is."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from billing.behind_frames import INVENTORY_ROWS
from billing.errors import ReconciliationError
from billing.frames import BRIDGE
from billing.inventory_rows import inventory_rows
from billing.movement import items_of
from tests.behind.months import Row, bridge, fated, line, lines
from tests.fees.small_world import MARCH, frame, world

NUMBERS = [
    {"billing_number": "D1", "agency_code": "10", "name": "one", "status": "ACTIVE", "valid_to": "2026-03-31"},
    {"billing_number": "D1", "agency_code": "20", "name": "one", "status": "ACTIVE", "valid_from": "2026-03-31"},
]
TABLES = world(billing_numbers=NUMBERS)
FEEDS = ("circuits", "voip", "centrex")
CIRCUIT = {
    "source_record_id": "R1", "billing_number": "D1", "circuit_id": "70/HCGS/1", "service_type": "T1", "rate_code": "CK10",
    "a_address": "1 Main St", "z_address": "2 Main St", "billing_start_date": "2025-12-10", "disconnect_date": "2026-03-20",
    "order_type": "D", "order_no": "N7", "mrc_override": "385.00", "vendor_code": "V1", "vendor_ban": "BAN1", "vendor_mrc": "350.10",
}  # fmt: skip
VOIP = {
    "source_record_id": "R1", "billing_number": "D1", "line_id": "+15025550100", "device_model": "CP-8841", "line_kind": "USER",
    "rate_code": "VL10", "location_id": "L4", "start_date": "2026-03-02", "mrc_override": "12.00", "description": "front desk",
}  # fmt: skip
STATION = {
    "source_record_id": "R1", "billing_number": "D1", "station_no": "5025550111", "usoc": "RXR", "class_of_service": "INTERIOR",
    "rate_code": "CX10", "quantity": 3, "order_type": "M", "start_date": "2021-01-07", "vendor_ban": "BAN2", "vendor_mrc": "9.10",
}  # fmt: skip


def month(**rows: list[Row]) -> dict[str, pl.DataFrame]:
    return {feed: fated(feed, *rows.get(feed, [])) for feed in FEEDS}


def rows_of(*month_lines: Row, sources: pl.DataFrame | None = None, **rows: list[Row]) -> pl.DataFrame:
    return inventory_rows(month(**rows), lines(*month_lines), frame(BRIDGE, []) if sources is None else sources, TABLES, MARCH)


@pytest.mark.parametrize(
    ("feed", "record", "expected"),
    [
        (
            "circuits", CIRCUIT,
            ("70/HCGS/1", "T1", dt.date(2025, 12, 10), dt.date(2026, 3, 20), "D", "N7", "1 Main St to 2 Main St", "1", "385.00", "V1",
             "BAN1", "350.10"),
        ),
        ("circuits", {**CIRCUIT, "z_address": None, "description": "ring"},
         ("70/HCGS/1", "ring", dt.date(2025, 12, 10), dt.date(2026, 3, 20), "D", "N7", "1 Main St", "1", "385.00", "V1", "BAN1", "350.10")),
        ("voip", VOIP, ("+15025550100", "front desk", dt.date(2026, 3, 2), None, None, None, "L4", "1", "12.00", None, None, None)),
        ("centrex", STATION,
         ("5025550111 RXR", "INTERIOR", dt.date(2021, 1, 7), None, "M", None, None, "3", None, None, "BAN2", "9.10")),
        ("centrex", {**STATION, "usoc": None, "rate_code": None},
         ("5025550111", "INTERIOR", dt.date(2021, 1, 7), None, "M", None, None, "3", None, None, "BAN2", "9.10")),
    ],
)  # fmt: skip
def test_each_kind_is_told_in_the_same_words(feed: str, record: Row, expected: tuple[Any, ...]) -> None:
    rows = rows_of(**{feed: [record]})

    told = rows.select(
        "item", "description", "start_date", "stop_date", "order_type", "order_no", "location", "quantity", "mrc_override", "vendor_code",
        "vendor_account", "vendor_mrc",
    ).row(0)  # fmt: skip
    assert rows.schema == pl.Schema(INVENTORY_ROWS)
    texts = tuple(f"{value.normalize():f}" if isinstance(value, Decimal) else value for value in told)
    assert texts == tuple(f"{Decimal(each).normalize():f}" if place in {7, 8, 11} and each else each for place, each in enumerate(expected))


def test_items_have_the_names_that_movement_knows_them_by() -> None:
    records = month(circuits=[CIRCUIT], voip=[VOIP], centrex=[STATION, {**STATION, "usoc": None}])

    found = inventory_rows(records, lines(), frame(BRIDGE, []), TABLES, MARCH)

    assert sorted(found["item"].to_list()) == sorted(items_of(records)["item"].to_list())


def test_every_record_is_there_whatever_became_of_it_and_carried_ones_are_of_their_own_month() -> None:
    fates = ["BILLED", "HELD", "REJECTED", "DROPPED"]
    carried = {**VOIP, "outcome": "HELD", "source_file": "2026-02/voip_2026-02_01.csv"}
    rows = rows_of(voip=[*[{**VOIP, "outcome": fate} for fate in fates], carried])

    assert rows["outcome"].to_list() == ["HELD", *fates]
    assert rows["agency_code"].to_list() == ["10", *["20"] * 4]  # of the number on the last day of February, and of March


def test_the_agency_that_was_charged_comes_before_the_one_that_owns_the_number() -> None:
    rows = rows_of(line("C1", "voip", "MRC", "12.00", agency_code="90"), sources=bridge("voip", C1=[2]), voip=[VOIP, VOIP])

    assert rows["agency_code"].to_list() == ["90", "20"]


def test_several_charges_of_one_item_leave_it_one_row() -> None:
    charged = [line("C1", "circuits", "MRC", "385.00"), line("C2", "circuits", "NRC", "150.00"), line("C3", "circuits", "FEE", "1.00")]

    assert rows_of(*charged, sources=bridge("circuits", C1=[2], C2=[2], C3=[2]), circuits=[CIRCUIT]).height == 1


def test_a_charge_of_an_item_that_is_not_there_stops_it() -> None:
    with pytest.raises(ReconciliationError, match="1 voip charges are of no record"):
        rows_of(line("C1", "voip", "MRC", "12.00"), sources=bridge("voip", C1=[9]), voip=[VOIP])
