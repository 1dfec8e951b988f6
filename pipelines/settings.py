"""Settings: `cotbill.toml` read strictly into the engine's policy; an unknown key is an error with a suggestion."""

import dataclasses
import datetime as dt
import difflib
import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from billing.errors import InputError, Location, TableError
from billing.layouts import FEEDS
from billing.policy import Policy, TimeBand
from inputs.text_file import read_bytes, shown

SETTINGS_FILE = "cotbill.toml"
_SIZE_LIMIT: Final = 2**20  # bytes
_MOST: Final = {  # of a whole number; what a month can be shifted by, unless named here
    "long_call_seconds": 1_000_000, "invoice_most_lines": 1_000_000, "max_lines": 999, "period_13_days": 366,
}  # fmt: skip
_MOST_COUNT: Final = 10_000
_MOST_DECIMAL: Final = 10**9
_LEAST: Final = {"max_lines": 1}
_CODE: Final = r"[0-9A-Z]{0,20}"
_MONTH = r"^(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$"
_DAYS = {"Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6, "Sun": 7}


class _Band(BaseModel):
    """A time band as written: `{ band = "DAY", days = "Mon-Fri", start = "08:00", stop = "17:00" }`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    band: str = Field(pattern="^(DAY|EVENING|NIGHT)$")
    days: str
    start: str
    stop: str

    def read(self) -> TimeBand:
        """The band with its days and times read; raises ValueError with the odd word."""
        return TimeBand(self.band, _weekdays(self.days), dt.time.fromisoformat(self.start), _stop(self.stop))


def _stop(text: str) -> dt.time:
    return dt.time.max if text == "24:00" else dt.time.fromisoformat(text)


def _weekdays(text: str) -> tuple[int, ...]:
    """Read `Mon-Fri`, `Sun-Fri` or `Sat,Sun`."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        ends = part.split("-")
        if any(end not in _DAYS for end in ends) or len(ends) > 2:
            raise ValueError(f"'{part}' is not a day or a span of days; write Mon-Fri or Sat,Sun")
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        found += [(first + step - 1) % 7 + 1 for step in range((last - first) % 7 + 1)]
    return tuple(found)


def _model() -> type[BaseModel]:
    """The settings model: one strict field for each of the policy's, with the policy's default."""
    fields: dict[str, Any] = {}
    for item in dataclasses.fields(Policy):
        default = item.default if item.default is not dataclasses.MISSING else None
        kind: Any = {bool: bool, int: int, Decimal: Decimal, str: str}.get(type(default))
        if item.name == "time_bands":
            fields[item.name] = (list[_Band] | None, None)
        elif kind is None:
            fields[item.name] = (list[str], list(default) if isinstance(default, tuple) else [])
        else:
            fields[item.name] = (kind, default)
    fields["advance_from"] = (Annotated[str, Field(pattern=_MONTH)] | None, None)
    return create_model("Settings", __config__=ConfigDict(extra="forbid"), **fields)


_SETTINGS = _model()


def read_settings(workspace: Path) -> Policy:
    """Read the workspace's policy; a missing file means every default.

    Raises:
        TableError: not TOML, an unknown key (with the nearest known one), or a value of the wrong kind.
    """
    path = workspace / SETTINGS_FILE
    if not os.path.lexists(path):
        return Policy()
    text, raw = _read_toml(path)
    known = list(_SETTINGS.model_fields)
    for key, value in raw.items():
        at = Location(SETTINGS_FILE, _line_of(text, key))
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'" if near else "remove it; README lists the settings"
            raise TableError(f"unknown setting '{key}'; {hint}", at=at)
        wrong = _wrong(key, value)
        if wrong:
            raise TableError(f"'{key}' is {wrong}; expected {_expected(key)}", at=at)
    try:
        values = _SETTINGS.model_validate(raw).model_dump()
        bands = [_Band(**band).read() for band in values["time_bands"] or []]
    except (ValidationError, ValueError) as fault:
        words = fault.errors()[0]["msg"] if isinstance(fault, ValidationError) else str(fault)
        key = str(fault.errors()[0]["loc"][0]) if isinstance(fault, ValidationError) else "time_bands"
        raise TableError(f"'{key}': {words}; correct it", at=Location(SETTINGS_FILE, _line_of(text, key))) from None
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    values["time_bands"] = tuple(bands) or Policy().time_bands
    return Policy(**values)


def _read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The file's text, and the same as TOML with exact numbers."""
    try:
        text = read_bytes(path, _SIZE_LIMIT).decode("utf-8-sig")
        return text, tomllib.loads(text, parse_float=Decimal)
    except InputError as fault:
        raise TableError(fault.message, at=fault.at) from fault
    except UnicodeDecodeError as fault:
        raise TableError("is not UTF-8; save it as UTF-8", at=Location(SETTINGS_FILE)) from fault
    except tomllib.TOMLDecodeError as fault:
        line = int(str(fault).split("line ")[1].split(",")[0]) if "line " in str(fault) else None
        raise TableError(f"not valid TOML ({fault}); correct it", at=Location(SETTINGS_FILE, line)) from None
    except (ValueError, RecursionError) as fault:
        raise TableError("holds a number or a nesting beyond any limit; correct it", at=Location(SETTINGS_FILE)) from fault


def _wrong(key: str, value: object) -> str | None:
    """What is wrong about a value: the value itself, or the item of its list; None when it is of its kind."""
    kind = _SETTINGS.model_fields[key].annotation
    if kind is bool:
        good = isinstance(value, bool)
    elif kind is int:
        good = type(value) is int and _LEAST.get(key, 0) <= value <= _MOST.get(key, _MOST_COUNT)
    elif kind is str:
        good = isinstance(value, str) and re.fullmatch(_CODE, value, re.ASCII) is not None
    elif kind is Decimal:
        number = Decimal(value) if type(value) is int else value
        good = isinstance(number, Decimal) and number.is_finite() and 0 <= number <= _MOST_DECIMAL
    elif kind == list[str]:
        odd = [item for item in value if item not in FEEDS] if isinstance(value, list) else [value]
        return shown(repr(odd[0])) if odd else None
    elif key == "advance_from":
        good = isinstance(value, str) and re.fullmatch(_MONTH, value, re.ASCII) is not None
    else:
        good = isinstance(value, list)
    return None if good else shown(str(value) if isinstance(value, Decimal) else repr(value))


def _expected(key: str) -> str:
    kind = _SETTINGS.model_fields[key].annotation
    if kind == list[str]:
        return f"a list of feeds out of {', '.join(FEEDS)}"
    if key == "advance_from":
        return "a month such as 2026-03"
    if kind is str:
        return "up to 20 capital letters and digits in quotes"
    words = {bool: "true or false", int: "a whole number", Decimal: "a number"}.get(kind)  # type: ignore[arg-type]
    return "a list" if words is None else words if kind is bool else f"{words} from {_LEAST.get(key, 0)} to {_most(key, kind):,}"


def _most(key: str, kind: object) -> int:
    return _MOST.get(key, _MOST_COUNT) if kind is int else _MOST_DECIMAL


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.split("=")[0].strip().strip("[]\"'") == key:
            return number
    return None
