"""Two closed months of a small office with keys: decisions, signed approvals, a month posted twice, a held record carried over."""

import contextlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from billing.periods import Period
from pipelines.workspace import Workspace
from tests.e2e.program import Ended, cotbill
from tests.e2e.world import write_feed_text, write_world

FIRST, SECOND = Period.parse("2026-09"), Period.parse("2026-10")
_PEOPLE = {"bo": ("Bo Biller", "BILLER"), "lee": ("Lee Lead", "LEAD"), "mo": ("Mo Manager", "MANAGER"), "fi": ("Fi Finance", "FINANCE")}
_USERS = "user,name,agency_code,roles,approve_limit,public_key,valid_from,valid_to\n"
_SETTINGS = 'expected_feeds = ["usage", "pass_through", "circuits", "adjustments"]\nunreadable_limit_pct = 50\n'
_USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,usage_date,ticket_no\n"
_VENDOR = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,"
    "rate_code,cost_amount,received_date\n"
)
_CIRCUITS = (
    "source_record_id,billing_number,circuit_id,vendor_code,service_type,a_address,rate_code,order_no,billing_start_date,disconnect_date\n"
)
_ADJUST = (
    "adjustment_id,billing_number,adj_type,original_invoice_no,original_line_no,stream,rate_code,amount,reason_code,"
    "vendor_recovery_required,prepared_by,prepared_at,support_ref\n"
)
_CIRCUIT = "k1,D7580002,73/HCGS/123456/000/SC,ATT,ETH,Frankfort,NT40,C1,2026-01-01,\n"


@dataclass(frozen=True)
class Office:
    """A workspace and the people who work it, each with a key."""

    root: Path
    keys: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def __call__(self, *words: str, user: str | None = None, ends: tuple[int, ...] = (0, 3)) -> Ended:
        """Run a command, given by somebody."""
        ended = cotbill(*words, "-w", str(self.root), *(["--user", user] if user else []))
        assert ended.code in ends, (words, ended)
        return ended

    def approve(self, user: str, *ids: str) -> None:
        """Sign with the user's own key."""
        self("approve", *ids, "--key", str(self.keys / user), user=user, ends=(0,))

    def waiting(self, period: Period) -> list[str]:
        """What waits for a second person."""
        found = json.loads(self("approvals", str(period), "--json").out)
        return [row["id"] for row in found if row["state"] != "APPROVED"]

    def close(self, period: Period, day: str, *words: str) -> None:
        """Explain what is left, have it approved by the manager, and close."""
        self("run", str(period), "--as-of", day, user="bo")
        listed = json.loads(self("exceptions", str(period), "--json").out)
        for code in sorted({row["code"] for row in listed if row["severity"] != "HOLD"}):
            self("acknowledge", "--code", code, "--period", str(period), "--reason", f"seen {code}", user="bo")
        if waiting := self.waiting(period):
            self.approve("mo", *waiting)
        self("run", str(period), "--as-of", day, user="bo")
        self("close", str(period), *words, user="bo", ends=(0,))


def open_office(folder: Path) -> Office:
    """A world whose users have keys, with the feeds of two months."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    lines = []
    for user, (name, role) in _PEOPLE.items():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", user, "-f", str(keys / user)], check=True)
        lines.append(f"{user},{name},,{role},,{(keys / user).with_suffix('.pub').read_text('utf-8').strip()},2020-01-01,")
    root = write_world(folder / "world", {"reference/users.csv": _USERS + "\n".join(lines) + "\n"}, _SETTINGS)
    span = "2026-09-01,2026-09-30"
    rows = [
        f"u1,D7580001,{span},VS10,10,USER_MONTH,,",
        f"u2,D9999999,{span},VS10,2,USER_MONTH,,",  # nobody's number: corrected
        f"u3,D7580002,{span},HR10,1,HOUR,2026-09-10,",  # no ticket: stays held, and goes to October
        f"u4,D7580002,{span},VS10,1e3,USER_MONTH,,",  # cannot be read: goes to October as it is
        f"u5,D7580002,{span},VS10,3,USER_MONTH,,",  # rejected by two persons
    ]
    write_feed_text(root, "usage", str(FIRST), _USAGE + "\n".join(rows) + "\n")
    vendor = f"p1,D7580001,{span},V1,Acme,I-1,2026-09-15,1,PT10,100.00,2026-09-20\n"
    write_feed_text(root, "pass_through", str(FIRST), _VENDOR + vendor)
    write_feed_text(root, "circuits", str(FIRST), _CIRCUITS + _CIRCUIT)
    write_feed_text(root, "usage", str(SECOND), _USAGE + "v1,D7580001,2026-10-01,2026-10-31,VS10,10,USER_MONTH,,\n")
    write_feed_text(root, "pass_through", str(SECOND), _VENDOR)
    write_feed_text(root, "circuits", str(SECOND), _CIRCUITS + _CIRCUIT)
    credit = "a1,D7580001,CREDIT,COT-2026-09-D7580001-01,1,usage,VS10,-25.00,OTHER,false,bo,2026-10-20T10:00:00-04:00,T-1\n"
    write_feed_text(root, "adjustments", str(SECOND), _ADJUST + credit)
    return Office(root, keys)


def work_two_months(office: Office) -> None:
    """September closed, reopened by two persons and closed again; October closed on top of it."""
    office("run", str(FIRST), "--as-of", "2026-10-06", user="bo")
    office("correct", "u2", "--set", "billing_number=D7580002", "--reason", "F100-77", user="bo")
    office("reject", "u5", "--reason", "test order", user="bo")
    office.close(FIRST, "2026-10-06", "--no-pdf")
    office("reopen", str(FIRST), "--reason", "usage was short", user="bo")
    office.approve("mo", f"reopen-{FIRST}")
    office("correct", "u1", "--period", str(FIRST), "--set", "quantity=11", "--reason", "meter read again", user="bo")
    office.close(FIRST, "2026-10-07")
    office("run", str(SECOND), "--as-of", "2026-11-06", user="bo")
    office("adjust", str(SECOND), "--type", "DEBIT", "--amount", "12.50", "--line", "COT-2026-09-D7580002-01/1", "--reason-code", "OTHER",
           "--support", "T-9", "--id", "d1", user="bo")  # fmt: skip
    office.close(SECOND, "2026-11-06", "--no-pdf")


def copy_of(office: Office, folder: Path) -> Office:
    """The office again, to be tampered with: modes, links between sealed files and open ones, everything."""
    target = folder / "world"
    subprocess.run(["cp", "-a", str(office.root), str(target)], check=True)
    return Office(target, office.keys)


def remove(folder: Path) -> None:
    """Take away a world with sealed folders in it."""
    for where, folders, _ in os.walk(folder):
        for name in folders:
            with contextlib.suppress(OSError):
                (Path(where) / name).chmod(0o700)
    shutil.rmtree(folder)
