"""Settling: each published case from snapshots to proposals, and what must never be proposed."""

from decimal import Decimal

import polars as pl
import pytest

from billing.frames import Tables, record_schema
from billing.policy import Policy
from billing.settle import PROPOSALS, to_records
from tests.recurring.world import circuit, line, station, table, tables
from tests.settle.world import AT, Months, Row, told

WINTER = ["2026-01", "2026-02", "2026-03"]


def billed(feed: str, *rows: Row, months: list[str] = WINTER, **more: object) -> Months:
    """Three months billed with one snapshot."""
    history = Months(**more)  # type: ignore[arg-type]
    for month in months:
        history.run(month, **{feed: list(rows)})
    return history


def test_a_late_disconnect_gives_back_what_was_billed_after_the_end() -> None:
    history = billed("circuits", circuit())

    found = history.settle("2026-04", circuits=[circuit(disconnect_date="2026-01-16")])

    assert told(found) == [
        ("D1", "C30", "2026-01", "CREDIT", "LATE_DISCONNECT", "-225.00"),
        ("D1", "C30", "2026-02", "CREDIT", "LATE_DISCONNECT", "-450.00"),
        ("D1", "C30", "2026-03", "CREDIT", "LATE_DISCONNECT", "-450.00"),
    ]
    assert found["amount"].sum() == Decimal("-1125.00")
    first = found.row(0, named=True)
    assert (first["original_invoice_no"], first["original_line_no"]) == ("COT-2026-01-D1-01", 1)
    assert (str(first["service_from"]), str(first["service_to"])) == ("2026-01-01", "2026-01-31")
    assert [str(first[name]) for name in ("should_amount", "billed_amount", "credited_amount")] == ["225.00", "450.00", "0.00"]
    assert first["evidence"] == (
        "A ended 2026-01-16 (circuits_01.csv:2): January 2026 450.00 x 15/30 days (DAILY_30) = 225.00, billed 450.00;"
        " credit 225.00 on COT-2026-01-D1-01 line 1"
    )
    assert "(circuits_01.csv:2): February 2026 nothing due, billed 450.00; credit 450.00 on" in found["evidence"][1]
    assert found["support_ref"].unique().to_list() == ["circuits_01.csv:2 of 2026-04"]


def test_an_unchanged_inventory_proposes_nothing() -> None:
    rows = [circuit(), circuit(circuit_id="B", nrc_amount="9.99", nrc_date="2026-02-03", rate_code="MARK")]
    history = billed("circuits", *rows)

    found = history.settle("2026-04", circuits=rows)

    assert found.is_empty()
    assert dict(found.schema) == PROPOSALS


def test_a_late_install_is_billed_back_to_its_first_day() -> None:
    history = billed("circuits", circuit(circuit_id="B"))

    found = history.settle("2026-04", circuits=[circuit(circuit_id="B"), circuit(billing_start_date="2026-02-10")])

    assert told(found) == [("D1", "C30", "2026-02", "DEBIT", "OTHER", "285.00"), ("D1", "C30", "2026-03", "DEBIT", "OTHER", "450.00")]
    assert found["no_original_reason"].unique().to_list() == ["installed 2026-02-10, first reported in 2026-04"]
    assert found["original_invoice_no"].null_count() == 2
    assert str(found["service_from"][0]) == "2026-02-10"


def test_an_earlier_start_of_an_item_already_billed_is_added_to_its_line() -> None:
    history = billed("circuits", circuit(billing_start_date="2026-03-16"))

    found = history.settle("2026-04", circuits=[circuit(billing_start_date="2026-02-01")])

    assert told(found) == [("D1", "C30", "2026-02", "DEBIT", "OTHER", "450.00"), ("D1", "C30", "2026-03", "DEBIT", "OTHER", "210.00")]
    assert found["original_invoice_no"].to_list() == [None, "COT-2026-03-D1-01"]
    assert found["evidence"][1].startswith("A started 2026-02-01, not 2026-03-16")


def test_a_later_start_gives_back_the_days_before() -> None:
    history = billed("circuits", circuit(billing_start_date="2026-01-01"))

    found = history.settle("2026-04", circuits=[circuit(billing_start_date="2026-02-11")])

    assert told(found) == [
        ("D1", "C30", "2026-01", "CREDIT", "OTHER", "-450.00"),
        ("D1", "C30", "2026-02", "CREDIT", "OTHER", "-180.00"),  # keeps 18/30
    ]


@pytest.mark.parametrize(
    ("changed", "amount", "words"),
    [
        ({"mrc_override": "400.00"}, "-50.00", "A costs 400.00 a month, not 450.00"),
        ({"mrc_override": "470.00"}, "20.00", "A costs 470.00 a month, not 450.00"),
    ],
)
def test_a_wrong_price_is_settled_by_its_difference(changed: Row, amount: str, words: str) -> None:
    history = billed("circuits", circuit(), months=["2026-03"])

    found = history.settle("2026-04", circuits=[circuit(**changed)])

    assert [(row[4], row[5]) for row in told(found)] == [("WRONG_RATE", amount)]
    assert found["evidence"][0].startswith(words)


def test_a_wrong_rate_code_is_a_credit_and_a_debit() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])

    found = history.settle("2026-04", circuits=[circuit(rate_code="OTHER")])

    assert told(found) == [("D1", "C30", "2026-03", "CREDIT", "WRONG_RATE", "-450.00"),
                           ("D1", "OTHER", "2026-03", "DEBIT", "WRONG_RATE", "600.00")]  # fmt: skip
    assert found["no_original_reason"].to_list() == [None, "was billed as C30, not as OTHER"]


def test_a_rate_that_is_corrected_in_the_tables_is_settled() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    history.world = tables(
        rates="""
rate_code | valid_from | valid_to | unit_rate | approval_ref | approved_by
C30 | 2010-01-01 | | 430.00 | S3 | x
"""
    )

    found = history.settle("2026-04", circuits=[circuit()])

    assert told(found) == [("D1", "C30", "2026-03", "CREDIT", "WRONG_RATE", "-20.00")]
    assert found["evidence"][0].startswith("A costs 430.00 a month, not 450.00 (circuits_01.csv:2): March 2026 430.00 x full month")


def test_a_wrong_owner_is_one_transfer_a_month() -> None:
    history = billed("circuits", circuit())

    found = history.settle("2026-04", circuits=[circuit(billing_number="D2")])

    assert [(row[0], row[2], row[3], row[4], row[5]) for row in told(found)] == [
        (owner, month, "TRANSFER", "WRONG_ACCOUNT", amount) for month in WINTER for owner, amount in (("D1", "-450.00"), ("D2", "450.00"))
    ]
    assert found["pair_id"].n_unique() == 3
    assert found["pair_id"].null_count() == 0
    assert found["no_original_reason"].drop_nulls().unique().to_list() == ["was billed to D1, not to D2"]
    assert history.apply("2026-04", found)["amount"].sum() == 0


@pytest.mark.parametrize("listed", [True, False])
def test_a_move_found_late_leaves_each_owner_his_days(listed: bool) -> None:
    history = billed("circuits", circuit(), months=["2026-02", "2026-03"])
    old = [circuit(disconnect_date="2026-03-10")] if listed else []  # a row that left stands until another covers its days

    found = history.settle("2026-04", circuits=[*old, circuit(billing_start_date="2026-03-10", billing_number="D2")])

    assert told(found) == [("D1", "C30", "2026-03", "TRANSFER", "WRONG_ACCOUNT", "-315.00"),
                           ("D2", "C30", "2026-03", "TRANSFER", "WRONG_ACCOUNT", "315.00")]  # fmt: skip


def test_an_owner_with_another_price_makes_no_transfer() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])

    found = history.settle("2026-04", circuits=[circuit(billing_number="D2", mrc_override="400.00")])

    assert [(row[0], row[3], row[4], row[5]) for row in told(found)] == [
        ("D1", "CREDIT", "WRONG_ACCOUNT", "-450.00"), ("D2", "DEBIT", "WRONG_ACCOUNT", "400.00")
    ]  # fmt: skip
    assert found["pair_id"].null_count() == 2
    assert "is billed to D2, not to D1" in found["evidence"][0]


def test_a_wrong_number_of_lines_is_settled() -> None:
    history = billed("centrex", station(quantity="5"), months=["2026-03"])

    found = history.settle("2026-04", centrex=[station(quantity="3")])

    assert told(found) == [("D1", "CT", "2026-03", "CREDIT", "WRONG_QTY", "-40.00")]
    assert found["item"].to_list() == ["5025641234 ESXCF"]
    assert found["evidence"][0].startswith("5025641234 has 3 lines, not 5")


def test_lines_added_by_an_order_of_this_month_are_not_billed_back() -> None:
    history = billed("centrex", station(quantity="3"))

    found = history.settle("2026-04", centrex=[station(quantity="5", effective_date="2026-04-02")])

    assert found.is_empty()


def test_a_feature_put_on_or_taken_off_says_nothing_about_months_gone_by() -> None:
    history = billed("voip", line(features="VM"), line(line_id="+15025640002", device_model="CP-8841"))

    found = history.settle("2026-04", voip=[line(), line(line_id="+15025640002", features="VM")])

    assert found.is_empty()


def test_a_line_that_ended_gives_back_handset_and_features_too() -> None:
    history = billed("voip", line(features="VM", device_model="CP-8841"), months=["2026-03"])

    found = history.settle("2026-04", voip=[line(features="VM", device_model="CP-8841", stop_date="2026-03-01")])

    assert told(found) == [
        ("D1", code, "2026-03", "CREDIT", "LATE_DISCONNECT", amount)
        for code, amount in (("CP-8841", "-2.00"), ("LINE", "-5.00"), ("VM", "-1.50"))
    ]


def test_a_one_time_charge_of_an_earlier_month_is_proposed() -> None:
    history = billed("circuits", circuit())

    found = history.settle("2026-04", circuits=[circuit(nrc_amount="750.00", nrc_date="2026-02-17")])

    assert told(found) == [("D1", "C30", "2026-02", "DEBIT", "OTHER", "750.00")]
    assert found["no_original_reason"].to_list() == ["one-time charge of 2026-02-17 was not billed"]
    assert str(found["service_from"][0]) == str(found["service_to"][0]) == "2026-02-17"


def test_a_one_time_charge_that_is_cleared_after_billing_is_not_given_back() -> None:
    history = billed("circuits", circuit(nrc_amount="750.00", nrc_date="2026-02-17"))

    assert history.settle("2026-04", circuits=[circuit()]).is_empty()


def test_a_one_time_charge_of_another_owner_is_moved() -> None:
    history = billed("circuits", circuit(nrc_amount="750.00", nrc_date="2026-02-17"), months=["2026-02"])

    found = history.settle("2026-03", circuits=[circuit(nrc_amount="700.00", nrc_date="2026-02-17", billing_number="D2")])

    assert sorted((row[0], row[3], row[5]) for row in told(found)) == [
        ("D1", "CREDIT", "-750.00"), ("D1", "TRANSFER", "-450.00"), ("D2", "DEBIT", "700.00"), ("D2", "TRANSFER", "450.00")
    ]  # fmt: skip


SURCHARGED = tables(
    surcharges="""
surcharge_code | kind | applies_to | percent | amount | valid_from
E911 | PER_LINE | CT;C30 | | 1.10 | 2010-01-01
PCT | PERCENT_OF_COST | C30 | 2 | | 2010-01-01
""",
    rate_codes="""
rate_code | name | stream | class | uom | cost_group | prorate
C30 | Ethernet | circuits | TELECOM | MONTH | NET | DAILY_30
CT | Centrex line | centrex | TELECOM | LINE | VOICE | DAILY_30
MARK | Marked up | circuits | TELECOM | MONTH | NET | DAILY_30
FEE5 | Processing | circuits | FEE | EACH | FEES |
E911 | Emergency | voip | FEE | EACH | FEES |
PCT | Handling | circuits | FEE | EACH | FEES |
""",
)


def test_fees_go_with_their_lines_and_name_their_own() -> None:
    history = billed("circuits", circuit(), circuit(circuit_id="M", rate_code="MARK"), months=["2026-02", "2026-03"], world=SURCHARGED)

    found = history.settle(
        "2026-04", circuits=[circuit(disconnect_date="2026-02-16"), circuit(circuit_id="M", rate_code="MARK", disconnect_date="2026-03-16")]
    )

    assert told(found) == [
        ("D1", "C30", "2026-02", "CREDIT", "LATE_DISCONNECT", "-225.00"),
        ("D1", "PCT", "2026-02", "CREDIT", "LATE_DISCONNECT", "-4.50"),  # E911 is whole for part of a month
        ("D1", "C30", "2026-03", "CREDIT", "LATE_DISCONNECT", "-450.00"),
        ("D1", "E911", "2026-03", "CREDIT", "LATE_DISCONNECT", "-1.10"),
        ("D1", "PCT", "2026-03", "CREDIT", "LATE_DISCONNECT", "-9.00"),
        ("D1", "FEE5", "2026-03", "CREDIT", "LATE_DISCONNECT", "-2.50"),
        ("D1", "MARK", "2026-03", "CREDIT", "LATE_DISCONNECT", "-50.00"),
    ]
    named = found.join(
        history.lines.select(original_invoice_no="invoice_no", original_line_no="invoice_line_no", line_code="rate_code"),
        on=["original_invoice_no", "original_line_no"], how="left",
    )  # fmt: skip
    assert named["line_code"].equals(named["rate_code"].alias("line_code"))
    assert history.apply("2026-04", found).height == 7


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


def test_a_credit_goes_over_the_lines_that_were_billed_the_largest_first() -> None:
    history = billed("circuits", circuit(disconnect_date="2026-03-11"), circuit(billing_start_date="2026-03-11", mrc_override="600.00"),
                     months=["2026-03"])  # fmt: skip

    found = history.settle("2026-04", circuits=[circuit(mrc_override="100.00")])

    assert found["amount"].to_list() == [Decimal("-420.00"), Decimal("-50.00")]  # 420.00 and 150.00 were billed, 100.00 is due
    assert found["should_amount"].to_list() == [Decimal("100.00")] * 2
    ids = found["source_record_id"].to_list()
    assert [len(ids[0]), ids[1]] == [len("SET-2026-04-") + 12, ids[0] + "-2"]
    assert history.apply("2026-04", found)["amount"].sum() == Decimal("-470.00")


def adjust(amount: str, month: str = "2026-03", **more: str) -> pl.DataFrame:
    """One hand-made adjustment of D1's first line of a month."""
    row = {
        "adj_type": "CREDIT", "billing_number": "D1", "original_invoice_no": f"COT-{month}-D1-01", "original_line_no": "1",
        "stream": "circuits", "rate_code": "C30", "amount": amount, "reason_code": "OUTAGE", "vendor_recovery_required": "",
        "prepared_by": "ann", "prepared_at": AT, "support_ref": "T1", **more,
    }  # fmt: skip
    shape = record_schema("adjustments")
    text = {"source_record_id": "ADJ1", "feed": "adjustments", "source_file": "adj.csv", "source_line": "2", **row}
    cells = {name: [text.get(name) or None] for name in shape}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(shape, pl.String()))
    wanted = {name: dtype for name, dtype in shape.items() if dtype != pl.Boolean()}
    return frame.with_columns(
        *[pl.col(name).str.to_date() if dtype == pl.Date() else pl.col(name).cast(dtype) for name, dtype in wanted.items()],
        vendor_recovery_required=pl.lit(value=False),
    ).select(list(shape))


def test_a_credit_a_person_gave_is_never_billed_back() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    history.run("2026-04", circuits=[circuit()], adjustments=adjust("-45.00"))

    assert history.settle("2026-05", circuits=[circuit()]).is_empty()
    dearer = history.settle("2026-05", circuits=[circuit(mrc_override="470.00")])
    assert [(row[2], row[5]) for row in told(dearer)] == [("2026-03", "20.00"), ("2026-04", "20.00")]


def test_a_credit_never_exceeds_what_is_left_on_its_line() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    given = history.apply("2026-04", history.settle("2026-04", circuits=[circuit(mrc_override="50.00")]))  # 400.00 back
    history.run("2026-04", circuits=[circuit(mrc_override="50.00")], adjustments=adjust("-45.00"))

    found = history.settle("2026-05", given.clear(), circuits=[circuit(disconnect_date="2026-03-01", mrc_override="50.00")])

    assert [(row[2], row[5]) for row in told(found)] == [("2026-03", "-405.00"), ("2026-04", "-50.00")]
    assert "adjusted by -45.00 since; credit 405.00 on COT-2026-03-D1-01 line 1" in found["evidence"][0]


def test_a_credit_waiting_in_the_same_period_counts() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    gone = [circuit(disconnect_date="2026-03-01")]
    asked = adjust("-450.00", reason_code="LATE_DISCONNECT")
    given = history.earlier
    from billing.adjustments import bill_adjustments
    from billing.periods import Period

    waiting = bill_adjustments(asked, history.world, Period.parse("2026-04"), history.policy, given).charges

    assert waiting.height == 1
    assert history.settle("2026-04", waiting, asked, circuits=gone).is_empty()


def test_a_debit_by_hand_counts_on_the_line_it_names() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    history.run("2026-04", circuits=[circuit(mrc_override="470.00")],
                adjustments=adjust("20.00", adj_type="DEBIT", reason_code="WRONG_RATE"))  # fmt: skip

    assert history.settle("2026-05", circuits=[circuit(mrc_override="470.00")]).is_empty()


def test_what_settling_billed_is_given_back_on_its_own_line() -> None:
    history = billed("circuits", circuit(circuit_id="B"), months=["2026-03"])
    late = [circuit(circuit_id="B"), circuit(billing_start_date="2026-03-16")]
    proposals = history.settle("2026-04", circuits=late)
    history.run("2026-04", circuits=late, adjustments=to_records(proposals, "ann", AT, "settle.csv"))

    found = history.settle("2026-05", circuits=[circuit(circuit_id="B"), circuit(billing_start_date="2026-04-01")])

    assert told(found) == [("D1", "C30", "2026-03", "CREDIT", "OTHER", "-240.00")]
    line_of = history.lines.filter(pl.col("adjustment_id") == proposals["source_record_id"][0])
    assert (found["original_invoice_no"][0], found["original_line_no"][0]) == line_of.select("invoice_no", "invoice_line_no").row(0)


def test_a_second_change_in_one_period_gets_a_number_of_its_own() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    first = history.settle("2026-04", circuits=[circuit(mrc_override="400.00")])
    given = history.apply("2026-04", first)

    second = history.settle("2026-04", given, circuits=[circuit(mrc_override="380.00")])

    assert [str(amount) for amount in second["amount"]] == ["-20.00"]
    assert second["source_record_id"].to_list() == [first["source_record_id"][0] + "-2"]
    assert "billed 450.00, adjusted by -50.00 since; credit 20.00" in second["evidence"][0]


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


def test_a_credit_passes_by_a_line_that_has_been_given_back() -> None:
    rows = [circuit(disconnect_date="2026-03-11"), circuit(billing_start_date="2026-03-11", mrc_override="600.00")]
    history = billed("circuits", *rows, months=["2026-03"])
    largest = history.lines.sort("amount", descending=True).row(0, named=True)
    history.run("2026-04", adjustments=adjust("-420.00", original_line_no=str(largest["invoice_line_no"])))

    ended = [circuit(disconnect_date="2026-03-01"), circuit(billing_start_date="2026-03-11", disconnect_date="2026-03-11")]
    found = history.settle("2026-05", circuits=ended)

    assert found["amount"].to_list() == [Decimal("-150.00")]
    assert found["original_line_no"][0] != largest["invoice_line_no"]
    assert history.apply("2026-05", found).height == 1


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


def test_a_debit_under_a_code_of_its_own_moves_the_line_it_names() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    history.run("2026-04", adjustments=adjust("20.00", adj_type="DEBIT", reason_code="WRONG_RATE", rate_code="FEE5"))

    assert history.settle("2026-05", circuits=[circuit(mrc_override="470.00", disconnect_date="2026-04-01")]).is_empty()


def test_a_rebill_under_the_right_code_is_left_alone() -> None:
    history = billed("circuits", circuit(), months=["2026-03"])
    pair = {"adj_type": "CREDIT_REBILL", "pair_id": "P1", "reason_code": "WRONG_RATE"}
    both = pl.concat([adjust("-450.00", **pair),
                      adjust("600.00", source_record_id="ADJ2", source_line="3", rate_code="OTHER", **pair)])  # fmt: skip
    history.run("2026-04", adjustments=both)

    assert history.settle("2026-05", circuits=[circuit(rate_code="OTHER", disconnect_date="2026-04-01")]).is_empty()


def test_a_credit_by_hand_on_a_settled_debit_counts() -> None:
    history = billed("circuits", circuit(circuit_id="B"), months=["2026-03"])
    late = [circuit(circuit_id="B"), circuit(billing_start_date="2026-03-16")]
    history.run("2026-04", to_records(history.settle("2026-04", circuits=late), "ann", AT, "settle.csv"), circuits=late)
    debit = history.lines.filter(pl.col("stream") == "adjustments").row(0, named=True)
    history.run("2026-05", adjust("-100.00", "2026-04", original_line_no=str(debit["invoice_line_no"])), circuits=late)

    found = history.settle("2026-06", circuits=[circuit(circuit_id="B"), circuit(billing_start_date="2026-03-23")])

    assert [row[5] for row in told(found)] == ["-5.00"]  # 240.00 less 100.00 stands, 135.00 is due
    assert history.apply("2026-06", found).height == 1


def test_an_owner_who_came_after_a_gap_has_taken_no_days_over() -> None:
    history = billed("circuits", circuit(disconnect_date="2026-03-11"), months=["2026-03"])

    found = history.settle(
        "2026-04", circuits=[circuit(disconnect_date="2026-03-06"), circuit(billing_start_date="2026-03-21", billing_number="D2")]
    )

    assert [(row[0], row[3], row[4], row[5]) for row in told(found)] == [
        ("D1", "CREDIT", "LATE_DISCONNECT", "-75.00"), ("D2", "DEBIT", "OTHER", "165.00")
    ]  # fmt: skip
    assert found["no_original_reason"][1] == "in service since 2026-03-21, not billed for 2026-03"
