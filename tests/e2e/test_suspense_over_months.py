"""Held records over three closed months: each is counted in every month, billed late for its own month, never dropped."""

import json
from decimal import Decimal
from pathlib import Path

from tests.e2e.office import Office
from tests.e2e.program import query
from tests.e2e.world import write_feed_text

SETTINGS = 'expected_feeds = ["usage", "fixed_cost", "circuits"]\nunreadable_limit_pct = 50\n'
USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom\n"
POOL = (
    "source_record_id,assessment_id,method,rate_code,billing_number,pool_annual_amount,basis,basis_quantity,start_period,end_period,"
    "spread,approval_ref\n"
)
CIRCUITS = "source_record_id,billing_number,circuit_id,vendor_code,service_type,a_address,rate_code,order_no,billing_start_date\n"


def _pool(stranger: str) -> str:
    rows = [("f1", "D7580001"), ("f2", "D7580002"), ("f3", stranger)]
    return POOL + "\n".join(f"{i},POOL,ALLOCATED,EA01,{n},1200.00,FTE,1,2026-07,2027-06,EQUAL_12,FM-1" for i, n in rows) + "\n"


def _month(root: Path, period: str, usage: list[str], stranger: str) -> None:
    write_feed_text(root, "usage", period, USAGE + "".join(f"{row}\n" for row in usage))
    write_feed_text(root, "fixed_cost", period, _pool(stranger))
    write_feed_text(root, "circuits", period, CIRCUITS + f"k1,{stranger},73/HCGS/123456/000/SC,ATT,ETH,Frankfort,NT40,C1,2026-09-12\n")


def _open(folder: Path) -> Office:
    """September's feeds name a number that nobody has; October's and November's name the right one."""
    found = Office.open(folder, {}, SETTINGS)
    span = "2026-09-01,2026-09-30"
    unknown = [f"u1,D9999999,{span},VS10,2,USER_MONTH", f"u2,D9999999,{span},VS10,3,USER_MONTH", f"u3,D7580001,{span},VS10,1e3,USER_MONTH"]
    _month(found.root, "2026-09", unknown, "D9999999")
    _month(found.root, "2026-10", ["u9,D7580001,2026-10-01,2026-10-31,VS10,1,USER_MONTH"], "J0390001")
    _month(found.root, "2026-11", [], "J0390001")
    return found


def _work(office: Office, period: str, as_of: str) -> None:
    """Explain every warning, run and close."""
    for code in sorted({key.split()[0] for key in office.exceptions(period)} - {"A102", "F006"}):
        assert office("acknowledge", "--code", code, "--period", period, "--reason", "seen", user="bo").code == 0
    office("run", period, "--as-of", as_of, user="bo")
    closed = office("close", period, "--no-pdf", user="bo")
    assert closed.code == 0, closed.out + closed.err


def september_closes_with_its_holds_counted(office: Office) -> None:
    office("run", "2026-09", "--as-of", "2026-10-06", user="bo")
    _work(office, "2026-09", "2026-10-06")

    assert office.total("2026-09") == Decimal("66.67")  # 33.34 + 33.33 of the pool; its third part waits
    held = query(office.root, "select feed, records_held, amount_held from control_totals where period = '2026-09' order by feed")
    assert held == [("circuits", 1, Decimal("285.00")), ("fixed_cost", 1, Decimal("33.33")), ("usage", 3, Decimal("150.00"))]


def october_takes_in_every_held_record_and_bills_what_is_corrected_for_september(office: Office) -> None:
    office("run", "2026-10", "--as-of", "2026-11-06", user="bo")
    carried = query(
        office.root,
        "select sum(records_in), sum(records_held) from control_totals where period = '2026-10' and source_file like '2026-09/%'",
    )
    assert carried == [(5, 5)]

    waits = json.loads(office("exceptions", "2026-10", "--json").out)
    for row in waits:
        if row["code"] == "A102" and row["source_record_id"] in {"k1", "f3", "u1"}:
            words = ["--set", "billing_number=J0390001", "--reason", "F100-12"]
            assert office("correct", row["exception_id"], *words, user="bo").code == 0
    office("run", "2026-10", "--as-of", "2026-11-06", user="bo")

    late = query(
        office.root,
        "select stream, amount, unit_rate, service_from::text, is_prior_period from fact_charge"
        " where period = '2026-10' and is_prior_period order by stream",
    )
    assert [row[:2] for row in late] == [("circuits", Decimal("285.00")), ("fixed_cost", Decimal("33.33")), ("usage", Decimal("60.00"))]
    assert [row[3] for row in late] == ["2026-09-12", "2026-09-01", "2026-09-01"]
    assert late[2][2] == Decimal("30.000000")  # September's rate, not October's
    assert office.total("2026-10") == Decimal("961.19")  # 450.00 + 100.00 + 32.86 + 285.00 + 33.33 + 60.00
    left = query(office.root, "select sum(records_held), sum(amount_held) from control_totals where period = '2026-10'")
    assert left == [(2, Decimal("90.00"))]  # u2, and the row that cannot be read


def november_keeps_what_october_did_not_settle_and_its_age_stops_the_close(office: Office) -> None:
    _work(office, "2026-10", "2026-11-06")
    office("run", "2026-11", "--as-of", "2026-12-07", user="bo")
    worklist = json.loads(office("exceptions", "2026-11", "--json").out)
    old = {(row["code"], row["source_file"], row["source_line"]) for row in worklist if row["severity"] == "HOLD"}
    assert old == {("A102", "2026-09/usage_2026-09_001.csv", 3), ("F006", "2026-09/usage_2026-09_001.csv", 4)}

    for code in sorted({row["code"] for row in worklist} - {"A102", "F006"}):
        office("acknowledge", "--code", code, "--period", "2026-11", "--reason", "seen", user="bo")
    office("run", "2026-11", "--as-of", "2026-12-07", user="bo")
    missing = json.loads(office("close", "2026-11", "--json", user="bo").out)["missing"]
    assert sorted(each["code"] for each in missing) == ["A102", "F006"]

    # one is taken out for good, the other carried over; both by two persons
    ids = {row["code"]: row["exception_id"] for row in worklist if row["code"] in {"A102", "F006"}}
    assert office("reject", ids["F006"], "--reason", "source says it never was", user="bo").code == 3
    assert office("acknowledge", ids["A102"], "--reason", "F100 still in work", user="bo").code == 3
    assert office.approve("mo", *sorted(office.waiting())).code == 0
    office("run", "2026-11", "--as-of", "2026-12-07", user="bo")
    closed = office("close", "2026-11", "--no-pdf", user="bo")

    assert closed.code == 0, closed.out
    sums = "select sum(records_in), sum(records_held), sum(records_rejected) from control_totals"
    totals = query(office.root, f"{sums} where source_file like '2026-09/%' and period = '2026-11'")
    assert totals == [(2, 1, 1)]


def over_all_months_every_record_ends_once(office: Office) -> None:
    """In of its own month = billed + rejected + dropped over all months + what is held at the end."""
    own = "source_file not like '%/%'"
    (records,) = query(office.root, f"select sum(records_in) from control_totals where {own}")[0]
    ended = query(office.root, "select sum(records_billed + records_rejected + records_dropped) from control_totals")[0][0]
    (held,) = query(office.root, "select sum(records_held) from control_totals where period = '2026-11'")[0]

    assert records == ended + held
    assert held == 1


STEPS = (
    september_closes_with_its_holds_counted,
    october_takes_in_every_held_record_and_bills_what_is_corrected_for_september,
    november_keeps_what_october_did_not_settle_and_its_age_stops_the_close,
    over_all_months_every_record_ends_once,
)


def test_held_records_are_counted_every_month_billed_late_and_never_dropped(tmp_path: Path) -> None:
    office = _open(tmp_path)

    for step in STEPS:
        step(office)
