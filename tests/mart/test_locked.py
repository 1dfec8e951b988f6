"""Queries stay inside the mart: no file, network, setting, secret or disk is reached, and one that runs away can be stopped."""

import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest

import pipelines.mart_door
from billing.errors import InputError
from pipelines.mart_door import answer, open_mart
from pipelines.workspace import Workspace
from tests.e2e.program import cotbill
from tests.house.tree import ROOT

REFUSED = (
    # files out
    "copy fact_charge to '{w}/leak.csv'", "copy (select 1) to '{w}/leak.parquet' (format parquet)", "copy (select 1) to '/dev/stdout'",
    "export database '{w}/leak'", "explain analyze copy (select 1) to '{w}/leak.csv'",
    # files in
    "from read_csv('{w}/secret.csv')", "select * from read_parquet('{w}/secret.csv')", "from read_text('{w}/secret.csv')",
    "from read_blob('{w}/secret.csv')", "from read_json('{w}/secret.csv')", "from read_ndjson_objects('{w}/secret.csv')",
    "from glob('{w}/*')", "from sniff_csv('{w}/secret.csv')", "from '{w}/secret.csv'", "select * from 'secret.csv'",
    'select * from "{w}/secret.csv"', "from query_table('{w}/secret.csv')", "from query('from read_text(''{w}/secret.csv'')')",
    "from parquet_metadata('{w}/secret.csv')", "copy fact_charge from '{w}/secret.csv'", "import database '{w}/leak'",
    "from read_duckdb('{w}/other.duckdb')", "select (select content from read_text('{w}/secret.csv'))",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{w}/secret.csv'')'))",
    # the network
    "from 'https://192.0.2.1/x.parquet'", "from read_csv('http://192.0.2.1/x.csv')", "from read_parquet('s3://bucket/x.parquet')",
    # other databases and extensions
    "attach '{w}/other.duckdb' as o", "attach ':memory:' as o", "detach cotbill", "install httpfs", "load httpfs", "load json",
    "load '{w}/x.duckdb_extension'", "force install spatial", "update extensions", "from sqlite_scan('{w}/x', 'y')",
    "from duckdb_extensions()",
    # settings, secrets, the machine
    "set enable_external_access = true", "set lock_configuration = false", "set allowed_directories = ['/']", "set variable x = 1",
    "set temp_directory = '{w}'", "set memory_limit = '100GB'", "reset memory_limit", "reset enable_external_access", "pragma version",
    "pragma enable_profiling", "pragma database_list", "pragma table_info('fact_charge')", "use memory", "select getenv('HOME')",
    "create secret s (type s3, key_id 'a', secret 'b')", "create persistent secret s (type http)", "from duckdb_secrets()",
    "from which_secret('s3://a', 's3')", "call enable_logging()", "call enable_profiling()", "select write_log('x')",
    # changes
    "create table x as select 1", "create temp table x as select 1", "create temp view x as select 1",
    "create or replace view v_agency as select 1",
    "create macro m() as 1", "create schema s", "create sequence s", "create type t as enum ('a')",
    "create index i on fact_charge (amount)",
    "insert into dim_period select * from dim_period", "update fact_charge set amount = 0", "delete from fact_charge",
    "truncate fact_charge",
    "merge into dim_period using dim_period as d on true when matched then delete", "drop table fact_charge", "drop view v_agency",
    "alter table fact_charge add column x int", "comment on table fact_charge is 'x'", "vacuum", "analyze",
    "with x as (delete from dim_period returning *) from x", "copy from database cotbill to memory",
    # the connection
    "begin", "commit", "rollback", "prepare p as select 1", "execute p", "deallocate p", "call pragma_version()", "checkpoint",
    "force checkpoint", "from checkpoint()", "from \"force_checkpoint\"('cotbill')",
    # the same, written so that nobody sees it
    "from /* a */ duckdb_secrets /* b */ ()", "from duckdb_secrets/*/* c */*/()", "from duckdb_secrets -- d\n ()", "from checkpoint/**/()",
    "select write_log/**/('x')", "from query('from duckdb_sec' || 'rets()')", "from \"query\" ('from check' || 'point()')",
    "from json_execute_serialized_sql(json_serialize_sql('from duckdb_sec' || 'rets()'))", "from truncate_duckdb_logs()",
    # what Python holds
    "select * from text", "select * from home", "select * from statements", "from arrow_scan(1, 1, 1)", "from pandas_scan(1)",
    "select * from sys", "select * from connection",
    # several, none, nonsense
    "select 1; select 2", "select 1; drop table fact_charge", "select 1; copy (select 1) to '{w}/leak.csv'", ";", "-- nothing", "selec 1",
    "from nowhere", "select", "connect", "kill 1",
)  # fmt: skip


def contents(root):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def beside(tmp_path_factory, sample):
    """A folder of what a query must not reach."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "secret.csv").write_text("secret\nUNSEEN\n")
    (folder / "x.duckdb_extension").write_bytes(b"x")
    (folder / "other.duckdb").write_bytes((sample / "mart" / "cotbill.duckdb").read_bytes())
    return folder


@pytest.mark.parametrize("statement", REFUSED)
def test_a_statement_that_is_no_query_of_the_mart_is_refused_in_one_line(sample, beside, statement, monkeypatch):
    monkeypatch.chdir(beside)
    before = contents(beside)
    mart = (sample / "mart" / "cotbill.duckdb").read_bytes()

    ended = cotbill("sql", statement.replace("{w}", str(beside)), "-w", str(sample))

    assert ended.code in {2, 10}, ended
    assert ended.out == ""
    assert ended.err.startswith("cotbill: ")
    assert ended.err.count("\n") == 1
    assert "; " in ended.err
    assert "UNSEEN" not in ended.err
    assert contents(beside) == before
    assert (sample / "mart" / "cotbill.duckdb").read_bytes() == mart


def test_the_corpus_is_large_and_each_statement_is_in_it_once():
    assert len(REFUSED) == len(set(REFUSED)) >= 100


def test_nothing_at_all_was_written_by_the_refused_statements(sample):
    before = contents(sample)
    folders = sorted(path for path in sample.rglob("*") if path.is_dir())

    for statement in REFUSED:
        cotbill("sql", statement.replace("{w}", str(sample)), "-w", str(sample))

    assert contents(sample) == before
    assert sorted(path for path in sample.rglob("*") if path.is_dir()) == folders


@pytest.mark.parametrize(
    "query",
    [
        "select 1", "from dim_period", "with x as (select 1) from x", "describe fact_charge", "show tables", "summarize dim_period",
        "explain select 1", "pivot dim_period on status using count(*)", "values (1)", "select fy(date '2026-07-01')",
        "select 'copy to; drop table' as words", "/* read_csv */ select 1 -- attach", "from bill('D0121001', '2026-10')",
    ],
)  # fmt: skip
def test_what_only_reads_the_mart_is_answered(sample, query):
    assert cotbill("sql", query, "-w", str(sample)).code == 0


def test_a_query_that_needs_more_memory_than_it_may_have_ends_and_spills_nowhere(sample, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipelines.mart_door, "MEMORY", "64MiB")
    before = contents(sample)

    with open_mart(Workspace(sample)) as connection, pytest.raises(InputError, match="needs more than 64MiB of memory; let it"):
        answer(connection, "from range(60000000) order by hash(range)")

    assert contents(sample) == before
    assert list(tmp_path.iterdir()) == []


def test_a_query_of_more_rows_than_can_be_shown_ends_before_they_are_made(sample):
    ended = cotbill("sql", "from range(100000000000)", "-w", str(sample))

    assert ended.code == 10
    assert ended.err == "cotbill: the query gives more than 1,000,000 rows; narrow it, or open the mart with DuckDB itself\n"


RUNAWAYS = (
    "select count(*) from range(2000000000000) where range % 7 = 3",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
    # DuckDB looks for no interrupt in the middle of this one
    "select count(*) from fact_charge a, fact_charge b, fact_charge c where a.amount + b.amount + c.amount = 1",
)


@pytest.mark.parametrize("query", RUNAWAYS)
def test_a_query_that_runs_away_ends_at_control_c(sample, query):
    start = "import sys; sys.argv[0] = 'cotbill'; print('up', flush=True); from pipelines.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", start, "sql", query, "-w", str(sample)], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "up\n"
        time.sleep(4)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()

    assert (process.returncode, out, err) == (130, "", "cotbill: interrupted; nothing was half-written\n")
    assert time.monotonic() - begun < 10
