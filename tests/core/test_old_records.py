"""What a month meets again of months before its window: a number, a vendor's line, hours of a day, an owner, an end to come."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from billing.frames import fill, record_schema
from billing.old_records import KNOWN_BY, known_by, months_met
from billing.periods import Period

SINCE = Period(2026, 1)
DAY = dt.date(2024, 5, 7)


def frame(feed: str, *rows: dict[str, Any]) -> pl.DataFrame:
    shape = {**record_schema(feed), "period": pl.String(), "outcome": pl.String()}
    given = [{"feed": feed, "source_file": "f.csv", "source_line": 2 + n, **row} for n, row in enumerate(rows)]
    return fill(pl.DataFrame(given, schema_overrides={name: shape[name] for row in given for name in row}), shape)


def met(feed: str, now: dict[str, Any], old: list[dict[str, Any]], recent: list[dict[str, Any]] | None = None) -> list[str]:
    names = KNOWN_BY[feed]
    own = {"billing_number": "D2"} if "billing_number" in names else {}  # no two rows are the same for lack of anything in them
    each = [{"outcome": "BILLED", **own, **row} for row in old]
    kept = [known_by(feed, frame(feed, row).lazy(), Period.parse(row["period"])) for row in each]
    near = frame(feed, *(recent or [{"source_record_id": "N"}])).lazy()
    return months_met(feed, frame(feed, {"source_record_id": "X", **now}), pl.concat(kept), near, SINCE)


@pytest.mark.parametrize("feed", ["usage", "pass_through", "long_distance", "stock", "adjustments"])
def test_a_number_is_met_again_for_ever(feed: str) -> None:
    old = [{"source_record_id": "X", "period": "2024-05"}, {"source_record_id": "Y", "period": "2024-06"}]

    assert met(feed, {}, old) == ["2024-05"]


def test_what_was_held_is_not_met_again() -> None:
    assert met("usage", {}, [{"source_record_id": "X", "period": "2024-05", "outcome": "HELD"}]) == []


def test_a_vendors_line_is_met_again_under_another_number() -> None:
    line = {"vendor_code": "V", "vendor_invoice_no": "I", "vendor_line_no": 1}

    assert met("pass_through", line, [{"source_record_id": "P", "period": "2024-05", **line}]) == ["2024-05"]
    assert met("pass_through", line, [{"source_record_id": "P", "period": "2024-05", **line, "vendor_line_no": 2}]) == []


def test_the_same_usage_is_met_again_where_both_lack_the_same() -> None:
    same = {"billing_number": "D1", "rate_code": "R", "service_to": DAY}

    assert met("usage", same, [{"source_record_id": "P", "period": "2024-05", **same}]) == ["2024-05"]


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ({"usage_date": DAY}, ["2024-05"]),
        ({"service_from": DAY, "service_to": DAY}, ["2024-05"]),
        ({"usage_date": DAY + dt.timedelta(days=1)}, []),
        ({"service_from": DAY, "service_to": DAY + dt.timedelta(days=1)}, []),  # hours of a span are not decided
    ],
)
def test_hours_of_a_worker_are_met_again_on_their_day(old: dict[str, Any], expected: list[str]) -> None:
    now = {"worker_id": "W", "usage_date": DAY, "rate_code": "A"}

    assert met("usage", now, [{"source_record_id": "P", "period": "2024-05", "worker_id": "W", **old}]) == expected


def test_a_resource_is_met_in_the_latest_month_that_billed_it_unless_it_was_billed_since() -> None:
    old = [{"source_record_id": f"P{n}", "period": f"2024-0{n}", "resource_id": "S", "rate_code": f"A{n}"} for n in (4, 5, 3)]

    assert met("usage", {"resource_id": "S"}, old) == ["2024-05"]
    assert met("usage", {"resource_id": "S"}, old, [{"source_record_id": "N", "resource_id": "S"}]) == []


@pytest.mark.parametrize(
    ("stop", "now", "expected"),
    [
        (dt.date(2026, 3, 1), {}, ["2024-05"]),  # it ends within the window and is gone
        (dt.date(2026, 1, 1), {}, ["2024-05"]),
        (dt.date(2025, 12, 31), {}, []),  # it ended before
        (None, {}, []),
        (dt.date(2026, 3, 1), {"line_id": "L", "start_date": DAY}, []),  # it is there still
    ],
)
def test_an_end_to_come_is_met_when_its_row_has_left_the_snapshot(stop: dt.date | None, now: dict[str, Any], expected: list[str]) -> None:
    old = [
        {"source_record_id": "P", "period": each, "line_id": "L", "start_date": DAY, "stop_date": stop} for each in ("2024-04", "2024-05")
    ]

    assert met("voip", now, old) == expected
