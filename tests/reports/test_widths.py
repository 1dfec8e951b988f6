"""Column widths fill the paper and leave room for every figure."""

from decimal import Decimal

from reports.invoice.view import Column, Row
from reports.invoice.widths import PAPER, with_widths

COLUMNS = (Column("Line", "n"), Column("Service", "w"), Column("Amount $", "n"))


def tenths(column):
    return int(Decimal(column.width.removesuffix("mm")) * 10)


def test_columns_fill_the_paper_and_words_take_what_is_left():
    columns = with_widths(COLUMNS, [Row(("1", "A service", "12.00"))], "12.00")

    assert PAPER - 2 <= sum(map(tenths, columns)) <= PAPER
    assert tenths(columns[1]) > tenths(columns[0]) + tenths(columns[2])


def test_a_long_total_widens_the_last_column():
    narrow = with_widths(COLUMNS, [Row(("1", "A", "12.00"))], "12.00")
    wide = with_widths(COLUMNS, [Row(("1", "A", "12.00"))], "123,456,789.00")

    assert tenths(wide[2]) > tenths(narrow[2])


def test_where_words_would_be_squeezed_the_renderer_finds_the_widths():
    columns = with_widths(COLUMNS, [Row(("1" * 90, "A", "12.00"))], "12.00")

    assert [column.width for column in columns] == ["", "", ""]
