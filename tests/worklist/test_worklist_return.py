"""The workbook that comes back: what is taken, and the exact line for each thing that is refused."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from billing.errors import BillingError, InputError, RefusalsError
from billing.ids import stable_id
from billing.worklist import make_worklist
from billing.worklist_cells import SHEET, WorklistFacts
from inputs import workbook
from inputs.worklist_book import WorklistReturn, read_worklist
from reports.worklist_book import masked_worklist, write_worklist
from tests.worklist.lists import (
    INJECTIONS,
    NO_CARRY,
    NO_SUGGESTIONS,
    PLACE,
    Cell,
    facts_of,
    hostile,
    october,
    resaved,
    row_of,
    sheets_of,
    worklist_of,
)
from tests.worklist.rows import OCTOBER, exception, exceptions

AGAIN = "put it back, or export the worklist again"
EXPORT = "export the worklist again with `cotbill exceptions 2026-10 --export F.xlsx`"
NAME = "done.xlsx"


def sent() -> bytes:
    return write_worklist(worklist_of(), facts_of())


def returned(tmp_path: Path, data: bytes, facts: WorklistFacts | None = None, today: pl.DataFrame | None = None) -> WorklistReturn:
    path = tmp_path / NAME
    path.write_bytes(data)
    return read_worklist(path, masked_worklist(worklist_of() if today is None else today), facts or facts_of())


def lines(tmp_path: Path, data: bytes, facts: WorklistFacts | None = None) -> list[str]:
    with pytest.raises(BillingError) as refused:
        returned(tmp_path, data, facts)
    errors = refused.value.errors if isinstance(refused.value, RefusalsError) else [refused.value]
    assert all(isinstance(error, InputError) for error in errors)
    return str(refused.value).splitlines()


def decide(
    exception_id: str, action: Cell, reason: Cell = "said the agency", field: Cell = None, value: Cell = None
) -> dict[tuple[str | int, str], Cell]:
    cells = {"action": action, "field": field, "new value": value, "reason": reason}
    return {(exception_id, heading): cell for heading, cell in cells.items() if cell is not None}


GOOD = {
    **decide("X2", "CORRECT", "closed in May", "billing_number", "7580001"),
    **decide("X4", "RELEASE", "approved as CATCH_UP"),
    **decide("X5", "ACKNOWLEDGE"),
    **decide("X7", "REJECT"),
    **decide("X8", "HOLD", "asked the agency"),
    **decide("XNone", "ACKNOWLEDGE", "no activity this month"),
}  # fmt: skip
TAKEN = {
    ("X2", "CORRECT", "billing_number", "7580001", "closed in May"),
    ("X4", "RELEASE", None, None, "approved as CATCH_UP"),
    ("X5", "ACKNOWLEDGE", None, None, "said the agency"),
    ("X7", "REJECT", None, None, "said the agency"),
    ("X8", "HOLD", None, None, "asked the agency"),
    ("XNone", "ACKNOWLEDGE", None, None, "no activity this month"),
}


def taken(found: WorklistReturn) -> set[tuple[object, ...]]:
    return set(found.decisions.drop("row_no").rows())


def test_an_untouched_workbook_comes_back_without_decisions(tmp_path: Path) -> None:
    found = returned(tmp_path, sent())

    assert (found.period, found.head, found.decisions.height, found.without_action) == ("2026-10", "head-1", 0, ())


def test_decisions_come_back_as_they_were_entered(tmp_path: Path) -> None:
    data = sent()

    found = returned(tmp_path, resaved(data, GOOD))

    assert taken(found) == TAKEN
    assert found.decisions["row_no"].to_list() == sorted(row_of(data, name) + 1 for name in ("X2", "X4", "X5", "X7", "X8", "XNone"))


def test_rows_may_be_sorted_and_taken_out(tmp_path: Path) -> None:
    found = returned(tmp_path, resaved(sent(), GOOD, backwards=True, without=("X3", "X6")))

    assert taken(found) == TAKEN


def test_a_cell_edited_in_the_file_itself_is_read(tmp_path: Path) -> None:
    """The written sheet with one inline string put into an open cell, as a small tool would do it."""
    data = sent()
    row = row_of(data, "X8") + 1
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                for letter, text in (("I", "HOLD"), ("L", "asked <r/> them &amp; us".replace("<r/>", "</t></r><r><t>"))):
                    place = content.index(f'<c r="{letter}{row}" '.encode())
                    end = content.index(b"/>", place) + 2
                    cell = f'<c r="{letter}{row}" t="inlineStr"><is><r><t>{text}</t></r></is></c>'.encode()
                    content = content[:place] + cell + content[end:]
            new.writestr(info, content)

    assert taken(returned(tmp_path, stream.getvalue())) == {("X8", "HOLD", None, None, "asked  them & us")}


def test_a_row_without_an_action_is_left_alone_and_told_if_something_is_filled(tmp_path: Path) -> None:
    data = sent()

    found = returned(tmp_path, resaved(data, {("X2", "reason"): "later", ("X3", "new value"): " ", ("X4", "action"): "  "}))

    assert found.decisions.is_empty()
    assert found.without_action == (row_of(data, "X2") + 1,)


def test_blanks_around_an_action_a_field_and_a_reason_are_no_part_of_them(tmp_path: Path) -> None:
    edits = decide("X2", "CORRECT ", "  because\xa0", " billing_number", "7580001")

    assert taken(returned(tmp_path, resaved(sent(), edits))) == {("X2", "CORRECT", "billing_number", "7580001", "because")}


def locked(heading: str) -> str:
    return f"{heading}: the cell is locked and was changed; {AGAIN}"


def not_text(heading: str, kind: str) -> str:
    return f"{heading}: the cell holds a {kind}, not text; format it as text and type it again"


WANTED_QUANTITY = "quantity: expected a plain number of at most 12 digits and 6 decimals, as 1234.5"
WANTED_DIGITS = "to_number: expected digits, with + in front, * or # of at most 40 characters"
WANTED_DAY = "usage_date: expected a day that exists, as 2026-03-31"
NO_COLUMN = "is no column of usage; choose one of the list"

REFUSED: list[tuple[str, dict[tuple[str | int, str], Cell], list[tuple[str, str]]]] = [
    ("an unknown exception", {("X2", "exception"): "X99"}, [("exception", f"exception: X99 is not on the worklist; {AGAIN}")]),
    ("a row without its name", {("X2", "exception"): None}, [("exception", f"exception: the name of the exception is gone; {AGAIN}")]),
    ("a changed amount", {("X2", "dollars"): Decimal("1234.57")}, [("dollars", locked("dollars"))]),
    ("an amount as text", {("X2", "dollars"): "1234.56"}, [("dollars", locked("dollars"))]),
    ("an amount gone", {("X2", "dollars"): None}, [("dollars", locked("dollars"))]),
    ("an amount where none is known", {("X6", "dollars"): 0}, [("dollars", locked("dollars"))]),
    ("a number that lost its kind", {("X2", "billing number"): 7580020},
     [("billing number", locked("billing number"))]),
    ("a changed message", {("X2", "what is wrong; what to do"): "all well"},
     [("what is wrong; what to do", locked("what is wrong; what to do"))]),
    ("a formula in a locked cell", {("X2", "code"): "=B3"}, [("code", locked("code"))]),
    ("an action that is not open", decide("X2", "RELEASE"),
     [("action", "action: 'RELEASE' is not open for A103; choose one of CORRECT, HOLD, REJECT")]),
    ("an action in small letters", decide("X5", "acknowledge"),
     [("action", "action: 'acknowledge' is not open for D403; choose one of CORRECT, HOLD, REJECT, ACKNOWLEDGE")]),
    ("a correction of a row that is no record", decide("X7", "CORRECT", field="quantity", value="1"),
     [("action", "action: 'CORRECT' is not open for F006; choose one of HOLD, REJECT")]),
    ("a correction of nothing", decide("X2", "CORRECT"),
     [("field", "field: is empty; name the column to correct"), ("new value", "new value: is empty; say what the column should be")]),
    ("an unknown column", decide("X2", "CORRECT", field="billing number", value="7580001"),
     [("field", f"field: 'billing number' {NO_COLUMN}")]),
    ("a column of another feed", decide("X2", "CORRECT", field="circuit_id", value="C"),
     [("field", f"field: 'circuit_id' {NO_COLUMN}")]),
    ("no reason", decide("X2", "REJECT", None), [("reason", "reason: is missing; say why in a few words")]),
    ("a blank reason", decide("X2", "REJECT", " \xa0 "), [("reason", "reason: is missing; say why in a few words")]),
    ("a reason that is a book", decide("X2", "REJECT", "x" * 2001), [("reason", "reason: has 2001 characters; say it in 2000")]),
    ("a reason that turns about", decide("X2", "REJECT", "a\u202eb"),
     [("reason", "reason: holds a character that has no place in a text; type it again")]),
    ("a new value beside another action", decide("X2", "REJECT", "x", "billing_number", "7580001"),
     [(name, f"{name}: is filled, but REJECT takes none; clear it") for name in ("field", "new value")]),
    ("a formula as action", decide("X2", '="HOLD"'), [("action", not_text("action", "formula"))]),
    ("an error value as reason", decide("X2", "HOLD", "=A1"),
     [("reason", not_text("reason", "formula"))]),
    ("a number as new value", decide("X2", "CORRECT", "x", "billing_number", 7580001),
     [("new value", not_text("new value", "number"))]),
    ("a date as new value", decide("X2", "CORRECT", "x", "usage_date", dt.date(2026, 10, 5)),
     [("new value", not_text("new value", "number"))]),
    ("a column that only others have", decide("X2", "CORRECT", "x", "vendor_line_no", "3"),
     [("field", f"field: 'vendor_line_no' {NO_COLUMN}")]),
    ("a date as a serial number", decide("X2", "CORRECT", "x", "usage_date", "46300"),
     [("new value", f"new value: {WANTED_DAY}, found '46300'; correct it")]),
    ("a date as people write it", decide("X2", "CORRECT", "x", "usage_date", "10/5/2026"),
     [("new value", f"new value: {WANTED_DAY}, found '10/5/2026'; correct it")]),
    ("a quantity with a comma", decide("X2", "CORRECT", "x", "quantity", "1,234.5"),
     [("new value", f"new value: {WANTED_QUANTITY}, found '1,234.5'; correct it")]),
    ("a blank behind a value", decide("X2", "CORRECT", "x", "billing_number", "7580001 "),
     [("new value", "new value: starts or ends with a blank; take it away")]),
    ("a line break in a value", decide("X2", "CORRECT", "x", "description", "a\nb"),
     [("new value", "new value: holds a character that has no place in a value; type it again")]),
    ("a called number in a message", decide("X8", "CORRECT", "x", "to_number", "(900)5550123"),
     [("new value", f"new value: {WANTED_DIGITS}, found '(xxx)xxxxxxx'; correct it")]),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "wrong"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_each_fault_is_refused_with_its_row_and_column(
    tmp_path: Path, edits: dict[tuple[str | int, str], Cell], wrong: list[tuple[str, str]]
) -> None:
    data = sent()
    row = row_of(data, next(str(name) for name, _ in edits)) + 1

    found = lines(
        tmp_path,
        resaved(
            data, {**GOOD, **dict.fromkeys([(name, h) for name, _ in edits for h in ("action", "field", "new value", "reason")]), **edits}
        ),
    )

    assert found == [f"{NAME}:{row}:{PLACE[heading] + 1}: {message}" for heading, message in wrong]


def test_all_faults_are_listed_in_the_order_of_the_sheet_up_to_fifty(tmp_path: Path) -> None:
    data = sent()
    edits = {**decide("X7", "CORRECT"), **decide("X2", "REJECT", None), ("X6", "exception"): "X99"}

    found = lines(tmp_path, resaved(data, edits))

    assert [tuple(map(int, line.split(":")[1:3])) for line in found] == sorted(
        (row_of(data, name) + 1, PLACE[heading] + 1) for name, heading in (("X7", "action"), ("X2", "reason"), ("X6", "exception"))
    )
    many = exceptions("usage", *[exception("A101", line) for line in range(2, 82)])
    book = write_worklist(worklist_of(many), facts_of(many))
    path = tmp_path / NAME
    path.write_bytes(resaved(book, {key: cell for line in range(2, 82) for key, cell in decide(f"X{line}", "SKIP").items()}))
    with pytest.raises(RefusalsError) as refused:
        read_worklist(path, worklist_of(many), facts_of(many))
    assert len(refused.value.errors) == 51
    assert str(refused.value).endswith(f"{NAME}: and 30 more faults; correct these first")
    assert refused.value.worst == 10


def doubled(data: bytes, exception_id: str, edits: dict[str, Cell]) -> bytes:
    """The workbook with a row put in once more at its end."""
    row = row_of(data, exception_id)
    shows = {heading: cell for heading, cell in cells_of(data, row).items() if cell is not None}
    last = 50
    return resaved(data, {(last, heading): cell for heading, cell in {**shows, **edits}.items()})


def cells_of(data: bytes, row: int) -> dict[str, Cell]:
    sheet = sheets_of(data)[SHEET]
    found: dict[str, Cell] = {}
    for heading, place in PLACE.items():
        cell = sheet.get((row + 1, place + 1))
        if cell:
            found[heading] = ("text", cell.value) if cell.kind == "text" else Decimal(cell.value)
    return found


def test_two_rows_of_one_exception_must_say_the_same(tmp_path: Path) -> None:
    data = resaved(sent(), decide("X2", "HOLD"))
    row = row_of(data, "X2") + 1

    assert taken(returned(tmp_path, doubled(data, "X2", {}))) == {("X2", "HOLD", None, None, "said the agency")}
    assert lines(tmp_path, doubled(data, "X2", {"action": "REJECT"})) == [
        f"{NAME}:10:{PLACE['action'] + 1}: action: row {row} decides X2 otherwise; leave one of the two",
    ]  # fmt: skip
    assert lines(tmp_path, doubled(data, "X2", {"reason": "another"}))[0].endswith("otherwise; leave one of the two")


@pytest.mark.parametrize(
    ("first", "second", "heading", "words"),
    [
        (("REJECT", None, None), ("CORRECT", "quantity", "2"), "action", "action: row {} rejects the same record; leave one of the two"),
        (("CORRECT", "quantity", "1"), ("CORRECT", "quantity", "2"), "new value",
         "new value: row {} gives quantity of the same record another value; leave one of the two"),
        (("CORRECT", "quantity", "1"), ("CORRECT", "rate_code", "ST20"), None, None),
        (("CORRECT", "quantity", "1"), ("CORRECT", "quantity", "1"), None, None),
        (("REJECT", None, None), ("REJECT", None, None), None, None),
    ],
)  # fmt: skip
def test_two_findings_of_one_record_must_not_contradict_each_other(
    tmp_path: Path,
    first: tuple[str, str | None, str | None],
    second: tuple[str, str | None, str | None],
    heading: str | None,
    words: str | None,
) -> None:
    found = exceptions("usage", exception("A101", 2, amount="5"), exception("R201", 2, exception_id="X2b", is_first_cause=False))
    today = make_worklist(found, NO_SUGGESTIONS, NO_CARRY, OCTOBER, show_all=True)
    data = write_worklist(today, facts_of(found))
    edits = {**decide("X2", first[0], "x", *first[1:]), **decide("X2b", second[0], "x", *second[1:])}
    path = tmp_path / NAME
    path.write_bytes(resaved(data, edits))

    if words is None:
        assert read_worklist(path, today, facts_of(found)).decisions.height == 2
        return
    with pytest.raises(RefusalsError) as refused:
        read_worklist(path, today, facts_of(found))
    assert str(refused.value) == f"{NAME}:3:{PLACE[str(heading)] + 1}: {words.format(2)}"


@pytest.mark.parametrize("text", INJECTIONS)
def test_whatever_text_went_out_comes_back_untouched(tmp_path: Path, text: str) -> None:
    today = hostile(text)
    data = write_worklist(today, facts_of())

    assert returned(tmp_path, data, today=today).decisions.is_empty()
    assert taken(returned(tmp_path, resaved(data, decide("X2", "HOLD")), today=today)) == {("X2", "HOLD", None, None, "said the agency")}


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (WorklistFacts("2026-11", "head-1", facts_of().exceptions_hash),
         f"{NAME}: is the worklist of 2026-10, not of 2026-11; {EXPORT.replace('2026-10', '2026-11')}"),
        (WorklistFacts("2026-10", "head-2", facts_of().exceptions_hash),
         f"{NAME}: is older than the last run or the last decisions of 2026-10; {EXPORT} and enter them there"),
        (WorklistFacts("2026-10", "head-1", stable_id("", "x")),
         f"{NAME}: is older than the last run or the last decisions of 2026-10; {EXPORT} and enter them there"),
    ],
)  # fmt: skip
def test_a_list_of_another_month_or_of_yesterday_is_refused_in_one_line(tmp_path: Path, facts: WorklistFacts, line: str) -> None:
    assert lines(tmp_path, resaved(sent(), GOOD), facts) == [line]


def test_a_workbook_that_is_no_worklist_is_refused(tmp_path: Path) -> None:
    data = sent()

    assert lines(tmp_path, resaved(data, keep=(SHEET,))) == [f"{NAME}: is not a worklist of this program; {EXPORT}"]
    assert lines(tmp_path, resaved(data, name="Sheet1")) == [f"{NAME}: has no sheet 'Worklist'; give the sheet its name back"]
    assert lines(tmp_path, b"PK\x03\x04junk") == [f"{NAME}: F006: is a damaged workbook; save it again"]
    assert lines(tmp_path, b"a,b\n") == [f"{NAME}: F006: is not an .xlsx workbook; save it as .xlsx or CSV"]
    assert lines(tmp_path, resaved(data, {(0, "dollars"): "euros"})) == [
        f"{NAME}:1:{PLACE['dollars'] + 1}: expected the heading 'dollars', found 'euros'; {AGAIN}",
    ]  # fmt: skip


def test_a_workbook_over_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sent()
    monkeypatch.setattr("inputs.worklist_book.WORKBOOK_LIMIT", len(data) - 1)
    assert "over the limit of" in lines(tmp_path, data)[0]

    monkeypatch.undo()
    monkeypatch.setattr(workbook, "EXPANDED_LIMIT", 1000)
    assert lines(tmp_path, data) == [f"{NAME}: F006: expands beyond the limits for workbooks; send CSV"]


def test_a_list_of_some_rows_comes_back_against_the_whole_list(tmp_path: Path) -> None:
    part = worklist_of(october().filter(pl.col("code") == "D402"))
    assert part["cause_rank"].to_list() == [1]
    data = write_worklist(part, facts_of())

    assert taken(returned(tmp_path, resaved(data, decide("X4", "RELEASE")))) == {("X4", "RELEASE", None, None, "said the agency")}
