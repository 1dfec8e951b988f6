"""The same month gives the same bytes, whatever the time zone, the language and the number of threads."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.call_detail.world import PERIOD
from tests.finished.hostile_month import hostile_month
from tests.finished.months import CLOSED, finished, sample
from tests.verify.world import remove

PLACES = [("UTC", "C", "1"), ("Asia/Tokyo", "de_DE.UTF-8", "2"), ("America/New_York", "C.UTF-8", "2")]


def made(root: Path, period: str, zone: str, language: str, threads: str) -> dict[str, str]:
    """SHA-256 of every file that the commands write of a month, made by processes of their own from nothing."""
    for path in [path for folder in ("reports", "interface", "invoices") for path in (root / "out" / period / folder).iterdir()]:
        if not path.name.startswith(("R01", "R20")):  # written by the run and the close
            path.unlink()
    place = {**os.environ, "TZ": zone, "LANG": language, "LC_ALL": language, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads}
    for words in (("interface", period), ("invoices", period), ("reports", period), ("reports", period, "--format", "focus")):
        program = [sys.executable, "-c", "if __name__ == '__main__': from pipelines.cli import main; main()"]
        ended = subprocess.run([*program, *words, "-w", str(root), *_user(words[0])], env=place, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stderr
    out = root / "out" / period
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.rglob("*")) if path.is_file()}


def _user(word: str) -> list[str]:
    return ["--user", "bo"] if word == "interface" else []


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield hostile_month(tmp_path).root
    remove(tmp_path / "world")


@pytest.mark.slow
def test_a_month_is_the_same_bytes_everywhere(root: Path) -> None:
    first, second = (made(root, PERIOD, *place) for place in PLACES[:2])

    assert {name for name in first if first[name] != second.get(name)} == set()
    assert set(first) == set(second)
    assert {Path(name).suffix for name in first} >= {".pdf", ".xlsx", ".html", ".csv", ".json", ".xml", ".txt"}


@pytest.mark.slow
def test_the_sample_month_is_the_same_bytes_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = finished(sample(tmp_path / "w"))
    monkeypatch.setattr(sys.modules[__name__], "_user", lambda word: ["--user", "ghollingsworth"] if word == "interface" else [])

    first, *others = (made(root, CLOSED, *place) for place in PLACES)

    assert [sorted(name for name in first if first[name] != other.get(name)) for other in others] == [[], []]
