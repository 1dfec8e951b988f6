"""What commands print: data to stdout, words and progress to stderr, money with its thousands marked."""

import datetime as dt
import json
import math
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import click

from pipelines.ran import Progress

_WIDE = 24  # no terminal is taken to be narrower
_ROOM = 28  # the least room that a wrapped last column is readable in
_BELOW = "    "


def money(amount: Decimal | None) -> str:
    """Dollars as people read them; an unknown amount is a dash."""
    return "–" if amount is None else f"{amount:,.2f}"


def as_text(value: object) -> str:
    """A value as text: decimals plain, never with an exponent; dates and times ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def plain(value: object) -> object:
    """A value as JSON can hold it: decimals as text, so that no reader turns them into binary fractions; keys as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else as_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return as_text(value)


def data(value: object) -> None:
    """Print JSON to stdout."""
    click.echo(json.dumps(plain(value), indent=1, allow_nan=False, ensure_ascii=False))


def say(text: str = "") -> None:
    """Say a word to the person at the terminal, on stderr."""
    click.echo(text, err=True)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), widest: int | None = None) -> None:
    """Print an aligned table to stdout, its last column wrapped to the terminal's width; nothing is wrapped in a pipe.

    Where the other columns leave the last one no room, it goes below them, indented.
    """
    widths = [max(len(str(row[n])) for row in [heads, *rows]) for n in range(len(heads))]
    limit = widest or _terminal_width()
    for number, row in enumerate([heads, *rows]):
        cells = [str(cell).rjust(widths[n]) if n in right else str(cell).ljust(widths[n]) for n, cell in enumerate(row)]
        for line in _fit(cells, limit):
            click.echo(line)
        if number == 0:
            click.echo("  ".join("-" * width for width in widths)[: limit or None])


def _fit(cells: list[str], limit: int | None) -> list[str]:
    """The lines of one row: one line where it fits."""
    line = "  ".join(cells).rstrip()
    if limit is None or len(line) <= limit:
        return [line]
    front, last = "  ".join(cells[:-1]), cells[-1].strip()
    room = limit - len(front) - 2
    if len(cells) > 1 and room >= _ROOM:
        parts = textwrap.wrap(last, room)
        return [f"{front}  {parts[0]}", *[" " * (len(front) + 2) + part for part in parts[1:]]]
    head = front.rstrip() if len(cells) > 1 else ""
    below = textwrap.wrap(last, max(limit - len(_BELOW), 1))
    return [*textwrap.wrap(head, limit, subsequent_indent=_BELOW), *[_BELOW + part for part in below]]


def _terminal_width() -> int | None:
    """The terminal's width, or None when stdout is a file or a pipe: then nothing is cut."""
    import shutil

    return max(shutil.get_terminal_size().columns, _WIDE) if sys.stdout.isatty() else None


@contextmanager
def progress(words: str) -> Iterator[Progress]:
    """A progress bar on stderr; silent when stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)

        def report(step: str, done: int, total: int) -> None:
            bar.update(task, description=f"{words} {step}"[:60], completed=done, total=total)

        yield report


def records(frame: Any) -> list[dict[str, object]]:
    """A frame's rows for JSON."""
    return list(frame.to_dicts())
