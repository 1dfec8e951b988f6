"""What a cell may say: one strict text grammar for each kind of column, checked by the column.

A polars cast alone rounds `1.239`, takes `1e3` and `+5`, and reads other scripts' digits; so the text is checked
first. An empty cell is null. A cell that cannot be read is null and named; it is never zero.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.layouts import DECIMAL_PLACES, INTEGER_DIGITS, Column
from inputs.text_file import shown
from inputs.timestamps import read_instants

_WHOLE: Final = rf"^-?[0-9]{{1,{INTEGER_DIGITS}}}"
_DATE: Final = r"^(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_PATTERNS: Final = {
    "int": _WHOLE + "$",
    "period": r"^(199[0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$",
    "code": r"^[^\p{Ll}\p{Lt}\s\p{C}]+( +[^\p{Ll}\p{Lt}\s\p{C}]+)*$",
    "codes": r"^ *[^\p{Ll}\p{Lt}\s\p{C};]+( *; *[^\p{Ll}\p{Lt}\s\p{C};]+)* *$",
    "digits": r"^(\+[0-9][0-9*#]*|[0-9*#]+)$",
    **{kind: rf"{_WHOLE}(\.[0-9]{{1,{places}}})?$" for kind, places in DECIMAL_PLACES.items()},
}
_CALL_PARTIES: Final = frozenset({"from_number", "to_number"})  # no message says who called whom: their digits are x
_EXPECTED: Final = {
    "text": "text",
    "code": "an upper-case code without blanks around it",
    "codes": "upper-case codes with ; between",
    "digits": "digits, with + in front, * or #",
    "date": "a day that exists, as 2026-03-31",
    "timestamp": "a time that exists with its offset, as 2026-03-14T09:02:11-04:00",
    "period": "a month, as 2026-03",
    "int": f"a whole number of at most {INTEGER_DIGITS} digits",
    "bool": "true or false",
    **{
        kind: f"a plain number of at most {INTEGER_DIGITS} digits and {places} decimals, as 1234.5"
        for kind, places in DECIMAL_PLACES.items()
    },
}
BAD_CELLS: Final = {"row": pl.Int64(), "column_name": pl.String(), "raw_value": pl.String(), "message": pl.String()}


@dataclass(frozen=True)
class Cells:
    """Checked cells: the typed columns, and each bad cell with its row number, raw text and message."""

    typed: pl.DataFrame
    bad: pl.DataFrame  # row, column_name, raw_value, message
    instants: dict[str, pl.DataFrame]  # timestamp column -> what `read_instants` made of it


def check_cells(texts: pl.DataFrame, columns: tuple[Column, ...], *, most_messages: int | None = None) -> Cells:
    """Check text columns against their kinds and type them.

    Args:
        texts: String columns by the layout's names; a name that is absent is read as all blank. Empty is null.
        columns: the layout.
        most_messages: word this many messages a column at most; the rest of the bad cells are still listed.

    Rows: typed has as many as texts, in order; a bad cell is null there. bad has one for each bad cell.
    """
    typed, bad, instants = [], [], {}
    for column in columns:
        text = texts[column.name] if column.name in texts.columns else nulls(column.name, pl.String(), texts.height)
        if column.kind == "timestamp":
            instants[column.name] = read_instants(text)
            values, is_bad = _judged(text, column, _where(text, instants[column.name]["utc_second"].is_not_null()))
        else:
            values, is_bad = check_column(text, column)
        typed.append(values.alias(column.name))
        if is_bad is not None and is_bad.any():
            bad.append(_bad_cells(text, column, is_bad, most_messages))
    return Cells(pl.DataFrame(typed), pl.concat(bad) if bad else pl.DataFrame(schema=BAD_CELLS), instants)


def nulls(name: str, dtype: pl.DataType, height: int) -> pl.Series:
    """A column of nulls."""
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, height)


def check_column(text: pl.Series, column: Column) -> tuple[pl.Series, pl.Series | None]:
    """Type one column's texts; with a mask of the cells that are not as the column demands, or None when all are."""
    if text.null_count() == len(text):
        is_typed = column.dtype == text.dtype  # a column of nulls is the same column
        return _judged(text, column, text if is_typed else nulls(column.name, column.dtype, len(text)))
    return _judged(text, column, _read(text, column))


def _judged(text: pl.Series, column: Column, values: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Add the mask: null where there was text, or blank where the column is required."""
    demanded = column.required and text.null_count() > 0
    if values.null_count() == text.null_count():
        return values, text.is_null() if demanded else None
    return values, values.is_null() if column.required else values.is_null() & text.is_not_null()


def expected(column: Column) -> str:
    """What the column's cells must look like, in words."""
    if column.choices:
        return f"one of {', '.join(column.choices)}"
    words = _EXPECTED[column.kind]
    return f"{words} of at most {column.longest} characters" if column.kind in {"text", "code", "codes", "digits"} else words


def cell_message(name: str, found: str | None, wanted: str) -> str:
    """The one line on a bad cell, without what to do."""
    what = "nothing" if found is None else f"'{shown(found)}'"
    return f"{name}: expected {wanted}, found {what}"


def _bad_cells(text: pl.Series, column: Column, is_bad: pl.Series, most_messages: int | None) -> pl.DataFrame:
    rows = is_bad.arg_true()
    named = text.gather(rows)
    raw = (named.str.replace_all("[0-9]", "x") if column.name in _CALL_PARTIES else named).to_list()
    wanted = expected(column)
    messages = [cell_message(column.name, value, wanted) for value in raw[:most_messages]]
    return pl.DataFrame(
        {
            "row": rows.cast(pl.Int64),
            "column_name": [column.name] * len(raw),
            "raw_value": [None if value is None else shown(value) for value in raw],
            "message": messages + [None] * (len(raw) - len(messages)),
        },
        schema=BAD_CELLS,
    )


def _read(text: pl.Series, column: Column) -> pl.Series:
    """Type a column that is not all blank; null where the text is not as the kind demands."""
    if column.kind == "bool":
        return _booleans(text)
    if column.kind == "date":
        return text.set(~text.str.contains(_DATE), None).str.to_date("%Y-%m-%d", strict=False, cache=False)
    if column.choices:
        return _where(text, text.is_in(list(column.choices)))
    if column.kind == "text":
        return _where(text, _fits(text, column.longest) & ~text.str.contains(r"^\s*$"))
    if column.kind == "digits" and _is_plainly_digits(text, column.longest):
        return text
    if column.kind in {"code", "codes", "digits"}:
        return _where(text, _fits(text, column.longest) & text.str.contains(_PATTERNS[column.kind]))
    return _where(text, text.str.contains(_PATTERNS[column.kind])).cast(column.dtype, strict=False)


def _where(text: pl.Series, is_good: pl.Series) -> pl.Series:
    """Keep the good cells, null the rest."""
    return text if is_good.all(ignore_nulls=True) else text.set(~is_good, None)


def _fits(text: pl.Series, longest: int) -> pl.Series:
    """Whether each text is short enough; bytes are counted first, because they are free and never fewer."""
    in_bytes = text.str.len_bytes() <= longest
    return in_bytes if in_bytes.all() else text.str.len_chars() <= longest


def _is_plainly_digits(text: pl.Series, longest: int) -> bool:
    """Whether every cell is ASCII digits that fit 64 bits: the usual case, told without a pattern."""
    numbers = text.cast(pl.Int64, strict=False)
    if numbers.null_count() != text.null_count() or not _fits(text, longest).all():
        return False
    return not (text.str.starts_with("-").any() or (text == "+").any())


def _booleans(text: pl.Series) -> pl.Series:
    """`true` and `false` in any case."""
    is_true, is_false = text == "true", text == "false"
    if not (is_true | is_false).all():
        lower = text.str.to_lowercase()
        is_true, is_false = lower == "true", lower == "false"
    return is_true.set(~(is_true | is_false), None)
