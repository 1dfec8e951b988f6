"""Settling against a slow twin: days are asked one by one, prices looked up one by one, months added up in Decimals."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.periods import Period
from billing.policy import Policy
from billing.settle import to_records
from tests.recurring.test_proration import METHOD_CODES, slow_cents, slow_days, slow_share
from tests.recurring.world import circuit, tables
from tests.settle.world import AT, Months

METHOD_OF = {code: method for method, code in METHOD_CODES.items()}
CODES = sorted(METHOD_OF)
OWNERS = ["D1", "D2", "E1"]
FIRSTS = [Period(2026, 1), Period(2028, 1), Period(2026, 5)]  # February, a leap February, the edge of a fiscal year
PRICES = {  # code: days and the price from then on, changed at the starts of months
    code: [(dt.date(2010, 1, 1), Decimal(base)), (dt.date(2026, 2, 1), Decimal(base) + Decimal("15.05")),
           (dt.date(2026, 7, 1), Decimal(base) - Decimal("0.15")), (dt.date(2028, 2, 1), Decimal(base) + Decimal("7.77"))]
    for code, base in (("C30", "450"), ("ACT", "100.01"), ("NONE", "33.35"), ("SNAP", "0.35"))
}  # fmt: skip


def _rates() -> str:
    rows = ["rate_code | valid_from | valid_to | unit_rate | approval_ref | approved_by"]
    for code, prices in PRICES.items():
        ends = [*[start.isoformat() for start, _ in prices[1:]], ""]
        rows += [f"{code} | {start} | {end} | {price} | S | x" for (start, price), end in zip(prices, ends, strict=True)]
    return "\n".join(rows)


PRICED = tables(rates=_rates())


@dataclass(frozen=True)
class Span:
    """One row of an item, as a test moves it about."""

    start: dt.date
    stop: dt.date | None
    owner: str
    code: str
    override: Decimal | None

    @property
    def end(self) -> dt.date:
        return self.stop or dt.date.max


World = dict[str, list[Span]]


# The twin.
def slow_price(row: Span, day: dt.date) -> Decimal:
    if row.override is not None:
        return row.override
    return [price for start, price in PRICES[row.code] if start <= day][-1]


def slow_known(item: str, now: list[Span], words: list[tuple[Period, World]], month: Period) -> list[Span]:
    """Give every day of a month to the row that was last said to have it; a row that only has another start is not two."""
    last: dict[dt.date, tuple[Period, Span]] = {}
    for period, world in words:
        for row in world.get(item, []):
            last[row.start] = (period, row)
    gone = []
    for start, (period, row) in last.items():
        if start in {other.start for other in now}:
            continue
        listed = {other.start for other in dict(words)[period].get(item, [])}
        same = [other for other in now if (other.owner, other.code) == (row.owner, row.code) and other.start not in listed]
        if row.stop is not None or not same:
            gone.append((period, row))
    known, newer = list(now), list(now)
    first, limit = min(period for period, _ in words).first_day, dt.date(2028, 12, 1)
    for period, row in sorted(gone, key=lambda pair: (pair[0], pair[1].start), reverse=True):
        days = [row.start + dt.timedelta(n) for n in range((min(row.end, limit) - row.start).days)]
        free = [day for day in days if not any(other.start <= day < other.end for other in newer)]
        pieces: list[list[dt.date]] = []
        for day in free:
            if pieces and pieces[-1][-1] + dt.timedelta(1) == day:
                pieces[-1].append(day)
            else:
                pieces.append([day])
        cut = [replace(row, start=piece[0], stop=piece[-1] + dt.timedelta(1)) for piece in pieces if piece[-1] >= first]
        known += cut if period >= month else []  # later on nobody said so
        newer += cut
    return known


def slow_month(rows: list[Span], month: Period) -> dict[tuple[str, str], Decimal]:
    """Cents by owner and code: owners that touch and pay alike share one price, everybody else pays his own share."""
    live = [(row, slow_days(row.start, row.stop, month, Policy())) for row in sorted(rows, key=lambda row: row.start)]
    live = [(row, days) for row, days in live if days]
    chains: list[list[tuple[Span, list[dt.date]]]] = []
    for row, days in live:
        if chains and chains[-1][-1][1][-1] + dt.timedelta(1) == days[0]:
            chains[-1].append((row, days))
        else:
            chains.append([(row, days)])
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for chain in chains:
        prices = {(row.code, slow_price(row, days[0])) for row, days in chain}
        for part in [chain] if len(prices) == 1 else [[link] for link in chain]:
            method = METHOD_OF[part[0][0].code]
            price = Fraction(slow_price(part[0][0], part[0][1][0]))
            share_left = slow_share([day for _, days in part for day in days], method, month)
            cents_left = slow_cents(price * share_left)
            for row, days in part:
                share = min(slow_share(days, method, month), share_left)
                cents = cents_left if row is part[-1][0] else min(slow_cents(price * share), cents_left)
                found[row.owner, row.code] += cents
                share_left, cents_left = share_left - share, cents_left - cents
    return found


# Worlds.
def feed_rows(world: World) -> list[dict[str, str]]:
    return [
        circuit(
            circuit_id=item, billing_start_date=str(row.start), disconnect_date=str(row.stop or ""), billing_number=row.owner,
            rate_code=row.code, mrc_override=str(row.override or ""),
        )
        for item, rows in world.items() for row in rows
    ]  # fmt: skip


def in_order(rows: list[Span]) -> list[Span]:
    """Rows one after another: each ends where the next starts, at the latest; none is empty."""
    ordered = sorted({row.start: row for row in rows}.values(), key=lambda row: row.start)
    ends = [*[row.start for row in ordered[1:]], dt.date.max][: len(ordered)]
    cut = [replace(row, stop=end if row.end > end else row.stop) for row, end in zip(ordered, ends, strict=True)]
    return [row for row in cut if row.start < row.end]


PRICE = st.one_of(st.none(), st.integers(1, 400).map(lambda n: Decimal(n * 15).scaleb(-2)))
ROW = st.tuples(st.integers(0, 40), st.integers(0, 9), st.sampled_from(OWNERS), st.sampled_from(CODES), PRICE, st.booleans())
ITEM = st.tuples(st.integers(-40, 100), st.lists(ROW, min_size=1, max_size=3), st.booleans())
EDIT = st.tuples(
    st.integers(0, 3), st.integers(0, 2), st.sampled_from(["stop", "open", "start", "owner", "code", "price", "drop"]),
    st.integers(-45, 45), st.sampled_from(OWNERS), st.sampled_from(CODES), PRICE,
)  # fmt: skip


def build(first: Period, items: list[Any]) -> World:
    world = {}
    for number, (offset, drawn, stays) in enumerate(items):
        day, rows = first.first_day + dt.timedelta(offset), []
        for length, gap, owner, code, price, alike in drawn:
            stop = day + dt.timedelta(length)
            row = Span(day, stop, owner, code, price)
            rows.append(replace(row, code=rows[-1].code, override=rows[-1].override) if rows and alike else row)
            day = stop + dt.timedelta(gap if gap > 5 else 0)  # mostly they touch
        if stays:
            rows[-1] = replace(rows[-1], stop=None)
        world[f"K{number}"] = in_order(rows)
    return world


def edit(world: World, edits: list[Any]) -> World:
    changed = {item: list(rows) for item, rows in world.items()}
    for place, index, what, days, owner, code, price in edits:
        rows = changed.get(f"K{place}", [])
        if not rows:
            continue
        row, move = rows[index % len(rows)], dt.timedelta(days)
        stop = row.stop or row.start + dt.timedelta(60)
        new = {
            "stop": replace(row, stop=stop + move), "open": replace(row, stop=None), "start": replace(row, start=row.start + move),
            "owner": replace(row, owner=owner), "code": replace(row, code=code), "price": replace(row, override=price), "drop": None,
        }[what]  # fmt: skip
        rest = [other for other in rows if other is not row]
        changed[f"K{place}"] = in_order([*rest, new] if new else rest)
    return changed


def net(history: Months, *more: pl.DataFrame) -> dict[tuple[str, str, str, str], Decimal]:
    """What is billed and adjusted, by item, owner, code and month, straight from the feeds' ids and the proposals."""
    found: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    names = {(row["period"], row["source_line"]): row["circuit_id"] for frame in history.kept["circuits"] for row in frame.to_dicts()}
    for row in history.lines.filter(pl.col("stream") == "circuits").to_dicts():
        item = names[row["period"], row["source_line"]]
        found[item, row["billing_number"], row["rate_code"], f"{row['start_date']:%Y-%m}"] += row["amount"]
    for frame in more:
        for row in frame.to_dicts():
            found[row["item"], row["billing_number"], row["rate_code"], row["month"]] += row["amount"]
    return found


def due(now: World, words: list[tuple[Period, World]], months: list[Period]) -> dict[tuple[str, str, str, str], Decimal]:
    found = {}
    for item, rows in now.items():
        if rows:
            for month in months:
                for (owner, code), cents in slow_month(slow_known(item, rows, words, month), month).items():
                    found[item, owner, code, str(month)] = cents
    return found


def agrees(history: Months, now: World, words: list[tuple[Period, World]], months: list[Period], *proposed: pl.DataFrame) -> None:
    """Check that what was billed and proposed is what a run of the month would bill now; vanished items stay as they are."""
    names = {str(month) for month in months}
    listed = {item for item, rows in now.items() if rows}
    got = {key: cents for key, cents in net(history, *proposed).items() if key[0] in listed and key[3] in names and cents}
    assert got == {key: cents for key, cents in due(now, words, months).items() if cents}
    assert set(proposed[-1]["item"]) <= listed


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(FIRSTS), st.lists(ITEM, min_size=1, max_size=5), st.lists(EDIT, max_size=8), st.lists(EDIT, max_size=5),
)  # fmt: skip
@example(Period(2026, 1), [(-300, [(0, 0, "D1", "C30", None, False)] * 1, True)], [(0, 0, "stop", 0, "D1", "C30", None)], [])
@example(  # moved in the month, found late, and moved back
    Period(2028, 1), [(-40, [(30, 0, "D1", "C30", None, False)], True)],
    [(0, 0, "owner", 0, "D2", "C30", None)], [(0, 0, "owner", 0, "D1", "C30", None)],
)  # fmt: skip
def test_billed_and_proposed_is_what_today_s_inventory_would_have_billed(
    first: Period, items: list[Any], edits: list[Any], more: list[Any]
) -> None:
    history, months = Months(PRICED), [first.shift(step) for step in range(3)]
    then = build(first, items)
    for month in months:
        history.run(str(month), circuits=feed_rows(then))
    words = [(month, then) for month in months]
    now, period = edit(then, edits), first.shift(3)

    proposals = history.settle(str(period), circuits=feed_rows(now))

    agrees(history, now, words, months, proposals)
    given_now = history.apply(str(period), proposals)  # every cap and every pair holds
    again = history.settle(str(period), given_now, to_records(proposals, "ann", AT, "settle.csv"), circuits=feed_rows(now))
    assert again.is_empty()
    marked = proposals.with_columns(old=pl.col("month").is_in([str(month) for month in months if month.fiscal_year < period.fiscal_year]))
    assert marked["old"].equals(marked["adj_type"].is_in(["PRIOR_FY_CREDIT", "CATCH_UP"]).alias("old"))

    history.run(str(period), to_records(proposals, "ann", AT, "settle.csv"), circuits=feed_rows(now))
    words, months = [*words, (period, now)], [*months, period]
    later, following = edit(now, more), period.shift(1)
    further = history.settle(str(following), circuits=feed_rows(later))
    agrees(history, later, words, months, proposals, further)
    history.apply(str(following), further)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(FIRSTS), st.lists(ITEM, min_size=1, max_size=5), st.lists(st.sampled_from(OWNERS), min_size=15, max_size=15))
def test_a_move_to_another_owner_moves_every_cent_and_makes_none(first: Period, items: list[Any], owners: list[str]) -> None:
    history, then = Months(PRICED), build(first, items)
    for step in range(2):
        history.run(str(first.shift(step)), circuits=feed_rows(then))
    turn = iter(owners)
    now = {item: [replace(row, owner=next(turn)) for row in rows] for item, rows in then.items()}

    found = history.settle(str(first.shift(2)), circuits=feed_rows(now))

    sums = found.group_by("item", "month", "rate_code").agg(pl.col("amount").sum())
    assert sums.filter(pl.col("amount") != 0).is_empty()
    assert set(found["reason_code"]) <= {"WRONG_ACCOUNT"}
    history.apply(str(first.shift(2)), found)
