"""Calls read straight from bytes: what the lane takes is what the gate reads, cell for cell; what it leaves, the gate judges."""

import datetime as dt
import tempfile
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.call_plain import PlainCalls
from billing.errors import BillingError
from billing.policy import Policy
from inputs import call_lane
from inputs.call_feed import CallFile
from inputs.gate import Gated, read_feed
from tests.inputs.make import OCTOBER, put

HEADER = "source_record_id,source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,direction"
GOOD = {
    "source_record_id": "L-1", "source": "CARRIER", "charge_number": "5025641234", "from_number": "5025649876",
    "to_number": "2125550100", "connect_at": "2026-10-14T23:59:59-04:00", "duration_seconds": "62", "answered": "true", "direction": "OUT",
}  # fmt: skip
NAMES = [field.name for field in fields(PlainCalls)]
# column: texts of the ordinary form, and texts of others, good or bad
PLAIN = {
    "source": ["CARRIER", "CUCM", "ASTERISK", "OTHER"],
    "charge_number": ["5025641234", "0000000000", "9999999999", "8005551212"],
    "from_number": ["5025641234", "0025641234"],
    "to_number": ["2125550100", "12125550100", "0115550100", "411", "7", "5550100", "01144123456789012", "000000000000000000"],
    "connect_at": [
        "2026-10-01T00:00:00-04:00", "2026-10-31T23:59:59-05:00", "2026-10-15T12:00:00+00:00", "2026-10-15T12:00:00-00:00",
        "2026-10-15T12:00:00+05:30", "2026-10-15T12:00:00+14:59", "2026-10-15T12:00:00-14:00",
    ],
    "duration_seconds": ["0", "62", "007", "99999999"],
    "answered": ["true", "false"],
    "direction": ["OUT", "IN"],
}  # fmt: skip
OTHER = {
    "source_record_id": ["", " ", "L 2", " L", "L" * 32, "L" * 33, "L" * 64, "L" * 65, "é", "L\x00", "L\x7f", "L\ttab", "L\xa0"],
    "source": ["", "carrier", "CARRIE", "XASTERISK", "CARRIER ", "OTHE\x00", "\x00CUCM"],
    "charge_number": ["", "502564123", "50256412345", "+5025641234", "15025641234", "+15025641234", "502564123\u0664", "502564123*",
                      "502 564123", "5.02564e9", "-502564123", "5025641234.0", "502564123\x00", "/025641234", ":025641234"],
    "from_number": ["", "4321", "15025641234", "+15025641234", "011502564", "502564123O", "١٢٣٤٥٦٧٨٩٠"],
    "to_number": ["", "+442071234567", "*67", "#", "+", "1e3", "1.0", " 411", "4111 ", "0" * 19,
                  "1" * 24, "1" * 25, "1" * 40, "٤١١", "41O"],
    "connect_at": [
        "", "2026-10-15T24:00:00-04:00", "2026-10-15T23:60:00-04:00", "2026-10-15T23:59:60-04:00", "2026-10-00T12:00:00-04:00",
        "2026-10-32T12:00:00-04:00", "2026-09-30T23:59:59-04:00", "2026-11-01T00:00:00-04:00", "2025-10-15T12:00:00-04:00",
        "2024-02-29T12:00:00-05:00", "2026-02-29T12:00:00-05:00", "2026-04-31T12:00:00-04:00", "2026-10-15T12:00:00-04:60",
        "2026-10-15T12:00:00-15:00", "2026-10-15T12:00:00,04:00", "2026-10-15T12:00:00)04:00", "2026-10-15T12:00:00/04:00",
        "2026-10-15T12:00:00Z", "2026-10-15T12:00:00.5-04:00", "2026-10-15 12:00:00-04:00", "2026-10-15t12:00:00-04:00",
        "2026-10-15T12:00-04:00", "2026/10/15T12:00:00-04:00", "2026-10-15T1a:00:00-04:00", "2026-10-1/T12:00:00-04:00",
        "2026-10-:5T12:00:00-04:00", "12026-10-15T12:00:00-04:00", "2026-10-15T12:00:00-0400", "2026-10-15T12:00:00-04:000",
        "2026-10-15T12:00:00-04;00", "2026-10-15T12-00:00-04:00", "2026-10-15T12:00-00-04:00", "3026-10-15T12:00:00-04:00",
    ],
    "duration_seconds": ["", "-1", "-0", "+1", "1.0", "1e3", " 1", "1 ", "100000000", "999999999999", "1000000000000",
                         "٣", "1\x00", "0x1", "/"],
    "answered": ["", "TRUE", "True", "FALSE", "1", "0", "yes", "true ", "\x00true", "untrue"],
    "direction": ["", "out", "In", "OUT ", "INN", "\x00IN", "XOUT"],
}  # fmt: skip


def row(number: int, **cells: str) -> str:
    return ",".join({**GOOD, "source_record_id": f"L-{number:04d}", **cells}.values())


def ways(content: str | bytes) -> tuple[Gated | str, Gated | str, PlainCalls | None, CallFile | None]:
    """The file through the gate, and on both ways: the gate's part and the plain calls; an error as its text."""
    policy = Policy(unreadable_limit_pct=100, machine_feeds=())  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), "long_distance", content)
        try:
            whole: Gated | str = read_feed(path, "long_distance", OCTOBER, policy)
        except BillingError as error:
            whole = str(error)
        try:
            file = CallFile(path, OCTOBER, policy)
            blocks = list(file.plain_calls())
            plain = PlainCalls(*[np.concatenate([getattr(block, name) for block in blocks]) for name in NAMES]) if blocks else None
            return whole, file.read_rest(np.empty(0, dtype=np.int64)), plain, file
        except BillingError as error:
            return whole, str(error), None, None


def agree(content: str | bytes) -> int:
    """Hold both ways against each other; returns how many rows were read as numbers."""
    whole, rest, plain, file = ways(content)
    if isinstance(whole, str) or isinstance(rest, str) or file is None:
        assert whole == rest
        return 0
    assert (whole.row_count, whole.control_quantity, whole.sha256) == (rest.row_count, rest.control_quantity, rest.sha256)
    assert whole.suspense.equals(rest.suspense)
    assert whole.findings.equals(rest.findings)
    lines = set(rest.records["source_line"].to_list())
    assert whole.records.filter(whole.records["source_line"].is_in(list(lines))).equals(rest.records)
    others = whole.records.filter(~whole.records["source_line"].is_in(list(lines)))
    assert others.height == file.plain_count
    if plain is None or not file.plain_count:
        return 0
    assert [list(cells) for cells in zip(*[getattr(plain, name).tolist() for name in NAMES], strict=True)] == [
        numbers_of(record) for record in others.to_dicts()
    ]
    texts = whole.records["source_record_id"].to_list()
    ids = file.ids(rest.records)
    is_ascending = ids is not None and all(a < b for a, b in pairwise(ids))
    assert is_ascending == all(a < b for a, b in pairwise(texts))
    if is_ascending and ids is not None and texts:
        assert (ids[0], ids[-1]) == (texts[0], texts[-1])
    return others.height


def numbers_of(record: dict[str, object]) -> list[object]:
    """A record of the gate as the numbers the lane should make of it; it has no other cells."""
    day = record["call_date"]
    assert isinstance(day, dt.date)
    assert [record[name] for name in ("call_type", "auth_code", "trunk", "description", "vendor_charge", "requested_by")] == [None] * 6
    charge, own, to = (str(record[name]) for name in ("charge_number", "from_number", "to_number"))
    assert (len(charge), len(own), day.year, day.month) == (10, 10, 2026, 10)
    return [
        int(str(record["source_line"])) - 2, int(charge), int(own), int(to), len(to), day.day, record["local_second"],
        record["duration_seconds"], record["answered"], record["direction"] == "IN",
    ]  # fmt: skip


@pytest.mark.parametrize(("column", "text"), [(column, text) for column, texts in PLAIN.items() for text in texts])
def test_a_cell_of_the_ordinary_form_is_read_as_the_gate_reads_it(column: str, text: str) -> None:
    assert agree("\n".join([HEADER, row(1), row(2, **{column: text}), row(3)]) + "\n") == 3


@pytest.mark.parametrize(("column", "text"), [(column, text) for column, texts in OTHER.items() for text in texts])
def test_a_cell_of_any_other_form_is_left_to_the_gate(column: str, text: str) -> None:
    took = agree("\n".join([HEADER, row(1), row(2, **{column: text}), row(3)]) + "\n")

    assert took == 2 + (column == "source_record_id" and text in {"L 2", "L" * 32})


@pytest.mark.parametrize("column", GOOD)
@pytest.mark.parametrize("byte", [0, 9, 11, 13, 26, 32, 34, 39, 42, 43, 45, 46, 47, 58, 59, 64, 96, 127, 128, 0xAC, 0xC3, 0xFF])
def test_no_byte_slips_through_at_any_place_of_a_cell(column: str, byte: int) -> None:
    value = GOOD[column].encode()
    cells = {name: text.encode() for name, text in GOOD.items()}
    lines = [b",".join({**cells, "source_record_id": b"L-%02d" % n, **({column: made} if made else {})}.values()) for n, made in enumerate(
        [value[:place] + bytes([byte]) + value[place + kept:] for place in range(len(value) + 1) for kept in (0, 1)], 1
    )]  # fmt: skip

    agree(HEADER.encode() + b"\n" + b"\n".join(lines) + b"\n")


FILES = {
    "no newline at the end": f"{HEADER}\n{row(1)}\n{row(2)}",
    "CR LF": f"{HEADER}\r\n{row(1)}\r\n{row(2)}\r\n",
    "CR LF without the last": f"{HEADER}\r\n{row(1)}\r\n{row(2)}",
    "CR LF in the header alone": f"{HEADER}\r\n{row(1)}\n{row(2)}\n",
    "CR LF in a row alone": f"{HEADER}\n{row(1)}\r\n{row(2)}\n",
    "two CR": f"{HEADER}\r\n{row(1)}\r\r\n{row(2)}\r\n",
    "blank lines": f"{HEADER}\n\n{row(1)}\n\n\n{row(2)}\n\n",
    "blank lines of CR LF": f"{HEADER}\r\n\r\n{row(1)}\r\n\r\n{row(2)}\r\n",
    "header alone": f"{HEADER}\n",
    "header without a newline": HEADER,
    "short row": f"{HEADER}\n{row(1)}\nL-2,CARRIER\n{row(3)}\n",
    "long row": f"{HEADER}\n{row(1)}\n{row(2)},\n{row(3)}\n",
    "a cell too many in front": f"{HEADER}\n{row(1)}\nL,{row(2)}\n{row(3)}\n",
    "two rows that together have the right commas": f"{HEADER}\n{row(1)}\n{row(2)},\n{row(3)[:-4]}\n{row(4)}\n",
    "a row that ends in the middle": f"{HEADER}\n{row(1)}\n{row(2)[:40]}",
    "byte order mark": f"\ufeff{HEADER}\n{row(1)}\n",
    "a quoted cell": f'{HEADER}\n{row(1)}\n{row(2, direction=chr(34) + "IN" + chr(34))}\n',
    "a row inside quotes": f'{HEADER}\n{row(1)}\n"L-2\n{row(3)}\n",{row(4)[7:]}\n{row(5)}\n',
    "a lone quote": f'{HEADER}\n{row(1)}\n{row(2, source_record_id=chr(34))}\n',
    "not UTF-8": f"{HEADER}\n{row(1)}\n".encode() + b"\xff\xfe\n" + row(3).encode() + b"\n",
    "NUL": f"{HEADER}\n{row(1)}\n\x00\n{row(3)}\n",
    "a total line": f"{HEADER}\n{row(1)}\nTOTAL,,,,,,62,,\n",
    "unknown column": f"{HEADER},weather\n{row(1)},fine\n",
    "column twice": f"{HEADER},source\n{row(1)},CARRIER\n",
    "no direction": f"{HEADER[:-10]}\n{row(1)[:-4]}\n",
    "two ids": f"{HEADER},call_id\n{row(1)},L-0001\n{row(2)},L-0003\n",
    "call_id": f"{HEADER.replace('source_record_id', 'call_id')}\n{row(1)}\n{row(2)}\n",
    "empty optional columns": f"{HEADER},auth_code,trunk\n{row(1)},,\n{row(2)},48213,\n{row(3)},,TG7\n",
    "optional column first, CR LF": f"trunk,{HEADER},description\r\n,{row(1)},\r\n,{row(2)},text\r\n",
    "ids fall": f"{HEADER}\n{row(2)}\n{row(1)}\n",
    "ids repeat": f"{HEADER}\n{row(1)}\n{row(1)}\n",
    "ids fall at a row of another form": f"{HEADER}\n{row(2)}\n{row(1, to_number='+1')}\n{row(3)}\n",
    "ids fall after a row of another form": f"{HEADER}\n{row(2)}\n{row(5, to_number='+1')}\n{row(3)}\n",
    "ids fall at a row that is refused": f"{HEADER}\n{row(2)}\n{row(1, answered='no')}\n{row(3)}\n",
    "other forms first and last": f"{HEADER}\n{row(1, to_number='+1')}\n{row(2)}\n{row(3, to_number='+1')}\n",
    "every cell blank": f"{HEADER}\n{row(1)}\n,,,,,,,,\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_make_comes_to_the_same_on_both_ways(name: str) -> None:
    agree(FILES[name])


@pytest.mark.parametrize("columns", [HEADER.split(",")[::-1], sorted(HEADER.split(",")), HEADER.split(",")[1:] + HEADER.split(",")[:1]])
def test_columns_may_stand_in_any_order(columns: list[str]) -> None:
    rows = [{**GOOD, "source_record_id": f"{n:032d}", "to_number": to} for n, to in enumerate(PLAIN["to_number"])]
    lines = [",".join(columns), *(",".join(cells[name] for name in columns) for cells in rows)]

    assert agree("\n".join(lines) + "\n") >= len(rows) - 1


CELLS = {name: st.sampled_from(PLAIN.get(name, ["L"])) | st.sampled_from(OTHER[name]) for name in GOOD if name != "source_record_id"}
ROWS = st.tuples(
    st.fixed_dictionaries({}, optional=CELLS), st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", ",\n"]), st.integers(-1, 3)
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=30), st.sampled_from(["\n", "\r\n"]), st.sampled_from([1, 200, 1 << 20]))
@example([({}, "\n", 1), ({}, "\n", 1)], "\n", 1)
def test_rows_of_all_forms_come_to_the_same_on_both_ways(rows: list[tuple[dict[str, str], str, int]], end: str, block: int) -> None:
    number, content = 10, HEADER + end
    for cells, ending, step in rows:
        number += step
        content += row(number, **cells) + ending
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call_lane, "_BLOCK", block)
        agree(content)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=6), st.integers(0, 1_000), st.integers(0, 8))
def test_a_file_with_any_bytes_put_in_anywhere_comes_to_the_same_on_both_ways(bytes_in: bytes, at: int, cut: int) -> None:
    content = "\n".join([HEADER, *[row(n) for n in range(1, 9)]]).encode() + b"\n"
    agree(content[: at % len(content)] + bytes_in + content[at % len(content) + cut :])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 24), st.characters(codec="ascii"), st.sampled_from(PLAIN["connect_at"]))
def test_a_time_with_any_character_changed_is_read_as_the_gate_reads_it(place: int, char: str, text: str) -> None:
    changed = text[:place] + char + text[place + 1 :]
    agree("\n".join([HEADER, row(1), row(2, connect_at=changed), row(3)]) + "\n")


def test_an_id_that_comes_again_in_a_block_of_longer_ids_does_not_ascend() -> None:
    short, longer = row(1), row(1, source_record_id="L-1000000000")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call_lane, "_BLOCK", 2 * len(longer))
        for lines in ([short, short, longer], [row(0), short, short, longer], [longer, longer]):
            agree("\n".join([HEADER, *lines]) + "\n")


def test_months_have_their_own_last_day() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for month, last in (("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2026-12", 31)):
            period = type(OCTOBER).parse(month)
            rows = [row(day, connect_at=f"{month}-{day:02d}T12:00:00-05:00") for day in range(1, 33)]
            path = Path(folder) / f"long_distance_{month}_001.csv"
            path.write_text("\n".join([HEADER, *rows]) + "\n")
            file = CallFile(path, period, Policy(unreadable_limit_pct=100, machine_feeds=()))

            assert [day for block in file.plain_calls() for day in block.day.tolist()] == list(range(1, last + 1))
