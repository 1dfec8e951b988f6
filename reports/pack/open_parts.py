"""What is still open: records held and not billed, by age, and exceptions by kind and owner."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from reports.charts.ageing import AGES
from reports.charts.words import called
from reports.figures import count, to_charge_and_credit
from reports.pack.months import Months, dollars_of
from reports.pack.tables import Shown, table
from reports.pack.view import Part, Table
from reports.published import Published
from reports.report import Report, Section

_OWNERS: Final = 12
_OPEN_NOTE: Final = (
    "Open: what waits for a person, one a record. Dollars are those of the open ones, a credit by its size; some have no price that could"
    " be known and count as no dollars."
)


def suspense(_published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """R10: what is held, by reason and age."""
    if "R10" not in reports:
        return None
    section = _by_code(reports["R10"].section("reasons"))
    records = int(section.frame["records"].sum())
    held = to_charge_and_credit(dollars_of(reports["R10"], "charges"), dollars_of(reports["R10"], "credits"))
    about = f"{count(records, 'record')} held, {held}; a total below is net of the credits. The list of all of them is in R10."
    if not records:
        return Part("suspense", "Suspense", "R10", "No record is held back this month.")
    shown = [
        Shown("code", "Code"), Shown("meaning", "Reason", longest=70), Shown("records", "Records", "count"),
        Shown("unpriced", "No price", "count"), *_ages("money"), Shown("amount", "Held $", "money"),
    ]  # fmt: skip
    return Part("suspense", "Suspense", "R10", about, (table(section, shown, what="reason reasons", title="Held by reason"),))


def _by_code(reasons: Section) -> Section:
    """The reasons of all feeds together, so that each stands once; the largest first, a credit by its size.

    Raises:
        ReconciliationError: they do not come to what they were.
    """
    names = [name for name in ("records", "unpriced", "amount", *AGES) if name in reasons.frame.columns]
    sums = reasons.frame.group_by("code", "meaning").agg(pl.col(names).sum())
    frame = sums.sort(pl.col("amount").abs(), "code", "meaning", descending=[True, False, False], nulls_last=True)
    found = Section(reasons.name, reasons.title, frame.with_columns(pl.col("amount", *AGES).cast(pl.Decimal(18, 2))), reasons.totals)
    if found.sums() != reasons.sums():
        raise ReconciliationError("reasons of all feeds do not come to the reasons of each; nothing is written", code="V013")
    return found


def exceptions(_published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """R08: what waits for a person."""
    if "R08" not in reports:
        return None
    report = reports["R08"]
    codes, owners = report.section("codes"), report.section("owners")
    opened = int(codes.frame["open"].sum())
    shown = [
        Shown("code", "Code"), Shown("severity", "Kind", "words", _severity), Shown("meaning", "What is wrong", longest=70),
        Shown("open", "Open", "count"), Shown("decided", "Decided", "count"), *_ages("count"), Shown("amount", "Open $", "money"),
    ]  # fmt: skip
    about = f"{count(opened, 'exception')} open; ages count the open ones, in days."
    tables: list[Table] = (
        [table(_noted(codes, _OPEN_NOTE), shown, most=40, what="code codes", title="Exceptions by code")] if codes.frame.height else []
    )
    if owners.frame.height:
        who = [Shown("owner", "Owner", "words", _owner), Shown("open", "Open", "count"), Shown("amount", "Open $", "money")]
        tables.append(table(_noted(owners), who, most=_OWNERS, what="owner owners", title="Open exceptions by owner"))
    return Part("exceptions", "Exceptions", "R08", about, tuple(tables))


def _ages(kind: str) -> Sequence[Shown]:
    heads = ("0–30", "31–60", "61–90", "over 90")
    return [Shown(age, head, kind) for age, head in zip(AGES, heads, strict=True)]


def _severity(value: str | None) -> str:
    return called(value).lower()


def _owner(value: str | None) -> str:
    return called(value) or "nobody"


def _noted(section: Section, note: str = "") -> Section:
    """The section with the paper's own words below it."""
    return Section(section.name, section.title, section.frame, section.totals, note)
