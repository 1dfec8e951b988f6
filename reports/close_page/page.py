"""The close of a month as one HTML file: the answers first, then charts, the way down to a line, reports and proof."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from reports import figures
from reports.close_page import coding, library
from reports.close_page.controls import Controls, controls
from reports.close_page.labels import spoken
from reports.close_page.lines import columns, lines, rate_names
from reports.close_page.opening import Opening, agency_sums, opening
from reports.close_page.pictures import Chart, pictures
from reports.close_page.places import agencies, numbers
from reports.close_page.tables import Shown, shown
from reports.footing import total
from reports.published import Published
from reports.report import Report
from reports.templating import render

_TEMPLATE: Final = "close/page.html.j2"


def close_page(published: Published, reports: Mapping[str, Report], charts: Mapping[str, Chart]) -> bytes:
    """The page of a month, `close-2026-10.html`; the same month gives the same bytes.

    Args:
        published: the month.
        reports: by number; each that has a row becomes a section.
        charts: by name; those of `pictures.TITLES` are drawn, the others left out.

    Raises:
        ReconciliationError: what the page shows is not, to the cent, what the control totals say; nothing is written.
        InputError: a chart is not one clean svg element, or the bundled table library is not the one expected.
    """
    found = lines(published)
    sums = agency_sums(found, agencies(published, found["agency_code"]))
    proof = controls(published, total(found["amount"]))
    first = opening(published, reports, sums)
    sections = shown(reports)
    script, style, tables = library.own_script(), library.own_style(), library.table_library()
    page = render(
        _TEMPLATE,
        period=published.period, as_of=published.as_of, first=first, pictures=pictures(charts), cabinets=_cabinets(sums),
        reports=sections, proof=proof, spoken=spoken, change_percent=figures.change_percent,
        data=coding.embedded(_document(published, found, sums, first, proof)), rest=coding.embedded(_rest(sections)),
        script=script, style=style, tables=tables, policy=library.policy((tables, script), (style,)),
    )  # fmt: skip
    return page.encode()


def _document(published: Published, found: pl.DataFrame, sums: pl.DataFrame, first: Opening, proof: Controls) -> dict[str, object]:
    """What the script is given: the places in clear, the lines deflated."""
    coded = columns(found, published)
    named = numbers(published, found["billing_number"])
    owners = found.select("billing_number", "agency_code").unique().sort("billing_number", "agency_code")
    return {
        "period": published.period,
        "month": first.month,
        "month_before": "" if first.is_first else first.month_before,
        "total": int(proof.invoices * 100),
        "agencies": {name: sums[name].to_list() for name in ("agency_code", "agency_name", "cabinet")},
        "numbers": {name: named[name].to_list() for name in ("billing_number", "name")},
        "owners": owners.rows(),
        "rate_names": rate_names(published, coded["texts"]["rate_code"]),  # type: ignore[index]
        "line_count": found.height,
        "lines": coding.packed(coded),
    }


def _rest(sections: tuple[Shown, ...]) -> dict[str, str]:
    """The rows of the tables that are too long to stand in the page, by the table's key, deflated."""
    return {table.key: coding.packed(table.rest) for report in sections for table in report.tables if table.rest is not None}


def _cabinets(sums: pl.DataFrame) -> list[tuple[dict[str, object], list[dict[str, object]]]]:
    """Each cabinet with its agencies, for readers without a script; the largest first."""
    wide = pl.Decimal(38, 2)
    tops = sums.group_by("cabinet").agg(pl.col("before", "amount").cast(wide).sum(), pl.col("lines").sum())
    parts = {
        str(key[0]): part
        for key, part in sums.sort("amount", "agency_code", descending=[True, False]).partition_by(["cabinet"], as_dict=True).items()
    }
    return [(top, parts[str(top["cabinet"])].to_dicts()) for top in tops.sort("amount", "cabinet", descending=[True, False]).to_dicts()]
