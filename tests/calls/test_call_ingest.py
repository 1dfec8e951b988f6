"""A file of calls comes to the same by way of numbers as through the gate: encoded calls, lines, holds, counts and errors."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import PropertyMock, patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import number_codes
from billing.call_rating import ENCODED
from billing.errors import BillingError
from billing.frames import Tables
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from inputs.call_feed import CallFile
from inputs.call_lane import CallLane
from pipelines.call_buckets import write_buckets
from pipelines.call_ingest import CallIngest
from tests.bench.call_months import month_chunks, month_tables
from tests.calls.test_call_twin import EDGES, call_rows, plan_sets
from tests.calls.world import COVINGTON, EXCHANGES, OTHER, OWNERS, PLANS, STATION, call, call_world, exchange, owner, plan
from tests.usage.world import Row

OCTOBER = Period(2026, 10)
POLICY = Policy(machine_feeds=(), unreadable_limit_pct=100)  # type: ignore[arg-type]
COLUMNS = [column.name for column in FEEDS["long_distance"].columns]


@contextmanager
def gate_alone() -> Iterator[None]:
    with patch.object(CallFile, "has_lane", new_callable=PropertyMock, return_value=False):
        yield


@contextmanager
def lane_always() -> Iterator[None]:
    """However few rows are of the ordinary form."""
    with patch.object(CallLane, "is_worth_while", new_callable=PropertyMock, return_value=True):
        yield


def write(folder: Path, rows: list[Row], sequence: int) -> Path:
    """A file of calls as a carrier writes it, blank optional columns left out."""
    kept = [name for name in COLUMNS if name == "source_record_id" or any(row.get(name) is not None for row in rows)]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(kept)
    for number, row in enumerate(rows):
        cells = {**row, "source_record_id": f"{sequence:03d}-{number:06d}"}
        values = [cells.get(name) for name in kept]
        out.writerow(["" if value is None else str(value).lower() if isinstance(value, bool) else value for value in values])
    path = folder / f"long_distance_2026-10_{sequence:03d}.csv"
    path.write_text(text.getvalue())
    return path


def ingest(paths: list[Path], tables: Tables) -> tuple[list[tuple[pl.DataFrame, int, pl.DataFrame]], pl.DataFrame, str | None]:
    """What the files come to one by one, the lines, and the error that ended it."""
    reader, found, error = CallIngest(tables, OCTOBER, POLICY), [], None
    try:
        for path in paths:
            file = reader.read(path)
            found.append((file.calls, file.records, file.holds))
    except BillingError as raised:
        error = str(raised)
    return found, reader.lines.table, error


def agree(paths: list[Path], tables: Tables) -> int:
    """Hold both ways against each other; returns how many calls the lane alone encoded."""
    taken = []
    read_both = CallIngest._read_both

    def counted(self: CallIngest, file: CallFile, *more: object) -> object:
        result = read_both(self, file, *more)  # type: ignore[arg-type]
        taken.append(file.plain_count)
        return result

    with gate_alone():
        careful, careful_lines, careful_error = ingest(paths, tables)
    with patch.object(CallIngest, "_read_both", counted), lane_always():
        fast, fast_lines, fast_error = ingest(paths, tables)
    assert careful_error == fast_error
    assert len(careful) == len(fast)
    for (calls, records, holds), (fast_calls, fast_records, fast_holds) in zip(careful, fast, strict=True):
        assert dict(fast_calls.schema) == ENCODED
        assert fast_calls.equals(calls)
        assert fast_records == records
        assert fast_holds.equals(holds)
    assert fast_lines.equals(careful_lines)
    return sum(taken)


def agree_on(tables: Tables, *months: list[Row]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return agree([write(Path(folder), rows, number) for number, rows in enumerate(months, 1)], tables)


@settings(max_examples=60, deadline=None)
@given(plan_sets(), st.lists(st.lists(call_rows(), max_size=12), min_size=1, max_size=3), EDGES)
def test_calls_of_all_kinds_come_to_the_same_on_both_ways(plans: list[Row], months: list[list[Row]], edge: str) -> None:
    split = [owner(STATION, valid_to=edge), owner(STATION, "N2", "FLAT", valid_from=edge)] if edge != "2020-01-01" else OWNERS[:1]

    agree_on(call_world(plans, [*split, *OWNERS[1:], owner("8005551212", plan=None)]), *months)


ORDINARY = (
    "2125550100", "12125550100", "3122221111", "5028751111", "5028391111", "5025891111", "8592331111", "5132411111", "5027774444",
    "5027773444", "7774444", "8391111", "5551212", "2125551212", "12125551212", "8005551212", "18885551212", "411", "911", "611", "511",
    "9005551234", "5029761234", "18765551234", "18765551212", "8765551234", "2425551234", "0119320555111", "011935551111", "0118000555",
    "01143820555", "0115", "011", "0110555111", "12345", "011152", "5559991234", "0120555123", "0115550100", "0255551212", "10125550100",
)  # fmt: skip


@st.composite
def ordinary_rows(draw: st.DrawFn) -> Row:
    """Calls that the lane takes, aimed at what it looks up: places, numbers, bands, days."""
    day, hour = (
        draw(st.sampled_from(["01", "09", "10", "11", "15", "31"])),
        draw(st.sampled_from(["07:59:59", "08:00:00", "17:00:00", "23:00:00"])),
    )
    seconds = draw(st.sampled_from([0, 0, 1, 6, 29, 30, 31, 60, 61, 14_401, 99_999_999]))
    charge = draw(st.sampled_from([STATION, STATION, OTHER, COVINGTON, "8005550000", "5025649999", "0000000001"]))
    return call(
        draw(st.sampled_from(ORDINARY)), seconds, f"2026-10-{day}T{hour}-04:00", charge_number=charge,
        from_number=draw(st.sampled_from([charge, COVINGTON, "5027774000", "5027773000", "2125559999", "0005550000"])),
        answered=(seconds > 0) if draw(st.integers(0, 9)) else seconds == 0, direction=draw(st.sampled_from(["OUT", "OUT", "IN"])),
    )  # fmt: skip


WORLDS = {
    "plain": {},
    "without blocks": {"exchanges": [row for row in EXCHANGES if row["block"] is None]},
    "long domestic prefix": {"plans": [*PLANS, plan("PREFIX", "12125550", "0.5", plan="FLAT")]},
    "longer domestic prefix": {"plans": [*PLANS, plan("PREFIX", "121255501", "0.5", plan="FLAT")]},
    "an owner without a plan": {"owners": [owner(STATION, plan=None), *OWNERS[1:]]},
    "an owner whose plan has no rows": {"owners": [owner(STATION, plan="NONE"), *OWNERS[1:]]},
    "an owner of no account": {"owners": [owner(STATION, "N9"), *OWNERS[1:]]},
    "owners that change": {"owners": [owner(STATION, valid_to="2026-10-10"), owner(STATION, "N3", "FLAT", valid_from="2026-10-15"),
                                      *OWNERS[1:]]},
    "a plan that changes": {"plans": [{**row, "valid_to": "2026-10-10"} if row["match_kind"] == "JURISDICTION" else row for row in PLANS]},
    "a blank rate": {"plans": [{**row, "rate_per_min": None} if row["match"] == "INTERSTATE_INTERLATA" else row for row in PLANS]},
    "no rates in the table": {"rates": []},
    "no code": {"codes": []},
    "bands": {"plans": [*PLANS, plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.09", time_band="DAY"),
                        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.01", time_band="NIGHT")]},
    "miles": {"plans": [*[row for row in PLANS if row["match"] != "INTERSTATE_INTERLATA"],
                        *[plan("JURISDICTION", "INTERSTATE_INTERLATA", f"0.{low + 1}", mile_low=low, mile_high=high)
                          for low, high in ((0, 40), (41, 600), (601, None))]]},
    "no plans at all": {"plans": [plan("CALL_TYPE", "CARD", "0.1")]},
    "an exchange of another state": {"exchanges": [*EXCHANGES, exchange("502999", "IN", "462", "FRANKFORT")]},
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
@settings(max_examples=12, deadline=None)
@given(months=st.lists(st.lists(ordinary_rows(), max_size=25), min_size=1, max_size=3))
def test_ordinary_calls_come_to_the_same_in_every_world(name: str, months: list[list[Row]]) -> None:
    agree_on(call_world(**WORLDS[name]), *months)


def test_the_lane_encodes_ordinary_calls_itself() -> None:
    month = [call(number, 60) for number in ("2125550100", "12125550100", "3122221111", "411", "0119320555111", "8005551212", "8391111")]

    assert agree_on(call_world(), month, month) == 2 * len(month)


@pytest.mark.parametrize(
    "row",
    [
        call("9005551234", 60),  # premium
        call("12345", 60),  # no shape
        call(answered=True, seconds=0),
        call(charge_number="5025649999"),  # nobody's
        call("01144205551111"),  # no row of the plan
        call(at="2026-09-30T23:59:59-04:00"),
    ],
)
def test_a_call_that_a_rule_finds_something_on_is_left_to_the_gate(row: Row) -> None:
    assert agree_on(call_world(), [call(), row, call()]) == 2


def test_time_bands_follow_the_day_of_the_week() -> None:
    month = [call(at=f"2026-10-{day:02d}T{hour}:00:00-04:00") for day in range(1, 32) for hour in ("07", "08", "17", "23")]

    assert agree_on(call_world(**WORLDS["bands"]), month) == len(month)


def test_an_unanswered_call_is_left_to_no_rule() -> None:
    assert agree_on(call_world(), [call("9005551234", 0), call("12345", 0), call(seconds=0, charge_number="5025649999")]) == 3


def test_a_generated_month_with_rows_of_other_forms_comes_to_the_same(tmp_path: Path) -> None:
    paths = []
    for number, chunk in enumerate(month_chunks(24_000, 8_000), 1):
        path = tmp_path / f"long_distance_2026-10_{number:03d}.csv"
        odd = pl.int_range(pl.len()) % 97
        chunk.with_columns(
            to_number=pl.when(odd == 5).then(pl.lit("+") + pl.col("to_number")).otherwise("to_number"),
            answered=pl.when(odd == 7).then(pl.lit("TRUE")).when(odd == 8).then(pl.lit("maybe")).otherwise("answered"),
            duration_seconds=pl.when(odd == 9).then(pl.lit("1e3")).otherwise("duration_seconds"),
            connect_at=pl.when(odd == 11).then(pl.lit("2026-09-30T12:00:00-04:00")).otherwise("connect_at"),
            charge_number=pl.when(odd == 13).then(pl.lit("6065550000")).otherwise("charge_number"),
        ).write_csv(path)
        paths.append(path)

    assert agree(paths, month_tables()) > 20_000


def test_buckets_are_the_same_on_both_ways(tmp_path: Path) -> None:
    paths = []
    for number, chunk in enumerate(month_chunks(9_000, 3_000), 1):
        paths.append(tmp_path / f"long_distance_2026-10_{number:03d}.csv")
        chunk.write_csv(paths[-1])
    with gate_alone():
        careful = write_buckets(paths, tmp_path / "careful", month_tables(), OCTOBER, POLICY)

    fast = write_buckets(paths, tmp_path / "fast", month_tables(), OCTOBER, POLICY)

    assert (fast.bounds, fast.records) == (careful.bounds, careful.records)
    assert fast.lines.table.equals(careful.lines.table)
    for bucket, parts in careful.files.items():
        for (path, _), (other, _) in zip(parts, fast.files[bucket], strict=True):
            assert pl.read_parquet(other).equals(pl.read_parquet(path))


@pytest.mark.parametrize("bad", ["2026-10-14T09:02:11", "x"])
def test_both_ways_refuse_the_same_files(tmp_path: Path, bad: str) -> None:
    strict = Policy(machine_feeds=("long_distance",), unreadable_limit_pct=0)  # type: ignore[arg-type]
    path = write(tmp_path, [call(), {**call(), "connect_at": bad}, call()], 1)
    errors = []
    for manifest in ("", '{"feed": "long_distance", "period": "2026-10", "sequence": 1, "row_count": 2, "sum_quantity": "1"}'):
        path.with_suffix(".manifest.json").write_text(manifest) if manifest else None
        with gate_alone(), pytest.raises(BillingError) as careful:
            CallIngest(call_world(), OCTOBER, strict).read(path)
        with lane_always(), pytest.raises(BillingError) as fast:
            CallIngest(call_world(), OCTOBER, strict).read(path)
        errors.append((str(careful.value), str(fast.value)))

    assert all(careful == fast for careful, fast in errors)


def test_ids_that_do_not_ascend_from_file_to_file_are_refused_on_both_ways(tmp_path: Path) -> None:
    later, earlier = write(tmp_path, [call(), call()], 2), write(tmp_path, [call(), call()], 1)
    with gate_alone():
        _, _, careful = ingest([later, earlier], call_world())

    _, _, fast = ingest([later, earlier], call_world())

    assert fast == careful
    assert fast is not None
    assert "do not ascend" in fast


def test_more_exchanges_than_there_is_room_for_leave_the_file_to_the_gate() -> None:
    month = [call(f"212555{n:04d}", 60, charge_number=f"{n + 200}5550100") for n in range(30)]
    with patch.object(number_codes, "LARGEST_TABLE", 100_000), patch("billing.call_coder.LARGEST_TABLE", 100_000):
        assert agree_on(call_world(), month, month) == 0


def test_a_file_of_mostly_other_forms_is_left_to_the_gate(tmp_path: Path) -> None:
    path = write(tmp_path, [call("+12125550100"), call("+12125550100"), call()], 1)
    with patch.object(CallFile, "read_rest", side_effect=AssertionError):
        assert CallIngest(call_world(), OCTOBER, POLICY).read(path).records == 3
