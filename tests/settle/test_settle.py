"""Settling: each published case from snapshots to proposals."""

from decimal import Decimal

import pytest

from billing.settle import PROPOSALS
from tests.recurring.world import circuit, line, station, tables
from tests.settle.world import WINTER, Row, billed, told


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
