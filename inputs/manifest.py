"""The manifest beside a feed: what the sender says is in the file, held against what is there."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from billing.errors import BillingError, InputError, Location
from inputs.feed_writer import plain_text
from inputs.names import FeedName
from inputs.text_file import read_bytes, shown

MANIFEST_LIMIT: Final = 2**20  # bytes
_PLAIN: Final = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?", re.ASCII)
_LONGEST_SHOWN: Final = 80
_FIX: Final = "ask for a new file"


class _Literal(str):
    """A JSON number that is not whole, kept as it is written."""

    __slots__ = ()


def _exact(value: object) -> Decimal | None:
    """Read a control sum given as text or number; anything but a plain decimal is refused."""
    if value is None:
        return None
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _PLAIN.fullmatch(text):
        raise ValueError("expected a plain number, as text or number")
    return Decimal(text)


def _sequence(value: object) -> object:
    """Take `1` and `"001"` alike."""
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,3}", value, re.ASCII) else value


_Sum = Annotated[Decimal | None, BeforeValidator(_exact)]
_Text = Annotated[str, StringConstraints(max_length=200)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class Manifest(BaseModel):
    """A manifest's keys; null or absent sums and hashes are not checked."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    feed: _Text
    period: _Text
    sequence: Annotated[int, BeforeValidator(_sequence)]
    row_count: Annotated[int, Field(ge=0)]
    layout_version: int | _Text | None = None
    producer: _Text | None = None
    produced_at: _Text | None = None
    sum_quantity: _Sum = None
    sum_amount: _Sum = None
    sha256: _Hash | None = None
    adapter: _Text | None = None
    original: _Text | None = None
    original_sha256: _Hash | None = None


@dataclass(frozen=True)
class Counted:
    """What the gate counted in a file; a sum is None when a cell of it could not be read."""

    sha256: str
    row_count: int
    quantity: Decimal | None
    amount: Decimal | None


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        InputError: F002 when it is not JSON, repeats a key, lacks one, or holds an unknown or mistyped one.
    """
    name = shown(path.name)
    try:
        raw = json.loads(read_bytes(path, MANIFEST_LIMIT), object_pairs_hook=_unrepeated, parse_float=_Literal, parse_constant=_Literal)
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg.lower()}; {_FIX}", at=Location(name, error.lineno, error.colno), code="F002") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"cannot be read: {shown(str(error))}; {_FIX}", at=Location(name), code="F002") from error
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = shown(".".join(str(part) for part in first["loc"][:1])) or "the whole"
        raise InputError(
            f"manifest key '{key}': {shown(_lower(first['msg']), _LONGEST_SHOWN)}; {_FIX}", at=Location(name), code="F002"
        ) from error


def disagreements(manifest: Manifest, at: Location, file: FeedName, counted: Counted) -> list[BillingError]:
    """List where a manifest and its file differ: F005 feed or sequence, F007 period, F002 rows, F003 hash and sums."""
    found: list[BillingError] = []

    def differ(code: str, what: str, said: object, is_so: object, fix: str = _FIX) -> None:
        found.append(InputError(f"manifest says {what} {shown(str(said), _LONGEST_SHOWN)}, the file {is_so}; {fix}", at=at, code=code))

    if manifest.feed != file.feed:
        differ("F005", "feed", manifest.feed, f"is {file.feed}", "put each manifest beside its own file")
    if manifest.period != str(file.period):
        differ("F007", "period", manifest.period, f"is of {file.period}", "put each manifest beside its own file")
    if manifest.sequence != file.sequence:
        differ("F005", "sequence", manifest.sequence, f"has {file.sequence}", "put each manifest beside its own file")
    if manifest.row_count != counted.row_count:
        differ("F002", "row_count", manifest.row_count, f"has {counted.row_count} rows")
    if manifest.sha256 is not None and manifest.sha256.lower() != counted.sha256:
        differ("F003", "sha256", manifest.sha256.lower(), f"has {counted.sha256}")
    for what, said, sum_ in (
        ("sum_quantity", manifest.sum_quantity, counted.quantity),
        ("sum_amount", manifest.sum_amount, counted.amount),
    ):
        if said is not None and sum_ is not None and said != sum_:
            differ("F003", what, f"{said:f}", f"adds up to {plain_text(sum_)}")
    return found


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object, refusing a key given twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key '{key}' is there twice")
        found[key] = value
    return found


def _lower(message: str) -> str:
    """Pydantic's words as one of our lines."""
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
