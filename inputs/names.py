"""File names of the inbox: `<feed>_<YYYY-MM>_<seq>.csv` or `.xlsx`, and the manifest and approvals beside them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from billing.errors import InputError, Location
from billing.layouts import FEEDS
from billing.periods import Period

_STEM: Final = rf"(?P<feed>{'|'.join(FEEDS)})_(?P<period>(?:199[0-9]|2[01][0-9]{{2}})-(?:0[1-9]|1[0-2]))_(?P<sequence>[0-9]{{3}})"
_FEED_FILE: Final = re.compile(rf"{_STEM}\.(?P<suffix>csv|xlsx)")
_APPROVALS_FILE: Final = re.compile(rf"{_STEM}\.approvals\.csv")
_MANIFEST_FILE: Final = re.compile(rf"{_STEM}(?:\.csv|\.xlsx)?\.manifest\.json")
_TEMPORARY: Final = re.compile(r"\..*|~\$.*|.*(?:\.tmp|\.part|\.partial|\.swp|\.crdownload|~)", re.DOTALL)


@dataclass(frozen=True)
class FeedName:
    """What a file's name says: its feed, period, sequence, and whether it is a workbook."""

    feed: str
    period: Period
    sequence: int
    suffix: str


def feed_name(name: str) -> FeedName | None:
    """Read the name of a feed file, or None when it is not one."""
    return _read(_FEED_FILE, name)


def approvals_name(name: str) -> FeedName | None:
    """Read the name of an approvals file, which comes with adjustments only."""
    found = _read(_APPROVALS_FILE, name)
    return found if found and found.feed == "adjustments" else None


def manifest_name(name: str) -> FeedName | None:
    """Read the name of a manifest; suffix is empty."""
    return _read(_MANIFEST_FILE, name)


def is_temporary(name: str) -> bool:
    """Whether the name is a hidden or half-written file's."""
    return _TEMPORARY.fullmatch(name) is not None


def manifest_beside(path: Path) -> Path | None:
    """The manifest of a feed file: `<stem>.manifest.json` or `<name>.manifest.json`.

    Raises:
        InputError: both are there.
    """
    found = [beside for stem in (path.stem, path.name) if (beside := path.with_name(f"{stem}.manifest.json")).exists()]
    if len(found) > 1:
        raise InputError(f"has two manifests, {found[0].name} and {found[1].name}; remove one", at=Location(path.name), code="F002")
    return found[0] if found else None


def _read(pattern: re.Pattern[str], name: str) -> FeedName | None:
    found = pattern.fullmatch(name)
    if found is None:
        return None
    suffix = found.groupdict().get("suffix") or ""
    return FeedName(found["feed"], Period.parse(found["period"]), int(found["sequence"]), suffix)
