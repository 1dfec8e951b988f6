"""The invoice added up: by rate code with last month beside it, and by billing number where it is a group's."""

from decimal import Decimal
from typing import Any

from reports.figures import count, money, signed
from reports.invoice.families import FAMILIES
from reports.invoice.sections import quantity_of, total_of
from reports.invoice.units import unit_words
from reports.press.letters import fit
from reports.press.view import OVER, Column, Row, Section

Line = dict[str, Any]


def rate_code_section(lines: list[Line], before: list[Line], last_month: str, this_month: str, *, is_summary: bool) -> Section | None:
    """The invoice by family and rate code with last month beside it; none where it would all but repeat the lines."""
    groups: dict[tuple[str, str], tuple[list[Line], list[Line]]] = {}
    for place, some in enumerate((lines, before)):
        for line in some:
            groups.setdefault((line["family"], line["rate_code"] or ""), ([], []))[place].append(line)
    now = [pair for pair in groups.values() if pair[0]]
    if len(now) * 4 > len(lines) * 3:
        return None
    order, rows, over = list(FAMILIES), [], ""
    for (family, code), (new, old) in sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1])):
        if family != over:
            rows.append(Row((FAMILIES[family].title,), kind=OVER))
            over = family
        rows.append(Row(_cells(code, new, old, comparing=bool(last_month))))
    total, foot = money(total_of(lines)), f"All charges, {count(len(lines), 'line')}"
    about = f"The whole invoice added up; {'the attached file lists every line' if is_summary else 'every line follows'}."
    return Section("by-code", "Charges by rate code", about, _columns(last_month, this_month), tuple(rows), foot, total)


def _columns(last_month: str, this_month: str) -> tuple[Column, ...]:
    columns = [Column("Rate code"), Column("Service", "w"), Column("Unit"), Column("Lines", "n")]
    columns += [Column(f"{last_month[:3]} qty", "n")] if last_month else []
    columns += [Column(f"{this_month[:3]} qty", "n")]
    columns += [Column(f"{last_month[:3]} $", "n")] if last_month else []
    return (*columns, Column(f"{this_month[:3]} $", "n"))


def _cells(code: str, new: list[Line], old: list[Line], *, comparing: bool) -> tuple[str, ...]:
    words = (new or old)[0]["rate_name"] or (new or old)[0]["description"] or code
    cells = [fit(code, 18), fit(words, 70), _unit(new or old), f"{len(new):,}" if new else ""]
    cells += [quantity_of(old)] if comparing else []
    cells += [quantity_of(new)]
    cells += [money(total_of(old)) if old else ""] if comparing else []
    return (*cells, money(total_of(new)))


def _unit(lines: list[Line]) -> str:
    units = {line["uom"] for line in lines}
    return unit_words(units.pop()) if len(units) == 1 else ""


def number_section(lines: list[Line], before: list[Line] | None, names: dict[str, str], last_month: str, this_month: str) -> Section:
    """The cover summary of a group invoice: the billing numbers it is made of. Rows: one a number of either month."""
    found: dict[str, tuple[list[Line], list[Line]]] = {}
    for place, some in enumerate((lines, before or [])):
        for line in some:
            found.setdefault(line["billing_number"], ([], []))[place].append(line)
    rows = []
    for each, (new, old) in sorted(found.items()):
        cells = [fit(each, 18), fit(names.get(each), 90), f"{len(new):,}"]
        if before is not None:
            was = total_of(old) if old else Decimal("0.00")
            cells += [money(was), signed(total_of(new) - was)]
        rows.append(Row((*cells, money(total_of(new)))))
    columns = [Column("Number"), Column("Name", "w"), Column("Lines", "n")]
    columns += [Column(f"{last_month[:3]} $", "n"), Column("Change $", "n")] if before is not None else []
    foot = count(len(found), "billing number")
    title = "Billing numbers on this invoice"
    return Section("numbers", title, "", (*columns, Column(f"{this_month[:3]} $", "n")), tuple(rows), foot, money(total_of(lines)))
