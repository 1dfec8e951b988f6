"""The pack as its template sees it: everything already in words and figures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell: its text, whether it is a figure, which way a movement goes."""

    text: str
    css: str = ""  # n: a figure; more, less: which way it moved
    span: int = 1  # columns it takes


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    title: str
    css: str = ""


@dataclass(frozen=True)
class Table:
    """One table: rows, then what is left out in one row, then the total."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rest: tuple[Cell, ...] = ()
    total: tuple[Cell, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart and the same in words; title: what it shows, above it."""

    title: str
    source: str  # a data: address
    words: str


@dataclass(frozen=True)
class Part:
    """One part of the pack: where the contents lead, the sentence that leads it, charts, tables."""

    anchor: str
    title: str
    reports: str  # numbers of the reports it shows
    about: str
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    is_on_new_page: bool = False


@dataclass(frozen=True)
class Remark:
    """One unusual thing and the part that shows it."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Signature:
    """One who signs: what for, and, where it is recorded, who, in which role, when and how."""

    what: str
    name: str = ""
    role: str = ""
    when: str = ""
    how: str = ""


@dataclass(frozen=True)
class Cover:
    """Page one."""

    total: str
    sentence: str
    why: str
    bridge: Picture | None
    remarks: tuple[Remark, ...]
    clear: str  # what was looked for and not found
    signatures: tuple[Signature, ...]
    approvals: str  # what else was approved
    control: str
    evidence: tuple[tuple[str, str], ...]
    missing: str  # reports that are not at hand


@dataclass(frozen=True)
class Head:
    """What stands on every page."""

    title: str
    month: str
    mark: str
    mark_words: str
    is_posted: bool
    sender: str
    address: str
    dated: str
    dated_iso: str


@dataclass(frozen=True)
class PackView:
    """The whole pack."""

    head: Head
    cover: Cover
    parts: tuple[Part, ...]
