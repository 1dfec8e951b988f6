"""A closed October whose feeds and tables hold texts that mean harm, beside calls to planted numbers; and all files made of it."""

from pathlib import Path

from billing.periods import Period
from tests.call_detail.world import PERIOD, open_office
from tests.e2e.world import write_feed_text
from tests.verify.world import Office

BIDI = "\u202eabc\u2066def\u202c"
TEXTS = [
    "=cmd|'/C calc'!A0", "@SUM(1+1)", "+1", "-1", "\t=1+1", "\r=1+1", "file:///etc/passwd", "http://x", BIDI,
    "</script><img src=x onerror=alert(1)>", "<!--<script>", "]]><x>", "{{ 7*7 }}", "w" * 120, "w" * 10_000, "=HYPERLINK(\"http://x\")",
]  # fmt: skip
_USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,description\n"
_VENDOR = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,"
    "rate_code,cost_amount,received_date,description\n"
)
_SPAN = "2026-10-01,2026-10-31"


def hostile_month(folder: Path) -> Office:
    """The month, closed and sent, with every paper made."""
    office = open_office(folder)
    quoted = ['"' + text.replace('"', '""') + '"' for text in TEXTS]
    usage = [f"u{n},D758000{n % 2 + 1},{_SPAN},VS10,{n + 1},USER_MONTH,{text}" for n, text in enumerate(quoted)]
    write_feed_text(office.root, "usage", PERIOD, _USAGE + "\n".join(usage) + "\n")
    vendor = [f"p{n},D7580001,{_SPAN},V{n},{text},I-{n},2026-10-15,1,PT20,10.0{n % 10},2026-10-20,{text}" for n, text in enumerate(quoted)]
    write_feed_text(office.root, "pass_through", PERIOD, _VENDOR + "\n".join(vendor) + "\n")
    _harm_tables(office.root)
    _give_maps(office.root)
    office("run", PERIOD, "--as-of", "2026-11-06", user="bo")
    office.close(Period.parse(PERIOD), "2026-11-06")
    for words in (("interface", PERIOD), ("invoices", PERIOD), ("reports", PERIOD), ("reports", PERIOD, "--format", "focus")):
        office(*words, user="bo" if words[0] == "interface" else None)
    return office


def _harm_tables(root: Path) -> None:
    """Names of numbers and services that a spreadsheet or a browser would take for more than a name."""
    for name, changes in {
        "billing_numbers": {"Parks main": "\"=cmd|'/C calc'!A0\"", "Parks lodges": "</script><img src=x onerror=alert(1)>"},
        "rate_codes": {"Virtual server": "@SUM(1+1)", "Cloud": '"=HYPERLINK(""http://x"")"'},
        "agencies": {"Department of Parks": "+1 Parks </title><script>alert(1)</script>"},
    }.items():
        path = root / "reference" / f"{name}.csv"
        text = path.read_text("utf-8")
        for old, new in changes.items():
            text = text.replace(f",{old},", f",{new},", 1)
        path.write_text(text, "utf-8")


def _give_maps(root: Path) -> None:
    """What the interface needs."""
    rows = [f"{kind},,{same},IET,IN0{4 if same == 'N' else 6}" for kind in ("RATED", "PASS", "FEE", "TELECOM") for same in "YN"]
    text = "rate_class,rate_code,same_fund,document_code,event_type\n" + "\n".join(rows) + "\n"
    (root / "reference" / "gl_map.csv").write_text(text, "utf-8")
    with (root / "cotbill.toml").open("a", encoding="utf-8") as settings:
        settings.write('seller_fund = "1300"\nseller_department = "079"\nseller_unit = "1000"\n')
