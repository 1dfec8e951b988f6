"""What is read of the mart is what is recorded by now: after an approval, a reopening, a final word, with an older program's file."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from billing.periods import Period
from pipelines.mart_months import mart_is_current
from tests.e2e.program import cotbill, query
from tests.faults.handed_month import DAY, FINAL, INTERFACE, REOPEN, close_handed_month
from tests.faults.small_month import PERIOD, at_noon
from tests.faults.trial import tree
from tests.verify.world import Office, copy_of, remove

CREDIT = (
    "adjust", PERIOD, "--type", "CREDIT", "--amount", "-5.00", "--billing-number", "D7580001", "--stream", "usage", "--rate-code", "VS10",
    "--reason-code", "OTHER", "--no-line-because", "agreed", "--support", "T-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        at_noon(patch)
        yield close_handed_month(tmp_path_factory.mktemp("current"))


@pytest.fixture
def office(closed: Office, tmp_path: Path) -> Iterator[Office]:
    yield copy_of(closed, tmp_path)
    remove(tmp_path / "world")


def reopen(office: Office) -> None:
    office(*REOPEN)
    office.approve("mo", f"reopen-{PERIOD}")


def state(office: Office) -> str:
    return str(query(office.root, f"select status from dim_period where period = '{PERIOD}'")[0][0])


def test_a_month_is_open_in_the_mart_as_soon_as_it_is_reopened(office: Office) -> None:
    reopen(office)

    assert state(office) == "OPEN"


def test_a_month_is_final_in_the_mart_as_soon_as_it_is_final(office: Office) -> None:
    office(*FINAL)

    assert state(office) == "FINAL"


def test_a_run_of_a_reopened_month_keeps_the_documents_that_were_sent_of_it(office: Office) -> None:
    office(*INTERFACE)
    sent = query(office.root, "select doc_id, doc_line, amount, status from fact_journal order by all")
    reopen(office)

    office("run", PERIOD, "--as-of", DAY, user="bo")

    assert sent != []
    assert query(office.root, "select doc_id, doc_line, amount, status from fact_journal order by all") == sent


def test_reports_know_what_was_approved_since_the_last_run(office: Office) -> None:
    reopen(office)
    office(*CREDIT, user="bo")
    office("run", PERIOD, "--as-of", DAY, user="bo")
    office.approve("mo", *office.waiting(Period.parse(PERIOD)))

    rows = json.loads(office("reports", PERIOD, "--only", "R09", "--json").out)["sections"]["adjustments"]["rows"]

    assert [(row["approved_by"], row["approval_state"]) for row in rows] == [("mo", "APPROVED")]


def test_what_a_run_or_the_reports_note_of_themselves_makes_no_mart_old(office: Office) -> None:
    cotbill("reports", PERIOD, "--only", "R02", "-w", str(office.root))
    stamp = (office.root / "mart" / "cotbill.duckdb").stat()

    office("calls", "D7580001", PERIOD, "--unmasked", "--for", "mo.manager@example.org", "--reason", "asked", user="bo")
    cotbill("reports", PERIOD, "--only", "R02", "-w", str(office.root))

    assert mart_is_current(office.workspace)
    assert (office.root / "mart" / "cotbill.duckdb").stat() == stamp


@pytest.mark.parametrize("words", [("--only", "R02"), ("--format", "focus")])
def test_a_dry_run_of_reports_writes_nothing_at_all_though_the_mart_is_gone(office: Office, words: tuple[str, ...]) -> None:
    (office.root / "mart" / "cotbill.duckdb").unlink()
    (office.root / "ledger" / ".lock").unlink()
    before = tree(office.root)

    ended = office("reports", PERIOD, *words, "--dry-run")

    assert ended.code == 0
    assert tree(office.root) == before


def test_the_mart_of_an_older_program_is_made_anew_before_it_is_read(office: Office) -> None:
    mart, note = office.root / "mart" / "cotbill.duckdb", office.root / "ledger" / "mart.json"
    cotbill("reports", PERIOD, "--only", "R02", "-w", str(office.root))
    mart.chmod(0o644)
    with duckdb.connect(str(mart)) as connection:
        connection.execute("drop table fact_stock")
    told = mart.stat()
    stamp = f"{told.st_dev} {told.st_ino} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"
    old = {name: part for name, part in json.loads(note.read_text()).items() if name not in {"heads", "figures"}}
    note.write_text(json.dumps({**old, "code": "older", "stamp": stamp}))

    ended = cotbill("reports", PERIOD, "--only", "R17", "-w", str(office.root))

    assert ended.code == 0, ended
    assert query(office.root, "select count(*) from fact_stock") == [(0,)]
