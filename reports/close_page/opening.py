"""What the first screen answers: how much, how much it moved, why, what is unusual, whether it is posted."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.periods import Period
from reports.close_page.coding import clean
from reports.figures import change_percent, count, dollars, money, month, signed
from reports.footing import total
from reports.published import REOPENED, Published
from reports.report import Report

STATES: Final = {
    "OPEN": ("Trial", "A trial bill: nothing is posted, and every figure can still change."),
    "CLOSING": ("Closing", "The close has begun; the figures are being posted."),
    "CLOSED": ("Posted", "Posted: the invoices are final; a correction is a line of a later month."),
    "FINAL": ("Final", "Posted and sealed: the month is never opened again."),
}
EFFECTS: Final = (  # column of R06's bridge, words where it adds, words where it takes away
    ("new_effect", "new services", "new credits"),
    ("price_effect", "higher prices", "lower prices"),
    ("quantity_effect", "more of the same", "less of the same"),
    ("one_time_effect", "more one-time charges", "fewer one-time charges"),
    ("gone_effect", "credits that ended", "services that ended"),
)
_MOST_CODES: Final = 3
_QUIET: Final = 5  # per cent an agency's bill may move without being unusual


@dataclass(frozen=True)
class Remark:
    """One unusual thing: a figure, what it is, where the page shows it."""

    figure: str
    words: str
    to: str  # a fragment of this page


@dataclass(frozen=True)
class Opening:
    """The first screen, in words and exact figures."""

    month: str
    month_before: str
    is_first: bool  # no month before is published
    state: str
    state_words: str
    is_posted: bool
    total: Decimal
    before: Decimal
    percent: str
    invoices: int
    lines: int
    agencies: int
    why: str
    remarks: tuple[Remark, ...]

    @property
    def change(self) -> Decimal:
        """This month less last month."""
        return self.total - self.before


def opening(published: Published, reports: Mapping[str, Report], agencies: pl.DataFrame) -> Opening:
    """The first screen of a month.

    Args:
        agencies: agency_code, agency_name, before, amount; both months' agencies.
    """
    invoices, last = published.now("fact_invoice"), published.before("fact_invoice")
    now, before = total(invoices["amount"]), total(last["amount"])
    status = str(published.now("dim_period")["status"].to_list()[0])
    state, words = ("Reopened", REOPENED) if published.is_reopened else STATES[status]
    is_first = published.month_before is None
    return Opening(
        month=month(published.month),
        month_before=month(published.month.shift(-1)),
        is_first=is_first,
        state=state,
        state_words=words,
        is_posted=status in ("CLOSED", "FINAL"),
        total=now,
        before=before,
        percent=change_percent(now - before, before),
        invoices=invoices.height,
        lines=published.now("fact_charge")["invoice_no"].drop_nulls().len(),
        agencies=invoices["agency_code"].n_unique(),
        why=_why(published.month, now - before, reports, is_first=is_first),
        remarks=(
            *_held(published, reports),
            *_movers(agencies, is_first=is_first),
            *_reserves(reports),
            *_unapproved(reports),
            *_codes(reports),
        ),
    )


def _why(period: Period, change: Decimal, reports: Mapping[str, Report], *, is_first: bool) -> str:
    """The bridge as one sentence, the largest cause first."""
    name, last = month(period), month(period.shift(-1))
    if is_first:
        return f"{last} is not published, so there is nothing to compare {name} with."
    moved = "as much as" if change == 0 else f"{dollars(abs(change))} {'more' if change > 0 else 'less'} than"
    said = f"{name} bills {moved} {last}"
    bridge = reports["R06"].section("bridge").frame.to_dicts() if "R06" in reports else []
    if not bridge:
        return f"{said}."
    effects = [(bridge[0][column], up if bridge[0][column] > 0 else down) for column, up, down in EFFECTS if bridge[0][column]]
    parts = [f"{words} {signed(amount)}" for amount, words in sorted(effects, key=lambda effect: -abs(effect[0]))]
    return f"{said}: {', '.join(parts)}." if parts else f"{said}."


def _held(published: Published, reports: Mapping[str, Report]) -> list[Remark]:
    """What is held back: charges and credits apart where R10 tells them, else net."""
    controls = published.now("control_totals")
    records, amount = int(controls["records_held"].sum()), total(controls["amount_held"])
    if not records:
        return []
    unpriced = int(controls["held_unpriced"].sum())
    more = f"; {count(unpriced, 'of them has', 'of them have')} no price yet" if unpriced else ""
    on = f"held on {count(records, 'record')}, not on this bill{more}"
    known = {fact.name: fact.value for fact in reports["R10"].facts} if "R10" in reports else {}
    charges, credit = known.get("charges"), known.get("credits")
    if not isinstance(charges, Decimal) or not isinstance(credit, Decimal):
        return [Remark(dollars(amount), f"net is {on}", "#controls")]
    both = f" of charges and {dollars(abs(credit))} of credits are" if charges and credit else " is"
    return [Remark(dollars(charges or credit), f"{both.strip()} {on}", "#R10")]


def _movers(agencies: pl.DataFrame, *, is_first: bool) -> list[Remark]:
    """The agency that rose most and the one that fell most, where that is a part of its bill worth a question."""
    if is_first:
        return []
    moved = agencies.with_columns(change=pl.col("amount") - pl.col("before")).sort("change", "agency_code")
    most = (moved.filter(pl.col("change") > 0).tail(1), moved.filter(pl.col("change") < 0).head(1))
    ends = [row for end in most for row in end.to_dicts() if abs(row["change"]) * 100 > abs(row["before"]) * _QUIET]
    return [
        Remark(
            signed(row["change"]), f"at {row['agency_name']}, {_from_to(row['before'], row['amount'])}", f"#/agency/{row['agency_code']}"
        )
        for row in ends
    ]


def _from_to(before: Decimal, now: Decimal) -> str:
    return f"from {money(before)} to {money(now)} ({change_percent(now - before, before)})"


def _reserves(reports: Mapping[str, Report]) -> list[Remark]:
    if "R12" not in reports:
        return []
    groups = reports["R12"].section("groups").frame
    over = groups.filter(pl.col("state") == "OVER_LIMIT")["cost_group"].to_list()
    unknown = groups.filter(pl.col("state") == "NO_COST").height
    words = f"{'is' if len(over) == 1 else 'are'} more than 60 days of cost over it this fiscal year: {', '.join(over)}"
    unsaid = f"{'has' if unknown == 1 else 'have'} no known cost, so what is over it is not known"
    found = ((len(over), words), (unknown, unsaid))
    return [Remark(count(how_many, "cost group"), said, "#R12") for how_many, said in found if how_many]


def _unapproved(reports: Mapping[str, Report]) -> list[Remark]:
    """Adjustments on the bill that not everybody approved whose approval they need."""
    if "R09" not in reports:
        return []
    waiting = reports["R09"].section("adjustments").frame.filter(pl.col("approval_state").ne_missing("APPROVED"))
    if waiting.is_empty():
        return []
    words = f"net of {count(waiting.height, 'adjustment')} is billed without a full approval"
    return [Remark(dollars(total(waiting["amount"])), words, "#R09")]


def _codes(reports: Mapping[str, Report]) -> list[Remark]:
    """The exception codes with most dollars open, a credit by its size, those that hold first: counts and dollars of R08."""
    if "R08" not in reports:
        return []
    waiting = reports["R08"].section("codes").frame.filter(pl.col("open") > 0)
    rows = waiting.sort("severity", "amount", "code", descending=[False, True, False], nulls_last=True).head(_MOST_CODES).to_dicts()
    return [
        Remark(count(row["open"], "finding"), f"of {row['code']} with {dollars(row['amount'])}: {row['meaning']}", "#R08") for row in rows
    ]


def agency_sums(found: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """agency_code, agency_name, cabinet, before, amount, lines of every agency of either month, by code."""
    wide = pl.Decimal(38, 2)
    sums = found.group_by("agency_code").agg(
        pl.col("before").cast(wide).sum(), pl.col("amount").cast(wide).sum(), lines=pl.col("amount").count().cast(pl.Int64)
    )
    return names.join(sums, on="agency_code", how="inner", validate="1:1").with_columns(clean(pl.col("agency_name"))).sort("agency_code")
