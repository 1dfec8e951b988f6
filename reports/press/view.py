"""What is printed on an invoice: texts and places only, so that equal views are equal paper."""

import json
from dataclasses import dataclass
from typing import Final, NamedTuple


@dataclass(frozen=True)
class Sender:
    """Who bills."""

    name: str
    address: str
    contact: str = ""  # printed where it is known: office, telephone, mail


OVER: Final = "over"
SUB: Final = "sub"

COT: Final = Sender("Commonwealth Office of Technology", "500 Mero Street, Frankfort, Kentucky 40601")


@dataclass(frozen=True)
class Column:
    """One column: its title, and `n` for figures or `w` for words that may wrap."""

    title: str
    css: str = ""


class Row(NamedTuple):
    """One row of a table.

    A plain row has a cell a column, and a note printed small under the first wrapping one. A heading (`OVER`) has one cell
    over all columns; a subtotal (`SUB`) has a label and the last columns' cells, the label over the columns before them.
    """

    cells: tuple[str, ...]
    note: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the detail: heading, sentences, and a table with its foot, or no table."""

    anchor: str
    title: str
    about: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    foot: str = ""  # `Rated services, 22 lines`
    total: str = ""
    words: tuple[str, ...] = ()  # sentences, where there is no table
    has_head: bool = True  # False: the first column names what the others say

    @property
    def note_column(self) -> int:
        """The first wrapping column, which carries the rows' notes."""
        return next((place for place, column in enumerate(self.columns) if column.css == "w"), 0)


@dataclass(frozen=True)
class Family:
    """One row of page one: a family of charges, last month, this month, and how it moved."""

    title: str
    anchor: str  # empty when there is no section this month
    last: str
    amount: str
    change: str
    direction: str  # more, less or empty
    percent: str
    trend: str  # an SVG as a data: address, or empty
    trend_words: str


@dataclass(frozen=True)
class Fund:
    """One funding string's part of the invoice."""

    colour: int  # place among the colours of the style
    fund: str
    string: str
    federal: str
    share: str
    amount: str


@dataclass(frozen=True)
class Check:
    """One thing to look at before approving, and the section it is in."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Head:
    """Whose invoice it is, for which month, and its dates."""

    invoice_no: str
    issued_iso: str
    title: str
    month: str
    billed_to: str
    running: str  # the same in the margin
    addressees: tuple[str, ...]
    number_label: str
    number: str
    facts: tuple[tuple[str, str], ...]  # label, value: invoice number, dates


@dataclass(frozen=True)
class Due:
    """How much, how much more than last month and why."""

    label: str
    amount: str
    sentence: str
    chart: str  # an SVG as a data: address, or empty
    chart_words: str
    chart_labels: tuple[str, str]


@dataclass(frozen=True)
class Summary:
    """Charges by family, last month beside this one."""

    last_month: str  # heading of the comparison; empty when there is nothing to compare
    this_month: str
    families: tuple[Family, ...]
    total: Family
    has_trends: bool


@dataclass(frozen=True)
class View:
    """One invoice as printed."""

    sender: Sender
    head: Head
    due: Due
    summary: Summary
    funds: tuple[Fund, ...]  # the largest
    more_funds: int  # how many stand at the end only
    fund_bar: str  # an SVG as a data: address, or empty
    fund_words: str
    checks: tuple[Check, ...]
    sections: tuple[Section, ...]
    closing: tuple[Section, ...]  # payment, disputes, accounting strings, the attached file

    @property
    def invoice_no(self) -> str:
        """The invoice's number."""
        return self.head.invoice_no

    def canonical(self) -> bytes:
        """The view as bytes: the same for the same paper."""
        return json.dumps(self, default=vars, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
