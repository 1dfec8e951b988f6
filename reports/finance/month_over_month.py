"""R06, month-over-month variance: why the bill moved, as price, quantity, new, gone and one-time."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.layouts import STREAMS
from reports.finance.names import agency_names
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

EFFECTS: Final = ("price_effect", "quantity_effect", "new_effect", "gone_effect", "one_time_effect")
MOVES: Final = ("before", *EFFECTS, "now", "change")
_NOTE: Final = (
    "before + the five effects = now in every row. Price: the same quantity at another price. Quantity: more or less at the "
    "same price. New, gone: billed in one of the months alone. One-time: what comes once, and late service of earlier months."
)

_FIRST: Final = "The month before is not published, so there is nothing to compare with."


def month_over_month(published: Published) -> Report:
    """R06 of a month.

    Rows: `bridge` one; `agencies` one per agency billed in either month; `streams` one per stream of either month;
    `billing_numbers` one per billing number that moved, largest change first. Where the month before is not published
    the bridge knows `now` alone, the rest of it is null, and the other tables are empty.

    Raises:
        ReconciliationError: the movement does not foot to the invoices of both months, or a row to its effects.
    """
    moved = published.now("fact_movement")
    is_first = published.month_before is None and moved.is_empty()
    bridge = _unmoved(published) if is_first else money(moved.select(pl.col(MOVES).sum()), MOVES)
    sections = (
        Section("bridge", "From last month's bill to this one", bridge, note=_FIRST if is_first else _NOTE),
        Section("agencies", "By agency", _agencies(published, moved), MOVES),
        Section("streams", "By stream", _streams(moved), MOVES),
        Section("billing_numbers", "Billing numbers that moved, largest first", _numbers(moved)),
    )
    row = bridge.to_dicts()[0]
    facts = (
        Fact("before", "Billed the month before", row["before"]), Fact("now", "Billed this month", row["now"]),
        Fact("change", "Change", row["change"]), *(Fact(name, _LABELS[name], row[name]) for name in EFFECTS),
        Fact("compared_with", "Compared with", published.month_before),
    )  # fmt: skip
    foots = () if is_first else (*_foots(published, bridge, moved), *_section_foots(sections, row))
    return Report("R06", "month-over-month", "Month-over-month variance", published.period, facts, sections, foots).checked()


_LABELS: Final = {
    "price_effect": "Price", "quantity_effect": "Quantity", "new_effect": "New", "gone_effect": "Gone", "one_time_effect": "One-time",
}  # fmt: skip


def _unmoved(published: Published) -> pl.DataFrame:
    """The bridge of a month that nothing stands before."""
    row = {**dict.fromkeys(MOVES), "now": total(published.now("fact_invoice")["amount"])}
    return money(pl.DataFrame([row], schema=dict.fromkeys(MOVES, pl.Decimal(38, 2))), MOVES)


def _agencies(published: Published, moved: pl.DataFrame) -> pl.DataFrame:
    sums = moved.group_by("agency_code").agg(pl.col(MOVES).sum())
    named = sums.join(agency_names(published), on="agency_code", how="left", validate="1:1")
    return money(named.select("agency_code", "agency_name", *MOVES).sort("agency_code", nulls_last=True), MOVES)


def _streams(moved: pl.DataFrame) -> pl.DataFrame:
    order = pl.col("stream").replace_strict({stream: n for n, stream in enumerate(STREAMS)}, return_dtype=pl.Int64)
    return money(moved.group_by("stream").agg(pl.col(MOVES).sum()).sort(order), MOVES)


def _numbers(moved: pl.DataFrame) -> pl.DataFrame:
    sums = moved.group_by("billing_number", "agency_code").agg(pl.col(MOVES).sum()).filter(pl.col("change") != 0)
    size = pl.col("change").abs()
    return money(sums.sort(size, "billing_number", "agency_code", descending=[True, False, False], nulls_last=True), MOVES)


def _foots(published: Published, bridge: pl.DataFrame, moved: pl.DataFrame) -> tuple[Foot, ...]:
    now, before = (total(invoices["amount"]) for invoices in (published.now("fact_invoice"), published.before("fact_invoice")))
    wide = [pl.col(name).cast(pl.Decimal(38, 2)) for name in EFFECTS]
    apart = moved.select(_apart=(pl.col("change") - pl.sum_horizontal(wide)).abs())["_apart"]
    uneven = moved.select(_apart=(pl.col("now") - pl.col("before") - pl.col("change")).abs())["_apart"]
    effects = sum((total(bridge[name]) for name in EFFECTS), NOTHING)
    return (
        Foot("before and last month's invoices", total(bridge["before"]), before),
        Foot("now and this month's invoices", total(bridge["now"]), now),
        Foot("change and the five effects", total(bridge["change"]), effects),
        Foot("now less before, and change", total(bridge["now"]) - total(bridge["before"]), total(bridge["change"])),
        Foot("change and the five effects, row by row", total(apart), NOTHING),
        Foot("now less before and change, row by row", total(uneven), NOTHING),
    )


def _section_foots(sections: tuple[Section, ...], bridge: dict[str, Decimal]) -> tuple[Foot, ...]:
    """Every column of every part against the bridge; billing numbers that stood still are left out of theirs."""
    return tuple(
        Foot(f"{name} of {section.name} and of the bridge", total(section.frame[name]), bridge[name])
        for section in sections[1:]
        for name in (("change",) if section.name == "billing_numbers" else MOVES)
    )
