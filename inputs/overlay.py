"""Lay people's decisions over immutable records: corrected cells, rejected records, holds and releases."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from billing.decisions import record_content, row_content
from billing.errors import InputError
from billing.frames import OUTCOMES, SOURCE, SUSPENSE, empty, record_schema
from billing.layouts import FEEDS, Column
from billing.rulings import HELD_REASON, RELEASED
from inputs.grammar import cell_message, check_cells, expected
from inputs.row_rules import broken_rules

_KEY: Final = ["feed", "source_file", "source_line"]


@dataclass(frozen=True)
class Overlaid:
    """A feed's records as people want them billed.

    records: record_schema(feed), and where anybody held or released one, held_reason and released.
    rejected: OUTCOMES of records that are out for good.
    out: record_schema(feed), those records where they could be read.
    suspense: SUSPENSE less the rows that were corrected or rejected.
    stale: decision_ids whose record is not there any more, or has other content now.
    """

    records: pl.DataFrame
    rejected: pl.DataFrame
    out: pl.DataFrame
    suspense: pl.DataFrame
    stale: tuple[str, ...]


def correct_cell(feed: str, record: dict[str, Any], name: str, text: str | None) -> dict[str, Any]:
    """Give one cell of a record another text; the record's other columns that are read from it follow.

    Raises:
        InputError: no such column, the text is not as the column demands, or the row as a whole lacks something.
    """
    column = _column(feed, name)
    changed = {**record, name: _typed(column, text)}
    if column.kind == "timestamp":
        changed.update(check_cells(pl.DataFrame({name: [text]}, schema={name: pl.String()}), (column,)).instants[name].row(0, named=True))
    shape = {part.name: part.dtype for part in FEEDS[feed].columns}
    row = pl.DataFrame([{key: changed[key] for key in shape}], schema=shape)
    _refuse_broken(feed, row)
    return changed


def read_row(feed: str, cells: dict[str, str | None], source_file: str, source_line: int) -> dict[str, Any]:
    """Read a row given as texts by column name, as the gate would.

    Raises:
        InputError: a cell is not as its column demands.
    """
    columns = FEEDS[feed].columns
    texts = pl.DataFrame({column.name: [cells.get(column.name) or None] for column in columns}, schema=dict.fromkeys(
        [column.name for column in columns], pl.String()))  # fmt: skip
    read = check_cells(texts, columns)
    if read.bad.height:
        raise InputError(f"{read.bad['message'][0]}; correct it")
    _refuse_broken(feed, read.typed)
    instants = read.instants["connect_at"].row(0, named=True) if feed == "long_distance" else {}
    return {"feed": feed, "source_file": source_file, "source_line": source_line, **read.typed.row(0, named=True), **instants}


def _column(feed: str, name: str) -> Column:
    found = next((column for column in FEEDS[feed].columns if column.name == name), None)
    if found is None:
        raise InputError(f"{feed} has no column '{name}'; its columns are {', '.join(FEEDS[feed].names)}")
    return found


def _typed(column: Column, text: str | None) -> Any:
    cells = check_cells(pl.DataFrame({column.name: [text]}, schema={column.name: pl.String()}), (column,))
    if cells.bad.height or (column.required and text is None):
        raise InputError(f"{cell_message(column.name, text, expected(column))}; correct it")
    return cells.typed[column.name][0]


def _refuse_broken(feed: str, typed: pl.DataFrame) -> None:
    shape = {"row": pl.Int64(), "column_name": pl.String(), "raw_value": pl.String(), "message": pl.String()}
    broken = broken_rules(feed, typed, empty(shape))
    if broken.height:
        raise InputError(f"{broken['message'][0]}; correct it")


def overlay(
    feed: str, records: pl.DataFrame, suspense: pl.DataFrame, decisions: pl.DataFrame, rows: dict[str, Any], rulings: pl.DataFrame
) -> Overlaid:
    """Lay decisions over a feed's records, in the order they were taken.

    Args:
        feed: one of the nine.
        records: record_schema(feed).
        suspense: SUSPENSE of the feed.
        decisions: DECISIONS in effect, of this feed.
        rows: decision_id -> the whole row's texts by column, for corrected unreadable rows.
        rulings: RULINGS that carried records brought along.

    Rows: records + rows read from suspense = records out + rejected; each once.
    """
    mine = [row for row in decisions.to_dicts() if row["content"] is not None and row["action"] != "ACKNOWLEDGE"]
    if not mine and rulings.is_empty():
        return Overlaid(records, empty(OUTCOMES), records.clear(), suspense, ())
    return _Overlay(feed, records, suspense, rulings).lay(mine, rows)


class _Overlay:
    """One feed's records on their way through people's decisions."""

    def __init__(self, feed: str, records: pl.DataFrame, suspense: pl.DataFrame, rulings: pl.DataFrame) -> None:
        self.feed, self.records, self.suspense = feed, records.with_row_index("_row"), suspense.with_row_index("_row")
        self.changed: dict[int, dict[str, Any]] = {}
        self.out: set[int] = set()
        self.rejected: list[dict[str, Any]] = []
        self.held: dict[int, str] = {}
        self.released: dict[int, list[str]] = {}
        self.added: list[dict[str, Any]] = []
        self.freed: set[int] = set()
        brought = self.records.select("_row", *_KEY).join(rulings, on=_KEY, how="inner", validate="1:1")
        for row in brought.to_dicts():
            if row[HELD_REASON] is not None:
                self.held[row["_row"]] = row[HELD_REASON]
            if row[RELEASED] is not None:
                self.released[row["_row"]] = row[RELEASED].split(";")

    def lay(self, decisions: list[dict[str, Any]], rows: dict[str, Any]) -> Overlaid:
        places = self._places(decisions)
        suspended = {row_content(text): number for number, text in self.suspense.select("_row", "raw_text").rows()}
        stale = []
        for decision in decisions:
            found = places.get((decision["source_record_id"], decision["content"]), [])
            if found:
                for number in found:
                    self._decide(number, decision)
            elif decision["content"] in suspended:
                self._free(suspended[decision["content"]], decision, rows.get(decision["decision_id"]))
            else:
                stale.append(decision["decision_id"])
        out = pl.DataFrame([self.changed.get(number, self.original[number]) for number in sorted(self.out)], schema=self._shape())
        return Overlaid(self._records(), pl.DataFrame(self.rejected, schema=OUTCOMES), out.drop("_row"), self._suspense(), tuple(stale))

    def _shape(self) -> dict[str, pl.DataType]:
        return {"_row": pl.UInt32(), **record_schema(self.feed)}

    def _places(self, decisions: list[dict[str, Any]]) -> dict[tuple[str | None, str], list[int]]:
        """Where each record that a decision names stands; only records of those ids are looked at one by one."""
        ids = list({row["source_record_id"] for row in decisions if row["source_record_id"] is not None})
        places: dict[tuple[str | None, str], list[int]] = {}
        for row in self.records.filter(pl.col("source_record_id").is_in(ids)).to_dicts():
            places.setdefault((row["source_record_id"], record_content(row, self.feed)), []).append(row["_row"])
        self.original = {number: self.records.row(number, named=True) for numbers in places.values() for number in numbers}
        return places

    def _decide(self, number: int, decision: dict[str, Any]) -> None:
        action = decision["action"]
        record = self.changed.get(number, self.original[number])
        if action == "CORRECT":
            self.changed[number] = correct_cell(self.feed, record, decision["column_name"], decision["new_value"])
        elif action == "HOLD":
            self.held[number] = decision["reason"]
        elif action == "RELEASE":
            self.held.pop(number, None)
            self.released.setdefault(number, []).append(decision["code"])
        elif action == "REJECT" and number not in self.out:
            self.out.add(number)
            self.rejected.append(self._outcome(record, decision))

    def _free(self, number: int, decision: dict[str, Any], cells: dict[str, str | None] | None) -> None:
        """Take an unreadable row out of suspense: as the record it was corrected to, or for good."""
        row = self.suspense.row(number, named=True)
        if decision["action"] == "CORRECT" and cells is not None:
            self.freed.add(number)
            self.added = [each for each in self.added if each["source_line"] != row["source_line"]]
            self.added.append(read_row(self.feed, cells, row["source_file"], row["source_line"]))
        elif decision["action"] == "REJECT" and number not in self.freed:
            self.freed.add(number)
            self.rejected.append(self._outcome({**row, "source_record_id": None}, decision))

    def _outcome(self, record: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
        return {**{name: record[name] for name in SOURCE}, "outcome": "REJECTED", "amount": decision["amount"]}

    def _suspense(self) -> pl.DataFrame:
        return self.suspense.filter(~pl.col("_row").is_in(list(self.freed))).select(list(SUSPENSE))

    def _records(self) -> pl.DataFrame:
        rest = self.records.filter(~pl.col("_row").is_in([*self.changed, *self.out]))
        numbered = self._shape()
        put = [{**row, "_row": number} for number, row in self.changed.items() if number not in self.out]
        anew = [{**row, "_row": self.records.height + place} for place, row in enumerate(self.added)]
        whole = pl.concat([rest.select(list(numbered)), pl.DataFrame([*put, *anew], schema=numbered).select(list(numbered))]).sort("_row")
        if self.held or self.released:
            ruled = [
                {"_row": number, HELD_REASON: self.held.get(number), RELEASED: ";".join(self.released.get(number, [])) or None}
                for number in sorted({*self.held, *self.released})
            ]
            rulings = pl.DataFrame(ruled, schema={"_row": pl.UInt32(), HELD_REASON: pl.String(), RELEASED: pl.String()})
            whole = whole.join(rulings, on="_row", how="left", validate="1:1", maintain_order="left")
        return whole.drop("_row")
