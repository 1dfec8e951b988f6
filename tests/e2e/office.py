"""Four people with keys of their own, and a month's work as commands that each of them gives."""

import json
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.e2e.program import Ended, cotbill, query
from tests.e2e.world import write_world

PEOPLE = {"bo": ("Bo Biller", "BILLER"), "lee": ("Lee Lead", "LEAD"), "mo": ("Mo Manager", "MANAGER"), "fi": ("Fi Finance", "FINANCE")}
USERS = "user,name,agency_code,roles,approve_limit,public_key,valid_from,valid_to\n"


def make_key(folder: Path, name: str) -> Path:
    """A new key pair; the private one's path."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
    return path


@dataclass(frozen=True)
class Office:
    """A workspace and the people who work it."""

    root: Path
    keys: Path

    @classmethod
    def open(cls, folder: Path, changes: dict[str, str], settings: str) -> "Office":
        """Write a world whose users have keys."""
        keys = folder / "keys"
        lines = []
        for user, (name, role) in PEOPLE.items():
            public = make_key(keys, user).with_suffix(".pub").read_text(encoding="utf-8").strip()
            lines.append(f"{user},{name},,{role},,{public},2020-01-01,")
        users = USERS + "\n".join(lines) + "\n"
        return cls(write_world(folder / "world", {**changes, "reference/users.csv": users}, settings), keys)

    def __call__(self, *words: str, user: str | None = None) -> Ended:
        """Run a command, given by somebody."""
        return cotbill(*words, "-w", str(self.root), *(["--user", user] if user else []))

    def approve(self, user: str, *ids: str, word: str = "approve") -> Ended:
        """Approve or return with the user's own key."""
        return self(word, *ids, "--key", str(self.keys / user), user=user)

    def waiting(self) -> set[str]:
        """Ids that wait for a second person."""
        return {row["id"] for row in json.loads(self("approvals", "--json").out) if row["state"] != "APPROVED"}

    def exceptions(self, period: str) -> dict[str, str]:
        """Code and record of what waits -> exception id."""
        found = json.loads(self("exceptions", period, "--json").out)
        return {f"{row['code']} {row['source_record_id'] or row['feed']}": row["exception_id"] for row in found}

    def total(self, period: str) -> Decimal:
        """The month's total, after proof that lines, splits, invoices, controls and files come to the same."""
        (lines,), (splits,), (invoices,) = (
            query(self.root, f"select coalesce(sum(amount), 0) from {table} where period = '{period}'")[0]
            for table in ("fact_charge", "fact_split", "fact_invoice")
        )
        (rows, dollars) = query(
            self.root,
            "select bool_and(records_in = records_billed + records_held + records_rejected + records_dropped),"
            " bool_and(amount_in = amount_billed + amount_held + amount_rejected + amount_dropped)"
            f" from control_totals where period = '{period}'",
        )[0]
        billed = query(self.root, f"select coalesce(sum(amount_billed), 0) from control_totals where period = '{period}'")[0][0]
        assert lines == splits == invoices == billed
        assert rows
        assert dollars
        return lines
