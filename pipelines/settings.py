"""Settings: `cotbill.toml` read strictly into the engine's policy; an unknown key is an error with a suggestion."""

import dataclasses
import datetime as dt
import difflib
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from billing.errors import Location, TableError
from billing.policy import Policy, TimeBand

SETTINGS_FILE = "cotbill.toml"
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
        kind: Any = {bool: bool, int: int, Decimal: Decimal}.get(type(default))
        if item.name == "time_bands":
            fields[item.name] = (list[_Band] | None, None)
        elif kind is None:
            fields[item.name] = (list[str], list(default) if isinstance(default, tuple) else [])
        else:
            fields[item.name] = (kind, default)
    fields["advance_from"] = (Annotated[str, Field(pattern=_MONTH)] | None, None)
    fields["max_lines"] = (int, 99)
    return create_model("Settings", __config__=ConfigDict(extra="forbid"), **fields)


_SETTINGS = _model()


def read_settings(workspace: Path) -> Policy:
    """Read the workspace's policy; a missing file means every default.

    Raises:
        TableError: not TOML, an unknown key (with the nearest known one), or a value of the wrong kind.
    """
    path = workspace / SETTINGS_FILE
    if not path.exists():
        return Policy()
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        line = int(str(fault).split("line ")[1].split(",")[0]) if "line " in str(fault) else None
        raise TableError(f"not valid TOML ({fault}); correct it", at=Location(SETTINGS_FILE, line)) from None
    known = list(_SETTINGS.model_fields)
    for key, value in raw.items():
        at = Location(SETTINGS_FILE, _line_of(text, key))
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'" if near else "remove it; README lists the settings"
            raise TableError(f"unknown setting '{key}'; {hint}", at=at)
        if isinstance(value, bool) is not (_SETTINGS.model_fields[key].annotation is bool):
            raise TableError(f"'{key}' is {value!r}; expected {_expected(key)}", at=at)
    try:
        values = _SETTINGS.model_validate(raw).model_dump(exclude={"max_lines"})
        bands = [_Band(**band).read() for band in values["time_bands"] or []]
    except (ValidationError, ValueError) as fault:
        words = fault.errors()[0]["msg"] if isinstance(fault, ValidationError) else str(fault)
        key = str(fault.errors()[0]["loc"][0]) if isinstance(fault, ValidationError) else "time_bands"
        raise TableError(f"'{key}': {words}; correct it", at=Location(SETTINGS_FILE, _line_of(text, key))) from None
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    values["time_bands"] = tuple(bands) or Policy().time_bands
    return Policy(**values)


def _expected(key: str) -> str:
    kind = _SETTINGS.model_fields[key].annotation
    for known, words in ((bool, "true or false"), (int, "a whole number"), (Decimal, "a number")):
        if kind is known:
            return words
    return "a list"


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.split("=")[0].strip().strip("[]\"'") == key:
            return number
    return None
