"""Cells are read as what they are, and a part that is not sound is refused."""

import io
import zipfile

import pytest

from billing.errors import InputError, Location
from inputs.sheet_cells import SheetCell, read_sheets

BOOK = '<workbook xmlns:r="rel"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELS = '<Relationships><Relationship Id="rId1" Target="{}"/></Relationships>'
STRINGS = (
    "<sst><si><t>plain</t></si><si><r><t>in </t></r><r><t>parts</t></r><rPh><t>aid</t></rPh></si>"
    "<si><t>a_x0009_b_x005F_x0041__xD800_</t></si></sst>"
)


def book(cells: str, *, target: str = "worksheets/sheet1.xml", head: str = "", strings: str = STRINGS) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELS.format(target))
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/worksheets/sheet1.xml", f"{head}<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>")
    return stream.getvalue()


def cell(xml: str, **more: str) -> SheetCell | None:
    return read_sheets(book(xml, **more), Location("x.xlsx"), ("S",))["S"].get((1, 1))


@pytest.mark.parametrize(
    ("xml", "kind", "value"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "text", "plain"),
        ('<c r="A1" t="s"><v>1</v></c>', "text", "in parts"),
        ('<c r="A1" t="s"><v>2</v></c>', "text", "a\tb_x0041__xD800_"),
        ('<c r="A1" t="inlineStr"><is><t>a_x0009_b</t></is></c>', "text", "a\tb"),
        ('<c r="A1" t="str"><v>text</v></c>', "text", "text"),
        ('<c r="A1"><v>7580001</v></c>', "number", "7580001"),
        ('<c r="A1" t="n"><v>1.5E-3</v></c>', "number", "1.5E-3"),
        ('<c r="A1" t="b"><v>1</v></c>', "truth value", "1"),
        ('<c r="A1" t="e"><v>#REF!</v></c>', "error value", "#REF!"),
        ('<c r="A1" t="d"><v>2026-10-01</v></c>', "date", "2026-10-01"),
        ('<c r="A1" t="str"><f>A2</f><v>HOLD</v></c>', "formula", "HOLD"),
        ('<c r="A1"><f>1+1</f></c>', "formula", ""),
    ],
)
def test_a_cell_is_what_the_file_says_it_is(xml: str, kind: str, value: str) -> None:
    assert cell(xml) == SheetCell(kind, value)


def test_an_empty_cell_is_not_there_and_a_place_may_be_absolute() -> None:
    assert cell('<c r="A1" s="3"/>') is None
    found = read_sheets(book('<c r="AB12"><v>1</v></c>', target="/xl/worksheets/sheet1.xml"), Location("x.xlsx"), ("S", "T"))
    assert found == {"S": {(12, 28): SheetCell("number", "1")}}


@pytest.mark.parametrize(
    ("xml", "more"),
    [
        ('<c r="A1"><v>1</v></c>', {"head": '<!DOCTYPE w [<!ENTITY a "b">]>'}),
        ('<c r="A1" t="s"><v>9</v></c>', {}),
        ('<c r="A1" t="s"><v>-1</v></c>', {}),
        ('<c r="A1"><v>one</v></c>', {}),
        ('<c r="A1"><v>NaN</v></c>', {}),
        ('<c r="A1" t="odd"><v>1</v></c>', {}),
        ("<c><v>1</v></c>", {}),
        ('<c r="a1"><v>1</v></c>', {}),
        ('<c r="A0"><v>1</v></c>', {}),
        ('<c r="ZZZ1"><v>1</v></c>', {}),
        ('<c r="A2000000"><v>1</v></c>', {}),
        ('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>', {}),
        ('<c r="A1"><v>1</c>', {}),
        ('<c r="A1"><v>1</v></c>', {"target": "worksheets/none.xml"}),
        ('<c r="A1"><v>1</v></c>', {"target": "../../etc/passwd"}),
        ('<c r="A1"><v>&lol;</v></c>', {}),
    ],
)
def test_a_part_that_is_not_sound_is_refused(xml: str, more: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"^x.xlsx: F006: is a damaged workbook; save it again as .xlsx$"):
        cell(xml, **more)
