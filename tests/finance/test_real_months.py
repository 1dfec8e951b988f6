"""Every report of money on real months: each foots, and each says what the program itself says by another road."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from reports.catalogue import CATALOGUE
from reports.published import Published, of_mart
from reports.report import Report
from tests.e2e import test_suspense_over_months as suspense_months
from tests.e2e.office import Office
from tests.e2e.program import cotbill, query

MONEY = ("R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R12", "R13")
MONTHS = ("2026-09", "2026-10")


def _published(root: Path, period: str) -> Published:
    return of_mart(period, root / "mart" / "cotbill.duckdb")


def _made(root: Path, period: str, name: str) -> Report:
    return CATALOGUE[name].make(_published(root, period))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, both months run."""
    root = tmp_path_factory.mktemp("sample") / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    for period, as_of in zip(MONTHS, ("2026-10-07", "2026-11-06"), strict=True):
        assert cotbill("run", period, "-w", str(root), "--as-of", as_of).code == 3
    return root


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """September closed with five held records, October run; lee works one of them."""
    found = suspense_months._open(tmp_path_factory.mktemp("office"))
    suspense_months.september_closes_with_its_holds_counted(found)
    assert found("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3
    waits = found.exceptions("2026-10")
    assert found("hold", waits["A102 u1"], "--reason", "asked the number's owner", "--owner", "lee", user="bo").code == 0
    assert found("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3
    return found


@pytest.mark.parametrize("period", MONTHS)
@pytest.mark.parametrize("name", MONEY)
def test_a_report_of_a_real_month_foots(sample: Path, name: str, period: str) -> None:
    report = _made(sample, period, name)  # it raises where it does not

    is_first = period == MONTHS[0]  # with nothing before it to be compared with
    assert report.foots or (name == "R06" and is_first)
    assert report.sections[0].frame.height > 0 or (name == "R07" and is_first)


def test_reports_that_show_the_bill_show_one_total(sample: Path) -> None:
    billed = query(sample, "select sum(amount) from fact_invoice where period = '2026-10'")[0][0]
    where = {"R02": "agencies", "R03": "funds", "R04": "rates", "R05": "groups"}

    shown = {name: _made(sample, "2026-10", name).section(section).sums()["amount"] for name, section in where.items()}
    shown["R06"] = _made(sample, "2026-10", "R06").section("bridge").frame["now"][0]
    shown["R07"] = _made(sample, "2026-10", "R07").section("rate_codes").sums()["now"]

    assert set(shown.values()) == {billed}
    assert (
        _made(sample, "2026-10", "R12").section("groups").sums()["revenue"] == query(sample, "select sum(amount) from fact_invoice")[0][0]
    )


def test_the_bridge_is_what_diff_says(sample: Path) -> None:
    told = json.loads(cotbill("diff", "2026-09", "2026-10", "-w", str(sample), "--json").out)
    bridge = _made(sample, "2026-10", "R06").section("bridge").frame.to_dicts()[0]

    total = told["total"]
    names = {
        "before": "before",
        "now": "now",
        "change": "change",
        **{f"{name}_effect": name for name in ("price", "quantity", "new", "gone", "one_time")},
    }
    assert bridge == {mine: Decimal(total[theirs]) for mine, theirs in names.items()}


def test_ages_and_owners_are_those_that_exceptions_lists(office: Office) -> None:
    listed = {row["exception_id"]: row for row in json.loads(office("exceptions", "2026-10", "--json").out)}
    mine = {row["exception_id"]: row for row in _made(office.root, "2026-10", "R08").section("open").frame.to_dicts()}

    assert set(mine) == set(listed)
    assert {(row["age_months"], row["owner"]) for row in mine.values()} == {(1, "lee"), (1, None)}
    for name, row in mine.items():
        assert (row["age_months"], row["owner"]) == (listed[name]["age_months"], listed[name]["owner"])
        assert row["age_days"] == 36  # from 1 October to 6 November


def test_suspense_carries_every_held_record_of_the_month_before_at_its_age(office: Office) -> None:
    found = _made(office.root, "2026-10", "R10")

    rows = found.section("records").frame.to_dicts()
    assert sorted((row["source_line"], row["feed"], str(row["amount"]), row["age_days"]) for row in rows) == [
        (2, "circuits", "285.00", 36), (2, "usage", "60.00", 36), (3, "usage", "90.00", 36), (4, "fixed_cost", "33.33", 36),
        (4, "usage", "None", 36),
    ]  # fmt: skip
    held = query(office.root, "select sum(amount_held) from control_totals where period = '2026-10'")[0][0]
    assert found.section("reasons").sums()["days_31_60"] == held == Decimal("468.33")
