"""The rules of an inventory: what holds a row, what warns, and what is left alone."""

import pytest

from tests.recurring.world import FUNDING, amounts, bill, circuit, codes, dollars, line, outcome, station, tables


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"billing_number": ""}, "A101"),
        ({"billing_number": "NOBODY"}, "A102"),
        ({"billing_number": "OLD"}, "A103"),
        ({"billing_number": "BARE"}, "A105"),
        ({"rate_code": "CONS", "billing_number": "E1"}, "A108"),
        ({"rate_code": "TICK"}, "A109"),
        ({"rate_code": "NOPE"}, "R201"),
        ({"rate_code": ""}, "R201"),
        ({"rate_code": "NORATE"}, "R202"),
        ({"rate_code": "BLANK"}, "R203"),
        ({"mrc_override": "-1.00"}, "Q301"),
        ({"nrc_amount": "-1.00"}, "Q301"),
        ({"disconnect_date": "2019-12-31"}, "D405"),
        ({"service_from": "2026-03-02", "service_to": "2026-03-01"}, "D405"),
    ],
)
def test_a_bad_circuit_is_held_with_its_cause(row: dict[str, str], code: str) -> None:
    billed = bill("circuits", "2026-03", circuit(**row), circuit(circuit_id="B"))

    assert codes(billed) == [("R2", code)]
    assert amounts(billed) == [("R3", "C30", "450.00")]
    assert outcome(billed) == ["HELD", "BILLED"]


def test_a_held_circuit_says_what_it_would_come_to() -> None:
    billed = bill("circuits", "2026-03", circuit(billing_number="NOBODY", nrc_amount="50.00", nrc_date="2026-03-05"))

    assert [str(value) for value in (billed.outcomes["amount"][0], billed.findings["amount"][0])] == ["500.00", "500.00"]


def test_what_is_out_of_service_is_asked_for_no_account_or_rate() -> None:
    gone = circuit(billing_number="NOBODY", rate_code="NOPE", disconnect_date="2026-03-01", order_no="")

    assert codes(bill("circuits", "2026-03", gone)) == []


def test_a_one_time_charge_needs_its_account_but_no_rate() -> None:
    due = {"nrc_amount": "50.00", "nrc_date": "2026-03-05", "billing_start_date": "2026-04-01"}

    assert codes(bill("circuits", "2026-03", circuit(rate_code="NORATE", **due))) == []
    assert codes(bill("circuits", "2026-03", circuit(billing_number="NOBODY", **due))) == [("R2", "A102")]


@pytest.mark.parametrize(("code", "severity"), [("ZERO", "WARN"), ("FREE", "INFO")])
def test_a_price_of_zero_is_named(code: str, severity: str) -> None:
    billed = bill("circuits", "2026-03", circuit(rate_code=code))

    assert [(row["code"], row["severity"]) for row in billed.findings.to_dicts()] == [("R204", severity)]
    assert (dollars(billed), outcome(billed)) == ([], ["BILLED"])


@pytest.mark.parametrize(
    ("spans", "held"),
    [
        ([("2020-01-01", "2026-03-17"), ("2026-03-16", "")], [0, 1]),  # one day twice
        ([("2020-01-01", "2026-03-16"), ("2026-03-16", "")], []),  # touching
        ([("2020-01-01", ""), ("2021-01-01", "2022-01-01")], [0, 1]),  # years ago, one inside the other
        ([("2020-01-01", ""), ("2026-03-16", "2026-03-16")], []),  # no day at all
        ([("2020-01-01", "2026-03-10"), ("2026-03-05", "2026-03-12"), ("2026-03-12", "")], [0, 1]),  # the third is alone
        ([("2020-01-01", "2026-12-01"), ("2020-02-01", "2020-03-01"), ("2026-03-01", "2026-03-05")], [0, 1, 2]),
        ([("2027-01-01", ""), ("2027-02-01", "")], [0, 1]),  # not yet in service
    ],
)
def test_rows_of_one_item_on_one_day_are_all_held(spans: list[tuple[str, str]], held: list[int]) -> None:
    rows = [circuit(billing_start_date=start, disconnect_date=stop) for start, stop in spans]

    billed = bill("circuits", "2026-03", *rows)

    assert codes(billed) == [(f"R{index + 2}", "M605") for index in held]
    assert [place for place, word in enumerate(outcome(billed)) if word == "HELD"] == held


def test_two_features_of_one_station_do_not_overlap() -> None:
    assert codes(bill("centrex", "2026-03", station(), station(usoc="RJ21X"))) == []
    assert codes(bill("centrex", "2026-03", station(usoc=""), station(usoc=""))) == [("R2", "M605"), ("R3", "M605")]


def test_a_repeated_record_is_dropped_and_a_different_one_held() -> None:
    first = circuit(source_record_id="X")
    billed = bill("circuits", "2026-03", first, dict(first), {**first, "mrc_override": "1.00"})

    assert [row["code"] for row in billed.findings.to_dicts()] == ["U501", "U502"]
    assert outcome(billed) == ["BILLED", "DROPPED", "HELD"]
    assert dollars(billed) == ["450.00"]


def test_a_requester_who_may_not_order_is_a_warning() -> None:
    contacts = """
    agency_code | role | name | email | may_order | valid_from
    758 | HR | Jo | Jo@ky.gov | Y | 2010-01-01
    758 | HR | Al | al@ky.gov | N | 2010-01-01
    """
    world = tables(agency_contacts=contacts)
    rows = [circuit(circuit_id=name, requested_by=name) for name in ("jo@KY.gov", "al@ky.gov")]

    assert codes(bill("circuits", "2026-03", *rows, world=world)) == [("R3", "A107")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"order_no": ""}, ["M606"]),
        ({"order_no": "", "ticket_no": "RITM1"}, []),
        ({"order_no": "", "billing_start_date": "2026-04-01"}, []),
        ({"contract_end": "2026-02-28"}, ["M608"]),
        ({"contract_end": "2026-03-01"}, []),
        ({"contract_end": "2026-02-28", "disconnect_date": "2026-03-01"}, []),
        ({"order_no": "", "rate_code": "NOPE"}, ["R201"]),  # no warning beside a hold
    ],
)
def test_orders_and_contracts_warn_only(row: dict[str, str], expected: list[str]) -> None:
    assert [code for _, code in codes(bill("circuits", "2026-03", circuit(**row)))] == expected


@pytest.mark.parametrize(
    ("id_format", "circuit_id", "is_right"),
    [
        ("SERIAL", "73/HCGS/123456/000/SC", True),
        ("SERIAL", "73.HCGS.123456.000.NE", True),
        ("SERIAL", "/HCGS/1//NE", True),  # omitted parts keep their delimiters
        ("SERIAL", "73/HCGS/123456/000/SC/001", True),
        ("SERIAL", "73/HCGS/1234567/000/SC", False),
        ("SERIAL", "73/HC/123456/000/SC", False),
        ("SERIAL", "HCGS123456", False),
        ("FACILITY", "HN101/T3U/MPLSMNDT000/GLVYMNORIII", True),
        ("FACILITY", "HN101/T3U/MPLSMNDT/GLVYMNOR", True),
        ("FACILITY", "HN101/T3U/MPLSMN/GLVYMNORIII", False),
        ("TELEPHONE", "502-564-1234", True),
        ("TELEPHONE", "77/LVXX/502/564/1234", True),
        ("TELEPHONE", "564-1234", False),
        ("LOCAL", "closet 3, blue cable", True),
        ("", "whatever", True),
    ],
)
def test_the_shape_of_a_circuit_id_is_only_warned_of(id_format: str, circuit_id: str, is_right: bool) -> None:
    billed = bill("circuits", "2026-03", circuit(circuit_id=circuit_id, id_format=id_format))

    assert [code for _, code in codes(billed)] == ([] if is_right else ["M607"])
    assert dollars(billed) == ["450.00"]


def test_line_and_station_numbers_have_their_shapes() -> None:
    assert codes(bill("voip", "2026-03", line(line_id="5025641234"))) == [("R2", "M607")]
    assert codes(bill("centrex", "2026-03", station(station_no="+15025641234"))) == [("R2", "M607")]


@pytest.mark.parametrize(
    ("key", "owner", "expected"),
    [
        ("5025641234", "E1", ["A104"]),
        ("+15025641234", "E1", ["A104"]),
        ("5025641234", "D2", []),  # another number of the same agency
        ("5025649999", "E1", []),
    ],
)
def test_a_line_whose_calls_belong_to_another_agency_is_warned_of(key: str, owner: str, expected: list[str]) -> None:
    world = tables(call_owners=f"key_kind | key | billing_number | plan | valid_from\nNUMBER | {key} | {owner} | P | 2010-01-01")

    assert [code for _, code in codes(bill("voip", "2026-03", line(), world=world))] == expected


@pytest.mark.parametrize(("quantity", "expected"), [("-1", "Q301"), ("0", "Q302")])
def test_a_centrex_quantity_is_above_zero(quantity: str, expected: str) -> None:
    billed = bill("centrex", "2026-03", station(quantity=quantity))

    assert [code for _, code in codes(billed)] == [expected]
    assert dollars(billed) == []


def test_a_feature_whose_own_funding_is_incomplete_holds_its_record() -> None:
    filtered = FUNDING.replace("department |", "department | rate_code_filter |").replace("758 |", "758 | |")
    world = tables(funding_strings=filtered + "\nD1 | 2 | 60 | 0100 | 758 | VM | 2010-01-01")

    assert codes(bill("voip", "2026-03", line(), world=world)) == []
    assert codes(bill("voip", "2026-03", line(features="VM"), world=world)) == [("R2", "A105")]


def test_funding_is_asked_on_the_last_day_in_service() -> None:
    late = FUNDING.replace("D1 | 1 | 100 | 0100 | 758 | 2010-01-01", "D1 | 1 | 100 | 0100 | 758 | 2026-03-10")
    world = tables(funding_strings=late)

    assert codes(bill("circuits", "2026-03", circuit(disconnect_date="2026-03-11"), world=world)) == []
    assert codes(bill("circuits", "2026-03", circuit(disconnect_date="2026-03-10"), world=world)) == [("R2", "A105")]


def test_nothing_hides_behind_a_hold_that_can_be_decided_too() -> None:
    both = circuit(billing_number="NOBODY", rate_code="NORATE", order_no="")

    assert codes(bill("circuits", "2026-03", both)) == [("R2", "A102"), ("R2", "R202")]
