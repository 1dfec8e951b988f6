"""Adjustments: credits, debits, pairs, outage and service-level credits, each with its reason and support."""

from typing import Final

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.numbers import Number
from pipelines.sample.rows import Row, scaled
from pipelines.sample.world import World

NO_ORIGINAL: Final = "billed before this system kept invoice lines"
# type, stream, rate code, reason code, cents (minus = credit)
SINGLES: Final = (
    ("CREDIT", "circuits", "CK20", "LATE_DISCONNECT", -38_500), ("DEBIT", "usage", "DB10", "WRONG_QTY", 31_000),
    ("OUTAGE", "circuits", "CK10", "OUTAGE", -4_500), ("SLA_CREDIT", "circuits", "CK40", "SLA", -6_100),
    ("CREDIT", "voip", "VL20", "NOT_ORDERED", -1_600), ("CREDIT", "pass_through", "PT10", "VENDOR_ERROR", -12_040),
)  # fmt: skip


def adjustment_row(number: Number, period: Period, index: int, kind: tuple[str, str, str, str, int], **more: str) -> Row:
    """One adjustment of last month's service, prepared on the third of the month after the period."""
    adj_type, stream, code, reason, cents = kind
    before, after = period.shift(-1), period.shift(1)
    return {
        "source_record_id": f"ADJ-{period}-{index:05d}", "billing_number": number.billing_number, "service_from": str(before.first_day),
        "service_to": str(before.last_day), "ticket_no": f"INC{100000 + index * 37 + period.month}", "adj_type": adj_type,
        "no_original_reason": NO_ORIGINAL, "stream": stream, "rate_code": code, "amount": scaled(cents, 2), "reason_code": reason,
        "vendor_recovery_required": "false", "prepared_by": "clindqvist", "prepared_at": f"{after}-03T09:{index % 60:02d}:00-05:00",
        "support_ref": f"CSR page {index}", **more,
    }  # fmt: skip


def adjustment_rows(world: World, period: Period) -> list[Row]:
    """For every eighth number that has adjustments: six single ones, a credit with its rebill and a transfer."""
    owners = world.having("A")
    draw = Draw(world.seed, "adjust", str(period))
    rows: list[Row] = []
    for _ in range(max(len(owners) // 8, 1)):
        start = draw.below(len(owners))
        rows += _set(owners[start:] + owners[:start], period, len(rows))
    return rows


def _set(owners: list[Number], period: Period, count: int) -> list[Row]:
    rows = []
    for index, kind in enumerate(SINGLES):
        more = {"vendor_recovery_required": "true", "vendor_credit_ref": f"CR-{5500 + period.month}"} if kind[3] == "VENDOR_ERROR" else {}
        if kind[0] == "DEBIT":
            more = {"quantity": "1", "rate": "310.00"}
        rows.append(adjustment_row(owners[index], period, count + index + 1, kind, **more))
    first, second = owners[:2]
    for number, adj_type, cents, pair in (
        (first, "CREDIT_REBILL", -50_000, "R"), (first, "CREDIT_REBILL", 47_000, "R"),
        (first, "TRANSFER", -21_050, "T"), (second, "TRANSFER", 21_050, "T"),
    ):  # fmt: skip
        reason = "WRONG_RATE" if adj_type == "CREDIT_REBILL" else "WRONG_ACCOUNT"
        kind = (adj_type, "usage", "EM10", reason, cents)
        rows.append(adjustment_row(number, period, count + len(rows) + 1, kind, pair_id=f"P-{period}-{count}{pair}"))
    return rows
