"""A journal is read as it was written, to the byte, and begins with the opening of its month."""

import json
from pathlib import Path

import pytest

from billing.errors import ReconciliationError
from billing.periods import Period
from pipelines.journal import Actor, Journal
from pipelines.verify import verify_period
from pipelines.workspace import Workspace
from tests.e2e.program import cotbill
from tests.e2e.world import write_feed_text, write_world

BO = Actor("bo", "root", "2026-11-06T12:00:00+00:00")
USAGE = """
source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom
U1,D7580001,2026-10-01,2026-10-31,VS10,3,USER_MONTH
"""


def test_a_line_end_of_another_kind_is_another_journal(tmp_path: Path) -> None:
    folder = tmp_path / "ledger" / "2026-10"
    for word in ("opened", "run"):
        Journal(folder).append(word, {}, BO)
    path = folder / "journal.jsonl"

    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n", 1))

    with pytest.raises(ReconciliationError, match=r"journal\.jsonl:1: is not as it was written"):
        Journal(folder)


def test_a_journal_as_of_an_event_knows_nothing_later(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = journal.append("opened", {}, BO)
    second = journal.append("run", {}, BO)

    then = journal.as_of(1)

    assert (then.head, then.knows(second.hash), [event.kind for event in then.of("opened", "run")]) == (first.hash, False, ["opened"])
    assert journal.head == second.hash


def test_an_adjustment_entered_before_the_first_run_comes_before_the_opening(tmp_path: Path) -> None:
    root = write_world(tmp_path / "w", settings="expected_feeds = []\n")
    write_feed_text(root, "usage", "2026-10", USAGE)
    words = ["--type", "DEBIT", "--amount", "5.00", "--no-line-because", "by letter", "--billing-number", "D7580001", "--rate-code", "VS10",
             "--stream", "usage", "--reason-code", "OTHER", "--support", "T-1"]  # fmt: skip
    assert cotbill("adjust", "2026-10", *words, "-w", str(root)).code == 3

    assert cotbill("run", "2026-10", "--as-of", "2026-11-06", "-w", str(root)).code in {0, 3}

    lines = (root / "ledger" / "2026-10" / "journal.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["adjustment", "opened", "run"]
    assert list(verify_period(Workspace(root), Period.parse("2026-10"))) == []
