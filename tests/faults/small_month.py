"""A month small enough to be closed hundreds of times: two agencies, four feeds, one adjustment signed for, one record held."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import cotbill
from tests.e2e.world import write_feed_text, write_world

PERIOD = "2026-10"
NOW = dt.datetime(2026, 11, 9, 14, 0, tzinfo=dt.UTC)
CLOSE = ("close", PERIOD, "--no-pdf", "--user", "bill")
CLOSE_WITH_PDF = ("close", PERIOD, "--user", "bill")
FEEDS = {
    "usage": """
source_record_id,billing_number,service_from,service_to,description,ticket_no,requested_by,rate_code,quantity,uom,usage_date
U1,D7580001,2026-10-01,2026-10-31,,,,VS10,37,USER_MONTH,
U2,J0390001,2026-10-01,2026-10-31,,,,VS10,3,USER_MONTH,
U3,XX,2026-10-01,2026-10-31,,,,VS10,1,USER_MONTH,
""",
    "pass_through": """
source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,rate_code,cost_amount,quantity,unit_cost,tax_amount,tax_type,surcharge_amount,surcharge_type,received_date,charge_group
P1,D7580001,2026-10-01,2026-10-31,V1,Acme,INV-1,2026-10-05,1,PT10,1234.56,,,,,,,2026-10-09,
""",
    "circuits": """
source_record_id,billing_number,ticket_no,circuit_id,id_format,vendor_code,service_type,a_address,rate_code,mrc_override,nrc_amount,nrc_date,order_no,billing_start_date,disconnect_date
C1,D7580002,,CKT1,LOCAL,ATT,ETH,Frankfort,NT40,,,,O1,2020-01-01,
""",
    "adjustments": """
adjustment_id,billing_number,adj_type,no_original_reason,stream,rate_code,amount,reason_code,vendor_recovery_required,prepared_by,prepared_at,support_ref
A1,D7580002,CREDIT,agreed by letter,usage,VS10,-30.00,OTHER,false,bill,2026-10-20T10:00:00-04:00,T-9
""",
}  # fmt: skip
_USERS = "user,name,agency_code,roles,approve_limit,public_key,valid_from,valid_to\n"


def at_noon(patch: pytest.MonkeyPatch) -> None:
    """Stop the program's one clock."""
    for module in ("cli_asks", "cli_book", "cli_interface", "cli_month"):
        patch.setattr(f"pipelines.{module}.moment", lambda: NOW)


def write_small_month(root: Path) -> Path:
    """Write the month's files and its people; the manager signs with a key."""
    write_world(root, settings='expected_feeds = ["usage", "pass_through", "circuits", "adjustments"]\n')
    for feed, text in FEEDS.items():
        write_feed_text(root, feed, PERIOD, text)
    key = key_of(root)
    key.parent.mkdir(exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mara", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text(encoding="ascii").strip()
    rows = ["bill,Bill B,079,BILLER,,,2026-01-01,", f"mara,Mara M,079,MANAGER,5000.00,{public},2026-01-01,"]
    (root / "reference" / "users.csv").write_text(_USERS + "\n".join(rows) + "\n", encoding="utf-8")
    return root


def key_of(root: Path) -> Path:
    """The manager's private key, beside the workspace."""
    return root.with_name("keys") / "mara"


def do(root: Path, *words: str, codes: tuple[int, ...] = (0, 3)) -> str:
    """One command that has to end well."""
    ended = cotbill(*words, "-w", str(root))
    assert ended.code in codes, (words, ended)
    return ended.out


def work_small_month(root: Path) -> Path:
    """Take the month to the door of its close: run, signed for, run again."""
    do(root, "run", PERIOD, "--as-of", "2026-11-06", "--user", "bill")
    do(root, "approve", "A1", "--user", "mara", "--key", str(key_of(root)))
    do(root, "run", PERIOD, "--as-of", "2026-11-06", "--user", "bill")
    return root
