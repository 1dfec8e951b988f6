"""No telephone number or calling code leaves with a finding; everything else in it stays readable."""

import polars as pl
import pytest

from billing.frames import EXCEPTIONS
from reports.masking import MASK, masked_findings
from tests.reports.findings import finding, frame


@pytest.mark.parametrize(
    ("column", "raw", "message"),
    [
        ("to_number", "5025550188", "5025550188 is not in the number plan"),
        ("to_number", "011442079460000", "a call to 011442079460000 from a line without permission"),
        ("auth_code", "4711", "auth code 4711 is unknown"),
        ("duration_seconds", "90000", "call from 502-555-0188 lasted 90000 seconds"),
        ("from_number", "+15025550188", "overlapping calls on +1 (502) 555-0188"),
    ],
)
def test_numbers_and_codes_of_calls_are_masked(column, raw, message):
    found = masked_findings(
        frame([finding("L704", "1000001", "long_distance", None, message, column_name=column, raw_value=raw)], EXCEPTIONS)
    )

    text = found["message"][0]
    assert MASK in text
    assert not any(secret in text for secret in ("5550188", "555-0188", "4711", "4420794"))
    assert found["raw_value"][0] == (raw if column == "duration_seconds" else MASK)


def test_dates_the_own_billing_number_and_short_figures_stay():
    message = "billing number 1000001 has no plan on 2026-10-03; 14400 seconds"
    found = masked_findings(frame([finding("L701", "1000001", "long_distance", None, message)], EXCEPTIONS))

    assert found["message"][0].startswith(message)


def test_findings_of_other_feeds_stay_as_they_are():
    circuit = frame([finding("M607", "1000001", "circuits", None, "502 555 0188 is no circuit", raw_value="5025550188")], EXCEPTIONS)

    assert masked_findings(circuit).equals(circuit)
    assert masked_findings(pl.DataFrame(schema=EXCEPTIONS)).is_empty()
