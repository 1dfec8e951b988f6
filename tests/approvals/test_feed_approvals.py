"""Approvals that come with a feed: read strictly, and the forged and stale ones held."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from billing.approval_audit import GIVEN, audit_approvals
from billing.errors import BillingError, ReconciliationError
from billing.frames import FINDINGS, conform
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from inputs.approvals_file import read_approvals
from inputs.record_hashes import record_hashes
from tests.approvals.office import EDITED, SEEN, people, user
from tests.core.frames import day
from tests.inputs.make import ROWS, lines, printed, put
from tests.inputs.test_workbook import sheet

FILE, APPROVALS = "adjustments_2026-10_001.csv", "adjustments_2026-10_001.approvals.csv"
HEADER = "adjustment_id,user,level,at,content_hash\n"
AT = "2026-10-21T09:00:00-04:00"
SHAPE = {
    "feed": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "source_record_id": pl.String(),
    "billing_number": pl.String(), "agency_code": pl.String(), "original_agency": pl.String(), "amount": pl.Decimal(38, 2),
    "adj_type": pl.String(), "prepared_by": pl.String(), "prepared_at": pl.String(), "start_date": pl.Date(),
    "content_sha256": pl.String(),
}  # fmt: skip


def record(dollars: str = "-450.00", **more: Any) -> dict[str, Any]:
    return {
        "feed": "adjustments", "source_file": FILE, "source_line": 2, "source_record_id": "ADJ-1", "billing_number": "N1",
        "agency_code": "758", "original_agency": None, "amount": Decimal(dollars), "adj_type": "CREDIT", "prepared_by": "bill",
        "prepared_at": "2026-10-20T10:00:00-04:00", "start_date": day("2026-09-01"), "content_sha256": SEEN, **more,
    }  # fmt: skip


def given(login: str, level: str, **more: Any) -> dict[str, Any]:
    return {
        "adjustment_id": "ADJ-1", "user": login, "level": level, "at": AT, "content_hash": SEEN, "source_file": APPROVALS,
        "source_line": 2, "feed_file": FILE, **more,
    }  # fmt: skip


def audited(records: list[dict[str, Any]], approvals: list[dict[str, Any]]) -> list[tuple[str, str]]:
    office = people(user("Bill2", "MANAGER", name="name OF  bill"), user("short", "MANAGER", approve_limit="100.00"))
    numbered = [{**each, "source_line": place} for place, each in enumerate(approvals, start=2)]
    rows, frame = pl.DataFrame(records, schema=SHAPE), pl.DataFrame(numbered, schema=GIVEN)
    found = conform(audit_approvals(rows, frame, office, Period.parse("2026-10"), Policy()), FINDINGS)
    assert set(found["severity"].to_list()) <= {"HOLD"}
    assert set(found["amount"].to_list()) <= {each["amount"] for each in records}
    return list(found.select("code", "message").rows())


@pytest.mark.parametrize(
    ("dollars", "more", "approvals"),
    [
        ("-450.00", {}, [given("mara", "MANAGER")]),
        ("-450.00", {}, [given("mara", "MANAGER", content_hash=None)]),  # no hash: lower assurance, no finding
        ("-100.00", {}, [given("lea", "LEAD")]),
        ("-9000.00", {}, [given("finn", "FINANCE"), given("mara", "MANAGER")]),
        ("-9000.00", {}, [given("mara", "MANAGER")]),  # one is still missing: that stops the close, it holds nothing
        ("-450.00", {}, [given("mara", "MANAGER"), given("finn", "FINANCE")]),  # one more than needed
        ("-450.00", {}, [given("mara", "MANAGER", at="2026-10-20T14:00:00Z")]),  # the instant it was prepared
        ("-450.00", {"agency_code": "100"}, [given("host", "MANAGER")]),
        ("-450.00", {"agency_code": None}, [given("host", "MANAGER")]),
        ("-450.00", {}, []),
        ("-450.00", {}, [given("nobody", "MANAGER", feed_file="adjustments_2026-10_002.csv")]),  # of another file
    ],
)
def test_honest_approvals_hold_nothing(dollars: str, more: dict[str, Any], approvals: list[dict[str, Any]]) -> None:
    assert audited([record(dollars, **more)], approvals) == []


WHERE = f"({APPROVALS}:2); have another person approve"
AGAIN = f"({APPROVALS}:2); approve it again"


@pytest.mark.parametrize(
    ("dollars", "more", "approval", "said"),
    [
        ("-450.00", {}, given("bill", "BILLER"), f"bill prepared it and may not approve it {WHERE}"),
        (
            "-450.00", {}, given("Bill2", "MANAGER"),
            f"Bill2 prepared it as bill (same person by name or key) and may not approve it {WHERE}",
        ),
        ("-450.00", {}, given("nobody", "MANAGER"), f"user nobody is unknown {WHERE}"),
        ("-450.00", {}, given("gone", "MANAGER"), f"user gone is not in force on 2026-10-21 {WHERE}"),
        ("-450.00", {}, given("lea", "LEAD"), f"lea may not approve it as LEAD: MANAGER or FINANCE is needed {WHERE}"),
        ("-450.00", {}, given("lea", "MANAGER"), f"lea is no MANAGER but LEAD: MANAGER or FINANCE is needed {WHERE}"),
        ("-450.00", {}, given("short", "MANAGER"), f"ADJ-1 of -450.00 is over the limit of 100.00 of short {WHERE}"),
        ("-450.00", {}, given("host", "MANAGER"), f"host is of agency 758 and may not approve for it {WHERE}"),
        ("-450.00", {"agency_code": "100", "original_agency": "758"}, given("host", "FINANCE"),
         f"host is of agency 758 and may not approve for it {WHERE}"),
        ("-5.00", {"start_date": day("2026-06-30")}, given("lea", "LEAD"),
         f"lea may not approve it as LEAD: MANAGER and FINANCE is needed {WHERE}"),
        ("-5.00", {"adj_type": "WRITE_OFF"}, given("lea", "LEAD"),
         f"lea may not approve it as LEAD: MANAGER and FINANCE is needed {WHERE}"),
    ],
)  # fmt: skip
def test_a_forged_approval_holds_its_adjustment(dollars: str, more: dict[str, Any], approval: dict[str, Any], said: str) -> None:
    assert audited([record(dollars, **more)], [approval]) == [("J003", said)]


@pytest.mark.parametrize(
    ("approval", "said"),
    [
        (given("mara", "MANAGER", content_hash=EDITED), f"ADJ-1 changed after mara approved it {AGAIN}"),
        (
            given("mara", "MANAGER", at="2026-10-20T13:59:59Z"),
            f"approval is older than ADJ-1, prepared at 2026-10-20T10:00:00-04:00 {AGAIN}",
        ),
    ],
)
def test_a_stale_approval_holds_its_adjustment(approval: dict[str, Any], said: str) -> None:
    assert audited([record()], [approval]) == [("J004", said)]


def test_a_stale_approval_is_no_signature_that_bars_the_fresh_one() -> None:
    old = given("mara", "MANAGER", at="2026-10-20T13:59:59Z")

    assert [code for code, _said in audited([record()], [old, given("mara", "MANAGER")])] == ["J004"]


def test_each_code_is_found_once_a_record_with_its_first_bad_approval() -> None:
    bad = [given("mara", "MANAGER", content_hash=EDITED), given("bill", "BILLER"), given("nobody", "MANAGER")]

    found = audited([record(), record(source_line=3, source_record_id="ADJ-2")], bad)

    assert [code for code, _said in found] == ["J003", "J004"]
    assert found[0][1].startswith("bill prepared it")


def test_a_record_without_its_hash_is_an_error_of_ours() -> None:
    with pytest.raises(ReconciliationError):
        audited([record(content_sha256=None)], [given("mara", "MANAGER")])


def written(folder: Path, text: str, rows: list[dict[str, str]] | None = None) -> tuple[Path, Path]:
    feed = put(folder, "adjustments", "\n".join(lines(rows or [ROWS["adjustments"]])) + "\n")
    path = folder / APPROVALS
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path, feed


def test_an_approvals_file_is_read_in_any_column_order(tmp_path: Path) -> None:
    text = f"user,adjustment_id,at,level,content_hash\nmara,J-1,{AT},MANAGER,{'A' * 64}\nfinn,J-1,{AT},FINANCE,\n"

    frame = read_approvals(*written(tmp_path, text))

    assert conform(frame, GIVEN).rows() == [
        ("J-1", "mara", "MANAGER", AT, "a" * 64, APPROVALS, 2, FILE),
        ("J-1", "finn", "FINANCE", AT, None, APPROVALS, 3, FILE),
    ]


def test_an_approvals_file_with_its_header_alone_is_empty(tmp_path: Path) -> None:
    assert conform(read_approvals(*written(tmp_path, HEADER)), GIVEN).height == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["1: F005: is empty, it has no header; send a file with at least the header"]),
        ("adjustment_id,user,level,at\n", ["1: F005: column 'content_hash' is missing; add it to the header"]),
        (HEADER.replace("user", "usr"), ["1:2: F005: column 'usr' is not in the layout; did you mean 'user'"]),
        (HEADER.replace("\n", ",note\n"), ["1:6: F005: column 'note' is not in the layout; remove it"]),
        (HEADER + f"J-1,,MANAGER,{AT},\n", ["2:2: F006: user: expected text of at most 200 characters, found nothing; ROW"]),
        (HEADER + f"J-1,mara,manager,{AT},\n", [
            "2:3: F006: level: expected an upper-case code without blanks around it of at most 64 characters, found 'manager'; ROW",
        ]),
        (HEADER + "J-1,mara,MANAGER,2026-10-21 09:00,\n", [
            "2:4: F006: at: expected a time that exists with its offset, as 2026-03-14T09:02:11-04:00, found '2026-10-21 09:00'; ROW",
        ]),
        (HEADER + f"J-1,mara,MANAGER,{AT},{'g' * 64}\n", [
            f"2:5: F006: content_hash: expected the 64 hex digits of a SHA-256, found '{'g' * 60}…'; ROW",
        ]),
        (HEADER + f"J-1,mara,MANAGER,{AT},abc\n", [
            "2:5: F006: content_hash: expected the 64 hex digits of a SHA-256, found 'abc'; ROW",
        ]),
        (HEADER + f"J-1,mara,MANAGER,{AT}\n", ["2: F006: row has 4 columns, the header has 5; ROW"]),
        (HEADER + f'"J-1,mara,MANAGER,{AT},\n', ["2: F006: row quotes are not balanced; ROW"]),
        (HEADER + f"J-1,ma\x07ra,MANAGER,{AT},\n", ["2:2: F006: row holds the character U+0007, which has no place in a text; ROW"]),
        (HEADER + f"J-9,mara,MANAGER,{AT},\n", [
            "2:1: F006: adjustment 'J-9' is not in adjustments_2026-10_001.csv; correct it or remove the row",
        ]),
        (HEADER + f"J-1,mara,MANAGER,{AT},\nJ-1,mara,FINANCE,{AT},\n", [
            "3:2: F006: mara approves 'J-1' twice, first in line 2; keep one",
        ]),
        (HEADER + f"J-1,,MANAGER,{AT},\n,mara,MANAGER,{AT},\n", [
            "2:2: F006: user: expected text of at most 200 characters, found nothing; ROW",
            "3:1: F006: adjustment_id: expected text of at most 64 characters, found nothing; ROW",
        ]),
    ],
)  # fmt: skip
def test_each_fault_of_an_approvals_file_is_one_clear_line(tmp_path: Path, text: str, said: list[str]) -> None:
    from inputs.suspense import ROW_FIX

    with pytest.raises(BillingError) as error:
        read_approvals(*written(tmp_path, text))

    assert printed(error.value) == (10, [f"{APPROVALS}:{line.replace('ROW', ROW_FIX)}" for line in said])


def test_a_hopeless_approvals_file_is_cut_short(tmp_path: Path) -> None:
    with pytest.raises(BillingError) as error:
        read_approvals(*written(tmp_path, HEADER + f"J-1,,MANAGER,{AT},\n" * 30))

    assert len(printed(error.value)[1]) == 21
    assert printed(error.value)[1][-1] == f"{APPROVALS}: F006: and 10 more faults; correct these first"


def _by_hand(row: dict[str, str]) -> str:
    names = [column.name for column in FEEDS["adjustments"].columns]
    own = {"source_record_id": row.get("adjustment_id", ""), **row}
    return hashlib.sha256("\x1f".join(own.get(name, "") for name in names).encode()).hexdigest()


def test_the_hash_is_of_the_fields_as_received_in_layout_order(tmp_path: Path) -> None:
    plain = ROWS["adjustments"]
    turned = dict(reversed({**plain, "adjustment_id": "J-2", "amount": "-450", "rate": "150.00", "quantity": "3"}.items()))

    hashes = record_hashes(put(tmp_path, "adjustments", "\n".join(lines([plain])) + "\n"))
    other = record_hashes(put(tmp_path, "adjustments", "\n".join(lines([turned])) + "\n", sequence=2))

    assert hashes.rows() == [(FILE, 2, "J-1", _by_hand(plain))]
    assert other["content_sha256"].to_list() == [_by_hand(turned)]  # -450 is not -450.00: what was approved is the text


def test_a_workbook_and_a_csv_of_the_same_record_have_the_same_hash(tmp_path: Path) -> None:
    row = {**ROWS["adjustments"], "service_from": "2026-10-01"}
    text = record_hashes(put(tmp_path, "adjustments", "\n".join(lines([row])) + "\n"))

    cells: list[object] = [day(value) if name == "service_from" else value for name, value in row.items()]
    other = record_hashes(put(tmp_path, "adjustments", sheet([list(row), cells]), suffix="xlsx", sequence=2))

    assert other["content_sha256"].to_list() == text["content_sha256"].to_list() == [_by_hand(row)]
