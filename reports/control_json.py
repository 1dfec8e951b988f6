"""R26 as JSON: the same figures, decimals as text."""

from dataclasses import asdict

from reports.control import Control


def control_document(report: Control) -> dict[str, object]:
    """The report as nested dicts, ready for `tabular.json_bytes`."""
    return {
        "report": "R26",
        "title": "Control totals",
        "period": report.period,
        "as_of": report.as_of,
        "files": [asdict(account) for account in report.files],
        "feeds": [asdict(account) for account in report.feeds],
        "all_feeds": asdict(report.all_feeds),
        "bridge": {
            "feeds_billed": report.footing.feeds_billed,
            "fee_on_total_rows": report.footing.fee_on_total_rows,
            "fee_on_total": report.footing.fee_on_total,
            "invoices": report.footing.invoices,
        },
        "totals": [{"of": name, "rows": rows, "amount": amount} for name, rows, amount in report.totals],
        "by_stream": [{"stream": stream, "rows": rows, "amount": amount} for stream, rows, amount in report.by_stream],
        "exceptions": [asdict(code) for code in report.codes],
        "suspense": {"rows": report.suspense_rows, "amount": report.suspense_amount},
        "facts": report.facts,
        "detail_files": [
            {
                "invoice_no": file.invoice_no,
                "file": file.name,
                "line_count": file.line_count,
                "amount": file.amount,
                "sha256": file.sha256,
            }
            for file in report.details
        ],
    }
