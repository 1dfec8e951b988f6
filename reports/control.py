"""R26, the control report's figures: what came in, what became of it, and the totals that must be one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.catalogue import CATALOGUE
from billing.frames import CONTROLS, MonthBill
from billing.layouts import STREAMS
from reports.detail import DetailFile
from reports.footing import Footing, total

OUTCOMES: Final = ("in", "billed", "held", "rejected", "dropped")
_DOLLAR_COLUMNS: Final = tuple(name for name, dtype in CONTROLS.items() if dtype == pl.Decimal(38, 2))
_COUNT_COLUMNS: Final = tuple(name for name, dtype in CONTROLS.items() if dtype == pl.Int64())


@dataclass(frozen=True)
class Account:
    """One file's, one feed's or the whole month's records and dollars."""

    feed: str
    source_file: str | None  # null: all files of the feed, or all feeds
    records: dict[str, int]  # by outcome
    amounts: dict[str, Decimal]
    control_amount: Decimal | None  # the money column as received; null for feeds without money
    amount_added: Decimal | None
    amount_rounding: Decimal | None
    held_unpriced: int


@dataclass(frozen=True)
class CodeCount:
    """How often one exception code was found and what it puts at stake."""

    code: str
    severity: str
    meaning: str
    found: int
    amount: Decimal
    unpriced: int  # findings whose dollars cannot be known


@dataclass(frozen=True)
class Control:
    """Everything R26 says, whatever its form."""

    period: str
    as_of: str
    files: list[Account]
    feeds: list[Account]
    all_feeds: Account
    footing: Footing
    totals: list[tuple[str, int, Decimal]]  # what was added up, how many rows, dollars: all the same dollars
    by_stream: list[tuple[str, int, Decimal]]
    codes: list[CodeCount]
    suspense_rows: int
    suspense_amount: Decimal
    facts: dict[str, str]
    details: list[DetailFile]


def control(bill: MonthBill, footing: Footing, register_total: Decimal, details: dict[str, DetailFile], facts: dict[str, str]) -> Control:
    """Gather the figures of R26; every total in it has been proven by `footing.foot`."""
    detail_total = sum((file.amount for file in details.values()), Decimal("0.00"))
    return Control(
        period=bill.period,
        as_of=bill.as_of,
        files=_accounts(bill.controls, ["feed", "source_file"]),
        feeds=_accounts(bill.controls, ["feed"]),
        all_feeds=_account("all feeds", None, bill.controls),
        footing=footing,
        totals=[
            ("Invoices", bill.invoices.height, footing.invoices),
            ("Invoice lines", bill.lines.height, footing.lines),
            ("Billing register R01", bill.lines.height, register_total),
            ("Detail files", sum(file.line_count for file in details.values()), detail_total),
            ("Funding splits", bill.splits.height, footing.splits),
        ],
        by_stream=_by_stream(bill.lines),
        codes=_codes(bill.exceptions),
        suspense_rows=bill.suspense.height,
        suspense_amount=total(bill.suspense["amount"]),
        facts=dict(facts),
        details=list(details.values()),
    )


def _accounts(controls: pl.DataFrame, keys: list[str]) -> list[Account]:
    """One account per feed, or per feed and file, in the order of streams."""
    found = []
    for key, part in controls.partition_by(keys, as_dict=True).items():
        found.append(_account(str(key[0]), str(key[1]) if len(key) > 1 else None, part))
    return sorted(found, key=lambda account: (STREAMS.index(account.feed), account.source_file or ""))


def _account(feed: str, source_file: str | None, part: pl.DataFrame) -> Account:
    def money(name: str) -> Decimal | None:
        return None if part[name].null_count() == part.height else total(part[name])

    return Account(
        feed=feed,
        source_file=source_file,
        records={name: int(part[f"records_{name}"].sum()) for name in OUTCOMES},
        amounts={name: total(part[f"amount_{name}"]) for name in OUTCOMES},
        control_amount=money("control_amount"),
        amount_added=money("amount_added"),
        amount_rounding=money("amount_rounding"),
        held_unpriced=int(part["held_unpriced"].sum()),
    )


def _by_stream(lines: pl.DataFrame) -> list[tuple[str, int, Decimal]]:
    parts = {str(key[0]): part for key, part in lines.partition_by(["stream"], as_dict=True).items()}
    return [(stream, parts[stream].height, total(parts[stream]["amount"])) for stream in STREAMS if stream in parts]


def _codes(exceptions: pl.DataFrame) -> list[CodeCount]:
    order = {"FATAL": 0, "HOLD": 1, "WARN": 2, "INFO": 3}
    found = [
        CodeCount(
            code=str(key[0]),
            severity=str(key[1]),
            meaning=CATALOGUE[str(key[0])].meaning,
            found=part.height,
            amount=total(part["amount"]),
            unpriced=part["amount"].null_count(),
        )
        for key, part in exceptions.partition_by(["code", "severity"], as_dict=True).items()
    ]
    return sorted(found, key=lambda code: (order[code.severity], code.code))
