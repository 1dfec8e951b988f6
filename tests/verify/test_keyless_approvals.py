"""An approval without a key is vouched for by the operating system's login alone, and is verified as such."""

from pathlib import Path

import pytest

from billing.periods import Period
from billing.policy import Policy
from pipelines.journal import Actor, Journal
from pipelines.verify_approvals import approval_troubles
from pipelines.verify_month import Month
from pipelines.workspace import Workspace
from tests.approvals.office import OFFICE, user
from tests.core.frames import table_of

PERIOD = Period.parse("2026-10")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
USERS = table_of("users", *OFFICE, user("kim", "MANAGER", public_key=KEY))
GIVEN = {
    "subject": "ADJUSTMENT", "identity": "d1", "content_sha256": "a" * 64, "amount": "5.00", "decision": "APPROVE", "level": "MANAGER",
    "assurance": "OS_USER", "note": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("login", "os_user", "words"),
    [
        ("mara", "mara", None),
        ("mara", "bill", "run it as the operating-system user mara"),
        ("bill", "bill", "was prepared as operating-system user bill"),
        ("kim", "kim", "kim has a key in users.csv and must sign"),
        ("eve", "eve", "eve is not in the users.csv of that month"),
        ("gone", "gone", "gone is not in the users.csv of that month"),
    ],
)
def test_who_may_vouch_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str, os_user: str, words: str | None) -> None:
    monkeypatch.setattr(Month, "office", lambda *_: (USERS, Policy()))
    journal = Journal(tmp_path / "ledger" / str(PERIOD))
    journal.append("adjustment", {"cells": {"source_record_id": "d1"}}, Actor("bill", "bill", "2026-11-06T11:00:00+00:00"))
    journal.append("approval", GIVEN, Actor(login, os_user, "2026-11-06T12:00:00+00:00"))

    found = [str(each) for each in approval_troubles(Month(Workspace(tmp_path), PERIOD, journal))]

    assert len(found) == (words is not None)
    assert all(f"ledger/{PERIOD}/journal.jsonl:2: approval of d1: " in each and str(words) in each for each in found)
