"""What is printed on an invoice: texts and places only, so that equal views are equal paper."""

import json
from dataclasses import asdict, dataclass
from typing import Final


@dataclass(frozen=True)
class Sender:
    """Who bills."""

    name: str
    address: str
    contact: str = ""  # printed where it is known: office, telephone, mail


COT: Final = Sender("Commonwealth Office of Technology", "500 Mero Street, Frankfort, Kentucky 40601")


@dataclass(frozen=True)
class Column:
    """One column: its title, `n` for figures or `w` for words that may wrap, and its width (empty: found by the renderer)."""

    title: str
    css: str = ""
    width: str = ""


@dataclass(frozen=True)
class Row:
    """One row: its cells, and a note printed small under the wrapping one; or a heading over the rows that follow."""

    cells: tuple[str, ...]
    note: str = ""
    is_heading: bool = False


@dataclass(frozen=True)
class Section:
    """One table with its heading, what it is about, and its foot."""

    anchor: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: str  # `Rated services, 22 lines`
    total: str

    @property
    def note_column(self) -> int:
        """The first wrapping column, which carries the rows' notes."""
        return next((place for place, column in enumerate(self.columns) if column.css == "w"), -1)


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

    colour: str
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
class LastPage:
    """What to do with the invoice, and the file that goes with it."""

    payment: tuple[str, ...]
    dispute: tuple[str, ...]
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """One invoice as printed."""

    sender: Sender
    head: Head
    due: Due
    summary: Summary
    funds: tuple[Fund, ...]
    fund_bar: str
    checks: tuple[Check, ...]
    sections: tuple[Section, ...]
    last: LastPage

    @property
    def invoice_no(self) -> str:
        """The invoice's number."""
        return self.head.invoice_no

    def canonical(self) -> bytes:
        """The view as bytes: the same for the same paper."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
