"""A hand-made month: nine streams, three invoices, a group, a credit-only invoice, fees, late rows, a correction."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from billing.frames import (
    BRIDGE,
    CALLS,
    CHARGES,
    CONTROLS,
    EXCEPTIONS,
    INVOICES,
    LINES,
    SPLITS,
    SUSPENSE,
    Earlier,
    MonthBill,
    Tables,
    fill,
    table_schema,
)  # fmt: skip
from billing.ids import stable_id
from billing.layouts import FEEDS, STREAMS
from billing.money import largest_remainder, round_half_away
from billing.periods import Period
from tests.reports.findings import NAMES, exceptions, frame, listed_calls

AGENCIES = {"54": "Department of Parks and Trails", "60": "Department of Revenue", "70": "Court of Justice"}
GROUPS = {"2000001": "REV-ALL", "2000002": "REV-ALL"}
EVIL = "=cmd|' /C calc'!A0"


@dataclass
class Month:
    """Collects charge rows, then makes the whole bill foot."""

    period: Period
    rows: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)

    def charge(
        self, number: str, stream: str, code: str, text: str, quantity: str | None, rate: str | None, amount: str | Fraction | None = None,
        *, component: str = "BASE", uom: str | None = "EACH", sourced: bool = True, **more: Any,
    ) -> str:  # fmt: skip
        exact = Fraction(amount) if amount is not None else Fraction(quantity or 0) * Fraction(rate or 0)
        record = f"{stream[:2].upper()}-{len(self.rows) + 1:04d}"
        key = f"{self.period}\x1f{stream}\x1f{record}\x1f{component}"
        charge_id = stable_id("C", key)
        source = {
            "feed": stream,
            "source_file": f"{stream}_{self.period}_01.csv",
            "source_line": len(self.rows) + 2,
            "source_record_id": record,
        }
        self.rows.append(
            {
                "charge_id": charge_id,
                "period": str(self.period),
                "billing_number": number,
                "agency_code": NAMES[number][0],
                "stream": stream,
                "component": component,
                "rate_code": code,
                "description": text,
                "start_date": self.period.first_day,
                "stop_date": self.period.stop_day,
                "quantity": None if quantity is None else Decimal(quantity),
                "uom": uom,
                "unit_rate": None if rate is None else Decimal(rate),
                "numerator": exact.numerator,
                "denominator": exact.denominator,
                "exact_amount": round_half_away(exact, 12),
                "amount": round_half_away(exact),
                "rate_date": self.period.first_day,
                "rate_valid_from": dt.date(2026, 7, 1),
                "approval_ref": "FY27-2",
                "is_prior_period": False,
                "natural_key": key,
                "rule": f"{quantity} {uom} x {rate}" if rate else f"{amount} as received",
                **(source if sourced else {}),
                **more,
            }
        )
        if sourced:
            self.sources.append({"charge_id": charge_id, **source, "quantity": self.rows[-1]["quantity"]})
        return charge_id

    def bill(self, **more: Any) -> MonthBill:
        charges = frame(self.rows, CHARGES)
        lines = _number(charges, self.period)
        return MonthBill(
            period=str(self.period),
            as_of="2026-11-06",
            lines=lines,
            bridge=frame(self.sources, BRIDGE),
            splits=_split(lines),
            calls=more.get("calls", pl.DataFrame(schema=CALLS)),
            exceptions=more.get("exceptions", pl.DataFrame(schema=EXCEPTIONS)),
            invoices=_invoices(lines, self.period, more.get("earlier", Earlier())),
            controls=_controls(lines, frame(self.sources, BRIDGE), self.period),
            suspense=more.get("suspense", pl.DataFrame(schema=SUSPENSE)),
            tables=tables(),
            earlier=more.get("earlier", Earlier()),
        )


def invoice_of(number: str, period: Period) -> str:
    return f"COT-{period}-{GROUPS.get(number, number)}-01"


def _number(charges: pl.DataFrame, period: Period) -> pl.DataFrame:
    order = {stream: place for place, stream in enumerate(STREAMS)}
    invoiced = charges.with_columns(
        invoice_no=pl.Series([invoice_of(number, period) for number in charges["billing_number"]], dtype=pl.String)
    ).sort("invoice_no", pl.col("stream").replace_strict(order), "rate_code", "start_date", "charge_id")
    numbered = invoiced.with_columns(invoice_line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("invoice_no"))
    return fill(numbered, LINES)


STRINGS = [
    ("0100", "540", "0A10", "E1500", "60", None),
    ("1200", "540", "FB22", "E1500", "30", "100"),
    ("13N8", "540", "RP07", "E1500", "10", None),
]  # fmt: skip


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    found = []
    for charge_id, amount in lines.select("charge_id", "amount").iter_rows():
        parts = largest_remainder(int(amount * 100), [int(string[4]) for string in STRINGS])
        for seq, (string, part) in enumerate(zip(STRINGS, parts, strict=True), start=1):
            found.append(
                {
                    "charge_id": charge_id,
                    "seq": seq,
                    "percent": Decimal(string[4]),
                    "fund": string[0],
                    "department": string[1],
                    "unit": string[2],
                    "object": string[3],
                    "federal_share_pct": None if string[5] is None else Decimal(string[5]),
                    "amount": Decimal(part).scaleb(-2),
                }
            )
    return frame(found, SPLITS)


def _invoices(lines: pl.DataFrame, period: Period, earlier: Earlier) -> pl.DataFrame:
    found = []
    for (invoice_no,), part in lines.partition_by("invoice_no", as_dict=True, maintain_order=True).items():
        number = part["billing_number"][0]
        group, agency = GROUPS.get(number), NAMES[number][0]
        before = earlier.charges.filter(pl.col("invoice_no") == invoice_of(number, period.shift(-1)))
        found.append(
            {
                "invoice_no": invoice_no,
                "period": str(period),
                "billing_number": group or number,
                "is_group": group is not None,
                "agency_code": agency,
                "name": AGENCIES[agency] if group else NAMES[number][1],
                "agency_name": AGENCIES[agency],
                "line_count": part.height,
                "amount": sum(part["amount"].to_list()),
                "prior_amount": sum(before["amount"].to_list(), Decimal("0.00")) if not earlier.charges.is_empty() else None,
                "issued_on": dt.date(2026, 11, 6),
                "due_on": dt.date(2026, 12, 6),
                "dispute_by": dt.date(2027, 1, 5),
            }
        )
    return frame(found, INVOICES)


def _controls(lines: pl.DataFrame, bridge: pl.DataFrame, period: Period) -> pl.DataFrame:
    found = []
    for feed in STREAMS:
        files = bridge.filter(pl.col("feed") == feed)
        billed = sum(lines.join(files.select("charge_id").unique(), on="charge_id", how="semi")["amount"].to_list(), Decimal("0.00"))
        held = Decimal("125.40") if feed == "usage" else Decimal("0.00")
        count = files.select("source_line").n_unique()
        has_money = FEEDS[feed].sum_amount is not None
        found.append(
            {
                "period": str(period),
                "feed": feed,
                "source_file": f"{feed}_{period}_01.csv",
                "records_in": count + (feed == "usage"),
                "records_billed": count,
                "records_held": int(feed == "usage"),
                "records_rejected": 0,
                "records_dropped": 0,
                "amount_in": billed + held,
                "amount_billed": billed,
                "amount_held": held,
                "amount_rejected": Decimal("0.00"),
                "amount_dropped": Decimal("0.00"),
                "control_amount": billed if has_money else None,
                "amount_added": Decimal("0.00") if has_money else None,
                "amount_rounding": Decimal("0.00") if has_money else None,
                "held_unpriced": 1 if feed == "long_distance" else 0,
            }
        )
    return frame(found, CONTROLS)


def tables() -> Tables:
    """The reference rows the reports read."""
    since = dt.date(2025, 7, 1)
    agencies = [
        {
            "agency_code": code, "agency_name": name, "branch": "EXEC", "consolidated": "Y", "billing_contact": "Fiscal Services",
            "remit_method": "EXTERNAL" if code == "70" else "INTERNAL", "valid_from": since,
        }
        for code, name in AGENCIES.items()
    ]  # fmt: skip
    numbers = [
        {"billing_number": number, "agency_code": agency, "name": name, "status": "ACTIVE",
         "invoice_group": GROUPS.get(number), "valid_from": since}
        for number, (agency, name) in NAMES.items()
    ]  # fmt: skip
    codes = [
        {"rate_code": code, "name": name, "stream": stream, "class": "RATED", "uom": "EACH", "cost_group": "CORE"}
        for code, name, stream in (
            ("VS100", "Virtual server, standard", "usage"), ("ST110", "Storage, block", "usage"),
            ("FX01", "Enterprise assessment", "fixed_cost"), ("PT01", "Software at cost", "pass_through"),
            ("PT99", "Processing charge 5 %", "pass_through"), ("CK10", "Ethernet 100 Mb", "circuits"),
        )
    ]  # fmt: skip
    rates = [
        {"rate_code": code, "valid_from": since, "unit_rate": Decimal("84.15"), "approval_ref": "FY27-2", "approved_by": "RATES"}
        for code in ("VS100", "ST110")
    ]
    found = {
        "agencies": frame(agencies, table_schema("agencies")),
        "billing_numbers": frame(numbers, table_schema("billing_numbers")),
        "rate_codes": frame(codes, table_schema("rate_codes")),
        "rates": frame(rates, table_schema("rates")),
    }
    return Tables(found)


def fill_month(month: Month, step: int) -> dict[str, str]:
    """The same customers each month with figures that move; returns the ids worth naming."""
    add, wobble = month.charge, (step * 7) % 5
    ids = {}
    add("1000001", "usage", "VS100", "Virtual server, standard", str(21 + wobble), "84.15", uom="SERVER_MONTH")
    add("1000001", "usage", "VS100", "Virtual server, standard", "3", "84.15", uom="SERVER_MONTH")
    ids["evil"] = add("1000001", "usage", "ST110", EVIL, str(1586 + 40 * wobble) + ".5", "0.333333", uom="GB_MONTH")
    add("1000001", "fixed_cost", "FX01", "Enterprise security office", None, None, Fraction(2045, 3), uom=None)
    base = add("1000001", "pass_through", "PT01", "Lakewood Software, mail suite true-up", "120", None, str(8529 + 300 * wobble) + ".675")
    add(
        "1000001",
        "pass_through",
        "PT99",
        "Processing charge 5 % on Lakewood Software",
        None,
        None,
        "426.48",
        component="FEE",
        base_charge_id=base,
    )
    add("1000001", "circuits", "CK10", "40.LBXX.112233..KE, Frankfort to Paducah", "1", "411.500000", component="MRC", uom="MONTH")
    add(
        "1000001",
        "circuits",
        "CK10",
        "40.LBXX.112239..KE, Frankfort to Murray",
        "0.433333",
        "411.500000",
        Fraction(4115 * 13, 300),
        component="MRC",
        uom="MONTH",
    )
    add("1000001", "voip", "VP20", "502-555-0100, user phone", "1", "16.250000", component="MRC", uom="MONTH")
    add("1000001", "centrex", "CX05", "502-555-0177, business line", "1", "18.230000", component="MRC", uom="MONTH")
    add(
        "1000001",
        "long_distance",
        "LD01",
        f"Calls of 502-555-0100, {310 + wobble} calls",
        None,
        None,
        f"41.{69 + wobble}",
        component="CALLS",
        uom="CALL",
    )
    add("1000001", "stock", "SK11", "Laptop dock, USB-C", str(2 + wobble), "187.250000")
    add("1000002", "voip", "VP20", "606-555-0142, lodge desk", "1", "16.250000", component="MRC", uom="MONTH")
    add("2000001", "usage", "VS100", "Virtual server, standard", str(40 + wobble), "84.15", uom="SERVER_MONTH")
    add("2000002", "usage", "ST110", "Storage, block", "4000", "0.333333", uom="GB_MONTH")
    add("2000002", "circuits", "CK10", "40.LBXX.998877..KE, Pikeville", "1", "411.500000", component="MRC", uom="MONTH")
    return ids


def earlier_months(period: Period, how_many: int) -> Earlier:
    """The months before, oldest first."""
    bills = []
    for back in range(how_many, 0, -1):
        month = Month(period.shift(-back))
        fill_month(month, back)
        bills.append(month.bill())
    if not bills:
        return Earlier()
    return Earlier(
        charges=pl.concat([bill.lines for bill in bills]),
        splits=pl.concat([bill.splits for bill in bills]),
    )


def month_bill(history: int = 3) -> MonthBill:
    """October 2026 with everything in it."""
    period = Period.parse("2026-10")
    earlier = earlier_months(period, history)
    month = Month(period)
    fill_month(month, 0)
    month.charge(
        "1000001", "usage", "VS100", "Virtual server, standard", "3", "84.15", uom="SERVER_MONTH", is_prior_period=True,
        start_date=dt.date(2026, 8, 1), stop_date=dt.date(2026, 9, 1), rate_date=dt.date(2026, 8, 1),
    )  # fmt: skip
    original = earlier.charges.filter((pl.col("rate_code") == "CK10") & (pl.col("billing_number") == "1000001"))
    month.charge(
        "1000001", "adjustments", "CK10", "Circuit 112233 was disconnected on 14 September", None, None, "-219.47", component="CREDIT",
        uom=None, adjustment_id="ADJ-0007", original_charge_id=original["charge_id"][0] if original.height else None,
    )  # fmt: skip
    month.charge(
        "3000001", "adjustments", "PT01", "Refund of a doubled licence", None, None, "-1250.00", component="CREDIT", uom=None,
        adjustment_id="ADJ-0008",
    )  # fmt: skip
    fee_base = sum(row["amount"] for row in month.rows if row["billing_number"].startswith("200"))
    month.charge(
        "2000001", "usage", "SSF", "Support services fee 0.5 % of the invoice", None, None, Fraction(fee_base) / 200,
        component="FEE", uom=None, sourced=False,
    )  # fmt: skip
    calls = listed_calls(month.rows[10]["charge_id"])
    suspense = frame(
        [
            {
                "feed": "usage",
                "source_file": "usage_2026-10_01.csv",
                "source_line": 40,
                "code": "F006",
                "raw_text": "x,y",
                "message": "cut off",
            }
        ],
        SUSPENSE,
    )
    return month.bill(earlier=earlier, exceptions=exceptions(), calls=calls, suspense=suspense)


def many_invoices(how_many: int, lines_each: int) -> MonthBill:
    """Many small invoices, for counting seconds."""
    bill = month_bill(history=0)
    period = Period.parse(bill.period)
    month = Month(period)
    for place in range(how_many):
        number = f"9{place:06d}"
        NAMES[number] = ("54", f"Office {place}")
        for line in range(lines_each):
            month.charge(number, STREAMS[line % 8], f"RC{line % 23:02d}", f"Service {line}", str(line + 1), "12.345600")
    return replace(month.bill(), exceptions=bill.exceptions)
