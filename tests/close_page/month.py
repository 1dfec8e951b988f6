"""A small published month to make the close page of, its texts as hostile as a test wants them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from reports.published import Published, of_frames

PERIOD, BEFORE = "2026-10", "2026-09"
NASTY = (
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>&amp;",
    "</textarea><!--<script>",
    "a\u2028b\u2029c\x00d\x1be",
    "\u202egpj.exe",
    "=cmd|' /C calc'!A0",
    "'\"><svg/onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "{{ 7*7 }}{% raw %}",
    "]]>&lt;&#60;",
)


@dataclass(frozen=True)
class Drawn:
    """A chart by hand."""

    svg: str
    alt: str


def drawn(words: str) -> Drawn:
    """A chart such as the drawing library makes: a clip with an id that every chart has."""
    return Drawn(
        '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" class="marks" width="300" height="120" viewBox="0 0 300 120">'
        '<rect width="300" height="120" fill="white"/><defs><clipPath id="clip0"><rect width="300" height="100"/></clipPath></defs>'
        '<g clip-path="url(#clip0)" role="graphics-object" aria-label="bars"><rect x="20" y="20" width="60" height="80" fill="#0b4a87"/>'
        '<rect x="120" y="40" width="60" height="60" fill="#b05a10"/></g><text x="20" y="115" font-size="11">Sept</text></svg>',
        words,
    )


def charge(number: int, **changed: Any) -> dict[str, Any]:
    """One charge row; what is not said is as on an ordinary line."""
    return {
        "charge_id": f"C{number:04d}", "period": PERIOD, "invoice_no": "COT-2026-10-D7580001-01", "invoice_line_no": number,
        "billing_number": "D7580001", "agency_code": "758", "stream": "usage", "component": "USAGE", "rate_code": "VS10",
        "description": f"Virtual server {number}", "service_from": dt.date(2026, 10, 1), "service_to": dt.date(2026, 10, 31),
        "quantity": Decimal("10.500000"), "uom": "USER_MONTH", "unit_rate": Decimal("30.000000"), "exact_amount": Decimal("315.00"),
        "amount": Decimal("315.00"), "rate_valid_from": dt.date(2025, 7, 1), "approval_ref": "RS-2026-001", "is_prior_period": False,
        "rule": "10.5 USER_MONTH x 30.000000",
    } | changed  # fmt: skip


def month(charges: list[dict[str, Any]], *, name: str = "Department of Parks", held: str = "0.00", status: str = "OPEN") -> Published:
    """A published month of these charges: each made from one record of usage.csv, invoiced as its invoice number says."""
    rows = pl.DataFrame(charges, infer_schema_length=None)
    billed = rows.filter(pl.col("invoice_no").is_not_null())
    keys = ("period", "invoice_no", "billing_number", "agency_code")
    invoices = billed.group_by(keys, maintain_order=True).agg(pl.col("amount").sum(), line_count=pl.len())
    now = [row for row in charges if row["period"] == PERIOD and row["invoice_no"] is not None]
    amount = sum((row["amount"] for row in now), Decimal("0.00"))
    nothing = {f"{kind}_{part}": 0 for kind in ("records", "amount") for part in ("rejected", "dropped")}
    control = nothing | {
        "period": PERIOD, "feed": "usage", "source_file": "usage.csv", "records_in": len(now) + 1, "records_billed": len(now),
        "records_held": 1, "amount_in": amount + Decimal(held), "amount_billed": amount, "amount_held": Decimal(held), "held_unpriced": 0,
    }  # fmt: skip
    periods = [{"period": period, "status": status, "as_of": dt.date(2026, 11, 6)} for period in sorted(set(rows["period"]))]
    codes = sorted(set(rows["agency_code"]))
    frames = {
        "dim_period": pl.DataFrame(periods),
        "dim_agency": pl.DataFrame(
            [{"agency_code": code, "agency_name": name, "cabinet": f"{name} Cabinet", "branch": "EXEC"} for code in codes]
        ),
        "dim_billing_number": pl.DataFrame(
            [{"billing_number": code, "agency_code": codes[0], "name": name} for code in sorted(set(rows["billing_number"]))]
        ),
        "dim_rate_code": pl.DataFrame({"rate_code": ["VS10"], "name": [name]}),
        "dim_rate": pl.DataFrame(
            {"rate_code": ["VS10"], "valid_from": [dt.date(2025, 7, 1)], "approval_ref": ["RS-2026-001"], "approved_by": ["kim"],
             "source_file": ["rates.csv"], "source_line": [2]}
        ),
        "fact_charge": rows,
        "fact_invoice": invoices,
        "bridge_charge_source": pl.DataFrame(
            [{"charge_id": row["charge_id"], "period": row["period"], "source_file": "usage.csv", "source_line": n + 2}
             for n, row in enumerate(charges)]
        ),
        "control_totals": pl.DataFrame([control]),
    }  # fmt: skip
    return of_frames(PERIOD, frames)


def nasty_month() -> Published:
    """A month whose every text is hostile, last month's too."""
    now = [
        charge(n, description=text, rule=text, uom=text, component=text, invoice_no=f"COT {text}", billing_number=f"D{n} {text}"[:60])
        for n, text in enumerate(NASTY, 1)
    ]
    before = [row | {"charge_id": f"B{row['charge_id']}", "period": BEFORE, "amount": Decimal("1.00")} for row in now[:5]]
    return month([*now, *before], name=NASTY[0] + NASTY[1])
