"""Diff: what moved between two months, split into price, quantity, new, gone and one-time, adding up to the cent."""

from pathlib import Path
from typing import Any, Final

import click
import polars as pl

from billing.errors import UsageError
from billing.movement import EFFECTS, ITEM_FEEDS, by, items_of, largest, movement
from billing.periods import Period
from pipelines.commands import show
from pipelines.recorded import load_lines, load_records
from pipelines.workspace import Workspace

_MOVERS: Final = ("agency_code", "billing_number", "stream", "rate_code")
_COLUMNS: Final = {"agency": "agency_code"}  # the option's word -> the column, where they differ
_HEADS: Final = {"agency_code": "agency", "billing_number": "billing number", "rate_code": "rate code"}
_SUMS: Final = ("before", "now", "change", *EFFECTS)


def diff(*, before: str, now: str, by: str | None, top: int, workspace: Path, as_json: bool) -> int:
    """Compare two months, posted or open.

    Raises:
        PeriodError: one of them was never run.
        UsageError: they are one month.
    """
    home, months = Workspace.open(workspace), (Period.parse(before), Period.parse(now))
    if months[0] == months[1]:
        raise UsageError(f"{before} against itself moves nothing; give two periods")
    moved = _movement(home, *months)
    if as_json:
        show.data(_facts(moved, months, by))
        return 0
    names = tuple(map(str, months))
    if by is not None:
        _table(moved, (_COLUMNS.get(by, by),), names, top)
        return 0
    _table(moved, (), names, top)
    click.echo()
    _table(moved, ("stream",), names, top)
    click.echo()
    _table(moved, _MOVERS, names, top)
    return 0


def _movement(home: Workspace, before: Period, now: Period) -> pl.DataFrame:
    """MOVEMENT of two months, items matched by what their records say."""
    lines = [load_lines(home, month) for month in (before, now)]
    items = [items_of({feed: load_records(home, month, feed) for feed in ITEM_FEEDS}) for month in (before, now)]
    return movement(*lines, *items)


def _facts(moved: pl.DataFrame, months: tuple[Period, Period], word: str | None) -> dict[str, Any]:
    """All rows, those that did not move too, under what they add up to."""
    rows = moved if word is None else by(moved, [_COLUMNS.get(word, word)])
    return {
        "before": str(months[0]), "now": str(months[1]), "total": by(moved, []).to_dicts()[0],
        "by_stream": by(moved, ["stream"]).to_dicts(), "rows": rows.to_dicts(),
    }  # fmt: skip


def _table(moved: pl.DataFrame, keys: tuple[str, ...], months: tuple[str, ...], top: int) -> None:
    """Print the rows that moved most; the last two say what the others and the whole come to."""
    sums = by(moved, list(keys))
    shown = largest(sums, top) if keys else sums
    left = sums.join(shown, on=list(keys), how="anti", nulls_equal=True) if keys else sums.clear()
    rows = [_row([row[name] or "–" for name in keys], row) for row in shown.to_dicts()]
    if keys:
        if left.height:
            rows.append(_row([f"{left.height} other{'s' * (left.height > 1)}", *[""] * (len(keys) - 1)], by(left, []).row(0, named=True)))
        rows.append(_row(["total", *[""] * (len(keys) - 1)], by(moved, []).row(0, named=True)))
    heads = [*[_HEADS.get(name, name) for name in keys], *months, "change", *[name.replace("_", "-") for name in EFFECTS]]
    show.table(heads, rows, right=range(len(keys), len(heads)))


def _row(names: list[str], sums: dict[str, Any]) -> list[str]:
    return [*names, *[show.money(sums[name]) for name in _SUMS]]
