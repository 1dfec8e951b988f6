"""Checks that a mark-up is one fee row beside its own base row, taken on the amount before rounding."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from billing.fees import audit_markup, fee_bridge, markup_rows
from billing.frames import BRIDGE, CHARGES
from billing.money import round_half_away
from tests.fees.small_world import MARCH, amounts, charges, day, frame, records, world


def marked(rows: list[dict], percent: str | None = "5", fee: str | None = "PROC5") -> pl.DataFrame:
    return charges(rows).with_columns(
        markup_pct=pl.lit(None if percent is None else Decimal(percent), pl.Decimal(38, 6)), fee_rate_code=pl.lit(fee, pl.String)
    )


@pytest.mark.parametrize(
    ("exact", "percent", "fee"),
    [
        ("1234.56", "5", "61.73"),  # the worked pass-through
        ("312.00", "5", "15.60"),  # the worked stock issue
        ("-1234.56", "5", "-61.73"),  # a negative base gives a negative fee
        ("10.104", "5", "0.51"),  # 0.5052 on the unrounded amount; on 10.10 it would be 0.505, so 0.51 as well
        ("10.0951", "5", "0.50"),  # 0.504755; on the rounded 10.10 it would be 0.505 and so 0.51
        ("10.00", "0.05", "0.01"),  # half a cent goes away from zero
        ("-10.00", "0.05", "-0.01"),
    ],
)
def test_a_markup_is_taken_on_the_unrounded_amount(exact: str, percent: str, fee: str) -> None:
    found = markup_rows(marked([{"exact": exact}], percent), world(), MARCH)

    assert [str(amount) for amount in found["amount"]] == [fee]


def test_a_fee_row_keeps_account_dates_source_and_authority_of_its_base_row() -> None:
    base = marked([{"exact": "1234.56", "description": "Acme", "approval_ref": "APR-7", "rate_valid_from": "2025-07-01",
                    "is_prior_period": True, "start_date": "2026-02-01", "stop_date": "2026-02-11", "line_count": 4,
                    "original_charge_id": "Cx"}])  # fmt: skip

    fee = markup_rows(base, world(), MARCH)

    same = ["billing_number", "agency_code", "stream", "start_date", "stop_date", "rate_date", "approval_ref", "rate_valid_from",
            "is_prior_period", "feed", "source_file", "source_line", "source_record_id", "period"]  # fmt: skip
    assert fee.select(same).rows() == base.select(same).rows()
    assert fee.schema == pl.Schema(CHARGES)
    row = fee.row(0, named=True)
    assert (row["component"], row["rate_code"], row["base_charge_id"]) == ("FEE", "PROC5", base["charge_id"][0])
    assert (row["description"], row["rule"], row["uom"]) == ("Processing charge: 5 % on Acme", "1234.56 x 5 %", "EACH")
    assert (row["line_count"], row["original_charge_id"]) == (None, None)
    assert row["charge_id"] != base["charge_id"][0]


def test_the_row_that_gave_the_markup_is_its_authority() -> None:
    base = marked([{"exact": "100", "approval_ref": "TABLE", "rate_valid_from": "2020-01-01"}]).with_columns(
        markup_valid_from=pl.lit(day("2026-01-01")), markup_approval_ref=pl.lit("AGREED")
    )

    assert markup_rows(base, world(), MARCH).select("approval_ref", "rate_valid_from").row(0) == ("AGREED", day("2026-01-01"))


@pytest.mark.parametrize(("percent", "fee"), [(None, "PROC5"), ("0", "PROC5"), ("5", None)])
def test_no_percent_or_no_fee_code_bears_no_fee(percent: str | None, fee: str | None) -> None:
    assert markup_rows(marked([{"exact": "100"}], percent, fee), world(), MARCH).is_empty()


def test_a_fee_below_half_a_cent_is_not_written() -> None:
    assert markup_rows(marked([{"exact": "0.09"}]), world(), MARCH).is_empty()


def test_an_unknown_fee_code_that_was_not_held_stops_the_run() -> None:
    with pytest.raises(ReconciliationError, match="fee rate code"):
        markup_rows(marked([{"exact": "100"}], "5", "NOPE"), world(), MARCH)


def test_a_fee_beyond_whole_numbers_stops_the_run() -> None:
    base = marked([{"exact": "100"}], "100").with_columns(numerator=pl.lit(10**33, pl.Int128), denominator=pl.lit(10**31, pl.Int128))

    with pytest.raises(ReconciliationError, match="beyond any bill"):
        markup_rows(base, world(), MARCH)


@pytest.mark.parametrize(
    ("percent", "fee", "held"),
    [("5", "PROC5", False), ("5", None, True), ("5", "NOPE", True), ("0", None, False), (None, None, False), (None, "NOPE", False)],
)
def test_t902_holds_a_markup_without_a_code_to_bill_it_under(percent: str | None, fee: str | None, held: bool) -> None:
    read = records("pass_through", [{"source_record_id": "A", "rate_code": "PT10"}]).with_columns(
        markup_pct=pl.lit(None if percent is None else Decimal(percent), pl.Decimal(38, 6)), fee_rate_code=pl.lit(fee, pl.String)
    )

    found = audit_markup(read, world())

    assert found["code"].to_list() == (["T902"] if held else [])
    if held:
        assert found["message"][0].startswith("PT10 has a mark-up of 5 % but its fee rate code is ")
        assert found["severity"][0] == "HOLD"


def test_a_fee_leads_back_to_every_record_of_its_base_row() -> None:
    base = marked([{"exact": "100"}, {"exact": "200"}])
    fees = markup_rows(base, world(), MARCH)
    one, two = base["charge_id"].to_list()
    bridge = frame(
        BRIDGE, [{"charge_id": one, "source_line": 2}, {"charge_id": one, "source_line": 3}, {"charge_id": two, "source_line": 4}]
    )

    found = fee_bridge(fees, bridge)

    by_base = dict(zip(fees["base_charge_id"], fees["charge_id"], strict=True))
    assert sorted(found.select("charge_id", "source_line").rows()) == sorted([(by_base[one], 2), (by_base[one], 3), (by_base[two], 4)])
    with pytest.raises(ReconciliationError, match="2 fees stand on base rows, 1 lead back"):
        fee_bridge(fees, bridge.filter(pl.col("charge_id") == one))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**14), 10**14), st.integers(-(10**8), 10**8)), min_size=1, max_size=6),
)
def test_markups_agree_with_plain_decimals(cases: list[tuple[int, int]]) -> None:
    rows = [{"exact": Decimal(micros).scaleb(-6)} for micros, _ in cases]
    percents = {f"R{n}": Decimal(p).scaleb(-6) for n, (_, p) in enumerate(cases, start=2)}
    base = charges(rows).with_columns(
        markup_pct=pl.col("source_record_id").replace_strict(list(percents), list(percents.values()), return_dtype=pl.Decimal(38, 6)),
        fee_rate_code=pl.lit("PROC5"),
    )

    found = markup_rows(base, world(), MARCH)

    wanted = []
    for row in base.iter_rows(named=True):
        fee = round_half_away(row["exact_amount"] * percents[row["source_record_id"]] / 100)
        if fee:
            wanted.append((row["source_record_id"], str(fee)))
    assert amounts(found, "source_record_id") == sorted(wanted)
