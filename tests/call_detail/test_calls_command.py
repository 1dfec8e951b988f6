"""`cotbill calls`: who gets which file, what the journal keeps, and that a planted number is nowhere else, byte by byte."""

import csv
import json
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from billing.periods import Period
from pipelines.journal import Journal
from reports.catalogue import CATALOGUE
from reports.write import sha256
from tests.call_detail.unpacked import page, texts
from tests.call_detail.world import BILLED, CANARIES, CLERK, MANAGER, NUMBER, PERIOD, open_office
from tests.e2e.program import Ended, cotbill, query
from tests.verify.world import Office, copy_of, remove

WHY = ("--reason", "the agency asks about its bill")
RELEASE = ("calls", NUMBER, PERIOD, "--unmasked", "--for", MANAGER, *WHY)
LIST = "call_id,number,field,code,reason\n"
CODE = "KRS 61.878(1)(a)"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = open_office(tmp_path_factory.mktemp("calls"))
    office("run", PERIOD, "--as-of", "2026-11-06", user="bo")
    office.close(Period.parse(PERIOD), "2026-11-06")
    return office


@pytest.fixture
def office(closed: Office, tmp_path: Path) -> Iterator[Office]:
    yield copy_of(closed, tmp_path)
    remove(tmp_path / "world")


def folder(office: Office) -> Path:
    return office.root / "out" / PERIOD / "calls"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def released(office: Office) -> list[dict[str, object]]:
    return [event.data for event in Journal(office.root / "ledger" / PERIOD).of("calls-released")]


def listed(office: Office, *entries: str) -> str:
    path = office.root.parent / "list.csv"
    path.write_text(LIST + "".join(f"{entry}\n" for entry in entries), "utf-8")
    return str(path)


def test_masked_calls_need_nobody_and_come_to_the_bill(office: Office) -> None:
    ended = office("calls", NUMBER, PERIOD, "--json")

    found = rows(folder(office) / f"{NUMBER}.csv")
    billed = query(office.root, "select sum(amount) from fact_charge where stream = 'long_distance' and invoice_no is not null")[0][0]
    assert sum(Decimal(row["amount"]) for row in found) == billed == Decimal(json.loads(ended.out)["amount"])
    assert [row["to_number"] for row in found if row["kind"] == "CALL"] == ["1212736XXXX", "XXX", "1312222XXXX"]
    assert released(office) == []


def test_the_files_are_their_owners_alone_in_a_teams_workspace_too(office: Office) -> None:
    office.root.chmod(0o2770)
    for path in (office.root / "out", office.root / "out" / PERIOD, office.root / "ledger"):
        path.chmod(0o2770)

    office(*RELEASE, user="bo")

    assert stat.S_IMODE(folder(office).stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder(office).iterdir()} == {0o600}


def test_whole_numbers_go_to_who_answers_for_the_bill_and_the_journal_says_so(office: Office) -> None:
    office(*RELEASE, user="bo")

    path = folder(office) / f"{NUMBER}-unmasked.csv"
    (event,) = released(office)
    assert BILLED in [row["to_number"] for row in rows(path)]
    assert (event["for"], event["reason"], event["agency_code"], event["edition"]) == (MANAGER, WHY[1], "758", "UNMASKED")
    assert event["files"] == {path.name: sha256(path.read_bytes())}
    assert office("verify", PERIOD).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--unmasked", "--for", CLERK, *WHY), 14, "is no contact of agency 758 that may see its calls"),
        (("--unmasked", "--for", "al.former@example.org", *WHY), 14, "is no contact of agency 758"),  # no longer in force
        (("--unmasked", "--for", "jus.tice@example.org", *WHY), 14, "is no contact of agency 758"),  # of another agency
        (("--unmasked", "--for", MANAGER), 2, "give --reason"),
        (("--unmasked", *WHY), 2, "give --for"),
        (("--unmasked", "--for", MANAGER, "--reason", "who called 502-564-1234"), 2, "--reason holds what looks like a telephone number"),
        (("--unmasked", "--redact", __file__, "--for", MANAGER, *WHY), 2, "two different files"),
        (("--unmasked", "--for", MANAGER, *WHY, "--user", "nobody"), 14, "'nobody' is not a user"),
    ],
)
def test_whole_numbers_are_refused_to_everybody_else(office: Office, words: tuple[str, ...], code: int, said: str) -> None:
    ended = office("calls", NUMBER, PERIOD, *words, ends=(code,))

    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert released(office) == []
    assert not folder(office).exists()


@pytest.mark.parametrize(("number", "period", "code"), [("X999", PERIOD, 2), (NUMBER, "2026-01", 12), (NUMBER, "2026-13", 12)])
def test_a_number_or_month_without_calls_is_refused(office: Office, number: str, period: str, code: int) -> None:
    ended = cotbill("calls", number, period, "-w", str(office.root))

    assert ended.code == code, ended
    assert not folder(office).exists()


def test_numbers_of_a_month_that_is_not_issued_are_not_given_out(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    office("run", PERIOD, "--as-of", "2026-11-06", user="bo")

    assert "2026-10 is OPEN; numbers are given out of an issued bill alone" in office(*RELEASE, ends=(12,)).err
    assert office("calls", NUMBER, PERIOD).code == 0


def test_a_dry_run_writes_nothing(office: Office) -> None:
    before = (office.root / "ledger" / PERIOD / "journal.jsonl").read_bytes()

    ended = office(*RELEASE, "--dry-run", "--json")

    assert json.loads(ended.out)["written"] is False
    assert (office.root / "ledger" / PERIOD / "journal.jsonl").read_bytes() == before
    assert not folder(office).exists()


def test_a_redacted_file_has_codes_and_an_index_of_what_was_withheld(office: Office) -> None:
    given = listed(office, f",{BILLED},,{CODE},personal privacy", f"L5,,destination,{CODE},personal privacy")

    ended = office("calls", NUMBER, PERIOD, "--redact", given, "--for", "A. Requester", "--reason", "request 17", "--json")

    found = {row["call_id"]: row for row in rows(folder(office) / f"{NUMBER}-redacted.csv") if row["call_id"]}
    assert (found["L1"]["to_number"], found["L5"]["to_number"], found["L5"]["destination"]) == (CODE, "13122221234", CODE)
    assert [tuple(row.values())[:5] for row in rows(folder(office) / f"{NUMBER}-withheld.csv")] == [
        ("2", "L1", "to_number", CODE, "personal privacy"), ("4", "L5", "destination", CODE, "personal privacy"),
    ]  # fmt: skip
    facts = json.loads(ended.out)["withheld"]
    assert [(row["code"], row["fields"], row["calls"]) for row in facts] == [(CODE, 2, 2)]
    (event,) = released(office)
    assert event["withheld"] == facts
    assert event["list"] == sha256(Path(given).read_bytes())


def test_a_list_with_a_slip_of_the_pen_gives_nothing_out(office: Office) -> None:
    given = listed(office, f"L9,,to_number,{CODE},why", f",{BILLED[:-1]}9,,{CODE},why")

    ended = office("calls", NUMBER, PERIOD, "--redact", given, "--for", "A. Requester", "--reason", "request 17", ends=(10,))

    assert ended.err.splitlines() == [
        "list.csv:2: F006: there is no call L9; correct the id", "list.csv:3: F006: the number matches no call; correct it",
    ]  # fmt: skip
    assert released(office) == []
    assert not folder(office).exists()


def test_the_same_calls_give_the_same_bytes(office: Office) -> None:
    office("calls", NUMBER, PERIOD)
    first = {path.name: path.read_bytes() for path in folder(office).iterdir()}
    office("calls", NUMBER, PERIOD)

    assert {path.name: path.read_bytes() for path in folder(office).iterdir()} == first


def test_a_planted_number_is_nowhere_but_in_the_ledgers_records_and_the_file_given_out(office: Office) -> None:
    said = [*_everything(office), office(*RELEASE, user="bo")]
    said.append(cotbill("calls", BILLED, PERIOD, "-w", str(office.root)))  # a number where a billing number belongs

    assert [ended for ended in said if _tells(ended)] == []
    papers = [office.root / "out" / PERIOD / "reports" / f"close-{PERIOD}.{kind}" for kind in ("pdf", "xlsx", "html")]
    assert [path.name for path in papers if not path.is_file()] == []
    assert NUMBER in page(papers[2].read_bytes())  # so that its data are seen at all
    allowed = {f"out/{PERIOD}/calls/{NUMBER}-unmasked.csv"}
    found = {name for name, text in texts(office.root) if any(canary in text for canary in CANARIES)}
    stages = {name for name in found if name.endswith(".parquet")}
    assert found - stages == allowed
    assert {name.split("/")[0] for name in stages} == {"ledger"}
    assert {name.rsplit("/", 1)[1].split(".")[-3] for name in stages} <= {
        "records",
        "suspense",
        "long_distance",
    }  # the calls themselves: read, held, carried over


def _tells(ended: Ended) -> bool:
    return any(canary in ended.out + ended.err for canary in CANARIES)


def _everything(office: Office) -> list[Ended]:
    """Every command that could show a call, and the files it writes."""
    anything = tuple(range(15))
    commands = [
        ("check", PERIOD), ("plan", PERIOD), ("exceptions", PERIOD), ("exceptions", PERIOD, "--json"), ("invoices", PERIOD),
        ("reports", PERIOD), ("interface", PERIOD), ("explain", "L1"), ("explain", "L2", "--json"), ("explain", "L3"), ("calendar", PERIOD),
        ("approvals", PERIOD), ("diff", PERIOD, PERIOD), ("verify",), ("mart",), ("sql", "select * from fact_call"),
        ("calls", NUMBER, PERIOD, "--json"),
        *[("reports", PERIOD, "--only", name, "--json") for name in CATALOGUE],
    ]  # fmt: skip
    return [office(*words, ends=anything) for words in commands]
