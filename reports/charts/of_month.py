"""The charts of a month by name, each from the report that has its figures."""

from collections.abc import Callable, Mapping

import polars as pl

from reports.charts import ageing, bridge, calendar, months, pareto, recovery, streams
from reports.charts.svg import Chart
from reports.pack.months import billed_months, months_of
from reports.published import Published
from reports.report import Report


def charts_of_month(published: Published, reports: Mapping[str, Report]) -> dict[str, Chart]:
    """Those whose report is at hand and has a row; the others are left out.

    Names: bridge, streams, pareto (agencies), services, recovery, ageing, calendar, months.
    """
    told = months_of(published)
    drawn: dict[str, tuple[str, str, Callable[[Report], Chart]]] = {
        "bridge": ("R06", "bridge", lambda r: bridge(r.section("bridge").frame, told.last, told.this.split()[0])),
        "streams": ("R06", "streams", lambda r: streams(r.section("streams").frame.select("stream", "before", "now"), told.last)),
        "pareto": ("R02", "agencies", lambda r: pareto(r.section("agencies").frame)),
        "services": ("R04", "rates", lambda r: pareto(_services(r.section("rates").frame), "service", "amount", "service services")),
        "recovery": ("R12", "groups", lambda r: recovery(r.section("groups").frame.drop_nulls("over_under"))),
        "ageing": ("R10", "reasons", lambda r: ageing(r.section("reasons").frame)),
        "calendar": ("R20", "steps", lambda r: calendar(r.section("steps").frame)),
    }
    history = billed_months(published)
    found = {"months": months(history)} if history.height > 1 else {}
    for name, (number, section, draw) in drawn.items():
        report = reports.get(number)
        needs_last = number == "R06" and told.before is None
        if report is not None and not needs_last and not report.section(section).frame.is_empty():
            found[name] = draw(report)
    if "streams" not in found and "R05" in reports:
        found["streams"] = streams(reports["R05"].section("streams").frame.select("stream", now="amount"))
    return found


def _services(rates: pl.DataFrame) -> pl.DataFrame:
    """Rates by the name of the service; one without a name by its code."""
    return rates.with_columns(service=pl.coalesce("name", "rate_code"))
