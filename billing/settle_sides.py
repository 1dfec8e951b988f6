"""The two sides of settling: what each month should have come to by today's inventory, and what was billed for it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.advance import ADVANCE
from billing.fees import surcharge_rows
from billing.frames import Earlier, Tables
from billing.money import CENT_PLACES, units
from billing.periods import Period
from billing.policy import Policy
from billing.recurring import Inventory, bill_inventory
from billing.settle_inventory import as_listed_then

# What is settled; month is its first day. component is MRC, NRC, or for a fee `FEE`, the component it stands on and
# that row's rate code, as `FEE MRC NT40`.
KEY: Final = ["item", "billing_number", "rate_code", "component", "month"]
_SOURCE: Final = ["source_file", "source_line"]
_LINE: Final = ["charge_id", "invoice_no", "invoice_line_no"]
_ROW: Final = [*KEY, "start_date", "stop_date", "cents", "unit_rate", "rule", *_SOURCE]
_ITEM_MONTH: Final = ["item", "month"]


@dataclass(frozen=True)
class Grounds:
    """What can be judged of a feed.

    items: item and own_code, the rate codes of its records. listed: item, with a row in the snapshot. ahead: rate
    codes billed in advance. held, unpriced, once: item and month that a run would hold; with a feature or handset
    that has no price; with a one-time charge listed today.
    """

    months: list[Period]
    items: pl.DataFrame
    listed: pl.DataFrame
    ahead: pl.Series
    held: pl.DataFrame
    unpriced: pl.DataFrame
    once: pl.DataFrame

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave out what cannot be judged; every kind of row goes through here, or what is left would look wrong.

        Left out: months not asked for; items the snapshot does not list; codes billed in advance, which every run
        settles; months of an item that a run with today's inventory would hold; features and handsets of a line of
        which one has no price; one-time charges (and fees on them) of an item and month in which none is listed
        today, since a clerk may clear what was billed.

        Args:
            rows: any frame with KEY.
        """
        words = pl.col("component").str.splitn(" ", 3).struct
        is_fee = pl.col("component").str.starts_with("FEE ")
        based = rows.filter(pl.col("month").is_in([month.first_day for month in self.months])).with_columns(
            _base=pl.when(is_fee).then(words.field("field_1")).otherwise("component"),
            own_code=pl.when(is_fee).then(words.field("field_2")).otherwise("rate_code"),
        )
        known = based.join(self.listed, on="item", how="semi", maintain_order="left")
        clear = known.join(self.held, on=_ITEM_MONTH, how="anti", maintain_order="left")
        for name, on, what in (
            ("_own", ["item", "own_code"], self.items), ("_unpriced", _ITEM_MONTH, self.unpriced), ("_once", _ITEM_MONTH, self.once)
        ):  # fmt: skip
            mark = what.with_columns(pl.lit(value=True).alias(name))
            clear = clear.join(mark, on=on, how="left", validate="m:1", maintain_order="left")
        marks = pl.col("_own", "_unpriced", "_once").fill_null(value=False)
        is_ahead = pl.col("own_code").is_in(self.ahead.implode()) & (pl.col("_base") == "MRC")
        bad = is_ahead | (pl.col("_unpriced") & ~pl.col("_own")) | ((pl.col("_base") == "NRC") & ~pl.col("_once"))
        return clear.with_columns(marks).filter(~bad).select(rows.columns)


def should_rows(
    kind: Inventory, known: pl.DataFrame, before: pl.DataFrame, tables: Tables, months: list[Period], policy: Policy
) -> tuple[pl.DataFrame, Grounds]:
    """Bill every month again, as a run with today's inventory and tables would.

    Args:
        known: see `known_inventory`.
        before: the feed's earlier records as `named`, with period.
        months: the months to settle; at least one.

    Returns: KEY, start_date, stop_date, cents, unit_rate, rule, source_file and source_line of each charge row, and
    the grounds to judge rows by.
    """
    arrears = tables["rate_codes"].with_columns(bill_timing=pl.lit("ARREARS"))
    ours = Tables({**tables.frames, "rate_codes": arrears})
    found = [_month(kind, as_listed_then(kind, known, before, month), known, ours, month, policy) for month in months]
    should, held, unpriced = (pl.concat([each[place] for each in found]) for place in range(3))
    own = [frame.select("item", own_code="rate_code") for frame in (known, before)]
    grounds = Grounds(
        months=months,
        items=pl.concat(own).unique(),
        listed=known.select("item").unique(),
        ahead=tables["rate_codes"].filter(pl.col("bill_timing") == ADVANCE)["rate_code"],
        held=held,
        unpriced=unpriced,
        once=should.filter(pl.col("component") == "NRC").select(_ITEM_MONTH).unique(),
    )
    return should, grounds


def _month(
    kind: Inventory, records: pl.DataFrame, known: pl.DataFrame, tables: Tables, month: Period, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Bill one month. Returns: its rows; item and month held; item and month with an unpriced feature or handset."""
    bill = bill_inventory(kind, records, tables, month, policy, Earlier())
    charges = _keyed(pl.concat([bill.charges, surcharge_rows(bill.charges, tables, month)]))
    rows = charges.join(known.select(*_SOURCE, "item"), on=_SOURCE, how="left", validate="m:1", maintain_order="left")
    held = bill.outcomes.filter(pl.col("outcome") == "HELD").select(_SOURCE)
    unpriced = bill.findings.filter(pl.col("severity") == "HOLD").join(held, on=_SOURCE, how="anti").select(_SOURCE)
    marks = [known.join(part, on=_SOURCE, how="semi").select("item").unique() for part in (held, unpriced)]
    held, unpriced = (mark.with_columns(month=pl.lit(month.first_day)) for mark in marks)
    return rows.select(_ROW), held, unpriced


def billed_rows(kind: Inventory, before: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Lead every charge row of the feed's own stream back to its item, whatever its month.

    Returns: what `should_rows` returns of each, and charge_id, invoice_no, invoice_line_no and period.
    """
    source = ["period", *_SOURCE]
    own = (pl.col("feed") == kind.feed) & (pl.col("stream") == kind.feed)
    rows = _keyed(earlier.charges.filter(own & pl.col("component").is_in(["MRC", "NRC", "CREDIT", "FEE"])))
    found = rows.join(before.select(*source, "item"), on=source, how="inner", validate="m:1", maintain_order="left")
    return found.select(*_ROW, *_LINE, "period")


def _keyed(charges: pl.DataFrame) -> pl.DataFrame:
    """Add cents and month, and make component that of KEY; a credit within the stream moves the month's MRC."""
    kind = pl.when(pl.col("component") == "CREDIT").then(pl.lit("MRC")).otherwise("component")
    rows = charges.with_columns(component=kind, month=pl.col("start_date").dt.month_start(), cents=units(pl.col("amount"), CENT_PLACES))
    bases = rows.select(base_charge_id="charge_id", _on=pl.concat_str(pl.lit("FEE"), "component", "rate_code", separator=" "))
    found = rows.join(bases, on="base_charge_id", how="left", validate="m:1", maintain_order="left")
    return found.with_columns(component=pl.coalesce("_on", "component")).drop("_on")
