"""R26 as plain text of 80 columns, for a terminal, a mail or the file."""

from decimal import Decimal
from typing import Final

from billing.periods import Period
from reports.control import OUTCOMES, Account, Control
from reports.figures import bounded, count, money, month

WIDTH: Final = 80
_FIRST: Final = 15
_CELL: Final = 13
_LABEL: Final = 50


def control_text(report: Control) -> str:
    """The whole report, a line feed after each line."""
    blocks = [
        _head(report), _records(report), _bridge(report), _totals(report), _streams(report), _codes(report), _facts(report),
    ]  # fmt: skip
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(report: Control) -> list[str]:
    period = Period.parse(report.period)
    return [
        _ends("COTBILL CONTROL REPORT", "R26"),
        _ends(month(period), f"period {report.period}, fiscal year {period.fiscal_year} period {period.fiscal_period}"),
        _ends("Records in = billed + held + rejected + dropped", f"as of {report.as_of}"),
        "=" * WIDTH,
    ]


def _records(report: Control) -> list[str]:
    out = ["RECORDS AND DOLLARS BY FILE", "-" * WIDTH, _row("", OUTCOMES)]
    for feed in report.feeds:
        files = [account for account in report.files if account.feed == feed.feed]
        for account in files:
            out += _account(account.source_file or account.feed, account)
        if len(files) > 1:
            out += _account(f"{feed.feed}, {len(files)} files", feed)
    out += ["-" * WIDTH, *_account("All feeds", report.all_feeds)]
    return out


def _account(title: str, account: Account) -> list[str]:
    out = [
        bounded(title, WIDTH),
        _row("  records", [f"{account.records[name]:,}" for name in OUTCOMES]),
        _row("  dollars", [_money(account.amounts[name]) for name in OUTCOMES]),
    ]
    if account.control_amount is not None:
        out.append(
            f"  in: control amount {_money(account.control_amount)}, added {_money(account.amount_added)},"
            f" rounding {_money(account.amount_rounding)}"
        )
    if account.held_unpriced:
        out.append(f"  {count(account.held_unpriced, 'held record')} without a price: dollars not known")
    return out


def _bridge(report: Control) -> list[str]:
    footing = report.footing
    fees = f"Fees on invoice totals (FEE_ON_TOTAL), {count(footing.fee_on_total_rows, 'row')}"
    return [
        "FROM FEEDS TO INVOICES", "-" * WIDTH,
        _line("Billed by the feeds", footing.feeds_billed),
        _line(fees, footing.fee_on_total),
        _line("Invoices", footing.invoices),
    ]  # fmt: skip


def _totals(report: Control) -> list[str]:
    out = ["TOTALS THAT MUST BE ONE", "-" * WIDTH]
    out += [_counted(name, rows, amount) for name, rows, amount in report.totals]
    return [*out, "All equal."]


def _streams(report: Control) -> list[str]:
    out = ["BILLED BY STREAM", "-" * WIDTH]
    return out + [_counted(stream, rows, amount) for stream, rows, amount in report.by_stream]


def _codes(report: Control) -> list[str]:
    out = ["EXCEPTIONS BY CODE", "-" * WIDTH]
    for code in report.codes:
        unknown = f" + {code.unpriced:,} ?" if code.unpriced else ""
        head = f"{code.code} {code.severity:<5} {bounded(code.meaning, 38):<38} {code.found:>7,}"
        out.append(head + f"{_money(code.amount)}{unknown}".rjust(WIDTH - len(head)))
    if not report.codes:
        out.append("None.")
    unreadable = f"Suspense: {count(report.suspense_rows, 'unreadable row')}"
    out.append(_line(unreadable, report.suspense_amount))
    if any(code.unpriced for code in report.codes):
        out.append("? findings whose dollars are not known")
    return out


def _facts(report: Control) -> list[str]:
    out = ["EVIDENCE", "-" * WIDTH]
    for name, value in report.facts.items():
        one = f"{name:<14} {value}"
        out += [one] if len(one) <= WIDTH else [name, f"  {value}"]
    return [*out, _ends("End of report", f"R26 {report.period}")]


def _ends(left: str, right: str) -> str:
    return left + right.rjust(WIDTH - len(left))


def _row(label: str, cells: list[str] | tuple[str, ...]) -> str:
    return f"{label:<{_FIRST}}" + "".join(f"{cell:>{_CELL}}" if len(cell) < _CELL else f" {cell}" for cell in cells)


def _line(label: str, amount: Decimal) -> str:
    return _ends(label, _money(amount))


def _counted(label: str, rows: int, amount: Decimal) -> str:
    left = f"{label:<{_LABEL - 14}}{rows:>14,}"
    return _ends(left, _money(amount))


def _money(amount: Decimal | None) -> str:
    return money(amount, minus="-")
