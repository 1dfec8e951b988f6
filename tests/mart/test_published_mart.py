"""The mart at each publication: views and macros are there, and month by month comes to the same as all at once."""

from dataclasses import replace

import duckdb
import pytest

from billing.periods import Period
from reports.mart import Kept, publish
from reports.mart_frames import REFERENCE, newest_first
from reports.mart_views import MACRO_ORDER, VIEW_ORDER, statements, views
from tests.house.tree import ROOT, python
from tests.mart import older_client
from tests.reports.bill import Month, fill_month, month_bill


def defined(path):
    """All that is defined in a file: kind, name, meaning, text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(
            "select 'view', view_name, comment, sql from duckdb_views() where not internal"
            " union all select 'macro', function_name, comment, macro_definition from duckdb_functions() where not internal"
            " union all select 'column', table_name || '.' || column_name, comment, data_type from duckdb_columns() where not internal"
            " order by all"
        ).fetchall()


def shown(path):
    """Every row of every view."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return {view.name: sorted(map(repr, connection.table(view.name).fetchall())) for view in views()}


@pytest.fixture(scope="module")
def bills():
    found = []
    for back in (2, 1):
        month = Month(Period(2026, 10).shift(-back))
        fill_month(month, back)
        found.append(month.bill())
    return [*found, month_bill()]


@pytest.fixture(scope="module")
def references(bills):
    parts = [bill.tables for bill in reversed(bills)]
    return {name: newest_first(name, [tables[source] for tables in parts]) for name, source in REFERENCE.items()}


@pytest.mark.parametrize("anew", [False, True])
def test_views_and_macros_are_at_each_publication_as_in_a_mart_made_at_once(bills, references, tmp_path, anew):
    path = tmp_path / "m.duckdb"
    done = publish(bills[:1], path)
    names = [{name for kind, name, *_ in defined(path) if kind != "column"}]
    for number, bill in enumerate(bills[1:], 1):
        first = bill if number < 2 else replace(bill, exceptions=bill.exceptions.head(1))
        stay = tuple(other.period for other in bills[:number])
        for each, gone in ((first, ()), (bill, (bill.period,))):
            done = publish([each], path, kept=Kept(done.stamp, done.figures, stay, gone, anew), references=references)
            names.append({name for kind, name, *_ in defined(path) if kind != "column"})

    whole = publish(bills, tmp_path / "whole.duckdb")

    assert names == [{*VIEW_ORDER, *MACRO_ORDER}] * len(names)
    assert defined(path) == defined(whole.path)
    assert shown(path) == shown(whole.path)
    assert any(shown(path).values())


def test_a_mart_whose_views_were_lost_or_spoilt_has_them_again_after_the_next_month(bills, references, tmp_path):
    path = tmp_path / "m.duckdb"
    publish(bills[:2], path)
    right = defined(path)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create or replace view v_agency as select 1 as x")
        connection.execute("drop macro fy")
        for statement in statements():
            connection.execute(statement)

    assert defined(path) == right


def test_no_number_that_was_called_is_in_any_view(bills, tmp_path):
    path = publish(bills, tmp_path / "m.duckdb").path

    assert "5025550188123" not in repr(shown(path))
    assert "5025550188123" in repr(bills[2].exceptions.rows())


def test_the_client_that_proves_older_versions_reads_every_thing_with_this_one(sample, capsys):
    found = older_client.read(str(sample / "mart" / "cotbill.duckdb"))

    assert {name for kind, name, *_ in found if kind == "view"} == set(VIEW_ORDER)
    assert {name for kind, name, *_ in found if kind == "macro"} == set(MACRO_ORDER)
    assert all(columns > 0 for _, _, columns, _ in found)


def test_the_older_client_needs_nothing_of_ours():
    ran = python("-c", "import sys; import older_client; print([n for n in sys.modules if n.split('.')[0] in ('reports', 'billing')])",
                 PYTHONPATH=str(ROOT / "tests" / "mart"))  # fmt: skip

    assert ran.stdout == "[]\n", ran.stderr
