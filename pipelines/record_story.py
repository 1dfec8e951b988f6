"""What people did to a record: corrections, holds, releases and rejections over every month it was carried through."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from billing.carry import first_period
from billing.decisions import record_content, row_content
from billing.frames import SUSPENSE, record_schema
from billing.periods import Period
from pipelines.book import ENTERED, Book
from pipelines.book_facts import approval_rows
from pipelines.recorded import load_carried, load_tables_used, stages_of
from pipelines.settings import read_settings
from pipelines.workspace import Workspace
from reports.masking import MASK, NUMBER_COLUMNS, masked_text

_PLACE: Final = ["source_file", "source_line"]
_CALL_FEED: Final = "long_distance"


def open_book(home: Workspace, period: Period) -> Book:
    """A month's book, its approvals judged by the users the month was billed with."""
    stages = stages_of(home, period)
    settings = read_settings(stages.folder / "inputs" if (stages.folder / "inputs").is_dir() else home.root)
    return Book.open(home, period, settings, load_tables_used(home, period)["users"])


def first_periods(places: pl.DataFrame, period: Period) -> list[str]:
    """The months that records came in first, where these are not the month itself."""
    found = {first_period(name, str(period)) for name in places["source_file"].drop_nulls().to_list()}
    return sorted(found - {str(period)})


def decisions_on(home: Workspace, period: Period, places: pl.DataFrame) -> list[dict[str, Any]]:
    """Every decision on certain records, oldest first, from the month each came in to the one asked about.

    Args:
        places: feed, source_file, source_line of records as a month names them.
    """
    known = places.select("feed", *_PLACE).drop_nulls().unique()
    if known.is_empty():
        return []
    start = min(first_periods(known, period), default=str(period))
    months = [month for month in home.periods_with_ledger() if Period.parse(start) <= month <= period]
    return [told for month in months for told in _in_month(home, month, period, known)]


def _in_month(home: Workspace, month: Period, period: Period, places: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The decisions of one month's journal on these records."""
    book = open_book(home, month)
    for (feed,), mine in book.decisions.filter(pl.col("content").is_not_null()).group_by("feed", maintain_order=True):
        here = places.filter(pl.col("feed") == feed)
        contents = set(_contents(home, month, period, str(feed), here, book)) if here.height else set()
        for row in mine.filter(pl.col("content").is_in(list(contents))).to_dicts():
            yield decision_story(book, row)


def decision_story(book: Book, row: dict[str, Any]) -> dict[str, Any]:
    """A decision for people: who, when, why, old and new; no number of a call, whatever column it stands in.

    Args:
        row: of DECISIONS.
    """
    is_secret = row["feed"] == _CALL_FEED and (row["column_name"] is None or row["column_name"] in NUMBER_COLUMNS)
    old, new = (MASK if is_secret and row[name] is not None else row[name] for name in ("old_value", "new_value"))
    return {
        "decision_id": row["decision_id"], "period": str(book.period), "action": row["action"], "state": row["state"],
        "code": row["code"], "feed": row["feed"], "source_record_id": row["source_record_id"], "exception_id": row["exception_id"],
        "column_name": row["column_name"], "old_value": old, "new_value": new,
        "reason": masked_text(row["reason"], None, None) if row["feed"] == _CALL_FEED else row["reason"],
        "owner": row["owner"], "amount": row["amount"], "decided_by": row["decided_by"], "decided_at": row["decided_at"],
        "approvals": approvals_of(book, row["decision_id"]),
    }  # fmt: skip


def approvals_of(book: Book, identity: str) -> list[dict[str, Any]]:
    """Who approved or returned something, in which role, when, and whether signed or recorded."""
    names = ("user", "level", "decision", "decided_at", "assurance")
    return approval_rows(book.journal, book.period, []).filter(pl.col("subject_id") == identity).select(names).to_dicts()


def _contents(home: Workspace, month: Period, period: Period, feed: str, places: pl.DataFrame, book: Book) -> Iterator[str]:
    """The names by content that records went by in a month: as they came in, or as the month before left them."""
    for (name,), mine in places.group_by("source_file"):
        origin = first_period(str(name), str(period))
        plain = str(name).removeprefix(f"{origin}/")
        if str(month) < origin:
            continue
        if str(month) == origin:
            records, suspense = _gated(home, month, feed, plain, book)
            lines = mine.with_columns(source_file=pl.lit(plain))
        else:
            carried = load_carried(home, month)[0]
            records, suspense = carried.of(feed), carried.suspense
            lines = mine.with_columns(source_file=pl.lit(f"{origin}/{plain}"))
        for row in records.join(lines, on=_PLACE, how="semi").to_dicts():
            yield record_content(row, feed)
        for text in suspense.join(lines, on=_PLACE, how="semi")["raw_text"].to_list():
            yield row_content(text)


def _gated(home: Workspace, month: Period, feed: str, name: str, book: Book) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records and unreadable rows of one file as received, or the adjustments that were entered by command."""
    step, stages = f"gate:{name}", stages_of(home, month)
    if step in stages.old:
        return stages.frame(step, "records"), stages.frame(step, "suspense")
    entered = book.adjustments if name == ENTERED else pl.DataFrame(schema=record_schema(feed))
    return entered, pl.DataFrame(schema=SUSPENSE)
