"""Six small months in a row, with a look-back of one: nothing is lost, and what is older is met again as if all were read."""

import dataclasses
import itertools
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from billing.errors import BillingError
from billing.frames import MonthBill
from pipelines import handing_on, history, past
from pipelines.history import known_months
from pipelines.mart_months import publish_mart
from pipelines.recorded import load_bill
from pipelines.run import run_month
from pipelines.workspace import Workspace
from tests.soak.balances import Balances, a_line
from tests.soak.desk import Clock, work
from tests.soak.feeds import FIRST, OWNER, Years, short_years_of

MONTHS = 6
LONG_AGO = 4  # months; the window is two
SETTINGS = "look_back_periods = 1\noutlier_months = 1\n"
BEHIND = ("fact_movement", "fact_inventory", "fact_vendor_line", "fact_assessment", "fact_stock", "fact_close_step")
FRAMES = ("lines", "bridge", "splits", "calls", "exceptions", "invoices", "controls", "suspense")


@dataclasses.dataclass(frozen=True)
class Short:
    """The months worked, and a copy of the workspace as it was before the last of them was run."""

    years: Years
    home: Workspace
    balances: Balances
    before: Path


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "_INVOICED", 1)
        patch.setattr(handing_on, "_YEAR", 2)
        root = tmp_path_factory.mktemp("soak")
        years = short_years_of(root / "years", SETTINGS, LONG_AGO)
        home, balances, line = Workspace.open(years.root), Balances(), None
        for index in range(MONTHS):
            period = FIRST.shift(index)
            years.write(period, line)
            if index == MONTHS - 1:
                shutil.copytree(years.root, root / "before", ignore=shutil.ignore_patterns("mart", "out"))
            bill = work(home, period, Clock()).bill
            line = a_line(bill, OWNER)
            balances.add(bill)
        yield Short(years, home, balances, root / "before")


def last_month(root: Path) -> MonthBill:
    period = FIRST.shift(MONTHS - 1)
    return run_month(Workspace.open(root), period, period.shift(1).first_day, write=False).bill


def copied(short: Short, to: Path) -> Path:
    return Path(shutil.copytree(short.before, to))


@pytest.fixture(scope="module")
def as_all_read(short, tmp_path_factory):
    """The last month, billed as if nothing had been handed on and every month were within the window."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "read_history", lambda *_: None)
        patch.setattr(past, "_INVOICED", 600)
        return last_month(short.before)


def differences(one: MonthBill, other: MonthBill) -> list[str]:
    return [name for name in FRAMES if not getattr(one, name).equals(getattr(other, name))]


def test_every_road_comes_to_the_same_cents_and_no_record_is_lost_in_suspense(short):
    short.balances.check(short.home)

    assert short.balances.lines > 0
    assert all(short.balances.carried[name] > 0 for name in ("billed", "rejected"))


def test_a_month_reads_only_its_window_and_comes_to_the_same_as_if_it_read_all(short, as_all_read):
    bill = last_month(short.before)

    assert differences(bill, as_all_read) == []
    codes = dict(bill.exceptions.group_by("code").len().rows())
    assert codes["U501"] == 2  # of last month and of long ago
    assert codes["J002"] >= 1
    returned = bill.lines.filter((pl.col("stream") == "stock") & (pl.col("component") == "CREDIT"))
    corrected = bill.earlier.charges.filter(pl.col("charge_id").is_in(returned["original_charge_id"].implode()))
    assert corrected["period"].unique().sort().to_list() == ["2026-10", "2026-12"]


def test_a_damaged_year_or_book_is_passed_over_and_its_months_are_read(short, as_all_read, tmp_path):
    root = copied(short, tmp_path / "copy")
    files = sorted(root.glob("ledger/*/posted/*/history/*.parquet"))
    for path in files:
        path.chmod(0o600)
        path.write_bytes(b"not as it was written")

    assert len(files) > 40
    assert differences(last_month(root), as_all_read) == []


def test_a_note_that_is_gone_or_changed_is_passed_over(short, as_all_read, tmp_path):
    root = copied(short, tmp_path / "copy")
    notes = sorted(root.glob("ledger/*/posted/*/history/history.json"))
    for index, note in enumerate(notes):
        note.parent.chmod(0o700)
        note.chmod(0o600)
        if index % 2:
            note.unlink()
        else:
            note.write_bytes(note.read_bytes().replace(b'"2026-09"', b'"2026-08"', 1))

    assert len(notes) == MONTHS - 1
    assert known_months(Workspace.open(root)).history is None
    assert differences(last_month(root), as_all_read) == []


def test_stock_opened_otherwise_is_entered_from_the_start(short, tmp_path):
    root = copied(short, tmp_path / "copy")
    path = root / "reference" / "stock_opening.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",2026-08-31", ",2026-08-30"), encoding="utf-8")
    kept = last_month(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "read_history", lambda *_: None)
        patch.setattr(past, "_INVOICED", 600)
        whole = last_month(root)

    assert differences(kept, whole) == []


def test_a_file_of_long_ago_is_not_billed_twice(short, tmp_path):
    root = copied(short, tmp_path / "copy")
    inbox, last = root / "inbox", FIRST.shift(MONTHS - 1)
    shutil.copy(inbox / str(FIRST) / f"adjustments_{FIRST}_001.csv", inbox / str(last) / f"adjustments_{last}_002.csv")

    with pytest.raises(BillingError, match=f"is the same file as {FIRST}/adjustments_{FIRST}_001.csv"):
        last_month(root)


def rows_of(path: Path) -> dict[str, list]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        return {name: sorted(map(repr, connection.table(name).fetchall())) for name in names}


def test_the_mart_grown_month_by_month_holds_what_one_made_at_once_holds(short, tmp_path):
    grown = rows_of(short.home.mart)
    shutil.copytree(short.home.root, tmp_path / "copy")
    copy = Workspace.open(tmp_path / "copy")
    (copy.ledger / "mart.json").unlink()
    publish_mart(copy, load_bill(copy, FIRST.shift(MONTHS - 1), with_earlier=False))

    made = rows_of(copy.mart)
    assert grown.keys() == made.keys()
    assert [name for name in grown if grown[name] != made[name]] == []
    assert [name for name in BEHIND if not made[name]] == []


def test_what_stands_behind_the_charges_goes_on_from_month_to_month(short):
    with duckdb.connect(str(short.home.mart), read_only=True) as connection:
        moved = connection.execute("SELECT period, sum(before), sum(now) FROM fact_movement GROUP BY 1 ORDER BY 1").fetchall()
        invoiced = dict(connection.execute("SELECT period, sum(amount) FROM fact_invoice GROUP BY 1").fetchall())
        book = connection.execute("SELECT period, warehouse, item_no, opening_quantity, closing_quantity, restated_quantity,"
                                  " opening_cost, closing_cost FROM fact_stock ORDER BY 1").fetchall()  # fmt: skip
        steps = dict(connection.execute("SELECT period, count(*) FROM fact_close_step GROUP BY 1").fetchall())

    months = [str(FIRST.shift(index)) for index in range(MONTHS)]
    assert moved == [(now, invoiced[last], invoiced[now]) for last, now in itertools.pairwise(months)]
    assert set(steps) == set(months)
    closed = {(period, *place): (closing, cost) for period, *place, _, closing, _, _, cost in book}
    for period, *place, opening, _, restated, cost, _ in book:
        last = str(FIRST.shift(months.index(period) - 1))
        assert restated == 0
        assert period == months[0] or closed.get((last, *place), (0, cost)) == (opening, cost)
