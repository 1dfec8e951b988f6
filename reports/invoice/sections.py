"""The detail pages: one table a family of charges, every line with its number, or a summary where lines are very many."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from billing.periods import Period
from reports.figures import bounded, count, money, number, rate, span
from reports.invoice.families import ADJUSTMENTS, COMPONENT_WORDS, FAMILIES, FIGURES, PRIOR, WRAPPING, FamilyKind
from reports.invoice.view import Column, Row, Section
from reports.invoice.widths import with_widths

Line = dict[str, Any]
MOST_LINES: Final = 400  # beyond this a family is printed by rate code; the detail file has every line
_SHORT_UNITS: Final = 3
_LOWER: Final = frozenset({"MIN", "DAY", "PER", "OF"})


def unit_words(uom: str | None) -> str:
    """`GB_MONTH` as `GB-month`, `SERVER_MONTH` as `server-month`."""
    words = [word if len(word) < _SHORT_UNITS else word.lower() for word in (uom or "").split("_")]
    return bounded("-".join(word.lower() if word.upper() in _LOWER else word for word in words), 16)


def total_of(lines: Iterable[Line]) -> Decimal:
    """Dollars of some lines."""
    return sum((line["amount"] for line in lines), Decimal("0.00"))


def section(family: str, lines: list[Line], period: Period, *, is_group: bool, corrects: Callable[[Line], str]) -> Section:
    """One family's table. Rows: one a line; one a rate code and component where lines are more than MOST_LINES."""
    kind = FAMILIES[family]
    foot = f"{kind.title}, {count(len(lines), 'line')}"
    about, total = kind.about, money(total_of(lines))
    if len(lines) > MOST_LINES and family != ADJUSTMENTS:
        about = f"{about} Added up by rate code; the detail file lists all {len(lines):,} lines."
        columns = (Column("Rate code"), Column("Service", "w"), Column("Lines", "n"), Column("Amount $", "n"))
        summed = _by_code(lines)
        return Section(family, kind.title, about, with_widths(columns, summed, total), summed, foot, total)
    headings = [Column("Line", "n"), *([Column("Number")] if is_group else [])]
    headings += [Column(title, _css(cell)) for cell, title in kind.columns]
    rows = tuple(_row(kind, line, period, is_group=is_group, corrects=corrects) for line in lines)
    return Section(family, kind.title, about, with_widths(headings, rows, total), rows, foot, total)


def _css(cell: str) -> str:
    return "n" if cell in FIGURES else "w" if cell in WRAPPING else ""


def _row(kind: FamilyKind, line: Line, period: Period, *, is_group: bool, corrects: Callable[[Line], str]) -> Row:
    cells = [str(line["invoice_line_no"]), *([line["billing_number"]] if is_group else [])]
    cells += [_cell(cell, line, period, corrects) for cell, _ in kind.columns]
    return Row(tuple(cells), _note(kind, line))


def _cell(cell: str, line: Line, period: Period, corrects: Callable[[Line], str]) -> str:
    match cell:
        case "code":
            return bounded(line["rate_code"], 18)
        case "text":
            return bounded(line["description"] or line["rate_code"], 110)
        case "dates":
            return span(line["start_date"], line["stop_date"], period)
        case "quantity":
            return number(line["quantity"])
        case "uom":
            return unit_words(line["uom"])
        case "rate":
            return rate(line["unit_rate"])
        case "ref":
            return bounded(line["adjustment_id"] or line["source_record_id"], 20)
        case "rule":
            return bounded(line["rule"], 110)
        case "corrects":
            return corrects(line)
    return money(line["amount"])


def _note(kind: FamilyKind, line: Line) -> str:
    """A fee, tax, surcharge or one-time charge says so and how it comes about where no rate shows it; a late charge says of what."""
    word = COMPONENT_WORDS.get(line["component"], "")
    if kind.name == ADJUSTMENTS:
        return ""
    if kind.name == PRIOR:
        family = FAMILIES[line["stream"]].title
        return f"{family}; {word.lower()}" if word else family
    if not word:
        return ""
    return f"{word}: {bounded(line['rule'], 90)}" if line["rule"] and line["unit_rate"] is None else word


def _by_code(lines: list[Line]) -> tuple[Row, ...]:
    """One row a rate code and component, so that a fee never hides in its base."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line["rate_code"] or "", line["component"]), []).append(line)
    rows = []
    for (code, component), group in sorted(found.items()):
        words = group[0]["rate_name"] or code
        rows.append(
            Row((bounded(code, 18), bounded(words, 110), f"{len(group):,}", money(total_of(group))), COMPONENT_WORDS.get(component, ""))
        )
    return tuple(rows)


def rate_code_section(lines: list[Line], before: list[Line], last_month: str, this_month: str) -> Section | None:
    """The invoice by family and rate code with last month beside it; none where it would all but repeat the lines."""
    groups: dict[tuple[str, str], tuple[list[Line], list[Line]]] = {}
    for place, some in enumerate((lines, before)):
        for line in some:
            groups.setdefault((line["family"], line["rate_code"] or ""), ([], []))[place].append(line)
    now = [pair for pair in groups.values() if pair[0]]
    if len(now) * 4 > len(lines) * 3:
        return None
    comparing = bool(last_month)
    columns = [Column("Rate code"), Column("Service", "w"), Column("Lines", "n")]
    columns += [Column(f"{last_month[:3]} qty", "n")] if comparing else []
    columns += [Column(f"{this_month[:3]} qty", "n"), Column("Unit")]
    columns += [Column(f"{last_month[:3]} $", "n")] if comparing else []
    columns += [Column(f"{this_month[:3]} $", "n")]
    rows, over = [], ""
    for (family, code), (new, old) in sorted(groups.items(), key=lambda item: (list(FAMILIES).index(item[0][0]), item[0][1])):
        words = (new or old)[0]["rate_name"] or (new or old)[0]["description"] or code
        cells = [bounded(code, 18), bounded(words, 70), f"{len(new):,}" if new else ""]
        cells += [_quantity(old)] if comparing else []
        cells += [_quantity(new), _unit(new or old)]
        cells += [money(total_of(old)) if old else ""] if comparing else []
        if family != over:
            rows.append(Row((FAMILIES[family].title,), is_heading=True))
            over = family
        rows.append(Row((*cells, money(total_of(new)))))
    total, foot = money(total_of(lines)), f"All charges, {count(len(lines), 'line')}"
    about = "The whole invoice added up; every line follows."
    return Section("by-code", "Charges by rate code", about, with_widths(columns, rows, total), tuple(rows), foot, total)


def _unit(lines: list[Line]) -> str:
    units = {line["uom"] for line in lines}
    return unit_words(units.pop()) if len(units) == 1 else ""


def _quantity(lines: list[Line]) -> str:
    """Quantities are added only where all lines count the same thing."""
    if not lines or len({(line["uom"], line["component"]) for line in lines}) > 1:
        return ""
    if any(line["quantity"] is None for line in lines):
        return ""
    return number(sum((line["quantity"] for line in lines), Decimal(0)))


def number_section(lines: list[Line], names: dict[str, str]) -> Section:
    """The billing numbers a group invoice is made of. Rows: one a number."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line["billing_number"], []).append(line)
    rows = tuple(Row((each, bounded(names.get(each), 90), f"{len(mine):,}", money(total_of(mine)))) for each, mine in sorted(found.items()))
    columns = (Column("Number"), Column("Name", "w"), Column("Lines", "n"), Column("Amount $", "n"))
    foot = count(len(found), "billing number")
    return Section("numbers", "Billing numbers on this invoice", "", columns, rows, foot, money(total_of(lines)))
