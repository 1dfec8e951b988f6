"""R06, month-over-month variance: why the bill moved, as price, quantity, new, gone and one-time."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.layouts import STREAMS
from reports.finance.names import agency_names, rate_code_facts
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
    `rate_codes` and `billing_numbers` one per rate code, and per billing number and agency, that moved, largest first.
    Where the month before is not published the bridge knows `now` alone, the rest of it is null, the other tables empty.

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
        Section("rate_codes", "Rate codes that moved, largest first", _codes(published, moved)),
        Section("billing_numbers", "Billing numbers that moved, largest first", _moved(moved, "billing_number", "agency_code")),
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


def _codes(published: Published, moved: pl.DataFrame) -> pl.DataFrame:
    sums = _moved(moved, "rate_code").join(
        rate_code_facts(published).select("rate_code", "name"), on="rate_code", how="left", validate="1:1", maintain_order="left"
    )
    return sums.select("rate_code", "name", *MOVES)


def _moved(moved: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Sums by keys, the largest change first; what moved by nothing in all but has effects that cancel out is there too."""
    sums = moved.group_by(keys).agg(pl.col(MOVES).sum())
    stirred = sums.filter(pl.any_horizontal(pl.col("change", *EFFECTS) != 0))
    return money(stirred.sort(pl.col("change").abs(), *keys, descending=[True, *(False for _ in keys)], nulls_last=True), MOVES)


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
    """Every column of every part against the bridge; what stood still is left out of some, so of these the change and the effects."""
    return tuple(
        Foot(f"{name} of {section.name} and of the bridge", total(section.frame[name]), bridge[name])
        for section in sections[1:]
        for name in (MOVES if section.name in {"agencies", "streams"} else (*EFFECTS, "change"))
    )
