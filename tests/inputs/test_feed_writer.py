"""Feeds are written exactly, whole, and with honest manifests."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from billing.errors import InputError
from inputs.durable import write_whole
from inputs.feed_writer import plain_text, write_feed
from tests.inputs.make import OCTOBER

FRAME = pl.DataFrame({
    "txn_id": ["A", "B"],
    "quantity": [Decimal(3), Decimal("-1.500000")],
    "unit_cost": pl.Series([Decimal(112), Decimal("0.000000000001")], dtype=pl.Decimal(38, 12)),
    "txn_date": [dt.date(2026, 10, 2)] * 2,
    "item_description": ['a,b\n"c"', ""],
})  # fmt: skip


def write(folder: Path, frame: pl.DataFrame = FRAME, **options: object) -> Path:
    return write_feed(folder, "stock", OCTOBER, 7, frame, "test", "2026-11-01T00:00:00Z", **options)  # type: ignore[arg-type]


def test_decimals_are_written_whole_and_without_idle_zeros(tmp_path: Path) -> None:
    path = write(tmp_path)

    assert path == tmp_path / "2026-10" / "stock_2026-10_007.csv"
    text = path.read_text()
    assert 'A,,,,,,,,2026-10-02,,,"a,b\n""c""",3,,112.00,' in text
    assert "B,,,,,,,,2026-10-02,,,,-1.5,,0.000000000001," in text


def test_the_manifest_counts_what_was_written(tmp_path: Path) -> None:
    manifest = json.loads(write(tmp_path, extra={"adapter": "x"}).with_suffix(".manifest.json").read_text())

    assert {key: manifest[key] for key in ("feed", "period", "sequence", "row_count", "sum_quantity", "sum_amount", "adapter")} == {
        "feed": "stock", "period": "2026-10", "sequence": 7, "row_count": 2, "sum_quantity": "1.5", "sum_amount": None, "adapter": "x",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("quantity", [1.5, 2.5]), "column 'quantity' is a float, which loses cents; give Decimal or text"),
        (
            pl.Series("quantity", [Decimal("0.0000001"), Decimal(1)]),
            "column 'quantity' has more than 6 decimals; round it where its rule says so",
        ),
        (pl.Series("colour", ["red", "blue"]), "feed stock has no column 'colour'; write only columns of its layout"),
    ],
)
def test_what_would_lose_something_is_not_written(tmp_path: Path, column: pl.Series, message: str) -> None:
    with pytest.raises(InputError, match=message):
        write(tmp_path, FRAME.with_columns(column))

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    write(tmp_path)

    with pytest.raises(InputError, match="is there already"):
        write(tmp_path)
    assert write(tmp_path, replace=True).exists()


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    write_whole(path, b"old")

    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match="No space left"):
        write_whole(path, b"new", replace=True)

    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_only_the_owner_may_read_what_is_written(tmp_path: Path) -> None:
    assert write(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("100", "100"),
        ("1E+3", "1000"),
        ("0.500", "0.5"),
        ("-0.0100", "-0.01"),
        ("12345678901234567890123456.123456789012", None),
        ("0E-12", "0"),
    ],
)
def test_numbers_are_written_plainly_with_all_their_digits(number: str, text: str | None) -> None:
    assert plain_text(Decimal(number)) == (text or number)
