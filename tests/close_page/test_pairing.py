"""Lines beside last month's: whatever the rows, both months' totals are kept in every group, as the slow twin pairs them."""

from collections import Counter, defaultdict
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.close_page.pairing import pair
from tests.close_page.month import BEFORE, charge, month

NUMBERS = st.sampled_from(["D1", "D2"])
TEXTS = st.sampled_from(["Server", "Toll calls, 5025641234: 1 call", "Toll calls, 5025641234: 12 calls", "Toll calls, 5025641234", None])
CENTS = st.integers(-300, 300)
LINES = st.lists(st.tuples(NUMBERS, TEXTS, st.sampled_from(["VS10", None]), CENTS), max_size=12)


def _frame(lines, period: str) -> pl.DataFrame:
    rows = [
        charge(
            n, charge_id=f"{period}{n}", period=period, billing_number=number, description=text, rate_code=code, amount=Decimal(cents) / 100
        )
        for n, (number, text, code, cents) in enumerate(lines)
    ]
    other = BEFORE if period != BEFORE else "2026-10"
    published = month([*rows, charge(99, period="2026-10"), charge(98, period=other)])
    frame = published.now("fact_charge") if period == "2026-10" else published.before("fact_charge")
    return frame.filter(pl.col("charge_id").str.starts_with(period))


def _key(row: dict) -> tuple:
    text = row["description"]
    if text is not None and text.endswith((" call", " calls")):
        text = text[: text.rindex(":")]
    return row["billing_number"], row["rate_code"], row["component"], text


def _slowly(now: pl.DataFrame, before: pl.DataFrame) -> Counter:
    """Pairs (key, this month's amount, last month's), one after another."""
    queues = defaultdict(list)
    order = lambda row: (row["service_from"], row["amount"], row["charge_id"])  # noqa: E731
    for row in sorted(before.to_dicts(), key=order):
        queues[_key(row)].append(row["amount"])
    found = []
    for row in sorted(now.to_dicts(), key=order):
        queue = queues[_key(row)]
        found.append((_key(row), row["amount"], queue.pop(0) if queue else None))
    return Counter(found + [(key, None, amount) for key, queue in queues.items() for amount in queue])


@settings(deadline=None)
@given(LINES, LINES)
def test_lines_pair_as_the_slow_version_pairs_them_and_both_totals_stay(now_lines, before_lines) -> None:
    now, before = _frame(now_lines, "2026-10"), _frame(before_lines, BEFORE)

    found = pair(now, before).to_dicts()

    assert Counter((_key(row), row["amount"], row["before"]) for row in found) == _slowly(now, before)
    for name, source in (("amount", now), ("before", before)):
        for number in ("D1", "D2"):
            kept = sum(row[name] for row in found if row["billing_number"] == number and row[name] is not None)
            assert kept == sum(source.filter(pl.col("billing_number") == number)["amount"].to_list())


def test_a_line_that_only_last_month_had_is_kept_and_marked() -> None:
    found = pair(_frame([], "2026-10"), _frame([("D1", "Server", "VS10", 500)], BEFORE)).to_dicts()

    assert [(row["amount"], row["before"], row["is_gone"]) for row in found] == [(None, Decimal("5.00"), True)]
