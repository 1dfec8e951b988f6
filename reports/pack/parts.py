"""The parts behind page one in the order a signer asks: who pays, for what, what moved, what is open, what proves it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from reports.charts import Chart
from reports.charts.recovery import STATES
from reports.charts.streams import title as stream_title
from reports.charts.words import called, listed, month_name
from reports.figures import count, dollars
from reports.pack.months import Months, billed_months, fact, month_rows
from reports.pack.open_parts import exceptions, suspense
from reports.pack.pictures import picture
from reports.pack.proof_parts import calendar, controls
from reports.pack.put_right import adjustments
from reports.pack.tables import Shown, table
from reports.pack.view import Part
from reports.pack.year_part import year_end
from reports.published import Published
from reports.report import Report, Section

Reports = Mapping[str, Report]
_MOVERS: Final = 12
_LEAST_MONTHS: Final = 2


def parts(published: Published, reports: Reports, months: Months, drawn: Mapping[str, Chart]) -> tuple[Part, ...]:
    """Every part whose report is at hand, each with its chart.

    Args:
        drawn: of `charts_of_month`.
    """
    made: tuple[Callable[[Published, Reports, Months], Part | None], ...] = (
        _months, _agencies, _services, _streams, _movers, adjustments, _recovery, suspense, exceptions, year_end, controls,
        calendar,
    )  # fmt: skip
    found = [part for make in made if (part := make(published, reports, months)) is not None]
    return tuple(_with_picture(part, drawn) for part in found)


_PICTURES: Final = {  # part: its chart and the words above it
    "months": ("months", "Billed a month"),
    "agencies": ("pareto", "Agencies, with their share of the whole"),
    "services": ("services", "Services, with their share of the whole"),
    "streams": ("streams", "Streams of charges"),
    "recovery": ("recovery", "Revenue less cost, by cost group"),
    "suspense": ("ageing", "Held and not billed, by age"),
    "calendar": ("calendar", "The close by step"),
}


def _with_picture(part: Part, drawn: Mapping[str, Chart]) -> Part:
    name, title = _PICTURES.get(part.anchor, ("", ""))
    return replace(part, pictures=(picture(title, drawn[name]),)) if name in drawn and part.tables else part


def _months(published: Published, _reports: Reports, months: Months) -> Part | None:
    history = billed_months(published)
    if months.before is None or history.height < _LEAST_MONTHS:
        return None
    section = Section("months", "Months", month_rows(published), ())
    shown = [
        Shown("period", "Month", "words", month_name), Shown("invoices", "Invoices", "count"), Shown("agencies", "Agencies", "count"),
        Shown("change", "Change $", "change"), Shown("amount", "Billed $", "money"),
    ]  # fmt: skip
    about = f"{count(history.height, 'published month')}, up to thirteen."
    return Part("months", "Month by month", "R02", about, (table(section, shown, what="month months"),))


def _agencies(_published: Published, reports: Reports, months: Months) -> Part | None:
    if "R02" not in reports:
        return None
    section = reports["R02"].section("agencies")
    shown = [Shown("agency_code", "Code"), Shown("agency_name", "Agency"), Shown("invoices", "Invoices", "count")]
    shown += (
        [Shown("prior_amount", f"{months.last} $", "money"), Shown("change", "Change $", "change")] if months.before is not None else []
    )
    shown += [Shown("prior_period", "Earlier service $", "money"), Shown("amount", "Amount $", "money")]
    ranked = _largest_first(section, "amount")
    about = f"{count(section.frame.height, 'agency', 'agencies')}, the largest first; {dollars(months.now)} in all."
    return Part("agencies", "Agencies", "R02", about, (table(ranked, shown, what="agency agencies", title="Agencies"),))


def _services(published: Published, reports: Reports, _months: Months) -> Part | None:
    if "R04" not in reports:
        return None
    section = reports["R04"].section("rates")
    ranked = _largest_first(section, "amount")
    shown = [
        Shown("rate_code", "Rate code"), Shown("name", "Service", longest=48), Shown("stream", "Stream", "words", stream_title),
        Shown("lines", "Lines", "count"), Shown("ytd_amount", "Year to date $", "money"), Shown("amount", "Amount $", "money"),
    ]  # fmt: skip
    codes = fact(reports["R04"], "rate_codes")
    about = f"{codes} rate codes billed, the largest first; a code has a row in each stream that bills it. {_to_date(published, reports)}"
    return Part("services", "Services", "R04", about, (table(ranked, shown, what="row rows", title="Services"),))


def _streams(_published: Published, reports: Reports, months: Months) -> Part | None:
    if "R05" not in reports:
        return None
    moved = reports["R06"].section("streams").frame if "R06" in reports else None
    shown = [
        Shown("stream", "Stream", "words", stream_title), Shown("cost_group", "Cost group", "words", _group),
        Shown("lines", "Lines", "count"),
        Shown("billing_numbers", "Billing numbers", "count"), Shown("prior_period", "Earlier service $", "money"),
        Shown("amount", "Amount $", "money"),
    ]  # fmt: skip
    about = "What each stream of charges earned, and the cost group whose rates must carry it."
    section = reports["R05"].section("groups")
    tables = [table(section, shown, most=40, what="row rows", title="Streams and cost groups")]
    if moved is not None and moved.height and months.before is not None:
        effects = [Shown("stream", "Stream", "words", stream_title), Shown("before", f"{months.last} $", "money")]
        effects += [Shown(name, words, "change") for name, words in _EFFECTS.items()]
        tables.append(
            table(
                reports["R06"].section("streams"),
                [*effects, Shown("now", "Now $", "money")],
                what="stream streams",
                title="What moved each stream",
            )
        )
    return Part("streams", "Streams", "R05, R06", about, tuple(tables))


_EFFECTS: Final = {
    "price_effect": "Prices $", "quantity_effect": "Quantities $", "new_effect": "New $", "gone_effect": "Gone $",
    "one_time_effect": "One-time $",
}  # fmt: skip


def _movers(_published: Published, reports: Reports, months: Months) -> Part | None:
    if "R07" not in reports or months.before is None:
        return None
    report = reports["R07"]
    figures = [Shown("before", f"{months.last} $", "money"), Shown("now", "Now $", "money"), Shown("change", "Change $", "change")]
    agencies = [Shown("agency_code", "Code"), Shown("agency_name", "Agency"), *figures]
    codes = [Shown("rate_code", "Rate code"), Shown("name", "Service"), *figures]
    about = "The largest changes first, up or down; the last row adds up what is not shown."
    return Part("movers", "What moved most", "R07", about, (
        table(report.section("agencies"), agencies, most=_MOVERS, what="agency agencies", title="Agencies that moved most"),
        table(report.section("rate_codes"), codes, most=_MOVERS, what="service services", title="Services that moved most"),
    ))  # fmt: skip


def _recovery(published: Published, reports: Reports, _months: Months) -> Part | None:
    if "R12" not in reports:
        return None
    found = reports["R12"].section("groups")
    section = replace(found, note=_RECOVERY_NOTE)
    shown = [
        Shown("cost_group", "Cost group", "words", _group), Shown("revenue", "Revenue $", "money"), Shown("cost", "Cost $", "money"),
        Shown("over_under", "Over or under $", "money"), Shown("reserve_days", "Days of cost", "tenths"),
        Shown("reserve_limit", "60 days of cost $", "money"), Shown("state", "State", "words", lambda state: STATES.get(state, state)),
    ]  # fmt: skip
    year = fact(reports["R12"], "fiscal_year")
    about = (
        f"Fiscal year {year} to date. {_to_date(published, reports)} Each cost group stands for itself: what one earned over its cost"
        " is never set against what another did not earn, so there is no total of it."
    )
    hidden = section.frame["over_under"].null_count()
    about += f" {count(hidden, 'cost group')} without a known cost {'is' if hidden == 1 else 'are'} in the table alone." if hidden else ""
    made = table(section, shown, most=60, what="group groups", title="Cost groups")
    return Part("recovery", "Over and under recovery", "R12", about, (made,))


_RECOVERY_NOTE: Final = (
    "Days of cost: what is over or under, in days of the year’s cost so far; the dark line and its column are 60 of them. Cost is what"
    " is known of the months, else twelfths of the year’s figure. A reserve brought in from earlier years is in no table here."
)


def _to_date(published: Published, reports: Reports) -> str:
    """Which months the year to date is of, and which of the year's months are missing in it."""
    if "R12" not in reports:
        return "Year to date is the fiscal year’s published months."
    missing = fact(reports["R12"], "missing_months")
    if not missing:
        return f"Year to date is every month of the fiscal year up to {month_name(published.period)}."
    named = [month_name(each) for each in str(missing).split(", ")]
    return f"Year to date leaves out {listed(named)}, which {'is' if len(named) == 1 else 'are'} not published."


def _group(value: str | None) -> str:
    return called(value) or "no cost group"


def _largest_first(section: Section, column: str) -> Section:
    """The section by dollars; equals by their code."""
    names = [name for name in section.frame.columns if name in ("agency_code", "rate_code")]
    order = [True, *(False for _ in names)]
    return replace(section, frame=section.frame.sort([column, *names], descending=order, nulls_last=True), note="")
