"""The same invoice by WeasyPrint alone: the statement's page, then every section as an HTML table of the same design."""

from typing import Any

from markupsafe import escape

from reports.press.printing import Job
from reports.press.statement import VARIANT, Places, machine, page
from reports.press.view import OVER, SUB, Section

_STYLE = """
.part{margin-top:9mm}.part h2{margin:0 0 .4mm}.about{font-size:9.6pt;color:#505d6a;margin-bottom:1.8mm}
.part td,.part tbody th{font-size:9.1pt;padding:1.1mm 0 1.1mm 2.7mm;border-bottom:.4pt solid #d9dfe6}
.part .n{text-align:right}.part small{font-size:7.9pt;color:#505d6a}.sub th,.sub td{font-weight:600;background:#f1f4f9}
.foot th,.foot td{font-weight:600;border-top:.9pt solid #16202c}.detail{break-before:page}
"""


def plain_pdf(job: Job) -> bytes:
    """One invoice with no page drawn by us."""
    from weasyprint import CSS, HTML

    ready = machine(None)
    view = job.view
    places = Places(1, 1, {part.anchor: 0 for part in (*view.sections, *view.closing)})
    parts = "".join(map(_section, (*view.sections, *view.closing)))
    text = page(view, places, job.key).replace("</body>", f'<div class="detail">{parts}</div></body>')
    html = HTML(string=text, url_fetcher=ready.fetcher)
    made: bytes = html.write_pdf(stylesheets=[ready.style, CSS(string=_STYLE)], font_config=ready.fonts, pdf_variant=VARIANT)
    return made


def _section(part: Section) -> str:
    words = "".join(f'<p class="about">{escape(text)}</p>' for text in (part.about, *part.words) if text)
    head = "".join(f'<th scope="col" class="{column.css}">{escape(column.title)}</th>' for column in part.columns)
    rows = "".join(_row(part, row) for row in part.rows)
    wide = len(part.columns) - 1
    foot = f'<tr class="foot"><th scope="row" colspan="{wide}">{escape(part.foot)}</th><td class="n">{escape(part.total)}</td></tr>'
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}{foot if part.foot else ''}</tbody></table>" if part.columns else ""
    return f'<section class="part"><h2>{escape(part.title)}</h2>{words}{table}</section>'


def _row(part: Section, row: Any) -> str:
    count = len(part.columns)
    if row.kind == OVER:
        return f'<tr class="sub"><th scope="row" colspan="{count}">{escape(row.cells[0])}</th></tr>'
    if row.kind == SUB:
        label, *cells = row.cells
        tail = "".join(f'<td class="n">{escape(cell)}</td>' for cell in cells)
        return f'<tr class="sub"><th scope="row" colspan="{count - len(cells)}">{escape(label)}</th>{tail}</tr>'
    cells = [str(escape(cell)) for cell in row.cells]
    if row.note:
        cells[part.note_column] += f"<br><small>{escape(row.note)}</small>"
    return "<tr>" + "".join(f'<td class="{column.css}">{cell}</td>' for column, cell in zip(part.columns, cells, strict=True)) + "</tr>"
