"""Rows come out of any bytes without loss: every line is a row, part of one, blank, or a fault with its number."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inputs import csv_rows
from inputs.csv_rows import split_csv

HEADER = b"a,b,c\n"


def rows_of(body: bytes) -> list[tuple[int, tuple[str | None, ...]]]:
    cells = split_csv(body, "t.csv").cells
    return [(row[-1], row[:-1]) for row in cells.iter_rows()]


FIELDS = st.text(alphabet='ab",\n é', max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS), max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([("a", "", ""), ("", "", ""), ('"', "\n\n", ",")], "\r\n", True)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str, str]], ending: str, quote_all: bool) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerows([("a", "b", "c"), *rows])

    found = split_csv(text.getvalue().encode(), "t.csv")

    assert found.faults == ()
    assert [row[:3] for row in found.cells.iter_rows()] == [tuple(value or None for value in row) for row in rows]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120).map(lambda junk: junk.translate(bytes.maketrans(b"\x01\x02\x03\x04", b',"\n\r'))))
@example(b'"x,\ny","\n,,\n"')
@example(b'x,"y\nz,1,2\n3,4",5\n')
def test_no_bytes_are_lost_and_none_raise(junk: bytes) -> None:
    found = split_csv(HEADER + junk, "t.csv")

    lines = [fault.line for fault in found.faults] + found.cells["source_line"].to_list()
    last = HEADER.count(b"\n") + junk.count(b"\n") + (1 if junk and not junk.endswith(b"\n") else 0)
    assert len(lines) == len(set(lines)) == found.row_count
    assert all(2 <= line <= last for line in lines)


def test_a_row_keeps_the_number_of_its_first_line() -> None:
    body = HEADER + b'1,"x\ny\nz",3\n4,5,6\n\n7,8,9\n'

    assert rows_of(body) == [(2, ("1", "x\ny\nz", "3")), (5, ("4", "5", "6")), (7, ("7", "8", "9"))]
    assert split_csv(body, "t.csv").blank_lines == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"1,2,3", [(2, ("1", "2", "3"))]),  # no line end
        (b"1,2,3\r\n4,5,6\r\n", [(2, ("1", "2", "3")), (3, ("4", "5", "6"))]),
        (b"1,2,3\r\n4,5,6\n", [(2, ("1", "2", "3")), (3, ("4", "5", "6"))]),  # mixed
        (b"\n1,2,3\n", [(3, ("1", "2", "3"))]),
        (b'"1","","say ""no"""\n', [(2, ("1", None, 'say "no"'))]),
        (b",,\n", [(2, (None, None, None))]),
        (b"#1,2,3\n", [(2, ("#1", "2", "3"))]),
        ("ü,é,日\n".encode(), [(2, ("ü", "é", "日"))]),
    ],
)
def test_lines_are_split_by_the_standard(body: bytes, expected: list[tuple[int, tuple[str | None, ...]]]) -> None:
    assert rows_of(HEADER + body) == expected


def test_a_short_and_a_long_row_that_make_up_for_each_other_are_both_found() -> None:
    found = split_csv(HEADER + b"1,2,3\n1,2\n1,2,3,4\n1,2,3\n", "t.csv")

    assert [(fault.line, fault.message) for fault in found.faults] == [
        (3, "has 2 columns, the header has 3"),
        (4, "has 4 columns, the header has 3"),
    ]
    assert found.cells["source_line"].to_list() == [2, 5]


def test_a_long_row_right_after_the_header_is_found_too() -> None:
    found = split_csv(HEADER + b"1,2,3,4\n1,2\n1,2,3\n", "t.csv")

    assert [fault.line for fault in found.faults] == [2, 3]
    assert found.cells["source_line"].to_list() == [4]


def test_a_huge_field_ends_as_a_fault_or_a_cell_at_once() -> None:
    huge = b"x" * 50_000_000

    unquoted, quoted = (
        split_csv(HEADER + b"1,2," + huge + b"\n1,2,3\n", "t.csv"),
        split_csv(HEADER + b'1,2,"' + huge + b'"\n1,2,3\n', "t.csv"),
    )

    assert unquoted.row_count == quoted.row_count == 2
    assert quoted.faults[0].message == "line is 50000006 bytes, over the limit of 1048576"


def test_a_quoted_record_may_be_as_long_as_the_limit_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "LINE_LIMIT", 12)

    assert split_csv(HEADER + b'1,2,"456789"\n', "t.csv").faults == ()
    assert split_csv(HEADER + b'1,2,"4567890"\n', "t.csv").faults[0].message == "line is 13 bytes, over the limit of 12"


def test_the_header_alone_is_a_file_without_rows() -> None:
    for body in (b"a,b,c", HEADER, b"a,b,c\r\n"):
        found = split_csv(body, "t.csv")

        assert (found.header, found.row_count, found.cells.columns) == (("a", "b", "c"), 0, ["c0", "c1", "c2", "source_line"])
