"""The gate as a whole: what goes in comes out, whatever the order, quoting and line ends of the file."""

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import BillingError, InputError
from billing.frames import FINDINGS, SUSPENSE, record_schema
from billing.layouts import FEEDS, STREAMS, Column
from billing.periods import Period
from billing.policy import Policy
from inputs.feed_writer import write_feed
from inputs.gate import read_feed
from tests.inputs.make import OCTOBER, ROWS, lines, many, printed, put, read

SAFE = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")) | st.just("\n"), min_size=1, max_size=12)


def values(column: Column) -> st.SearchStrategy[object]:
    """Values that a column may hold."""
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind in {"money", "cost", "rate", "quantity", "percent"}:
        places = {"money": 2, "cost": 12}.get(column.kind, 6)
        return st.integers(1, 10 ** (12 + places) - 1).map(lambda units: Decimal(units).scaleb(-places))
    kinds: dict[str, st.SearchStrategy[object]] = {
        "text": SAFE.filter(lambda text: not text.isspace()),
        "code": st.text(alphabet="ABCXYZ0189-./", min_size=1, max_size=12),
        "codes": st.sampled_from(["A1", "A1;B2"]),
        "digits": st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True),
        "date": st.dates(dt.date(1990, 1, 1), dt.date(2199, 12, 31)),
        "timestamp": st.sampled_from(["2026-10-14T23:59:59-04:00", "2026-02-28T00:00:00.5Z"]),
        "period": st.sampled_from(["2026-10", "1999-01"]),
        "int": st.integers(0, 10**12 - 1),
        "bool": st.booleans(),
    }
    return kinds[column.kind]


@st.composite
def records(draw: st.DrawFn) -> pl.DataFrame:
    """Some records of some feed, every column filled or (where it may be) blank."""
    feed = draw(st.sampled_from(STREAMS))
    rows = draw(st.integers(0, 4))
    made = {}
    for column in FEEDS[feed].columns:
        kind = values(column)
        fill = kind if column.required or feed in {"fixed_cost", "stock"} else kind | st.none()
        made[column.name] = pl.Series(column.name, draw(st.lists(fill, min_size=rows, max_size=rows)), dtype=column.dtype)
    return pl.DataFrame(made).with_columns(feed=pl.lit(feed))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=records())
def test_what_is_written_is_read_back(tmp_path: Path, made: pl.DataFrame) -> None:
    feed = "usage" if made.is_empty() else made["feed"][0]
    frame = made.drop("feed") if made.height else pl.DataFrame()
    path = write_feed(tmp_path, feed, OCTOBER, 1, frame, "test", "2026-11-01T00:00:00Z", replace=True)

    gated = read_feed(path, feed, OCTOBER, Policy())

    assert gated.suspense.is_empty()
    assert gated.findings.is_empty()
    if made.height:
        assert gated.records.select(frame.columns).equals(frame)
    assert dict(gated.records.schema) == record_schema(feed)


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    straight = read(put(tmp_path, "pass_through", "\n".join(lines(many("pass_through", 5)))))
    for seed in range(5):
        names = list(many("pass_through", 1)[0])
        random.Random(seed).shuffle(names)
        shuffled = [{name: row[name] for name in names} for row in many("pass_through", 5)]

        assert read(put(tmp_path, "pass_through", "\n".join(lines(shuffled)))).records.equals(straight.records)


def test_quotes_line_ends_and_a_byte_order_mark_change_no_record(tmp_path: Path) -> None:
    plain = "\n".join(lines(many("usage", 3))) + "\n"
    straight = read(put(tmp_path, "usage", plain)).records

    quoted = "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in plain.splitlines())
    for other in (quoted, plain.replace("\n", "\r\n"), "\ufeff" + plain, plain.rstrip(), plain.replace("\n", "\r\n", 2)):
        assert read(put(tmp_path, "usage", other)).records.equals(straight)


def test_the_results_are_of_the_published_shapes(tmp_path: Path) -> None:
    for feed in ROWS:
        gated = read(put(tmp_path, feed, "\n".join(lines(many(feed, 2))) + "\nshort\n"))

        assert dict(gated.records.schema) == record_schema(feed)
        assert dict(gated.suspense.schema) == SUSPENSE
        assert dict(gated.findings.schema) == FINDINGS
        assert gated.row_count == gated.records.height + gated.suspense.height == 3


@pytest.mark.parametrize(("feed", "name"), [("long_distance", "call_id"), ("stock", "txn_id"), ("adjustments", "adjustment_id")])
def test_a_record_id_may_come_under_either_name(tmp_path: Path, feed: str, name: str) -> None:
    rows = many(feed, 2)
    renamed = [{("source_record_id" if key == name else key): value for key, value in row.items()} for row in rows]
    both = [{**row, "source_record_id": row[name] if number else ""} for number, row in enumerate(rows)]
    clash = [{**row, "source_record_id": "other"} for row in rows]

    for accepted in (rows, renamed, both):
        assert read(put(tmp_path, feed, "\n".join(lines(accepted)))).records["source_record_id"].to_list() == ["R-1", "R-2"]
    with pytest.raises(BillingError) as refused:
        read(put(tmp_path, feed, "\n".join(lines(clash))))
    assert f"source_record_id: expected the same as {name}, found another" in str(refused.value)


def test_an_unknown_extra_column_is_warned_of_and_not_read(tmp_path: Path) -> None:
    rows = [{**row, "shoe_size": "44"} for row in many("usage", 2)]

    gated = read(put(tmp_path, "usage", "\n".join(lines(rows)), manifest={"row_count": 2}))

    found = gated.findings.row(0, named=True)
    assert (found["code"], found["severity"], found["source_line"], found["column_name"]) == ("F005", "WARN", 1, "shoe_size")
    assert gated.records.height == 2


def test_blank_numbers_codes_and_units_are_left_to_later_rules(tmp_path: Path) -> None:
    rows = [{**row, "billing_number": "", "rate_code": "", "uom": ""} for row in many("usage", 2)]

    assert read(put(tmp_path, "usage", "\n".join(lines(rows)))).records.height == 2


def test_a_negative_quantity_of_usage_and_of_a_count_is_read(tmp_path: Path) -> None:
    usage = [{**row, "quantity": "-3"} for row in many("usage", 1)]
    count = [{**row, "txn_type": "COUNT_ADJ", "quantity": "-3"} for row in many("stock", 1)]

    assert read(put(tmp_path, "usage", "\n".join(lines(usage)))).records["quantity"].to_list() == [Decimal(-3)]
    assert read(put(tmp_path, "stock", "\n".join(lines(count)))).records["quantity"].to_list() == [Decimal(-3)]


def test_a_call_gets_its_own_local_day_and_the_universal_second(tmp_path: Path) -> None:
    rows = [{**many("long_distance", 1)[0], "connect_at": "2026-10-31T23:30:00-04:00"}]

    call = read(put(tmp_path, "long_distance", "\n".join(lines(rows)))).records.row(0, named=True)

    assert (call["call_date"], call["local_second"], call["utc_second"]) == (dt.date(2026, 10, 31), 84_600, 1_793_503_800)
    assert call["connect_at"] == "2026-10-31T23:30:00-04:00"


def test_control_sums_count_suspended_rows_whose_number_can_be_read(tmp_path: Path) -> None:
    rows = many("pass_through", 4)
    rows[1] = {**rows[1], "received_date": "soon"}
    rows[2] = {**rows[2], "cost_amount": "-1.000000000001"}

    gated = read(put(tmp_path, "pass_through", "\n".join(lines(rows))))

    assert gated.control_amount == Decimal("3702.703670370349")
    assert gated.suspense["amount"].to_list() == [Decimal("1234.57")]


def test_a_control_sum_with_an_unreadable_cell_is_not_compared(tmp_path: Path) -> None:
    rows = many("usage", 4)
    rows[1] = {**rows[1], "quantity": "many"}

    gated = read(put(tmp_path, "usage", "\n".join(lines(rows)), manifest={"row_count": 4, "sum_quantity": "1"}))

    assert gated.control_quantity is None
    assert gated.suspense.height == 1


def test_a_control_sum_with_a_row_without_cells_is_not_compared(tmp_path: Path) -> None:
    content = "\n".join([*lines(many("usage", 3)), "short"])

    gated = read(put(tmp_path, "usage", content, manifest={"row_count": 4, "sum_quantity": "1"}))

    assert (gated.control_quantity, gated.suspense.height) == (None, 1)


def test_a_number_readable_only_as_a_control_is_summed_but_suspended(tmp_path: Path) -> None:
    rows = many("adjustments", 3)
    rows[1] = {**rows[1], "amount": "-1.005"}

    gated = read(put(tmp_path, "adjustments", "\n".join(lines(rows))))

    assert (gated.control_amount, gated.suspense.height) == (Decimal("-901.005"), 1)
    assert gated.suspense["amount"].to_list() == [Decimal("-1.01")]


def test_the_first_bad_cell_is_named_and_the_others_with_it(tmp_path: Path) -> None:
    rows = many("usage", 2)
    rows[0] = {**rows[0], "uom": "gb", "quantity": "x", "service_to": "y"}

    bad = read(put(tmp_path, "usage", "\n".join(lines(rows)))).suspense.row(0, named=True)

    assert (bad["column_name"], bad["column_no"], bad["raw_value"]) == ("service_to", 4, "y")
    assert "found 'y' (also quantity, uom); correct the row and reload it" in bad["message"]


def test_a_message_is_one_line_whatever_the_cell_holds(tmp_path: Path) -> None:
    content = "\n".join(lines(many("usage", 2))).replace("ST20", '"S\nT ""20"""', 1)

    bad = read(put(tmp_path, "usage", content)).suspense.row(0, named=True)

    assert "found 'S\\nT \"20\"'" in bad["message"]
    assert "\n" not in bad["message"]
    assert bad["raw_text"].startswith("R-1,D7581203,")
    assert '"S\nT ""20"""' in bad["raw_text"]


def test_a_huge_field_is_suspended_with_a_short_memory(tmp_path: Path) -> None:
    rows = many("usage", 2)
    rows[0] = {**rows[0], "ticket_no": "x" * 20_000_000}
    rows[1] = {**rows[1], "ticket_no": "T"}

    bad = read(put(tmp_path, "usage", "\n".join(lines(rows)))).suspense.row(0, named=True)

    assert (bad["source_line"], bad["column_name"]) == (2, "ticket_no")
    assert len(bad["raw_text"]) < 11_000
    assert len(bad["message"]) < 200


def test_a_file_of_the_wrong_name_feed_or_period_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "usage", "\n".join(lines(many("usage", 1))))

    with pytest.raises(InputError) as feed:
        read_feed(path, "stock", OCTOBER, Policy())
    with pytest.raises(InputError) as period:
        read_feed(path, "usage", Period.parse("2026-11"), Policy())

    assert printed(feed.value) == (10, [
        "usage_2026-10_001.csv: F005: is not named as a stock file; name it stock_2026-10_001.csv",
    ])  # fmt: skip
    assert printed(period.value) == (10, [
        "usage_2026-10_001.csv: F007: is of period 2026-10, not 2026-11; rename it or run its own period",
    ])  # fmt: skip


def test_a_link_and_a_folder_are_no_files(tmp_path: Path) -> None:
    real = put(tmp_path, "usage", "\n".join(lines(many("usage", 1))))
    link = tmp_path / "usage_2026-10_002.csv"
    link.symlink_to(real)
    (tmp_path / "usage_2026-10_003.csv").mkdir()

    for name, message in (
        ("002", "is a symbolic link; put the file itself there"),
        ("003", "is not a regular file; put a plain file there"),
    ):
        with pytest.raises(InputError) as refused:
            read(tmp_path / f"usage_2026-10_{name}.csv")
        assert printed(refused.value) == (10, [f"usage_2026-10_{name}.csv: {message}"])
