"""R17: opening + installs - disconnects = closing, each change with how it is known, and lines that never call."""

import polars as pl
import pytest

from reports.finance.inventory_changes import inventory_changes
from tests.records.world import month, rows, table

BEFORE = """
item | feed     | source_line | billing_number | rate_code | location | start_date | stop_date
A    | circuits | 2           | B1             | R1        | X        | 2024-01-01 |
B    | circuits | 3           | B1             | R1        | X        | 2024-01-01 |
C    | circuits | 4           | B1             | R1        | X        | 2024-01-01 |
D    | circuits | 5           | B1             | R1        | X        | 2024-01-01 |
E    | circuits | 6           | B1             | R1        | X        | 2024-01-01 | 2026-09-15
F    | circuits | 7           | B1             | R1        | X        | 2024-01-01 |
V    | voip     | 2           | B1             | R1        | X        | 2024-01-01 |
"""
NOW = """
item | feed     | source_line | billing_number | rate_code | location | start_date | stop_date
A    | circuits | 2           | B1             | R1        | X        | 2024-01-01 |
B    | circuits | 3           | B1             | R1        | X        | 2024-01-01 | 2026-10-31
C    | circuits | 4           | B1             | R1        | X        | 2024-01-01 | 2026-10-16
C    | circuits | 5           | B2             | R1        | X        | 2026-10-16 |
D    | circuits | 6           | B1             | R2        | X        | 2024-01-01 |
G    | circuits | 7           | B1             | R1        | X        | 2026-10-31 |
H    | circuits | 8           | B1             | R1        | X        | 2026-08-01 |
I    | circuits | 9           | B1             | R1        | X        | 2026-10-05 | 2026-10-20
J    | circuits | 10          | B1             | R1        | X        | 2026-11-01 |
V    | voip     | 2           | B1             | R1        | Y        | 2024-01-01 |
W    | voip     | 3           | B2             | R1        | Y        | 2026-10-01 |
"""
CALLS = "period | call_id | billing_number\n2026-09 | K1 | B1\n2026-11 | K2 | B2"
CHARGES = "charge_id | amount\nC1 | 450.00\nC2 | 225.00\nC3 | 12.00"
BRIDGE = """
charge_id | feed     | source_file | source_line
C1        | circuits | f.csv       | 4
C2        | circuits | f.csv       | 5
C3        | voip     | f.csv       | 3
"""


def inventory(*, compared=True, now=NOW):
    rows_before = table("fact_inventory", BEFORE, period="2026-09", source_file="f.csv")
    rows_now = table("fact_inventory", now, period="2026-10", source_file="f.csv")
    carried = table("fact_inventory", "item | feed | source_line | start_date\nZ | circuits | 9 | 2024-01-01", source_file="2026-09/f.csv")
    frames = [rows_now, carried.select("period", "source_file", "item", "feed", "source_line", "start_date")]
    return month(
        earlier=("2026-09",) if compared else (),
        fact_inventory=_together([rows_before, *frames] if compared else frames),
        fact_call=table("fact_call", CALLS),
        fact_charge=table("fact_charge", CHARGES),
        bridge_charge_source=table("bridge_charge_source", BRIDGE),
    )


def _together(frames):
    return pl.concat(frames, how="diagonal")


@pytest.fixture
def report():
    return inventory_changes(inventory())


def test_each_change_is_named_with_how_it_is_known(report):
    assert rows(report.section("changes").frame, "change", "how", "feed", "item") == [
        ("CHANGE", "DATED", "circuits", "D"),
        ("DISCONNECT", "DATED", "circuits", "B"),  # the disconnect day is not in service
        ("DISCONNECT", "GONE", "circuits", "F"),
        ("DISCONNECT", "DATED", "circuits", "I"),  # came and went
        ("INSTALL", "DATED", "circuits", "G"),
        ("INSTALL", "LATE", "circuits", "H"),
        ("INSTALL", "DATED", "circuits", "I"),
        ("INSTALL", "DATED", "voip", "W"),
        ("MOVE", "DATED", "circuits", "C"),
        ("MOVE", "DATED", "voip", "V"),
    ]


def test_a_change_says_what_it_was(report):
    changes = {(row["change"], row["item"]): row for row in report.section("changes").frame.to_dicts()}

    assert (changes["MOVE", "C"]["old_billing_number"], changes["MOVE", "C"]["billing_number"]) == ("B1", "B2")
    assert str(changes["MOVE", "C"]["monthly"]) == "675.00"
    assert (changes["MOVE", "V"]["old_location"], changes["MOVE", "V"]["location"]) == ("X", "Y")
    assert (changes["CHANGE", "D"]["old_rate_code"], changes["CHANGE", "D"]["rate_code"]) == ("R1", "R2")


def test_each_inventory_foots(report):
    assert rows(report.section("feeds").frame) == [
        ("circuits", "5", "3", "3", "1", "1", "5"),
        ("voip", "1", "1", "0", "1", "0", "2"),
    ]


def test_lines_of_a_number_without_any_call_are_listed(report):
    idle = report.section("zero_use")

    assert rows(idle.frame, "feed", "billing_number", "lines", "monthly") == [("voip", "B2", "1", "12.00")]
    assert "by billing number" in idle.note
    assert "2026-09, 2026-10" in idle.note


def test_without_the_month_before_the_dates_alone_tell():
    report = inventory_changes(inventory(compared=False))

    assert rows(report.section("feeds").frame, "feed", "opening", "install", "disconnect", "closing") == [
        ("circuits", "5", "2", "2", "5"),  # H counts as there before; F nobody knows of
        ("voip", "1", "1", "0", "2"),
    ]
    assert "not published" in report.section("feeds").note
