"""The workbook that goes out: what a person sees, what is locked, and that nothing in it runs."""

import io
import re
import zipfile
from decimal import Decimal

import fastexcel
import polars as pl
import pytest

from billing.catalogue import CATALOGUE
from billing.errors import UsageError
from billing.worklist import WORKLIST
from billing.worklist_actions import ACTIONS, allowed_actions
from billing.worklist_cells import COLUMNS, INPUTS
from reports import worklist_book
from reports.worklist_book import action_list, masked_worklist, write_worklist
from reports.worklist_help import HELP
from tests.worklist.lists import INJECTIONS, NOTHING_FOUND, PLACE, facts_of, hostile, row_of, sheets_of, worklist_of
from tests.worklist.rows import exception, exceptions


def part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def written(worklist: pl.DataFrame | None = None) -> bytes:
    return write_worklist(worklist_of() if worklist is None else worklist, facts_of())


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_in_the_data_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    data = written(hostile(text))

    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        content = archive.read(name).decode()
        assert not re.search(r"<f[ >]", content), name
        assert "hyperlink" not in content, name
        assert "externalLink" not in name
    kinds = {
        cell.kind for (row, place), cell in sheets_of(data)["Worklist"].items() if COLUMNS[min(place, len(COLUMNS)) - 1].kind == "text"
    }
    assert kinds == {"text"}


@pytest.mark.parametrize("text", [text for text in INJECTIONS if text.strip() and len(text) < 100 and text.isprintable()])
def test_an_independent_reader_sees_the_text_as_it_is(text: str) -> None:
    shows = fastexcel.read_excel(written(hostile(text))).load_sheet("Worklist", header_row=None, dtypes="string").to_polars()

    assert shows.row(1)[PLACE["value found"]] == text
    assert shows.row(1)[PLACE["what is wrong; what to do"]] == text


@pytest.mark.parametrize(
    ("text", "shows"),
    [("a\x00b", "a�b"), ("\u202eabc", "�abc"), ("x" * 2001, "x" * 1999 + "…"), ("x" * 2000, "x" * 2000), ("line\nbreak", "line�break")],
)
def test_text_that_a_cell_cannot_show_safely_is_replaced_or_cut(text: str, shows: str) -> None:
    data = written(hostile(text))

    assert sheets_of(data)["Worklist"][2, PLACE["value found"] + 1].value == shows


def test_the_same_worklist_gives_the_same_bytes() -> None:
    assert written() == written()
    stamps = {info.date_time for info in zipfile.ZipFile(io.BytesIO(written())).infolist()}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}
    assert "2000-01-01T00:00:00Z" in part(written(), "docProps/core.xml")


def test_rows_are_in_working_order_under_frozen_headings_with_dollars_as_numbers() -> None:
    data = written()

    shows = fastexcel.read_excel(data).load_sheet("Worklist").to_polars()
    listed = worklist_of()
    assert shows.columns[: len(COLUMNS)] == [column.heading for column in COLUMNS]
    assert shows["exception"].to_list() == listed["exception_id"].to_list()
    assert shows["code"].to_list() == listed["code"].to_list()
    assert shows["dollars"].to_list()[:3] == [-2000.1, 1234.56, 12.0]
    assert shows["billing number"].to_list()[0] == "7580020"
    xml = part(data, "xl/worksheets/sheet1.xml")
    assert 'xSplit="3" ySplit="1"' in xml
    assert f'<autoFilter ref="A1:AC{listed.height + 1}"/>' in xml


def test_only_the_four_open_cells_are_unlocked_and_the_sheet_is_protected_without_a_password() -> None:
    data = written()
    xml, styles = part(data, "xl/worksheets/sheet1.xml"), part(data, "xl/styles.xml")
    formats = styles.split("<cellXfs")[1].split("</cellXfs>")[0].split("<xf ")[1:]
    unlocked = {str(place) for place, found in enumerate(formats) if 'locked="0"' in found}

    for row, place in [(row, place) for row in range(2, 10) for place in range(len(COLUMNS))]:
        letter = chr(65 + place) if place < 26 else f"A{chr(65 + place - 26)}"
        style = re.search(rf'<c r="{letter}{row}" s="(\d+)"', xml)
        assert style is not None, (letter, row)
        assert (style[1] in unlocked) == (COLUMNS[place].heading in INPUTS), (letter, row)
    protection = re.search(r"<sheetProtection [^>]*>", xml)
    assert protection is not None
    assert "password" not in protection[0]
    for allowed in ("autoFilter", "sort", "formatColumns"):
        assert f'{allowed}="0"' in protection[0]


def defined(data: bytes) -> dict[str, list[str]]:
    """What each named list offers."""
    lists = fastexcel.read_excel(data).load_sheet("Lists", header_row=None, dtypes="string").to_polars()
    found = {}
    for name, first, last in re.findall(
        r'<definedName name="((?:actions|fields)_\w+)">Lists!\$([A-Z]+)\$1:\$[A-Z]+\$(\d+)<', part(data, "xl/workbook.xml")
    ):
        place = int(first, 36) - 10 if len(first) == 1 else -1
        found[name] = lists.to_series(place).to_list()[: int(last)]
    return found


def test_each_row_offers_its_own_actions_and_the_columns_of_its_feed() -> None:
    data = written()
    lists = defined(data)
    menus = fastexcel.read_excel(data).load_sheet("Worklist", header_row=None, dtypes="string").to_polars()

    for row, (code, severity, line) in enumerate(worklist_of().select("code", "severity", "source_line").iter_rows(), 1):
        offered = lists[menus.row(row)[len(COLUMNS)]]
        assert tuple(offered) == allowed_actions(code, severity, has_record=line is not None), code
    assert lists["fields_usage"][:2] == ["source_record_id", "billing_number"]
    xml = part(data, "xl/worksheets/sheet1.xml")
    assert "<formula1>INDIRECT($AD2)</formula1>" in xml
    assert '<formula1>INDIRECT("fields_"&amp;$P2)</formula1>' in xml
    assert (COLUMNS[15].heading, len(COLUMNS)) == ("feed", 29)


def test_every_set_of_actions_that_can_come_up_has_its_list() -> None:
    lists = defined(written())

    sets = {
        allowed_actions(code, severity, has_record=has_record)
        for code in CATALOGUE for severity in ("FATAL", "HOLD", "WARN", "INFO") for has_record in (True, False)
    }  # fmt: skip
    assert {action_list(actions) for actions in sets if actions} <= set(lists)
    assert all(tuple(lists[action_list(actions)]) == actions for actions in sets if actions)


def test_the_summary_has_each_cause_with_its_count_dollars_and_age_as_values() -> None:
    shows = fastexcel.read_excel(written()).load_sheet("Summary", header_row=2).to_polars()

    assert shows.select("rank", "code", "exceptions", "dollars", "without dollars").rows()[:3] == [
        (1.0, "A103", 2.0, 3234.66, 0.0), (2.0, "D403", 1.0, 12.0, 0.0), (3.0, "L707", 1.0, 4.2, 0.0),
    ]  # fmt: skip
    assert shows.row(-1)[3:6] == ("all causes", 8.0, 3251.15)


def test_the_help_explains_every_action() -> None:
    assert tuple(word for word, _ in HELP if word in ACTIONS) == ACTIONS
    assert max(len(meaning) for _, meaning in HELP) < 32_000


def test_no_called_number_leaves_with_the_worklist() -> None:
    found = exceptions("long_distance", exception(
        "L707", 8, "to_number", "19005550123", message="premium number 19005550123", reason="called 1 (900) 555-0123", status="OPEN",
    ))  # fmt: skip
    data = written(worklist_of(found))

    everything = b"".join(zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist())
    assert b"5550123" not in everything
    assert b"555-0123" not in everything
    assert b"[number]" in everything


def test_masking_twice_changes_nothing() -> None:
    once = masked_worklist(worklist_of())

    assert masked_worklist(once).equals(once)
    assert once.schema == pl.Schema(WORKLIST)


def test_an_empty_worklist_is_a_workbook_too() -> None:
    data = write_worklist(worklist_of(NOTHING_FOUND), facts_of(NOTHING_FOUND))

    assert {row for row, _ in sheets_of(data)["Worklist"]} == {1}


def test_more_rows_than_a_person_can_work_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist_book, "MOST_ROWS", 7)

    with pytest.raises(UsageError, match="the worklist has 8 rows, a workbook takes 7; narrow it with --code"):
        written()


def test_amounts_keep_their_cents() -> None:
    found = exceptions("usage", *[exception("A101", line, amount=f"{line}.29") for line in range(2, 60)])
    data = written(worklist_of(found))

    for line in (2, 29, 59):
        cell = sheets_of(data)["Worklist"][row_of(data, f"X{line}") + 1, PLACE["dollars"] + 1]
        assert Decimal(cell.value) == Decimal(f"{line}.29")


def test_an_empty_text_is_an_empty_cell() -> None:
    assert (2, PLACE["value found"] + 1) not in sheets_of(written(hostile("")))["Worklist"]
