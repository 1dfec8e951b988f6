"""Settling: what must never be proposed, and how far back it looks."""

from decimal import Decimal

import pytest

from billing.frames import Tables, record_schema
from billing.policy import Policy
from billing.settle import to_records
from tests.recurring.world import circuit, line, table, tables
from tests.settle.world import AT, WINTER, Months, billed, told


def test_an_item_that_vanished_proposes_nothing() -> None:
    history = billed("circuits", circuit(), circuit(circuit_id="B"))

    assert history.settle("2026-04", circuits=[circuit(circuit_id="B")]).is_empty()
    assert history.settle("2026-04", circuits=[]).is_empty()
    assert history.settle("2026-04").is_empty()


def test_a_row_that_ended_and_left_stands_as_last_reported() -> None:
    history = Months()
    history.run("2026-01", circuits=[circuit(disconnect_date="2026-01-16"), circuit(billing_start_date="2026-01-16", billing_number="D2")])
    history.run("2026-02", circuits=[circuit(billing_start_date="2026-01-16", billing_number="D2")])

    assert history.settle("2026-03", circuits=[circuit(billing_start_date="2026-01-16", billing_number="D2")]).is_empty()


def test_service_taken_up_again_by_the_same_owner_is_no_later_start() -> None:
    history = Months()
    history.run("2026-01", circuits=[circuit(disconnect_date="2026-01-16")])
    history.run("2026-02", circuits=[])

    assert history.settle("2026-03", circuits=[circuit(billing_start_date="2026-03-01")]).is_empty()


def test_what_a_run_would_hold_is_left_alone() -> None:
    history = billed("circuits", circuit(), circuit(circuit_id="B"))
    twice = [circuit(disconnect_date="2026-03-16"), circuit(billing_start_date="2026-02-01", billing_number="D2")]  # M605

    found = history.settle("2026-04", circuits=[*twice, circuit(circuit_id="B", disconnect_date="2026-03-01")])

    assert found["item"].to_list() == ["B"]


def test_an_item_without_a_price_is_left_alone() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])

    assert history.settle("2026-04", circuits=[circuit(rate_code="NORATE")]).is_empty()


def test_a_feature_without_a_price_is_left_and_its_line_settled() -> None:
    history = billed("voip", line(features="VM"), months=["2026-03"])
    history.world = tables(
        rates="""
rate_code | valid_from | valid_to | unit_rate | approval_ref | approved_by
LINE | 2010-01-01 | | 4 | S1 | x
"""
    )

    found = history.settle("2026-04", voip=[line(features="VM")])

    assert told(found) == [("D1", "LINE", "2026-03", "CREDIT", "WRONG_RATE", "-1.00")]


def test_what_was_held_when_it_fell_due_is_billed_once_it_is_clear() -> None:
    history = Months()
    history.run("2026-02", circuits=[circuit(billing_number="D9")])  # no such number
    history.run("2026-03", circuits=[circuit()])

    found = history.settle("2026-04", circuits=[circuit()])

    assert told(found) == [("D1", "C30", "2026-02", "DEBIT", "OTHER", "450.00")]
    assert found["no_original_reason"].to_list() == ["was held in 2026-02 and not billed"]


def test_codes_billed_in_advance_are_settled_by_every_run_alone() -> None:
    ahead = table(
        "rate_codes",
        """
rate_code | name | stream | class | uom | cost_group | prorate | bill_timing
C30 | Ethernet | circuits | TELECOM | MONTH | NET | DAILY_30 | ADVANCE
""",
    )
    history = billed("circuits", circuit())
    history.world = Tables({**history.world.frames, "rate_codes": ahead})

    found = history.settle("2026-04", circuits=[circuit(disconnect_date="2026-01-16", nrc_amount="5.00", nrc_date="2026-02-02")])

    assert told(found) == [("D1", "C30", "2026-02", "DEBIT", "OTHER", "5.00")]  # a one-time charge is nobody else's


@pytest.mark.parametrize(("periods", "months"), [(12, WINTER), (2, WINTER[1:]), (0, [])])
def test_the_look_back_is_the_policys(periods: int, months: list[str]) -> None:
    history = billed("circuits", circuit(), policy=Policy(look_back_periods=periods))

    assert history.settle("2026-04", circuits=[circuit(disconnect_date="2025-12-01")])["month"].to_list() == months


def test_nothing_is_billed_back_before_the_workspace_began() -> None:
    history = billed("circuits", circuit(circuit_id="B"), months=["2026-02", "2026-03"])

    found = history.settle("2026-04", circuits=[circuit(billing_start_date="2020-01-01"), circuit(circuit_id="B")])

    assert found["month"].to_list() == ["2026-02", "2026-03"]


def test_months_of_an_earlier_fiscal_year_are_marked() -> None:
    months = ["2026-05", "2026-06", "2026-07"]
    history = billed("circuits", circuit(rate_code="ACT"), circuit(circuit_id="O", rate_code="ACT"), months=months)

    found = history.settle("2026-08", circuits=[
        circuit(rate_code="ACT", disconnect_date="2026-05-01"), circuit(circuit_id="O", rate_code="ACT"),
        circuit(circuit_id="N", rate_code="ACT", billing_start_date="2026-06-01")
    ])  # fmt: skip

    assert [(row[2], row[3]) for row in told(found)] == [
        ("2026-05", "PRIOR_FY_CREDIT"), ("2026-06", "PRIOR_FY_CREDIT"), ("2026-07", "CREDIT"), ("2026-06", "CATCH_UP"), ("2026-07", "DEBIT")
    ]  # fmt: skip


def test_a_transfer_across_fiscal_years_asks_for_the_higher_approval() -> None:
    history = billed("circuits", circuit(), months=["2026-06"])

    found = history.settle("2026-07", circuits=[circuit(billing_number="D2")])

    assert [row[3] for row in told(found)] == ["PRIOR_FY_CREDIT", "CATCH_UP"]
    assert found["pair_id"].n_unique() == 1


def test_the_same_inputs_give_the_same_proposals_in_any_order() -> None:
    rows = [circuit(circuit_id=f"K{number}") for number in range(8)]
    history = billed("circuits", *rows)
    ended = [{**row, "disconnect_date": f"2026-02-1{number}"} for number, row in enumerate(rows)]

    first, again = history.settle("2026-04", circuits=ended), history.settle("2026-04", circuits=list(reversed(ended)))

    place = ["support_ref", "evidence"]  # the rows stand on other lines of the file
    assert first.drop(place).equals(again.drop(place))
    assert first["source_record_id"].n_unique() == first.height


def test_records_of_proposals_are_adjustments_that_pass_their_rules() -> None:
    history = billed("circuits", circuit())
    proposals = history.settle("2026-04", circuits=[circuit(disconnect_date="2026-01-16")])

    made = to_records(proposals, "ann", AT, "settle.csv")

    assert dict(made.schema) == record_schema("adjustments")
    assert made["source_line"].to_list() == [2, 3, 4]
    assert made["prepared_by"].unique().to_list() == ["ann"]
    assert history.apply("2026-04", proposals)["amount"].sum() == Decimal("-1125.00")


def test_words_fit_their_columns() -> None:
    name = "73/HCGS/" + "9" * 56
    history = billed("circuits", circuit(circuit_id=name), months=["2026-03"])

    found = history.settle("2026-04", circuits=[circuit(circuit_id=name, billing_number="D2")])

    assert found["description"].str.len_chars().max() <= 120
    assert found["evidence"].null_count() == 0
    assert found["description"].null_count() == 0


def test_of_rows_that_left_the_last_reported_has_the_day() -> None:
    history = Months()
    history.run("2026-01", circuits=[circuit()])
    history.run("2026-02", circuits=[circuit(billing_start_date="2026-01-20", billing_number="D2")])
    third = [circuit(billing_start_date="2026-03-05", billing_number="E1")]
    history.run("2026-03", circuits=third)

    found = history.settle("2026-04", circuits=third)

    assert [(row[0], row[2], row[5]) for row in told(found)] == [("D1", "2026-01", "-165.00"), ("D2", "2026-01", "165.00")]


@pytest.mark.parametrize("policy", [Policy(), Policy(disconnect_day_billed=True)])
def test_nothing_is_billed_on_silence_after_a_row_left(policy: Policy) -> None:
    history = Months(policy=policy)
    history.run("2026-01", circuits=[circuit(disconnect_date="2025-12-10"), circuit(billing_start_date="2025-12-20")])
    ended = [circuit(disconnect_date="2025-12-10")]  # the open row is not listed any more
    history.run("2026-02", circuits=ended)

    assert history.settle("2026-03", circuits=ended).is_empty()


def test_a_row_that_was_held_and_left_never_was() -> None:
    history = Months()
    twice = [circuit(), circuit(billing_start_date="2026-02-01", disconnect_date="2026-02-20", billing_number="D2")]
    history.run("2026-02", circuits=twice)  # M605: both held

    found = history.settle("2026-03", circuits=[circuit(disconnect_date="2026-02-10")])

    assert [(row[0], row[5]) for row in told(found)] == [("D1", "135.00")]
    assert found["no_original_reason"].to_list() == ["was held in 2026-02 and not billed"]


def test_an_owner_who_came_after_a_gap_has_taken_no_days_over() -> None:
    history = billed("circuits", circuit(disconnect_date="2026-03-11"), months=["2026-03"])

    found = history.settle(
        "2026-04", circuits=[circuit(disconnect_date="2026-03-06"), circuit(billing_start_date="2026-03-21", billing_number="D2")]
    )

    assert [(row[0], row[3], row[4], row[5]) for row in told(found)] == [
        ("D1", "CREDIT", "LATE_DISCONNECT", "-75.00"), ("D2", "DEBIT", "OTHER", "165.00")
    ]  # fmt: skip
    assert found["no_original_reason"][1] == "in service since 2026-03-21, not billed for 2026-03"
