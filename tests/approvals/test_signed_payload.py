"""What is signed: one canonical text for each approval, and nothing else is read back."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import NotAllowedError
from pipelines.signed_payload import Claim, payload, read_payload
from tests.approvals.keys import HEAD, claim


def test_the_payload_is_one_canonical_text() -> None:
    said = payload(claim(amount=Decimal("-450")))

    assert said.decode() == (
        f'{{"amount":"-450.00","at":"2026-11-06T12:00:00+00:00","content_sha256":"{"a" * 64}","decision":"APPROVE","identity":"ADJ-1",'
        f'"journal_head":"{HEAD}","journal_seq":41,"level":"MANAGER","period":"2026-10","subject":"ADJUSTMENT","user":"mara","version":1}}'
    )
    assert payload(claim(amount=Decimal("-450.0"))) == said
    assert json.loads(payload(claim(amount=None)))["amount"] is None


@pytest.mark.parametrize(
    ("amount", "text"), [("1E+3", "1000.00"), ("-0", "0.00"), ("-0.00", "0.00"), ("0.10", "0.10"), ("123456789012.34", "123456789012.34")]
)
def test_amounts_are_plain_text_to_cents(amount: str, text: str) -> None:
    assert json.loads(payload(claim(amount=Decimal(amount))))["amount"] == text


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity"])
def test_an_amount_that_is_not_in_cents_is_refused(amount: str) -> None:
    with pytest.raises(NotAllowedError, match="is not in whole cents"):
        payload(claim(amount=Decimal(amount)))


def test_a_text_that_utf8_cannot_hold_is_refused() -> None:
    with pytest.raises(NotAllowedError, match="cannot be written as UTF-8"):
        payload(claim(identity="\ud800"))


CLAIMS = st.builds(
    Claim,
    **{name: st.text(st.characters(exclude_categories=["Cs"]), max_size=8) for name in (
        "subject", "identity", "period", "content_sha256", "level", "user", "at", "journal_head",
    )},
    decision=st.sampled_from(["APPROVE", "RETURN"]),
    amount=st.none() | st.decimals(min_value=-10**12, max_value=10**12, places=2, allow_nan=False),
    journal_seq=st.integers(0, 2**53),
)  # fmt: skip


@given(CLAIMS)
def test_what_was_signed_reads_back_whole(said: Claim) -> None:
    data = payload(said)

    assert read_payload(data) == said
    assert payload(read_payload(data)) == data
    assert b"\n" not in data


@given(CLAIMS, CLAIMS)
def test_two_claims_never_share_a_payload(one: Claim, other: Claim) -> None:
    assert (payload(one) == payload(other)) is (one == other)


@pytest.mark.parametrize(
    "turn",
    [
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace('"version":1', '"version":2'),
        lambda text: text.replace('"version":1', '"version":true'),
        lambda text: text.replace('"version":1', '"version":1.0'),
        lambda text: text.replace('"version":1', '"version":1,"version":1'),
        lambda text: text.replace('"journal_seq":41', '"journal_seq":true'),
        lambda text: text.replace('"journal_seq":41', '"journal_seq":"41"'),
        lambda text: text.replace('"journal_seq":41', '"journal_seq":41.0'),
        lambda text: text.replace('"-450.00"', '"-450.0"'),
        lambda text: text.replace('"-450.00"', '"-0450.00"'),
        lambda text: text.replace('"-450.00"', "-450.00"),
        lambda text: text.replace('"-450.00"', '"1e999999999"'),
        lambda text: text.replace('"-450.00"', '"٤٥٠.00"'),
        lambda text: text.replace('"-450.00"', '"-0.00"'),
        lambda text: text.replace('"APPROVE"', '"PREPARE"'),
        lambda text: text.replace('"user":"mara"', '"user":null'),
        lambda text: text.replace('"mara"', '"m\\u0061ra"'),
        lambda text: text.replace('"user":"mara",', ""),
        lambda text: text.replace('"user":"mara"', '"user":"mara","zeal":"1"'),
        lambda text: "[" * 100_000,
        lambda text: "[]",
        lambda text: "null",
        lambda text: "",
        lambda text: text.replace("mara", "m" * 70_000),
    ],
)
def test_only_the_canonical_text_is_read(turn: Any) -> None:
    with pytest.raises(NotAllowedError, match=r"^what was signed is not an approval of this program; sign it again$"):
        read_payload(turn(payload(claim()).decode()).encode())
