"""The gate: one feed file in, its checked and typed records out, with every unreadable row kept in suspense."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import BillingError, InputError, Location, ReconciliationError, RefusalsError
from billing.findings import gather
from billing.frames import conform, record_schema
from billing.layouts import FEEDS, Feed
from billing.periods import Period
from billing.policy import Policy
from inputs.csv_rows import Rows, raw_records, split_csv
from inputs.grammar import BAD_CELLS, Cells, check_cells
from inputs.headers import Header, match_header
from inputs.manifest import Counted, disagreements, read_manifest
from inputs.names import FeedName, feed_name, manifest_beside
from inputs.row_rules import broken_rules
from inputs.suspense import PLAIN_NUMBER, ROW_FIX, bad_rows, file_finding, suspend
from inputs.swar import Bytes
from inputs.text_file import read_bytes, shown, text_body
from inputs.workbook import read_workbook

MOST_LINES: Final = 20  # unreadable rows named one by one when a file is refused
# Columns a header must have although a blank cell in them is judged later, by a rule of its own.
_NAMED: Final[dict[str, tuple[str, ...]]] = {
    "usage": ("billing_number", "rate_code", "uom"),
    "fixed_cost": ("rate_code",),
    **dict.fromkeys(("pass_through", "circuits", "voip", "centrex", "adjustments"), ("billing_number", "rate_code")),
}
_CONTROL: Final = pl.Decimal(38, 12)
Hashed = tuple[bytes | Bytes, str]  # a file's bytes and their SHA-256


@dataclass(frozen=True)
class Gated:
    """One feed file, read: what it held, and what the gate counted in it."""

    feed: str
    source_file: str
    sequence: int
    sha256: str
    byte_count: int
    row_count: int  # data rows, accepted or suspended
    records: pl.DataFrame  # record_schema(feed)
    suspense: pl.DataFrame  # SUSPENSE
    findings: pl.DataFrame  # FINDINGS: F006 for each suspended row, F005 and F002 warnings on the file
    control_quantity: Decimal | None  # null: the feed has none, or a cell of it could not be read
    control_amount: Decimal | None


def read_feed(path: Path, feed: str, period: Period, policy: Policy) -> Gated:
    """Read one feed file, CSV or workbook, with its manifest.

    Rows: each data row is one record or one suspended row; blank lines are none.

    Args:
        path: `<feed>_<YYYY-MM>_<seq>.csv` or `.xlsx`; its manifest stands beside it.
        feed: one of the nine.
        period: the month being run.
        policy: unreadable_limit_pct and machine_feeds are used.

    Raises:
        InputError: the file, its header or its manifest is refused for one reason.
        RefusalsError: it is refused for several, such as more unreadable rows than policy allows.
        ReconciliationError: rows in are not rows out; an error of ours.
    """
    return FeedReader(path, FEEDS[feed], period, policy).read()


class FeedReader:
    """One file on its way through the gate."""

    def __init__(self, path: Path, feed: Feed, period: Period, policy: Policy, read: Callable[[Path], Hashed] | None = None) -> None:
        self.path, self.feed, self.policy = path, feed, policy
        self.file = shown(path.name, 200)
        self.name = _checked_name(path, feed, period)
        self.data, self.sha256 = (read or _read_hashed)(path)
        self.is_text = self.name.suffix == "csv"

    @cached_property
    def body(self) -> bytes:
        """The text of the file, once it is needed; see `text_body`."""
        return text_body(bytes(self.data), self.path.name)

    def read(self) -> Gated:
        """Read all rows of the file."""
        return self.judge(split_csv(self.body, self.path.name) if self.is_text else read_workbook(bytes(self.data), self.path.name))

    def judge(self, rows: Rows, elsewhere: int = 0) -> Gated:
        """Judge the file by these rows of it. elsewhere: sum_quantity of the rows that were read in another way."""
        header = self._header(rows)
        texts, clashes = _layout_texts(rows.cells, header, self.feed)
        if not self.is_text:
            texts = _dates_of_workbook(texts, self.feed)
        cells = check_cells(texts, self.feed.columns, most_messages=MOST_LINES + self._limit(rows.row_count))
        bad = pl.concat([clashes, cells.bad])
        bad = pl.concat([bad, broken_rules(self.feed.name, cells.typed, bad)])
        quantity = _control(texts, cells, self.feed.sum_quantity, rows)
        counted = Counted(
            self.sha256,
            rows.row_count,
            None if quantity is None else quantity + elsewhere,
            _control(texts, cells, self.feed.sum_amount, rows),
        )
        warnings = self._manifest(counted, rows, bad, header)
        suspense, findings = self._suspend(rows, texts, bad, header)
        records = self._records(cells, rows.cells["source_line"], bad)
        came_out = records.height + suspense.height + rows.elsewhere
        if came_out != rows.row_count:
            raise ReconciliationError(f"{rows.row_count} rows went in, {came_out} came out; report this")
        return Gated(
            self.feed.name, self.path.name, self.name.sequence, self.sha256, len(self.data), rows.row_count, records, suspense,
            gather(findings, *self._extras(header), *warnings), counted.quantity, counted.amount,
        )  # fmt: skip

    def _limit(self, row_count: int) -> int:
        """Most rows that may be unreadable before the whole file is refused."""
        return int(row_count * self.policy.unreadable_limit_pct // 100)

    def _header(self, rows: Rows) -> Header:
        known = tuple(dict.fromkeys((*self.feed.names, self.feed.id_column)))
        named = _NAMED.get(self.feed.name, ())
        demanded = [
            (column.name, self.feed.id_column) if column.name == "source_record_id" else (column.name,)
            for column in self.feed.columns
            if column.required or column.name in named
        ]
        header = match_header(rows.header, known, tuple(demanded))
        _refuse([InputError(text, at=Location(self.file, 1, place), code="F005") for place, text in header.problems])
        return header

    def _manifest(self, counted: Counted, rows: Rows, bad: pl.DataFrame, header: Header) -> list[pl.DataFrame]:
        """Hold the file against its manifest and against the limit of unreadable rows; returns warnings."""
        beside, faults, warnings = manifest_beside(self.path), [], []
        if beside is not None:
            faults += disagreements(read_manifest(beside), Location(shown(beside.name, 200)), self.name, counted)
        elif self.is_text and self.feed.name in self.policy.machine_feeds:
            faults.append(InputError(f"has no manifest {self.path.stem}.manifest.json; ask for it", at=Location(self.file), code="F002"))
        else:
            message = "hand-made file without a manifest, its rows and sums are not checked; count them by hand"
            warnings.append(file_finding("F002", self.feed.name, self.file, message))
        _refuse(faults + self._unreadable(rows, bad, header))
        return warnings

    def _unreadable(self, rows: Rows, bad: pl.DataFrame, header: Header) -> list[BillingError]:
        """The lines of a file with too many unreadable rows; none when it is within the limit."""
        count = bad["row"].n_unique() + len(rows.faults)
        if count <= self._limit(rows.row_count):
            return []
        named = bad_rows(rows, bad, header, MOST_LINES)
        lines: list[BillingError] = [
            InputError(f"{row.message}; {ROW_FIX}", at=Location(self.file, row.line, row.column_no), code="F006") for row in named
        ]
        more = f"and {count - len(named)} more: " if count > len(named) else ""
        summary = f"{more}{count} of {rows.row_count} rows are unreadable, over the limit of {self.policy.unreadable_limit_pct} %"
        return [*lines, InputError(f"{summary}; correct them and reload the file", at=Location(self.file), code="F006")]

    def _suspend(self, rows: Rows, texts: pl.DataFrame, bad: pl.DataFrame, header: Header) -> tuple[pl.DataFrame, pl.DataFrame]:
        named = bad_rows(rows, bad, header, None)
        if self.is_text:
            raw = raw_records(self.body, [row.line for row in named]) if named else []
        else:
            joined = rows.cells.select(line="source_line", text=pl.concat_str(pl.exclude("source_line").fill_null(""), separator=","))
            by_line = dict(joined.iter_rows())
            raw = [by_line.get(row.line, row.raw_text) for row in named]
        return suspend(self.feed, self.file, named, raw, texts)

    def _records(self, cells: Cells, lines: pl.Series, bad: pl.DataFrame) -> pl.DataFrame:
        """The accepted rows, typed, in file order."""
        height = len(lines)
        origin = [
            pl.Series(name, [value]).new_from_index(0, height) for name, value in (("feed", self.feed.name), ("source_file", self.file))
        ]
        instants = cells.instants["connect_at"].get_columns() if self.feed.name == "long_distance" else []
        frame = pl.DataFrame([*origin, lines, *cells.typed.get_columns(), *instants])
        if bad.height:
            frame = frame.with_row_index("_row").filter(~pl.col("_row").is_in(bad["row"].unique().implode())).drop("_row")
        return conform(frame, record_schema(self.feed.name))

    def _extras(self, header: Header) -> list[pl.DataFrame]:
        return [
            file_finding(
                "F005", self.feed.name, self.file, f"column '{shown(name)}' is not in the layout and is not read; remove it or ask for it",
                line=1, column=shown(name),
            )
            for _place, name in header.extras
        ]  # fmt: skip


def _read_hashed(path: Path) -> Hashed:
    data = read_bytes(path)
    return data, hashlib.sha256(data).hexdigest()


def _checked_name(path: Path, feed: Feed, period: Period) -> FeedName:
    at = Location(shown(path.name, 200))
    name = feed_name(path.name)
    if name is None or name.feed != feed.name:
        raise InputError(f"is not named as a {feed.name} file; name it {feed.name}_{period}_001.csv", at=at, code="F005")
    if name.period != period:
        raise InputError(f"is of period {name.period}, not {period}; rename it or run its own period", at=at, code="F007")
    return name


def _layout_texts(cells: pl.DataFrame, header: Header, feed: Feed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The file's columns under the layout's names; with rows whose two record ids differ as bad cells."""
    texts = pl.DataFrame([cells[f"c{place}"].alias(name) for name, place in header.places.items()])
    bad = pl.DataFrame(schema=BAD_CELLS)
    if feed.id_column in texts.columns and feed.id_column != "source_record_id":
        other = pl.col(feed.id_column)
        if "source_record_id" not in texts.columns:
            return texts.rename({feed.id_column: "source_record_id"}), bad
        own = pl.col("source_record_id")
        clash = texts.with_row_index("row").filter(own != other)
        bad = clash.select(
            pl.col("row").cast(pl.Int64),
            pl.lit("source_record_id").alias("column_name"),
            own.alias("raw_value"),
            pl.lit(f"source_record_id: expected the same as {feed.id_column}, found another").alias("message"),
        )
        texts = texts.with_columns(source_record_id=own.fill_null(other)).drop(feed.id_column)
    return texts, bad


def _dates_of_workbook(texts: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Take the midnight off date cells, which a workbook keeps as date-times."""
    dates = [column.name for column in feed.columns if column.kind == "date" and column.name in texts.columns]
    return texts.with_columns(pl.col(dates).str.strip_suffix(" 00:00:00")) if dates else texts


def _control(texts: pl.DataFrame, cells: Cells, name: str | None, rows: Rows) -> Decimal | None:
    """Add up a control column over all data rows, suspended ones too; None when a cell of it cannot be read."""
    if name is None or rows.faults:
        return None
    if name not in texts.columns:
        return Decimal(0)
    values = cells.typed[name]
    if values.null_count() != texts[name].null_count():
        if not texts[name].str.contains(PLAIN_NUMBER).all():
            return None
        values = texts[name]
    if values.dtype.is_integer():
        return Decimal(int(values.cast(pl.Int128).sum()))
    return Decimal(values.cast(_CONTROL).sum())


def _refuse(faults: list[BillingError]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise RefusalsError(faults)
