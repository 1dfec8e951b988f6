"""R18, rate change log: every rate that started or ended in the month, old and new, by whose approval, and what it moved."""

from typing import Final

import polars as pl

from reports.finance.rate_effect import charges_of, effects, priced_charges
from reports.finance.rate_rows import PRICES, in_month, rate_rows, with_new, with_old
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_COLUMNS: Final = (
    "change", "rate_code", "name", "agency_code", "billing_number", "starts_on", "ended_on",
    *(f"{age}_{name}" for name in PRICES for age in ("old", "new")), "tier_method", "approval_ref", "approved_by",
    "lines", "quantity", "amount", "amount_affected",
)  # fmt: skip
_NOTE: Final = (
    "amount_affected is quantity x (new - old) of this month's charges, rounded once; empty where there was no rate before, or"
    " either is stepped or packaged. A row of no agency is everyone's; ended_on is the first day out of force."
)


def rate_log(published: Published) -> Report:
    """R18 of a month.

    Rows: `rates` one per rate that started in the month (NEW, CHANGED, or SAME: renewed at its price) or ended with none
    to follow it (ENDED), by rate code; `others` one per rate code whose rows are priced since this month by a table that
    is not a rate table (calling plans, surcharges).

    Raises:
        ReconciliationError: the charges at new rates are not the charge rows that say so.
    """
    month = published.month
    rows = rate_rows(published)
    starts = in_month("valid_from", month.first_day, month.last_day)
    started = with_old(rows.filter(starts), rows, "valid_from").with_row_index("_rate")
    charges = priced_charges(published).filter(in_month("rate_valid_from", month.first_day, month.last_day))
    matched = charges_of(started, charges)
    told = started.join(effects(matched), on="_rate", how="left", validate="1:1").with_columns(
        change=_change(), starts_on="valid_from", ended_on=pl.lit(None, pl.Date), **{f"new_{name}": pl.col(name) for name in PRICES},
    )  # fmt: skip
    names = published.now("dim_rate_code").select("rate_code", "name")
    both = pl.concat([told, _ended(rows, published)], how="diagonal").join(names, on="rate_code", how="left", validate="m:1")
    frame = money(both, ("amount", "amount_affected")).with_columns(pl.col("quantity").cast(pl.Decimal(18, 6)))
    frame = frame.select(_COLUMNS).sort("rate_code", "agency_code", "billing_number", "starts_on", nulls_last=False)
    others = _others(charges.join(matched, on="charge_id", how="anti"))
    counts = dict(frame.group_by("change").len().iter_rows())
    return Report(
        "R18", "rate-change-log", "Rate change log", published.period,
        (
            *[Fact(word.lower(), label, int(counts.get(word, 0))) for word, label in _CHANGES.items()],
            Fact("amount_affected", "Dollars moved by changed rates", total(frame["amount_affected"])),
            Fact("not_comparable", "Started rates whose effect is not known", _unknown(frame)),
        ),
        (
            Section("rates", "Rates started or ended", frame, ("lines", "amount", "amount_affected"), _NOTE),
            Section("others", "Charges by other tables' new prices", others, ("lines", "amount")),
        ),
        (Foot("charges at rates started this month", total(frame["amount"]) + total(others["amount"]), total(charges["amount"])),),
    ).checked()  # fmt: skip


_CHANGES: Final = {"NEW": "New rates", "CHANGED": "Changed rates", "SAME": "Renewed at the same price", "ENDED": "Ended rates"}


def _change() -> pl.Expr:
    """A rate with steps may have changed within them, so that it is CHANGED."""
    was_none = pl.all_horizontal(pl.col(f"old_{name}").is_null() for name in (*PRICES, "tier_method"))
    kept = pl.all_horizontal(pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"old_{name}")) for name in (*PRICES, "tier_method"))
    is_flat = (pl.col("tier_method") == "FLAT").fill_null(value=True)
    return pl.when(was_none).then(pl.lit("NEW")).when(kept & is_flat).then(pl.lit("SAME")).otherwise(pl.lit("CHANGED"))


def _ended(rows: pl.DataFrame, published: Published) -> pl.DataFrame:
    """Rates that ended in the month and that none of the same reach follows; new is what the wider table gives then."""
    month = published.month
    scope = ["rate_code", "agency_code", "billing_number"]
    ended = rows.filter(in_month("valid_to", month.first_day, month.last_day))
    follows = rows.select(*scope, valid_to="valid_from")
    last = ended.join(follows, on=[*scope, "valid_to"], how="anti", nulls_equal=True)
    return with_new(last, rows, "valid_to").with_columns(
        change=pl.lit("ENDED"), starts_on="valid_from", ended_on="valid_to", **{f"old_{name}": pl.col(name) for name in PRICES}
    )  # fmt: skip


def _others(charges: pl.DataFrame) -> pl.DataFrame:
    found = charges.group_by("rate_code", "rate_valid_from", "approval_ref").agg(
        pl.col("stream").min(), lines=pl.len().cast(pl.Int64), amount=pl.col("amount").sum()
    )
    return money(found.sort("rate_code", "rate_valid_from", "approval_ref"), ("amount",))


def _unknown(frame: pl.DataFrame) -> int:
    return frame.filter((pl.col("change") != "ENDED") & pl.col("amount_affected").is_null() & pl.col("lines").is_not_null()).height
