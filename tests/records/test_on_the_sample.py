"""The catalogue's reports of record on a real month: each foots, comes out the same again, and is exact."""

import csv
import json

import polars as pl
import pytest

from reports.catalogue import CATALOGUE
from reports.published import of_mart
from reports.report import report_files
from tests.e2e.program import cotbill

RECORDS = ("R01", "R11", "R14", "R15", "R16", "R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24", "R25", "R26")
MADE = [name for name in RECORDS if name in CATALOGUE]


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("period", ["2026-09", "2026-10"])
def test_it_foots_to_its_neighbours_and_comes_out_the_same_again(sample_root, name, period):
    mart = sample_root / "mart" / "cotbill.duckdb"

    first, again = (CATALOGUE[name].make(of_mart(period, mart)) for _ in range(2))

    assert first.id == name
    assert first.checked().foots
    assert report_files(first) == report_files(again)
    kinds = {kind for section in first.sections for kind in section.frame.dtypes}
    assert not kinds & {pl.Float64(), pl.Float32()}
    for section in first.sections:
        assert set(section.sums()) == set(section.totals)


@pytest.mark.parametrize("name", [name for name in MADE if CATALOGUE[name].written_by])
def test_a_file_that_another_command_writes_is_left_to_it(sample_root, name):
    folder = sample_root / "out" / "2026-10" / "reports"
    before = {path.name: path.read_bytes() for path in folder.glob(f"{name}-*")}

    ended = cotbill("reports", "2026-10", "--only", name, "--json", "-w", str(sample_root))

    assert ended.code == 0
    assert json.loads(ended.out)["report"] == name
    assert {path.name: path.read_bytes() for path in folder.glob(f"{name}-*")} == before


def test_no_number_that_was_called_or_called_from_is_in_the_long_distance_summary(sample_root):
    calls = [row for path in sorted((sample_root / "inbox" / "2026-10").glob("long_distance_*.csv")) for row in _rows(path)]
    numbers = {row[name].lstrip("+") for row in calls for name in ("from_number", "to_number", "charge_number") if len(row[name] or "") > 6}
    assert len(numbers) > 100

    report = CATALOGUE["R21"].make(of_mart("2026-10", sample_root / "mart" / "cotbill.duckdb"))

    text = b"\n".join(report_files(report).values()).decode()
    assert report.section("numbers").frame.height > 0
    assert [number for number in sorted(numbers) if number in text] == []


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
