"""The tables behind the charges in a mart that commands publish: every record, every equation, and a month that is run again."""

from decimal import Decimal
from pathlib import Path

import pytest

from billing.periods import Period
from pipelines.publish import republish_mart
from pipelines.workspace import Workspace
from tests.e2e.office import Office
from tests.e2e.program import query
from tests.e2e.world import write_feed_text

OPENING = "warehouse,item_no,quantity,unit_cost,as_of\nW1,PH8841,10,100.00,2026-08-31\n"
PHONE = "source_record_id,billing_number,line_id,rate_code,start_date,stop_date,location_id\n"
VENDOR = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,"
    "rate_code,cost_amount,received_date,charge_group\n"
)
STOCK = "txn_id,txn_type,txn_date,warehouse,item_no,quantity,uom,billing_number,unit_cost,original_txn_id,condition,ticket_no\n"
POOL = (
    "source_record_id,assessment_id,method,rate_code,billing_number,pool_annual_amount,basis,basis_quantity,start_period,end_period,spread,"
    "approval_ref\n"
)
TABLES = ("fact_movement", "fact_inventory", "fact_vendor_line", "fact_assessment", "fact_stock")
A, B = "D7580001", "D7580002"


def _month(root: Path, period: str, phones: list[str], vendor: list[str], stock: list[str]) -> None:
    on, span = f"{period}-05", f"{period}-01,{period}-28"
    write_feed_text(root, "voip", period, PHONE + "".join(f"{phone}\n" for phone in phones))
    vendor_rows = [f"{record},{number},{span},V1,Acme,I-{period},{on},{n},PT20,{cost},{on},{group}\n"
                   for n, (record, number, cost, group) in enumerate([*each.split(), ""][:4] for each in vendor)]  # fmt: skip
    write_feed_text(root, "pass_through", period, VENDOR + "".join(vendor_rows + vendor_rows[:1]))  # the first comes twice
    write_feed_text(root, "stock", period, STOCK + "".join(f"{each},T1\n" for each in stock))
    pool = [f"f{n},EA,ALLOCATED,EA01,{number},1000.00,FTE,{n},2026-07,2027-06,EQUAL_12,FM-1\n" for n, number in ((1, A), (2, B))]
    write_feed_text(root, "fixed_cost", period, POOL + "".join(pool))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two months run, the first with a record that two persons rejected."""
    found = Office.open(tmp_path_factory.mktemp("behind"), {"reference/stock_opening.csv": OPENING}, "")
    _month(
        found.root, "2026-09", [f"v1,{A},+15025640001,VP10,2020-01-01,,L1", "v2,NOBODY,+15025640002,VP10,2020-01-01,,L1"],
        [f"p1 {A} 10.004 G", f"p2 {A} 20.004 G", "p3 NOBODY 5.00"],
        [f"i1,ISSUE,2026-09-05,W1,PH8841,4,EACH,{A},,,", f"b1,RETURN,2026-09-06,W1,PH8841,1,EACH,{A},,i1,DEFECTIVE"],
    )  # fmt: skip
    _month(
        found.root, "2026-10", [f"v1,{A},+15025640001,VP10,2020-01-01,,L1", f"v3,{B},+15025640003,VP10,2026-10-01,,L2"],
        [f"q1 {A} 30.00", f"q2 {B} -4.00"], [f"b2,RETURN,2026-10-06,W1,PH8841,2,EACH,{A},,i1,NEW"],
    )  # fmt: skip
    assert found("run", "2026-09", "--as-of", "2026-10-06", user="bo").code == 3
    v2 = next(identity for name, identity in found.exceptions("2026-09").items() if name == "A102 v2")
    assert found("reject", v2, "--reason", "no such line", user="bo").code == 3
    (rejection,) = found.waiting()
    assert found.approve("mo", rejection).code == 0
    for period in ("2026-09", "2026-10"):
        assert found("run", period, "--as-of", "2026-11-06", user="bo").code == 3
    return found


def texts(office: Office, sql: str) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row) for row in query(office.root, sql)]


def test_every_record_of_a_feed_is_there_whatever_became_of_it(office: Office) -> None:
    fates = "select source_record_id, outcome from {} where period = '2026-09' order by source_line"

    assert texts(office, fates.format("fact_inventory")) == [("v1", "BILLED"), ("v2", "REJECTED")]
    assert texts(office, fates.format("fact_vendor_line")) == [("p1", "BILLED"), ("p2", "BILLED"), ("p3", "HELD"), ("p1", "DROPPED")]


def test_each_table_comes_to_the_charges_of_its_stream(office: Office) -> None:
    charged = "(select sum(amount) from fact_charge c where c.period = t.period and stream = '{}' and component in ('BASE', 'CREDIT'))"
    rows = [
        *texts(
            office, f"select period, sum(billed_amount), {charged.format('pass_through')} from fact_vendor_line t group by 1 order by 1"
        ),
        *texts(office, f"select period, sum(amount), {charged.format('fixed_cost')} from fact_assessment t group by 1 order by 1"),
    ]

    assert rows == [
        ("2026-09", "30.01", "30.01"), ("2026-10", "26.00", "26.00"),
        ("2026-09", "83.33", "83.33"), ("2026-10", "83.33", "83.33"),
    ]  # fmt: skip


def test_stock_opens_with_what_it_closed_with_and_is_valued_at_its_average(office: Office) -> None:
    rows = texts(office, "select period, opening_quantity::int, issued_quantity::int, returned_quantity::int, defective_quantity::int,"
                         " closing_quantity::int, closing_value, issued_value from fact_stock order by 1")  # fmt: skip

    assert rows == [("2026-09", "10", "4", "0", "1", "6", "600.00", "400.00"), ("2026-10", "6", "0", "2", "0", "8", "800.00", "0.00")]


def test_what_moved_comes_to_the_invoices_and_the_first_month_moved_against_nothing(office: Office) -> None:
    change = query(office.root, "select sum(change) from fact_movement where period = '2026-10'")[0][0]
    sums = dict(query(office.root, "select period, sum(amount) from fact_invoice group by 1"))

    assert change == sums["2026-10"] - sums["2026-09"]
    assert query(office.root, "select distinct period, prior_period from fact_movement") == [("2026-10", "2026-09")]
    new = texts(office, "select item, new_effect from fact_movement where stream = 'voip' and new_effect <> 0")
    assert new == [("+15025640003", "11.00")]


def test_a_month_that_is_not_posted_has_no_steps_of_its_close(office: Office) -> None:
    assert query(office.root, "select count(*) from fact_close_step") == [(0,)]


def test_an_earlier_month_that_is_run_again_moves_the_later_one_too_as_if_the_mart_were_made_anew(office: Office) -> None:
    home, september = Workspace.open(office.root), Period(2026, 9)
    republish_mart(home, september)  # October is in the mart with all that its journal says, so nothing else makes it be put in anew
    _month(
        office.root, "2026-09", [f"v1,{A},+15025640001,VP10,2020-01-01,,L1"], [f"p1 {A} 99.00"],
        [f"i1,ISSUE,2026-09-05,W1,PH8841,7,EACH,{A},,,"],
    )  # fmt: skip
    assert office("run", "2026-09", "--as-of", "2026-11-06", user="bo").code == 3
    tables = "select * from {} order by all"
    grown = {name: query(office.root, tables.format(name)) for name in TABLES}
    change = query(office.root, "select sum(change) from fact_movement")[0][0]
    sums = dict(query(office.root, "select period, sum(amount) from fact_invoice group by 1"))
    assert change == sums["2026-10"] - sums["2026-09"]
    assert query(office.root, "select opening_quantity from fact_stock where period = '2026-10'") == [(Decimal(3),)]

    (office.root / "ledger" / "mart.json").unlink()
    republish_mart(home, september)
    assert {name: query(office.root, tables.format(name)) for name in TABLES} == grown
