"""What lies in a period's inbox: its feed files in a fixed order, what is missing, and what must not be there."""

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import BillingError, InputError, Location, RefusalsError
from billing.findings import gather
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from inputs.feed_writer import feed_file_name
from inputs.names import FeedName, approvals_name, feed_name, is_temporary, manifest_beside, manifest_name
from inputs.suspense import file_finding
from inputs.text_file import LINE_LIMIT, entries, read_bytes, shown

ORIGINALS: Final = "originals"  # what adapters were given, kept beside what they made of it


@dataclass(frozen=True)
class FeedFile:
    """One feed file of the period."""

    path: Path
    feed: str
    period: Period
    sequence: int
    sha256: str
    byte_count: int
    manifest: Path | None


@dataclass(frozen=True)
class Inbox:
    """A period's inbox: feed files by name, approvals files, and F001 for each expected feed that is not there."""

    files: tuple[FeedFile, ...]
    approvals: tuple[Path, ...]
    findings: pl.DataFrame  # FINDINGS


def list_inbox(inbox_dir: Path, period: Period, policy: Policy, loaded: dict[str, str] | None = None) -> Inbox:
    """List the period's feed files, and refuse what cannot stand beside them.

    Hidden and temporary files and the folder of originals are passed over.

    Args:
        inbox_dir: the period's own folder; an absent one is an empty one.
        period: the month being run.
        policy: expected_feeds is used.
        loaded: SHA-256 -> `period/file` of earlier periods' files. A snapshot may repeat an earlier one, and a
            file without rows any other, because nothing is billed twice by that.

    Raises:
        InputError: one file is refused: F001 a manifest or approvals without their file, F004 doubled, F005 not a name
            of ours, F007 of another period.
        RefusalsError: several are.
    """
    faults: list[BillingError] = []
    files: list[FeedFile] = []
    approvals: list[Path] = []
    for path in entries(inbox_dir):
        try:
            _sort_in(path, period, files, approvals)
        except InputError as fault:
            faults.append(fault)
    faults += [*_orphans(files, approvals), *_doubled(files, loaded or {})]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise RefusalsError(faults)
    return Inbox(tuple(files), tuple(approvals), _missing(files, period, policy))


def _sort_in(path: Path, period: Period, files: list[FeedFile], approvals: list[Path]) -> None:
    """Put one entry of the folder where it belongs, or refuse it."""
    if is_temporary(path.name) or (path.name == ORIGINALS and path.is_dir() and not path.is_symlink()):
        return
    name = feed_name(path.name)
    other = name or approvals_name(path.name) or manifest_name(path.name)
    at = Location(shown(path.name, 200))
    if other is None:
        raise InputError(f"is not a name of a feed file; {_meant(path.name, period)}", at=at, code="F005")
    if other.period != period:
        raise InputError(f"is of period {other.period}, but lies in {period}; move it or rename it", at=at, code="F007")
    if name is not None:
        files.append(_feed_file(path, name))
    elif approvals_name(path.name):
        approvals.append(path)
    elif not any(path.with_name(f"{_stem(other)}.{suffix}").exists() for suffix in ("csv", "xlsx")):
        raise InputError("is a manifest without its file; get the file, or remove the manifest", at=at, code="F001")


def _orphans(files: list[FeedFile], approvals: list[Path]) -> list[BillingError]:
    """Approvals whose adjustments are not there, CSV or workbook."""
    there = {feed_file_name(file.feed, file.period, file.sequence).removesuffix(".csv") for file in files}
    message = "is an approvals file without its adjustments file; get the file, or remove the approvals"
    lone = [path for path in approvals if path.name.removesuffix(".approvals.csv") not in there]
    return [InputError(message, at=Location(path.name), code="F001") for path in lone]


def _feed_file(path: Path, name: FeedName) -> FeedFile:
    data = read_bytes(path)
    return FeedFile(path, name.feed, name.period, name.sequence, hashlib.sha256(data).hexdigest(), len(data), manifest_beside(path))


def _stem(name: FeedName) -> str:
    return feed_file_name(name.feed, name.period, name.sequence).removesuffix(".csv")


def _meant(name: str, period: Period) -> str:
    """What to do about a name that is not ours."""
    like = difflib.get_close_matches(name.split("_", maxsplit=1)[0].lower()[:40], list(FEEDS), 1)
    feed = next((feed for feed in FEEDS if name.lower().startswith(feed)), like[0] if like else None)
    return f"name it {feed_file_name(feed or 'usage', period, 1)}{'' if feed else ' for its feed'}, or move it out"


def _doubled(files: list[FeedFile], loaded: dict[str, str]) -> list[BillingError]:
    """Files that carry the sequence or the content of another."""
    faults: list[BillingError] = []
    numbers: dict[tuple[str, int], str] = {}
    contents: dict[str, str] = {}
    for file in files:
        name = file.path.name
        first = numbers.setdefault((file.feed, file.sequence), name)
        if first != name:
            faults.append(_double(name, f"has the feed and sequence of {first}; remove one or give it the next sequence"))
            continue
        if _has_no_rows(file):
            continue
        earlier = loaded.get(file.sha256) if not FEEDS[file.feed].snapshot else None
        same = contents.setdefault(file.sha256, name)
        if same != name:
            faults.append(_double(name, f"is the same file as {same}, byte for byte; remove one"))
        elif earlier is not None:
            faults.append(_double(name, f"is the same file as {shown(earlier, 200)}, byte for byte; remove it, it is billed already"))
    return faults


def _double(name: str, message: str) -> InputError:
    return InputError(message, at=Location(name), code="F004")


def _has_no_rows(file: FeedFile) -> bool:
    """Whether a small CSV holds its header alone; a month without activity is legal."""
    return file.path.suffix == ".csv" and file.byte_count <= LINE_LIMIT and b"\n" not in read_bytes(file.path).strip()


def _missing(files: list[FeedFile], period: Period, policy: Policy) -> pl.DataFrame:
    """F001 for each expected feed without a file."""
    there = {file.feed for file in files}
    return gather(
        *(
            file_finding(
                "F001", feed, feed_file_name(feed, period, 1),
                f"no {feed} file for {period}; get it, or put a file with the header alone there if there was no activity",
                severity="FATAL",
            )
            for feed in FEEDS
            if feed in policy.expected_feeds and feed not in there
        )
    )  # fmt: skip
