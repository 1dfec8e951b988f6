"""Two small months of all nine feeds against expected files that people can read.

A changed amount here needs a CHANGELOG entry under Amounts. `just golden` writes the files anew and shows the diff.
"""

import os
from pathlib import Path

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.test_worked_month import FEEDS
from tests.e2e.world import write_feed_text, write_world

EXPECTED = Path(__file__).parent / "expected"
SEPTEMBER = {feed: text.replace("2026-10-31", "2026-09-30").replace("2026-10", "2026-09") for feed, text in FEEDS.items()}
SHOWN = {
    "charges": "select period, invoice_no, invoice_line_no, charge_id, stream, component, rate_code, description, service_from, service_to,"
    " quantity, uom, unit_rate, exact_amount, amount, is_prior_period, rule from fact_charge order by period, invoice_no, invoice_line_no",
    "splits": "select c.period, c.invoice_no, c.invoice_line_no, s.seq, s.percent, s.fund, s.federal_share_pct, s.amount"
    " from fact_split s join fact_charge c using (charge_id) order by all",
    "exceptions": "select period, code, severity, feed, source_file, source_line, source_record_id, billing_number, column_name, raw_value,"
    " amount, also, message from fact_exception order by all",
    "invoices": "select invoice_no, billing_number, agency_code, amount, prior_amount, issued_on, due_on, dispute_by"
    " from fact_invoice order by invoice_no",
    "controls": "select period, source_file, records_in, records_billed, records_held, records_dropped, amount_in, amount_billed,"
    " amount_held, amount_dropped, control_exact, amount_added, amount_rounding from control_totals order by all",
    "bridge": "select charge_id, source_file, source_line, source_record_id, quantity from bridge_charge_source order by all",
}


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("golden"))
    for feed, text in SEPTEMBER.items():
        write_feed_text(root, feed, "2026-09", text)
    for feed, text in FEEDS.items():
        write_feed_text(root, feed, "2026-10", october(feed, text))
    for period, day in (("2026-09", "2026-10-06"), ("2026-10", "2026-11-06")):
        ended = cotbill("run", period, "-w", str(root), "--as-of", day)
        assert ended.code == 3, ended.err
    return root


def october(feed: str, text: str) -> str:
    """October's records have numbers of their own; the stock of September goes on."""
    head, *rows = text.strip().splitlines()
    if feed == "stock":
        rows = [row.replace(",S3,", ",OS3,") for row in rows]
    return "\n".join([head, *[f"O{row}" for row in rows]]) + "\n"


@pytest.mark.parametrize("name", SHOWN)
def test_the_month_is_as_expected(months, name):
    shown = "".join("|".join("" if cell is None else str(cell) for cell in row) + "\n" for row in query(months, SHOWN[name]))
    path = EXPECTED / f"{name}.txt"
    if os.environ.get("COTBILL_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")

    assert shown == path.read_text(encoding="utf-8")
