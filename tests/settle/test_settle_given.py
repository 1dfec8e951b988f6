"""Settling beside what people gave already: credits, debits and rebills by hand, and its own of earlier periods."""

from decimal import Decimal

import polars as pl

from billing.settle import to_records
from tests.recurring.world import circuit
from tests.settle.world import AT, adjust, billed, told


def test_a_credit_goes_over_the_lines_that_were_billed_the_largest_first() -> None:
    history = billed("circuits", circuit(disconnect_date="2026-03-11"), circuit(billing_start_date="2026-03-11", mrc_override="600.00"),
                     months=["2026-03"])  # fmt: skip

    found = history.settle("2026-04", circuits=[circuit(mrc_override="100.00")])

    assert found["amount"].to_list() == [Decimal("-420.00"), Decimal("-50.00")]  # 420.00 and 150.00 were billed, 100.00 is due
    assert found["should_amount"].to_list() == [Decimal("100.00")] * 2
    ids = found["source_record_id"].to_list()
    assert [len(ids[0]), ids[1]] == [len("SET-2026-04-") + 12, ids[0] + "-2"]
    assert history.apply("2026-04", found)["amount"].sum() == Decimal("-470.00")


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
