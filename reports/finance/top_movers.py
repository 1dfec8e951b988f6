"""R07, top movers: which agencies and rate codes rose and fell most since last month, added up from the lines themselves."""

from typing import Final

import polars as pl

from reports.finance.names import agency_names, rate_code_facts
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_SUMS: Final = ("before", "now", "change")
_LINES: Final = ("period", "agency_code", "stream", "rate_code", "amount", "invoice_no")


def top_movers(published: Published) -> Report:
    """R07 of a month.

    Rows: `agencies` one per agency, `rate_codes` one per rate code with a billed line in either month, the largest
    change first whether up or down, equal ones by code. What did not move is there too, last.

    Raises:
        ReconciliationError: the lines of both months do not foot to the bridge of R06.
    """
    last = str(published.month.shift(-1))
    lines = published.past("fact_charge", _LINES, months=2).filter(pl.col("invoice_no").is_not_null())
    lines = lines.clear() if published.month_before is None else lines
    agencies = _moved(lines, "agency_code", published.period, last).join(
        agency_names(published), on="agency_code", how="left", validate="1:1", maintain_order="left"
    )
    codes = _moved(lines, "rate_code", published.period, last).join(
        rate_code_facts(published), on="rate_code", how="left", validate="1:1", maintain_order="left"
    )
    sections = (
        Section("agencies", "Agencies, largest change first", agencies.select("agency_code", "agency_name", *_SUMS), _SUMS),
        Section("rate_codes", "Rate codes, largest change first", codes.select("rate_code", "name", *_SUMS), _SUMS),
    )
    facts = (
        *_extremes("agency", "Agency", agencies, "agency_code"), *_extremes("rate_code", "Rate code", codes, "rate_code"),
    )  # fmt: skip
    return Report("R07", "top-movers", "Top movers", published.period, facts, sections, _foots(published, sections)).checked()


def _moved(lines: pl.DataFrame, key: str, now: str, last: str) -> pl.DataFrame:
    """One row a key: dollars of both months; nothing billed comes to 0.00, for a sum of no rows is nothing."""
    sums = lines.group_by(key).agg(
        before=pl.col("amount").filter(pl.col("period") == last).sum(), now=pl.col("amount").filter(pl.col("period") == now).sum()
    )
    moved = sums.with_columns(change=pl.col("now") - pl.col("before"))
    return money(moved.sort(pl.col("change").abs(), key, descending=[True, False], nulls_last=True), _SUMS)


def _extremes(name: str, label: str, moved: pl.DataFrame, key: str) -> tuple[Fact, Fact]:
    """The one that rose most and the one that fell most; none where nothing did."""
    up, down = moved.filter(pl.col("change") > 0).head(1), moved.filter(pl.col("change") < 0).head(1)
    return (
        Fact(f"{name}_up", f"{label} up most", up[key][0] if up.height else None),
        Fact(f"{name}_down", f"{label} down most", down[key][0] if down.height else None),
    )


def _foots(published: Published, sections: tuple[Section, ...]) -> tuple[Foot, ...]:
    """Both tables against the movement that R06 shows."""
    moved = published.now("fact_movement")
    return tuple(
        Foot(f"{name} of {section.name} and of the movement", total(section.frame[name]), total(moved[name]))
        for section in sections
        for name in _SUMS
    )
