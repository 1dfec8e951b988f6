"""What may go wrong around the program: a broken ledger, mart, lock, folder or word; one line each, and a way on."""

import fcntl
import json
import shutil
import subprocess
import sys
from decimal import Decimal

import pytest

from tests.e2e.program import cotbill
from tests.e2e.world import write_feed_text, write_world

PERIOD = "2026-10"
AS_OF = ("--as-of", "2026-11-06")
USAGE = """
source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,description
U1,D7580001,2026-10-01,2026-10-31,VS10,3,USER_MONTH,=cmd|calc
U2,D7580001,2026-10-01,2026-10-31,NOPE,3,USER_MONTH,
U0,D7580001,2026-10-01,2026-10-31,VS10,0,USER_MONTH,
"""
CALLS = """
call_id,source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,direction
X1,CARRIER,5025641234,5025641234,12125550100,2026-10-14T09:02:11-04:00,62,true,OUT
X2,CARRIER,5025641234,5025641234,12125550177,2026-10-14T09:02:11-04:00,0,false,OUT
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("ran") / "w", settings="expected_feeds = []\n")
    write_feed_text(root, "usage", PERIOD, USAGE)
    write_feed_text(root, "long_distance", PERIOD, CALLS)
    assert cotbill("run", PERIOD, "-w", str(root), *AS_OF).code == 3
    return root


@pytest.fixture
def root(ran, tmp_path):
    return shutil.copytree(ran, tmp_path / "a[1]*b é")


def one_line(ended, code: int, words: str):
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert ended.err.startswith("cotbill: ")
    assert words in ended.err
    assert "; " in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("text", ['{"as', "", "[]", "{}", "\x00", "[" * 100_000])
def test_a_broken_manifest_of_the_ledger_is_named_and_made_anew_by_a_run(root, text):
    (root / "ledger" / PERIOD / "manifest.json").write_text(text)

    one_line(cotbill("exceptions", PERIOD, "-w", str(root)), 13, "make it anew with `cotbill run 2026-10`")
    assert cotbill("run", PERIOD, "-w", str(root), *AS_OF).code == 3
    assert cotbill("exceptions", PERIOD, "-w", str(root)).code == 3


@pytest.mark.parametrize("spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:-1] + b"?"), lambda p: p.write_bytes(b"")])
def test_a_broken_stage_file_is_named_and_made_anew_by_a_run(root, spoil):
    for path in (root / "ledger" / PERIOD / "stages").glob("month.lines.*"):
        spoil(path)

    one_line(cotbill("explain", "U1", "-w", str(root)), 13, "make it anew with `cotbill run 2026-10`")
    assert cotbill("run", PERIOD, "-w", str(root), *AS_OF).code == 3
    assert cotbill("explain", "U1", "-w", str(root)).code == 0


@pytest.mark.parametrize("text", ['{"as', "[]", "{}", "\x00"])
@pytest.mark.parametrize("name", ["published.json", "invoices.json"])
def test_a_broken_note_of_what_was_published_is_made_anew(root, name, text):
    (root / "ledger" / PERIOD / name).write_text(text)

    assert cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-07").code == 3


@pytest.mark.parametrize("data", [b"", b"x" * 5000])
def test_a_broken_mart_is_named_and_made_anew_by_a_run(root, data):
    place = root / "mart" / "cotbill.duckdb"
    place.chmod(0o600)
    place.write_bytes(data)

    for words in (("mart",), ("sql", "select 1")):
        one_line(cotbill(*words, "-w", str(root)), 1, "make it anew")
    assert cotbill("run", PERIOD, "-w", str(root), *AS_OF).code == 3
    assert cotbill("mart", "-w", str(root)).code == 0


def test_a_manifest_that_is_a_folder_is_refused_in_run_as_in_check(root):
    place = root / "inbox" / PERIOD / "usage_2026-10_001.manifest.json"
    place.unlink()
    place.mkdir()

    ended = cotbill("run", PERIOD, "-w", str(root), *AS_OF)

    assert (ended.code, ended.err) == (10, "usage_2026-10_001.manifest.json: is not a regular file; put a plain file there\n")


def test_the_second_of_two_runs_names_the_holder(root):
    with (root / "ledger" / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps({"command": "run 2026-10", "user": "jo", "host": "bill1", "pid": 4711}))
        file.flush()

        one_line(cotbill("run", PERIOD, "-w", str(root)), 1, "in use by `run 2026-10` of jo on bill1, process 4711; wait")


@pytest.mark.parametrize("day", ["foo", "2026-11-31", "20261106", "2026-W45-5", "9999-12-31", "0001-01-01", ""])
@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_day_that_is_no_date_is_wrong_usage(root, command, day):
    words = (command, PERIOD, "-w", str(root)) if command == "run" else (command, str(root.parent / "d"))

    one_line(cotbill(*words, "--as-of", day), 2, "is not a date; write it as 2026-11-06")


def test_every_kind_of_id_is_explained(root):
    def explained(name):
        ended = cotbill("explain", name, "-w", str(root), "--json")
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    charge = explained("U1")["charges"][0]
    assert (charge["amount"], charge["exact_amount"], charge["rate_source"]) == ("98.58", "98.580000000000", ["rates.csv:3"])
    assert explained(charge["charge_id"])["charges"] == [charge]
    assert explained(f"{charge['invoice_no']}/{charge['invoice_line_no']}")["charges"] == [charge]
    finding = explained("U2")["exceptions"][0]
    assert explained(finding["exception_id"])["exceptions"] == [finding]
    assert explained(finding["exception_id"][:9])["exceptions"] == [finding]
    assert [row["component"] for row in explained("X1")["charges"]] == ["CALLS"]
    assert explained("X2")["records"] == [{"source_file": "long_distance_2026-10_001.csv", "source_line": 3, "outcome": "BILLED"}]
    one_line(cotbill("explain", "X", "-w", str(root)), 2, "nothing has the id X")
    one_line(cotbill("explain", charge["invoice_no"] + "/" + "9" * 30, "-w", str(root)), 2, "nothing has the id")


SQL_REFUSED = (
    "select * from read_csv('{w}/cotbill.toml')", "select * from '{w}/cotbill.toml'", "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')", "select * from glob('/*')", "select * from read_parquet('x')",
    "select * from read_json('x')", "select * from sniff_csv('{w}/cotbill.toml')", "select * from query_table('{w}/x.csv')",
    "copy fact_charge to '{w}/leak.csv'", "copy (select 1) to '{w}/leak.parquet'", "export database '{w}/leak'",
    "import database '{w}/leak'", "attach '{w}/leak.db' as l", "attach ':memory:' as l", "install httpfs", "load httpfs",
    "load '{w}/x.duckdb_extension'", "set enable_external_access = true", "set lock_configuration = false",
    "set allowed_directories = ['/']", "reset enable_external_access", "pragma enable_profiling", "set global memory_limit = '1GB'",
    "create table x as select 1", "insert into fact_charge select * from fact_charge", "delete from fact_charge",
    "update fact_charge set amount = 0", "drop table fact_charge", "create view v as select 1",
    "create secret s (type s3, key_id 'a', secret 'b')", "select getenv('HOME')", "select * from names", "select * from text",
    "select", "select now()", "select * from nowhere",
)  # fmt: skip


def test_a_query_reaches_nothing_but_the_mart(root):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    for query in SQL_REFUSED:
        one_line(cotbill("sql", query.replace("{w}", "/tmp/cotbill-nowhere"), "-w", str(root)), 10, "; ")
    for query in ("select 1; select 2", "select 1; copy (select 1) to 'x.csv'", ";", "/* */", " "):
        one_line(cotbill("sql", query, "-w", str(root)), 2, "; write one")

    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_json_of_a_query_is_json_whatever_the_type_with_decimals_as_text(root):
    query = (
        "select 'nan'::double as n, 0::decimal(38,12) as z, 1 as a, 2 as a, map {date '2026-01-01': 1.50} as m, "
        "date '2026-01-02' as d, 'x'::blob as b"
    )

    ended = cotbill("sql", query, "-w", str(root), "--json")

    assert json.loads(ended.out, parse_constant=pytest.fail) == [
        {"n": "nan", "z": "0.000000000000", "a": 1, "a_2": 2, "m": {"2026-01-01": "1.50"}, "d": "2026-01-02", "b": "78"}
    ]


def test_text_that_a_spreadsheet_would_run_is_guarded_and_numbers_are_not(root):
    files = [*(root / "out").rglob("*.csv")]

    assert len(files) == 2
    assert all(",'=cmd|calc," in path.read_text() and ",=cmd" not in path.read_text() for path in files)


def test_a_terminal_without_our_letters_gets_all_the_same(root):
    ended = subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "--help"],
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path), "COLUMNS": "40"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "explain" in ended.stdout


def test_dry_runs_write_nothing(root):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    cost = root.parent / "focus.csv"
    cost.write_text(
        "BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,InvoiceIssuerName,ServiceName,"
        "SubAccountId,ChargeCategory\n0.125,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,"
        "Acme,Disk,123,Usage\n"
    )

    run = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-12-01", "--dry-run", "--json")
    assert run.code == 3
    assert json.loads(run.out)["total"] == str(Decimal("98.63"))
    assert cotbill("invoices", PERIOD, "-w", str(root), "--dry-run", "--json").code == 0
    focus = cotbill("adapt", "focus", str(cost), PERIOD, "-w", str(root), "--dry-run", "--json")
    assert focus.code == 3, focus.err
    assert json.loads(focus.out)["written"] is False
    demo = root.parent / "demo"
    assert cotbill("demo", str(demo), "--dry-run", "--json").code == 0
    assert cotbill("init", str(demo), "--sample", "--dry-run", "--json").code == 0

    assert not demo.exists()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
