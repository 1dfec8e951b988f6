"""The views and macros: their columns and meanings, that they foot to the tables they are made from, and their edges."""

from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import round_half_away
from reports.finance.recovery import recovery as recovery_report
from reports.finance.suspense import suspense as suspense_report
from reports.mart_views import MACRO_ORDER, VIEW_ORDER, macros, views
from reports.published import of_mart
from tests.e2e.program import query
from tests.mart.world import months, put, world


def held(name):
    from reports import mart_views

    return {path.stem for path in (mart_views._HERE / name).glob("*.sql")}


def test_every_sql_file_is_a_view_or_macro_of_the_mart():
    assert held("views") == set(VIEW_ORDER)
    assert held("macros") == set(MACRO_ORDER)


def test_each_view_of_a_published_mart_has_the_columns_and_types_its_head_says(sample):
    for view in views():
        found = query(sample, f"select column_name, data_type from duckdb_columns() where table_name = '{view.name}' order by column_index")

        assert found == [(column.name, column.sql_type) for column in view.columns], view.name


def test_every_table_view_column_and_macro_of_a_published_mart_says_what_it_is(sample):
    silent = query(
        sample,
        "select table_name from duckdb_tables() where not internal and coalesce(comment, '') = ''"
        " union all select view_name from duckdb_views() where not internal and coalesce(comment, '') = ''"
        " union all select function_name from duckdb_functions() where not internal and coalesce(comment, '') = ''"
        " union all select table_name || '.' || column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''",
    )
    counts = query(
        sample,
        "select (select count(*) from duckdb_views() where not internal), (select count(*) from duckdb_functions() where not internal)",
    )

    assert silent == []
    assert counts == [(len(VIEW_ORDER), len(MACRO_ORDER))]


def test_no_view_gives_money_as_a_float(sample):
    inexact = "select table_name, column_name from duckdb_columns() where not internal and data_type in ('DOUBLE', 'FLOAT', 'HUGEINT')"

    assert query(sample, inexact) == []


@pytest.mark.parametrize(
    ("view", "table"),
    [
        ("select period, sum(amount), sum(lines) from v_bill_by_agency", "select period, sum(amount), count(*) from fact_charge"),
        ("select period, sum(amount), count(*) from v_invoice_lines", "select period, sum(amount), count(*) from fact_charge"),
        ("select period, sum(amount), sum(lines) from v_revenue_by_rate_code", "select period, sum(amount), count(*) from fact_charge"),
        ("select period, sum(amount), 0 from v_revenue_by_funding", "select period, sum(amount), 0 from fact_split"),
        ("select period, sum(amount), count(*) from v_invoices", "select period, sum(amount), count(*) from fact_invoice"),
        ("select period, sum(amount), count(*) from v_adjustments", "select period, sum(amount), count(*) from fact_adjustment"),
        ("select period, sum(change), sum(now) from v_month_over_month", "select period, sum(change), sum(now) from fact_movement"),
        ("select period, sum(rated_amount), sum(calls) from v_call_summary", "select period, sum(amount), count(*) from fact_call"),
        ("select period, sum(amount_in), sum(records_in) from v_control_totals",
         "select period, sum(amount_in), sum(records_in) from control_totals"),
        ("select period, sum(cost), sum(billed_amount) from v_vendor_invoices",
         "select period, sum(cost_amount), sum(billed_amount) from fact_vendor_line"),
        ("select period, 0, count(*) from v_charge_source", "select period, 0, count(*) from bridge_charge_source"),
        ("select period, count(*), count(distinct exception_id) from v_exceptions_open",
         "select period, count(*), count(*) from fact_exception where status = 'OPEN'"),
        ("select period, 0, count(*) from v_vendor_match", "select period, 0, count(*) from fact_inventory"),
    ],
)  # fmt: skip
def test_a_view_comes_to_what_it_is_made_from_in_rows_and_cents(sample, view, table):
    assert query(sample, f"{view} group by period order by period") == query(sample, f"{table} group by period order by period")


@pytest.mark.parametrize("period", ["2026-09", "2026-10"])
def test_the_suspense_view_is_the_suspense_report_and_the_control_totals(sample, period):
    columns = ["feed", "source_file", "source_line", "code", "amount", "age_days", "first_period", "owner"]
    records = suspense_report(of_mart(period, sample / "mart" / "cotbill.duckdb")).sections[1].frame.select(columns)

    seen = query(sample, f"select {', '.join(columns)} from v_suspense where period = '{period}'")

    assert sorted(map(repr, seen)) == sorted(map(repr, records.rows()))
    assert query(sample, f"select sum(records_held) from control_totals where period = '{period}'") == [(len(seen),)]


def test_the_streams_of_an_agency_add_up_to_its_amount(sample):
    streams = "usage + fixed_cost + pass_through + circuits + voip + centrex + long_distance + stock + adjustments"

    assert query(sample, f"select count(*) from v_bill_by_agency where amount <> {streams}") == [(0,)]


def test_names_never_multiply_a_line_however_many_rows_an_agency_has():
    spans = [("2020-07-01", "2026-10-16"), ("2020-08-01", None), ("2026-10-16", None), ("2027-01-01", None)]  # the middle two overlap
    connection = world(
        dim_period=months("2026-10"),
        dim_agency=[{"agency_code": "54", "agency_name": start, "valid_from": start, "valid_to": stop} for start, stop in spans],
        dim_billing_number=[{"billing_number": "1", "agency_code": "54", "name": start, "valid_from": start} for start, _ in spans],
        fact_charge=[{"charge_id": "a", "period": "2026-10", "billing_number": "1", "agency_code": "54", "amount": "1.00"}],
    )

    lines = connection.execute("select agency_name, billing_number_name, amount from v_invoice_lines").fetchall()

    assert lines == [("2026-10-16", "2026-10-16", Decimal("1.00"))]  # as they stood on the last day


def test_an_agency_that_ended_or_has_yet_to_begin_keeps_its_name():
    connection = world(
        dim_period=months("2026-10"),
        dim_agency=[
            {"agency_code": "1", "agency_name": "ended", "valid_from": "2020-07-01", "valid_to": "2026-01-01"},
            {"agency_code": "2", "agency_name": "begins", "valid_from": "2027-01-01"},
        ],
    )

    assert connection.execute("select agency_code, agency_name from v_agency order by 1").fetchall() == [("1", "ended"), ("2", "begins")]


RECOVERY = "select revenue, cost, over_under, reserve_limit, reserve_days, state from v_recovery where period = '2026-08'"


def recovery(connection, billed, pools, *, periods=("2026-07", "2026-08")):
    put(connection, "dim_period", months(*periods))
    put(connection, "dim_rate_code", [{"rate_code": "X", "cost_group": "G"}])
    charges = [{"charge_id": str(n), "period": period, "rate_code": "X", "amount": amount} for n, (period, amount) in enumerate(billed)]
    put(connection, "fact_charge", charges)
    put(connection, "dim_cost_pool", [{"fiscal_year": 2027, "cost_group": "G"} | pool for pool in pools])
    return connection.execute(RECOVERY).fetchall()


YEAR_OF_6200 = [{"forecast_cost": "37200.00"}]  # 6,200.00 of two months of 62 days: 100.00 a day, 6,000.00 in 60 days


@pytest.mark.parametrize(
    ("august", "over_under", "days", "state"),
    [
        ("12200.00", "6000.00", "60.000000", "WITHIN"),  # on the line
        ("12200.01", "6000.01", "60.000000", "OVER_LIMIT"),  # a cent above it
        ("6200.00", "0.00", "0.000000", "WITHIN"),
        ("6199.99", "-0.01", "0.000000", "UNDER"),
        ("3100.00", "-3100.00", "-31.000000", "UNDER"),
    ],
)
def test_recovery_stands_against_sixty_days_of_cost(august, over_under, days, state):
    found = recovery(world(), [("2026-08", august)], YEAR_OF_6200)

    assert found == [(Decimal(august), Decimal("6200.00"), Decimal(over_under), Decimal("6000.00"), Decimal(days), state)]


def test_a_month_s_actual_cost_goes_before_the_year_s_and_the_actual_before_the_forecast():
    pools = [{"forecast_cost": "1200.00", "actual_cost": "2400.00"}, {"period": "2026-07", "actual_cost": "5.00"}]

    assert recovery(world(), [], pools)[0][1] == Decimal("205.00")


def test_a_group_of_which_one_month_s_cost_is_not_known_has_none():
    assert recovery(world(), [("2026-08", "5.00")], [{"period": "2026-07", "actual_cost": "5.00"}])[0][1:] == (
        None,
        None,
        None,
        None,
        "NO_COST",
    )
    assert recovery(world(), [("2026-08", "5.00")], [{"forecast_cost": "0.00"}])[0][4:] == (None, "OVER_LIMIT")


def test_a_group_without_cost_says_so_and_one_without_a_group_is_not_lost():
    assert recovery(world(), [("2026-08", "5.00")], [])[0] == (Decimal("5.00"), None, None, None, None, "NO_COST")
    connection = world(dim_period=months("2026-08"), fact_charge=[{"charge_id": "a", "period": "2026-08", "amount": "2.00"}])
    assert connection.execute("select cost_group, revenue from v_recovery").fetchall() == [("NOT KNOWN", Decimal("2.00"))]


@pytest.fixture(scope="module")
def empty_world():
    return world()


CENTS = st.integers(-(10**11), 10**11)


@settings(max_examples=60, deadline=None)
@given(billed=CENTS, forecast=st.integers(0, 10**12), actual=st.none() | st.integers(0, 10**11))
def test_recovery_agrees_with_exact_fractions(empty_world, billed, forecast, actual):
    pools = [{"forecast_cost": Decimal(forecast).scaleb(-2)}]
    pools += [] if actual is None else [{"period": "2026-08", "actual_cost": Decimal(actual).scaleb(-2)}]

    revenue, cost, over_under, limit, days, state = recovery(empty_world, [("2026-08", Decimal(billed).scaleb(-2))], pools)[0]

    exact = Fraction(forecast, 1200) * 2 if actual is None else Fraction(forecast, 1200) + Fraction(actual, 100)
    assert (cost, limit) == (round_half_away(exact), round_half_away(exact * 60 / 62))
    assert over_under == revenue - cost
    over = Fraction(revenue) - exact
    assert days == (None if exact == 0 or abs(over) * 62 > 10**9 * exact else round_half_away(over * 62 / exact, 1))
    assert state == ("UNDER" if over < 0 else "OVER_LIMIT" if over * 62 > 60 * exact else "WITHIN")


@pytest.mark.parametrize(
    ("as_of", "age", "band"),
    [
        ("2026-11-01", 0, "0-30"), ("2026-10-15", 0, "0-30"), ("2026-12-01", 30, "0-30"), ("2026-12-02", 31, "31-60"),
        ("2026-12-31", 60, "31-60"), ("2027-01-01", 61, "61-90"), ("2027-01-30", 90, "61-90"), ("2027-01-31", 91, "over 90"),
    ],
)  # fmt: skip
def test_a_held_record_ages_from_the_day_after_the_month_it_came_in(as_of, age, band):
    finding = {"exception_id": "E", "period": "2026-11", "code": "A101", "severity": "HOLD", "status": "OPEN", "is_held": True,
               "first_period": "2026-10", "held_amount": "3.00"}  # fmt: skip
    connection = world(dim_period=months("2026-11", as_of=as_of), fact_exception=[finding])

    for view in ("v_suspense", "v_exceptions_open"):
        assert connection.execute(f"select first_period, age_days, age_band from {view}").fetchall() == [("2026-10", age, band)]


def test_only_what_is_held_is_in_suspense_and_only_what_waits_is_open():
    findings = [("a", "HOLD", "OPEN", True), ("b", "HOLD", "HELD", True), ("c", "WARN", "OPEN", False), ("d", "HOLD", "REJECTED", False)]
    rows = [{"exception_id": e, "period": "2026-10", "severity": v, "status": s, "is_held": h, "code": e} for e, v, s, h in findings]
    connection = world(dim_period=months("2026-10"), fact_exception=rows)

    assert connection.execute("select code from v_suspense order by 1").fetchall() == [("a",), ("b",)]
    assert connection.execute("select code from v_exceptions_open order by 1").fetchall() == [("a",), ("c",)]


ITEM = {"feed": "circuits", "item": "C1", "billing_number": "1", "rate_code": "X", "location": "A", "start_date": "2026-01-01"}


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (ITEM, ITEM, None),
        (None, ITEM, "INSTALL"),
        (ITEM, None, "DISCONNECT"),
        (ITEM, ITEM | {"billing_number": "2"}, "MOVE"),
        (ITEM, ITEM | {"location": "B"}, "MOVE"),
        (ITEM, ITEM | {"location": None}, "MOVE"),
        (ITEM, ITEM | {"rate_code": "Y"}, "CHANGE"),
        (ITEM, ITEM | {"quantity": "2"}, "CHANGE"),
        (ITEM, ITEM | {"mrc_override": "2.00"}, "CHANGE"),
        (ITEM, ITEM | {"order_no": "O-9"}, None),
    ],
)
def test_what_changed_in_the_inventory_since_the_month_before(before, now, change):
    other = ITEM | {"item": "C2"}  # stays, so that both months have an inventory
    rows = [("2026-09", before), ("2026-10", now), ("2026-09", other), ("2026-10", other)]
    inventory = [row | {"period": period} for period, row in rows if row]
    connection = world(dim_period=months("2026-09", "2026-10"), fact_inventory=inventory)

    found = connection.execute("select period, item, change from v_inventory_changes").fetchall()

    assert found == ([] if change is None else [("2026-10", "C1", change)])


def test_a_month_without_the_month_before_has_no_changes_rather_than_all_of_them():
    connection = world(dim_period=months("2026-08", "2026-10"), fact_inventory=[ITEM | {"period": "2026-08"}, ITEM | {"period": "2026-10"}])

    assert connection.execute("select count(*) from v_inventory_changes").fetchone() == (0,)


@pytest.mark.parametrize(
    ("vendor", "billed", "state", "difference"),
    [
        ("10.00", ["10.00"], "MATCH", "0.00"), ("10.00", ["6.00", "4.00"], "MATCH", "0.00"), ("10.00", ["10.01"], "WE_MORE", "0.01"),
        ("10.00", ["9.99"], "VENDOR_MORE", "-0.01"), ("10.00", [], "NOT_BILLED", "-10.00"), (None, ["9.00"], "NO_VENDOR", None),
    ],
)  # fmt: skip
def test_what_the_vendor_charges_stands_beside_what_we_billed(vendor, billed, state, difference):
    place = {"period": "2026-10", "feed": "circuits", "source_file": "f", "source_line": 2}
    charges = [{"charge_id": str(n), "period": "2026-10", "component": "MRC", "amount": amount} for n, amount in enumerate(billed)]
    nrc = {"charge_id": "n", "period": "2026-10", "component": "NRC", "amount": "500.00"}
    connection = world(
        dim_period=months("2026-10"), fact_inventory=[place | {"item": "C1", "vendor_mrc": vendor}], fact_charge=[*charges, nrc],
        bridge_charge_source=[place | {"charge_id": row["charge_id"]} for row in [*charges, nrc]],
    )  # fmt: skip

    found = connection.execute("select state, difference from v_vendor_match").fetchall()

    assert found == [(state, None if difference is None else Decimal(difference))]


def test_a_price_stands_beside_the_one_before_it_of_the_same_scope():
    connection = world(
        dim_rate=[
            {"rate_code": "X", "valid_from": "2025-07-01", "unit_rate": "2"},
            {"rate_code": "X", "valid_from": "2026-07-01", "unit_rate": "3"},
        ],
        dim_agency_rate=[{"rate_code": "X", "agency_code": "5", "valid_from": "2026-01-01", "unit_rate": "1"}],
    )  # fmt: skip

    found = connection.execute("select scope, prior_unit_rate, unit_rate_change from v_rate_history order by valid_from").fetchall()

    assert found == [("STANDARD", None, None), ("AGREED", None, None), ("STANDARD", Decimal(2), Decimal(1))]


def test_a_credit_of_another_fiscal_year_s_line_crosses_it():
    connection = world(
        dim_period=months("2026-06", "2026-07"),
        fact_charge=[
            {"charge_id": "old", "period": "2026-06", "amount": "9.00"},
            {"charge_id": "new", "period": "2026-07", "amount": "1.00"},
        ],
        fact_adjustment=[
            {"period": "2026-07", "adjustment_id": each, "original_charge_id": original, "amount": "-1.00"}
            for each, original in (("A1", "old"), ("A2", "new"), ("A3", "unknown"))
        ],
    )

    found = connection.execute("select crosses_fiscal_year, original_amount from v_adjustments order by adjustment_id").fetchall()

    assert found == [(True, Decimal("9.00")), (False, Decimal("1.00")), (None, None)]


@pytest.mark.parametrize(("day", "year"), [("2026-06-30", 2026), ("2026-07-01", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027)])
def test_the_fiscal_year_turns_on_the_first_of_july(day, year):
    assert world().execute(f"select fy(date '{day}'), fy('{day}')").fetchone() == (year, year)


def test_the_bill_of_a_number_is_that_number_s_alone_leading_zeros_and_all():
    rows = [("a", "0047", "2026-10"), ("b", "47", "2026-10"), ("c", "0047", "2026-09"), ("d", "00470", "2026-10")]
    connection = world(
        dim_period=months("2026-09", "2026-10"),
        fact_charge=[{"charge_id": c, "billing_number": n, "period": p, "amount": "1.00", "rule": c} for c, n, p in rows],
    )

    assert connection.execute("select rule from bill('0047', '2026-10')").fetchall() == [("a",)]
    assert sorted(connection.execute("select charge_id from charges('2026-10')").fetchall()) == [("a",), ("b",), ("d",)]


def test_every_macro_of_the_mart_is_called_by_its_words(sample):
    assert [macro.name for macro in macros()] == ["fy", "charges", "bill"]
    assert query(sample, "select count(*) from charges('2026-10')") == query(
        sample, "select count(*) from fact_charge where period = '2026-10'"
    )


def test_views_are_there_whatever_name_the_file_is_attached_under(sample):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample}/mart/cotbill.duckdb' as other (read_only)")
        lines = connection.execute("select count(*) from other.v_invoice_lines").fetchone()
        connection.execute("use other")
        called = connection.execute("select count(*) from charges('2026-10'), (select 1)").fetchone()

    assert lines[0] > called[0] > 0


@pytest.mark.parametrize("period", ["2026-09", "2026-10"])
def test_the_recovery_view_and_the_recovery_report_say_the_same(sample, period):
    columns = ["cost_group", "revenue", "cost", "over_under", "reserve_limit", "reserve_days", "state"]
    report = recovery_report(of_mart(period, sample / "mart" / "cotbill.duckdb"))

    groups = report.sections[0].frame.select(columns).sort("cost_group")

    assert query(sample, f"select {', '.join(columns)} from v_recovery where period = '{period}' order by cost_group") == groups.rows()
