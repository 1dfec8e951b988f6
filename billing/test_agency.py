"""The test agency: a made-up agency whose bill is known to the cent, billed in every run to prove the engine.

A run that bills the test agency wrongly must not be closed, whatever else it bills. The world is in
`test_agency_tables` and `test_agency_feeds`, its figures in `test_agency_figures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

import polars as pl

from billing.errors import BillingError
from billing.frames import FINDINGS, SUSPENSE, MonthBill, empty
from billing.layouts import FEEDS
from billing.money import total
from billing.month import Loaded, assemble, bill_stream
from billing.periods import Period
from billing.policy import Policy
from billing.test_agency_figures import (
    Key,
    expected,
    expected_holds,
    expected_invoices,
    expected_records,
    expected_rows,
    expected_splits,
)  # fmt: skip
from billing.test_agency_world import file_name, make_earlier, make_records, make_tables

_KEY: Final = ("billing_number", "stream", "component", "rate_code")
_COUNTS: Final = ("records_in", "records_billed", "records_held", "records_dropped")
_NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True)
class TestAgency:
    """What the test agency should and did come to.

    differences: one line each; none means that every row, split, invoice, hold and count is as worked by hand.
    """

    __test__: ClassVar[bool] = False  # not a test case, whatever its name

    expected_total: Decimal
    billed_total: Decimal
    differences: tuple[str, ...]


def bill_test_agency(period: Period) -> MonthBill:
    """Bill the test agency for any month, through the same functions as every other, under the default policy.

    Raises:
        BillingError: the engine refuses what it should bill.
    """
    tables, records, earlier, policy = make_tables(period), make_records(period), make_earlier(period), Policy()
    streams = {feed: bill_stream(feed, records[feed], tables, period, policy, earlier) for feed in FEEDS}
    files = pl.DataFrame(
        [(feed, file_name(feed, period), records[feed].height) for feed in FEEDS],
        schema={"feed": pl.String(), "source_file": pl.String(), "rows": pl.Int64()}, orient="row",
    )  # fmt: skip
    loaded = Loaded(records, files, empty(SUSPENSE), empty(FINDINGS))
    return assemble(loaded, streams, tables, period, policy, earlier, period.stop_day)


def check_test_agency(period: Period) -> TestAgency:
    """Bill the test agency and name every cent, row, hold and count that is not as worked by hand.

    An engine that refuses to bill it is a difference too, said in its own words.
    """
    due = sum(expected(period).values(), _NOTHING)
    try:
        bill = bill_test_agency(period)
    except BillingError as fault:
        return TestAgency(due, _NOTHING, (f"the test agency cannot be billed: {fault}",))
    found = [*_row_differences(bill, period), *_sum_differences(bill, period)]
    found += [*_hold_differences(bill, period), *_count_differences(bill, period)]
    return TestAgency(due, total(bill.lines["amount"]), tuple(found))


def _billed_rows(bill: MonthBill) -> dict[Key, list[Decimal]]:
    grouped = bill.lines.sort(*_KEY, "amount").group_by(*_KEY, maintain_order=True).agg("amount")
    return {(number, stream, part, code): amounts for number, stream, part, code, amounts in grouped.rows()}


def _row_differences(bill: MonthBill, period: Period) -> list[str]:
    """Compare row by row, so that two errors of one key cannot make up for each other."""
    due, billed = expected_rows(period), _billed_rows(bill)
    return [
        f"{' '.join(key)}: expected {_told(due.get(key, []))}, billed {_told(billed.get(key, []))}"
        for key in sorted(due.keys() | billed.keys())
        if due.get(key) != billed.get(key)
    ]


def _told(amounts: list[Decimal]) -> str:
    """Say what rows come to: `nothing`, `30.00`, or `90.00 (30.00 + 60.00)`."""
    if not amounts:
        return "nothing"
    parts = " + ".join(str(amount) for amount in amounts)
    return f"{sum(amounts, _NOTHING)} ({parts})" if len(amounts) > 1 else parts


def _sum_differences(bill: MonthBill, period: Period) -> list[str]:
    """Compare what each fund pays and what each invoice comes to."""
    numbers = bill.lines.select("charge_id", "billing_number")
    splits = bill.splits.join(numbers, on="charge_id", how="left", validate="m:1")
    funds = splits.group_by("billing_number", "fund").agg(pl.col("amount").sum())
    invoices = bill.invoices.select("invoice_no", "amount")
    return [
        *_unequal("fund", expected_splits(period), {row[:-1]: row[-1] for row in funds.rows()}),
        *_unequal("invoice", expected_invoices(period), {row[:-1]: row[-1] for row in invoices.rows()}),
    ]


def _unequal(what: str, due: Mapping[tuple[str, ...], Decimal], billed: Mapping[tuple[str, ...], Decimal]) -> list[str]:
    return [
        f"{what} {' '.join(key)}: expected {due.get(key, 'nothing')}, billed {billed.get(key, 'nothing')}"
        for key in sorted(due.keys() | billed.keys())
        if due.get(key) != billed.get(key)
    ]


def _hold_differences(bill: MonthBill, period: Period) -> list[str]:
    """Compare the findings that hold records, and any that would stop a file."""
    holds = bill.exceptions.filter(pl.col("severity").is_in(["HOLD", "FATAL"]))
    due, found = expected_holds(period), set(holds.select("feed", "source_record_id", "code").rows())
    lost = [f"{' '.join(key)}: expected to be held, and is not" for key in sorted(due - found)]
    return lost + [f"{' '.join(str(part) for part in key)}: held, and should not be" for key in sorted(found - due, key=str)]


def _count_differences(bill: MonthBill, period: Period) -> list[str]:
    """Compare records in, billed, held and dropped, feed by feed."""
    due, found = expected_records(period), {row[0]: row[1:] for row in bill.controls.select("feed", *_COUNTS).rows()}
    return [
        f"{feed} records in, billed, held, dropped: expected {due.get(feed)}, found {found.get(feed)}"
        for feed in sorted(due.keys() | found.keys())
        if due.get(feed) != found.get(feed)
    ]
