"""Each cause of refusal or suspense, as a user meets it: the file, the exact line, the exit code."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from billing.errors import BillingError
from tests.inputs.make import ROWS, Manifest, lines, many, printed, put, read

U = "usage_2026-10_001.csv"
GOOD = "\n".join(lines(many("usage", 3))) + "\n"
HEADER = GOOD.split("\n")[0]


def changed(column: str, value: str, feed: str = "usage", row: int = 2) -> str:
    """Three good rows, one cell of the second changed."""
    rows = many(feed, 3)
    rows[row - 1] = {**rows[row - 1], column: value}
    names = list(dict.fromkeys(name for each in rows for name in each))
    return "\n".join([",".join(names), *(",".join(each.get(name, "") for name in names) for each in rows)]) + "\n"


FILES: list[tuple[str, str | bytes, list[str]]] = [
    ("empty", b"", [f"{U}:1: F005: is empty, it has no header; send a file with at least the header"]),
    ("only a mark", b"\xef\xbb\xbf", [f"{U}:1: F005: is empty, it has no header; send a file with at least the header"]),
    ("UTF-16 with a mark", GOOD.encode("utf-16"), [f"{U}: F006: is UTF-16 or UTF-32; save it as UTF-8"]),
    ("UTF-16 without a mark", GOOD.encode("utf-16-le"), [f"{U}: F006: is UTF-16 or binary; save it as UTF-8 text"]),
    ("UTF-32", GOOD.encode("utf-32-be"), [f"{U}: F006: is UTF-16 or binary; save it as UTF-8 text"]),
    ("gzip", gzip.compress(GOOD.encode()), [f"{U}: F006: is a gzip archive, not text; send the CSV itself"]),
    ("zip", b"PK\x03\x04" + GOOD.encode(), [f"{U}: F006: is a zip archive or workbook, not text; send the CSV itself"]),
    ("parquet", b"PAR1" + bytes(40) + b"PAR1", [f"{U}: F006: is a Parquet file, not text; send the CSV itself"]),
    ("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [f"{U}: F006: is an old Excel workbook, not text; send the CSV itself"]),
    ("CR alone", GOOD.replace("\n", "\r"), [f"{U}: F006: has old Macintosh line ends (CR alone); save it with LF or CR LF"]),
    ("column missing", GOOD.replace("quantity", "amt"), [f"{U}:1: F005: column 'quantity' is missing; add it to the header"]),
    (
        "column misspelt",
        GOOD.replace("quantity", "quantty"),
        [f"{U}:1:6: F005: column 'quantty' is not in the layout; did you mean 'quantity'"],
    ),
    ("column in capitals", GOOD.replace("uom", "UOM"), [f"{U}:1:7: F005: column 'UOM' is not in the layout; did you mean 'uom'"]),
    ("column twice", GOOD.replace("uom", "quantity"), [
        f"{U}:1:7: F005: column 'quantity' is there twice, first as column 6; keep one",
        f"{U}:1: F005: column 'uom' is missing; add it to the header",
    ]),
    ("column without a name", GOOD.replace(",uom", ",uom,").replace("GB_MONTH", "GB_MONTH,"), [
        f"{U}:1:8: F005: column has no name; name it or remove it",
    ]),
    ("billing number column missing", GOOD.replace("billing_number", "owner"), [
        f"{U}:1: F005: column 'billing_number' is missing; add it to the header",
    ]),
    ("header not UTF-8", HEADER.encode() + b"\xff\n", [f"{U}:1: F005: header is not UTF-8; save the file as UTF-8"]),
    ("header with a control", HEADER + "\x07\n", [
        f"{U}:1: F005: header is too long or holds control characters; write the column names in line 1",
    ]),
    ("header with open quote", '"' + GOOD, [f"{U}:1: F005: header has unbalanced quotes; write the column names in line 1"]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_is_refused_whole(tmp_path: Path, content: str | bytes, expected: list[str]) -> None:
    path = put(tmp_path, "usage", content)

    with pytest.raises(BillingError) as refused:
        read(path)

    assert printed(refused.value) == (10, expected)


NUMBER = "expected a plain number of at most 12 digits and 6 decimals, as 1234.5"
CENTS = "expected a plain number of at most 12 digits and 2 decimals, as 1234.5"
DAY = "expected a day that exists, as 2026-03-31"
CODE = "expected an upper-case code without blanks around it of at most 64 characters"
DIGITS = "expected digits, with + in front, * or # of at most 40 characters"
TIME = "expected a time that exists with its offset, as 2026-03-14T09:02:11-04:00"
CELLS: list[tuple[str, str, str, str, str]] = [  # feed, column, value, line:column, message
    ("usage", "quantity", "1e3", "3:6", f"quantity: {NUMBER}, found '1e3'"),
    ("usage", "quantity", "+5", "3:6", f"quantity: {NUMBER}, found '+5'"),
    ("usage", "quantity", ".5", "3:6", f"quantity: {NUMBER}, found '.5'"),
    ("usage", "quantity", "5.", "3:6", f"quantity: {NUMBER}, found '5.'"),
    ("usage", "quantity", "NaN", "3:6", f"quantity: {NUMBER}, found 'NaN'"),
    ("usage", "quantity", "inf", "3:6", f"quantity: {NUMBER}, found 'inf'"),
    ("usage", "quantity", "0x10", "3:6", f"quantity: {NUMBER}, found '0x10'"),
    ("usage", "quantity", "1_000", "3:6", f"quantity: {NUMBER}, found '1_000'"),
    ("usage", "quantity", " 5", "3:6", f"quantity: {NUMBER}, found ' 5'"),
    ("usage", "quantity", "١٢", "3:6", f"quantity: {NUMBER}, found '١٢'"),
    ("usage", "quantity", "1.0000001", "3:6", f"quantity: {NUMBER}, found '1.0000001'"),
    ("usage", "quantity", "1e1000000", "3:6", f"quantity: {NUMBER}, found '1e1000000'"),
    ("usage", "quantity", "1234567890123", "3:6", f"quantity: {NUMBER}, found '1234567890123'"),
    ("usage", "quantity", "9" * 90, "3:6", f"quantity: {NUMBER}, found '{'9' * 60}…'"),
    ("usage", "quantity", "", "3:6", f"quantity: {NUMBER}, found nothing"),
    ("usage", "service_to", "2026-02-29", "3:4", f"service_to: {DAY}, found '2026-02-29'"),
    ("usage", "service_to", "10/31/2026", "3:4", f"service_to: {DAY}, found '10/31/2026'"),
    ("usage", "service_to", "2026-10-31T00:00:00", "3:4", f"service_to: {DAY}, found '2026-10-31T00:00:00'"),
    ("usage", "rate_code", "st20", "3:5", f"rate_code: {CODE}, found 'st20'"),
    ("usage", "rate_code", "ST20 ", "3:5", f"rate_code: {CODE}, found 'ST20 '"),
    (
        "usage", "billing_number", "D758120312345", "3:2",
        "billing_number: expected an upper-case code without blanks around it of at most 12 characters, found 'D758120312345'",
    ),
    ("usage", "source_record_id", "", "3:1", "source_record_id: expected text of at most 64 characters, found nothing"),
    ("usage", "description", "x" * 121, "3:8", f"description: expected text of at most 120 characters, found '{'x' * 60}…'"),
    ("usage", "ticket_no", "\x00", "3:8", "ticket_no: holds the character U+0000, which has no place in a text"),
    ("usage", "ticket_no", "\x1a", "3:8", "ticket_no: holds the character U+001A, which has no place in a text"),
    ("usage", "ticket_no", "a\u202eb", "3:8", "ticket_no: holds the character U+202E, which has no place in a text"),
    ("usage", "ticket_no", "a\rb", "3:8", "ticket_no: holds the character U+000D, which has no place in a text"),
    ("fixed_cost", "annual_amount", "1.005", "3:6", f"annual_amount: {CENTS}, found '1.005'"),
    ("fixed_cost", "annual_amount", "", "3:6", "annual_amount: expected a value for method AMOUNT, found nothing"),
    ("fixed_cost", "method", "ALLOCATED", "3", (
        "pool_annual_amount: expected a value for method ALLOCATED, found nothing (also basis, basis_quantity)"
    )),
    ("fixed_cost", "billing_number", "", "3:2", "billing_number: expected a value here or in agency_code, found nothing"),
    ("fixed_cost", "method", "PERCENT", "3:4", "method: expected one of AMOUNT, ALLOCATED, found 'PERCENT'"),
    ("fixed_cost", "end_period", "2026-13", "3:8", "end_period: expected a month, as 2026-03, found '2026-13'"),
    ("long_distance", "connect_at", "2026-13-01T25:00", "3:6", f"connect_at: {TIME}, found '2026-13-01T25:00'"),
    ("long_distance", "connect_at", "2026-10-14T23:59:59", "3:6", f"connect_at: {TIME}, found '2026-10-14T23:59:59'"),
    ("long_distance", "duration_seconds", "-1", "3:7", "duration_seconds: expected 0 or more, found less"),
    ("long_distance", "answered", "Y", "3:8", "answered: expected true or false, found 'Y'"),
    ("long_distance", "to_number", "1-212-555", "3:5", f"to_number: {DIGITS}, found 'x-xxx-xxx'"),
    ("long_distance", "to_number", "-5", "3:5", f"to_number: {DIGITS}, found '-x'"),
    ("long_distance", "to_number", "+", "3:5", f"to_number: {DIGITS}, found '+'"),
    ("long_distance", "to_number", "1" * 41, "3:5", f"to_number: {DIGITS}, found '{'x' * 41}'"),
    ("stock", "quantity", "0", "3:6", "quantity: expected more than 0, only a COUNT_ADJ may be less"),
    ("stock", "txn_type", "RECEIPT", "3", "unit_cost: expected a value for a RECEIPT, found nothing"),
    ("adjustments", "vendor_recovery_required", "", "3:8", "vendor_recovery_required: expected true or false, found nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "column", "value", "place", "message"), CELLS)
def test_a_row_that_cannot_be_read_is_kept_and_named(tmp_path: Path, feed: str, column: str, value: str, place: str, message: str) -> None:
    path = put(tmp_path, feed, changed(column, value, feed))

    gated = read(path)

    assert (gated.row_count, gated.records.height, gated.suspense.height) == (3, 2, 1)
    line = gated.suspense.row(0, named=True)
    assert ":".join(str(part) for part in (line["source_line"], line["column_no"]) if part is not None) == place
    assert (line["code"], line["message"]) == ("F006", f"{message}; correct the row and reload it")
    found = gated.findings.filter(code="F006").row(0, named=True)
    assert (found["severity"], found["source_line"], found["message"]) == ("HOLD", 3, line["message"])


@pytest.mark.parametrize(("feed", "column", "value", "place", "message"), CELLS)
def test_over_the_limit_the_same_row_refuses_the_file(tmp_path: Path, feed: str, column: str, value: str, place: str, message: str) -> None:
    path = put(tmp_path, feed, changed(column, value, feed))

    with pytest.raises(BillingError) as refused:
        read(path, unreadable_limit_pct=1)

    assert printed(refused.value) == (10, [
        f"{path.name}:{place}: F006: {message}; correct the row and reload it",
        f"{path.name}: F006: 1 of 3 rows are unreadable, over the limit of 1 %; correct them and reload the file",
    ])  # fmt: skip


def broken(line: str) -> str:
    return GOOD.replace(GOOD.split("\n")[2], line)


ROW = GOOD.split("\n")[2]
SHAPES: list[tuple[str, str | bytes, str]] = [
    ("short row", broken(ROW.rsplit(",", 1)[0]), "row has 6 columns, the header has 7"),
    ("long row", broken(ROW + ","), "row has 8 columns, the header has 7"),
    ("stray quote", broken(ROW.replace("ST20", 'ST"20')), "row quotes are not balanced"),
    ("open quote", broken(ROW.replace("ST20", '"ST20')), "row quotes are not balanced"),
    ("text after a quote", broken(ROW.replace("ST20", '"ST"20')), "row quotes are not balanced"),
    ("total line", broken("TOTAL,,,,,37501.5,"), f"service_from: {DAY}, found nothing (also service_to)"),
    ("end mark of DOS", broken("\x1a"), "source_record_id: holds the character U+001A, which has no place in a text"),
    ("not UTF-8", broken("@").encode().replace(b"@", ROW.encode() + b"\xff"), "uom: byte 0xff is not UTF-8"),
    ("Latin-1", broken(ROW.replace("U-", "é")).encode("latin-1").replace(b"R-2", b"\xe9"), "source_record_id: byte 0xe9 is not UTF-8"),
]


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_a_row_that_has_no_cells_is_kept_whole(tmp_path: Path, content: str | bytes, message: str) -> None:
    gated = read(put(tmp_path, "usage", content))

    assert (gated.row_count, gated.records["source_line"].to_list()) == (3, [2, 4])
    assert gated.suspense["message"].to_list() == [f"{message}; correct the row and reload it"]
    data = content.encode() if isinstance(content, str) else content
    assert gated.suspense["raw_text"].to_list() == [data.split(b"\n")[2].decode(errors="replace")]


def test_more_than_twenty_bad_rows_are_counted_after_twenty_lines(tmp_path: Path) -> None:
    rows = [{**row, "quantity": "bad"} for row in many("usage", 25)]

    with pytest.raises(BillingError) as refused:
        read(put(tmp_path, "usage", "\n".join(lines(rows))))

    code, found = printed(refused.value)
    assert (code, len(found)) == (10, 21)
    assert found[0].startswith(f"{U}:2:6: F006: quantity: expected")
    assert found[-1] == f"{U}: F006: and 5 more: 25 of 25 rows are unreadable, over the limit of 50 %; correct them and reload the file"


def exactly_at_the_limit(tmp_path: Path, bad: int) -> Path:
    rows = many("usage", 200)
    for row in rows[:bad]:
        row["quantity"] = "x"
    return put(tmp_path, "usage", "\n".join(lines(rows)))


def test_one_row_in_a_hundred_may_be_unreadable_and_no_more(tmp_path: Path) -> None:
    assert read(exactly_at_the_limit(tmp_path, 2), unreadable_limit_pct=1).suspense.height == 2
    with pytest.raises(BillingError):
        read(exactly_at_the_limit(tmp_path, 3), unreadable_limit_pct=1)


MACHINE = ("usage",)
M = "usage_2026-10_001.manifest.json"
HONEST: Manifest = {"row_count": 3, "sum_quantity": "37501.5", "sum_amount": None}
MANIFESTS: list[tuple[str, Manifest, list[str]]] = [
    ("rows", {"row_count": 4}, [f"{M}: F002: manifest says row_count 4, the file has 3 rows; ask for a new file"]),
    ("sum as text", {"sum_quantity": "37501.4"}, [
        f"{M}: F003: manifest says sum_quantity 37501.4, the file adds up to 37501.5; ask for a new file",
    ]),
    ("sum as number", {"sum_quantity": 37501}, [
        f"{M}: F003: manifest says sum_quantity 37501, the file adds up to 37501.5; ask for a new file",
    ]),
    ("hash", {"sha256": "0" * 64}, [f"{M}: F003: manifest says sha256 {'0' * 64}, the file has @; ask for a new file"]),
    ("period", {"period": "2026-09"}, [
        f"{M}: F007: manifest says period 2026-09, the file is of 2026-10; put each manifest beside its own file",
    ]),
    ("feed", {"feed": "stock"}, [f"{M}: F005: manifest says feed stock, the file is usage; put each manifest beside its own file"]),
    ("sequence", {"sequence": "002"}, [f"{M}: F005: manifest says sequence 2, the file has 1; put each manifest beside its own file"]),
    ("key unknown", {"rowcount": 3}, [f"{M}: F002: manifest key 'rowcount': extra inputs are not permitted; ask for a new file"]),
    ("count as text", {"row_count": "3"}, [f"{M}: F002: manifest key 'row_count': input should be a valid integer; ask for a new file"]),
    ("count true", {"row_count": True}, [f"{M}: F002: manifest key 'row_count': input should be a valid integer; ask for a new file"]),
    ("sum in words", {"sum_quantity": "1e3"}, [
        f"{M}: F002: manifest key 'sum_quantity': expected a plain number, as text or number; ask for a new file",
    ]),
    ("two at once", {"row_count": 2, "sum_quantity": "1"}, [
        f"{M}: F002: manifest says row_count 2, the file has 3 rows; ask for a new file",
        f"{M}: F003: manifest says sum_quantity 1, the file adds up to 37501.5; ask for a new file",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in MANIFESTS], ids=[case[0] for case in MANIFESTS])
def test_a_manifest_that_disagrees_refuses_the_file(tmp_path: Path, change: Manifest, expected: list[str]) -> None:
    path = put(tmp_path, "usage", GOOD, manifest={**HONEST, **change})

    with pytest.raises(BillingError) as refused:
        read(path, machine_feeds=MACHINE)

    code, found = printed(refused.value)
    hashed = read(put(tmp_path, "usage", GOOD, manifest=HONEST)).sha256
    assert (code, found) == (10, [line.replace("@", hashed) for line in expected])


MADE: list[tuple[str, Callable[[str], str], str]] = [
    ("not JSON", lambda _text: "[1 2]", ":1:4: F002: is not JSON: expecting ',' delimiter"),
    ("key twice", lambda text: text.replace("{", '{"feed": "usage",'), ": F002: cannot be read: key 'feed' is there twice"),
    ("a list", lambda _text: "[]", ": F002: manifest key 'the whole': input should be a valid dictionary or instance of Manifest"),
    (
        "not a number",
        lambda text: text.replace('"37501.5"', "NaN"),
        ": F002: manifest key 'sum_quantity': expected a plain number, as text or number",
    ),
]


@pytest.mark.parametrize(("spoil", "expected"), [case[1:] for case in MADE], ids=[case[0] for case in MADE])
def test_a_manifest_that_cannot_be_read_refuses_the_file(tmp_path: Path, spoil: Callable[[str], str], expected: str) -> None:
    path = put(tmp_path, "usage", GOOD, manifest=HONEST)
    beside = path.with_suffix(".manifest.json")
    beside.write_text(spoil(beside.read_text()))

    with pytest.raises(BillingError) as refused:
        read(path)

    assert printed(refused.value) == (10, [f"{M}{expected}; ask for a new file"])


def test_a_machine_feed_without_a_manifest_is_refused_and_a_hand_made_one_warned(tmp_path: Path) -> None:
    path = put(tmp_path, "usage", GOOD)

    with pytest.raises(BillingError) as refused:
        read(path, machine_feeds=MACHINE)
    warned = read(path).findings.row(0, named=True)

    assert printed(refused.value) == (10, [f"{U}: F002: has no manifest {M}; ask for it"])
    assert (warned["code"], warned["severity"], warned["source_line"]) == ("F002", "WARN", None)


def test_a_file_cut_short_is_refused_at_every_byte(tmp_path: Path) -> None:
    whole = GOOD.encode()
    put(tmp_path, "usage", GOOD, manifest=HONEST)

    for length in range(len(whole)):
        path = tmp_path / U
        path.write_bytes(whole[:length])
        with pytest.raises(BillingError):
            read(path, machine_feeds=MACHINE)


def test_every_feed_reads_its_own_good_row(tmp_path: Path) -> None:
    for feed in ROWS:
        gated = read(put(tmp_path, feed, "\n".join(lines(many(feed, 2)))))

        assert (gated.records.height, gated.suspense.height) == (2, 0), feed
