"""Date-times with offset, ISO 8601: checked and read as whole numbers, millions a second."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

FIRST_YEAR: Final = 1900
STOP_YEAR: Final = 2200
_CHUNK_ROWS: Final = 1 << 16  # keeps one chunk in cache
_WITH_OFFSET: Final = len("2026-10-05T01:52:50-04:00")
_WITH_Z: Final = len("2026-10-05T01:52:50Z")
_MARKS: Final = ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"))
_DIGITS: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_OFFSET_DIGITS: Final = (20, 21, 23, 24)
_LARGEST_OFFSET_HOURS: Final = 14
_DAY_SECONDS: Final = 86_400
_FRACTION: Final = r"^(.{19})\.[0-9]{1,9}(Z|[+-][0-9]{2}:[0-9]{2})$"
# Days since 1970-01-01 of the first of each month from FIRST_YEAR on; the next entry ends the month.
_MONTH_STARTS: Final = np.arange(f"{FIRST_YEAR}-01", f"{STOP_YEAR}-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)

_Bytes = npt.NDArray[np.uint8]
_Int32s = npt.NDArray[np.int32]


def read_instants(texts: pl.Series) -> pl.DataFrame:
    """Read `YYYY-MM-DDTHH:MM:SS[.fraction](Z|+HH:MM|-HH:MM)`; the day and time must exist.

    Years 1900 to 2199, offsets up to 14 hours; a leap second or 24:00 is no time. A fraction is cut off.

    Rows: as many as texts, in order; null where the text is null or is not such a date-time.

    Returns:
        call_date (Date, local), local_second (Int32, second of the local day), utc_second (Int64, since 1970 UTC).
    """
    lengths = texts.str.len_bytes()
    if not lengths.is_in([_WITH_OFFSET, _WITH_Z]).all():
        texts = texts.str.replace(_FRACTION, "$1$2")
        lengths = texts.str.len_bytes()
    found = np.zeros((3, len(texts)), dtype=np.int32)  # day, local second, offset seconds
    is_valid = np.zeros(len(texts), dtype=np.bool_)
    for width in (_WITH_OFFSET, _WITH_Z):
        where = (lengths == width).fill_null(value=False)
        if where.all():
            _read_width(texts, width, found, is_valid)
        elif where.any():
            rows = where.arg_true().to_numpy()
            part, part_valid = np.zeros((3, len(rows)), dtype=np.int32), np.zeros(len(rows), dtype=np.bool_)
            _read_width(texts.gather(rows), width, part, part_valid)
            found[:, rows], is_valid[rows] = part, part_valid
    days, seconds, offsets = found
    utc = days.astype(np.int64) * _DAY_SECONDS + seconds - offsets
    columns = pl.DataFrame({"call_date": days, "local_second": seconds, "utc_second": utc}).with_columns(pl.col("call_date").cast(pl.Date))
    return columns if is_valid.all() else columns.select(pl.when(pl.Series(is_valid)).then(pl.all()))


def _read_width(texts: pl.Series, width: int, found: _Int32s, is_valid: npt.NDArray[np.bool_]) -> None:
    """Read texts that are all `width` bytes long into `found` and `is_valid`, chunk by chunk."""
    for start in range(0, len(texts), _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, len(texts))
        joined = texts.slice(start, stop - start).str.join("").item().encode()
        columns = np.ascontiguousarray(np.frombuffer(joined, dtype=np.uint8).reshape(stop - start, width).T)
        found[:, start:stop], is_valid[start:stop] = _read_columns(columns)


def _read_columns(columns: _Bytes) -> tuple[_Int32s, npt.NDArray[np.bool_]]:
    """Read one chunk, a row for each character place: day, local second and offset, and which are real."""
    has_offset = len(columns) == _WITH_OFFSET
    digits = columns[list(_DIGITS + (_OFFSET_DIGITS if has_offset else ()))] - ord("0")
    is_valid = (digits <= 9).all(axis=0)
    for place, mark in _MARKS:
        is_valid &= columns[place] == ord(mark)
    year = (digits[0] * np.int32(10) + digits[1]) * np.int32(100) + digits[2] * np.int32(10) + digits[3]
    month, day, hour, minute, second = (digits[place] * np.int32(10) + digits[place + 1] for place in (4, 6, 8, 10, 12))
    is_valid &= (year >= FIRST_YEAR) & (year < STOP_YEAR) & (month >= 1) & (month <= 12)
    index = np.where(is_valid, (year - FIRST_YEAR) * 12 + month - 1, 0)
    first, stop = _MONTH_STARTS[index], _MONTH_STARTS[index + 1]
    is_valid &= (day >= 1) & (day <= stop - first) & (hour < 24) & (minute < 60) & (second < 60)
    offset = np.zeros_like(year)
    if has_offset:
        sign, hours, minutes = columns[19], digits[14] * np.int32(10) + digits[15], digits[16] * np.int32(10) + digits[17]
        is_valid &= ((sign == ord("+")) | (sign == ord("-"))) & (columns[22] == ord(":"))
        is_valid &= (hours <= _LARGEST_OFFSET_HOURS) & (minutes < 60)
        offset = np.where(sign == ord("-"), -1, 1).astype(np.int32) * (hours * 3600 + minutes * 60)
    else:
        is_valid &= columns[19] == ord("Z")
    return np.stack([first + day - 1, hour * 3600 + minute * 60 + second, offset]), is_valid
