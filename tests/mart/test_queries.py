"""The questions that ship: each runs on the sample's months, gives rows or says what none means, and no inexact figure."""

import json
import re

import duckdb
import pytest

from reports.mart_views import queries
from tests.e2e.program import cotbill

# what these two months of the sample have nothing of; each says in its head what an empty answer means
EMPTY = {"disputes_open", "interface_documents", "numbers_without_use"}


def test_there_are_at_least_twenty_four_questions_each_asked_in_words():
    assert len(queries()) >= 24
    assert all(re.fullmatch(r"[A-Z][^?]+\?", query.question) for query in queries())
    assert len({query.question for query in queries()}) == len(queries())


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)
def test_a_question_is_answered_on_the_sample_s_months(sample, query):
    ended = cotbill("sql", "--name", query.name, "-w", str(sample), "--json")

    assert ended.code == 0, ended.err
    rows = json.loads(ended.out)
    if query.name in EMPTY:
        assert rows == []
    else:
        assert rows
    assert rows or query.note.startswith("Empty where"), "an empty answer needs a word of why"


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)
def test_no_question_is_answered_with_a_float_and_a_percentage_says_it_is_rounded(sample, query):
    with duckdb.connect(str(sample / "mart" / "cotbill.duckdb"), read_only=True) as connection:
        columns = [(item[0], str(item[1])) for item in connection.execute(query.text).description]

    assert [name for name, kind in columns if kind in {"DOUBLE", "FLOAT", "HUGEINT"}] == []
    assert [name for name, _ in columns if "percent" in name and not name.endswith(("_rounded", "_pct"))] == []


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)
def test_two_runs_of_a_question_give_the_same_rows_in_the_same_order(sample, query):
    answers = []
    for threads in (1, 4):
        with duckdb.connect(str(sample / "mart" / "cotbill.duckdb"), read_only=True, config={"threads": threads}) as connection:
            answers.append(connection.execute(query.text).fetchall())

    assert answers[0] == answers[1]


def test_the_list_names_every_question(sample):
    listed = cotbill("sql", "--list").out

    assert all(query.name in listed and query.question in listed for query in queries())
    assert [each["query"] for each in json.loads(cotbill("sql", "--list", "--json").out)] == [query.name for query in queries()]


def test_a_question_is_printed_above_its_answer_and_why_there_is_none(sample):
    answered = cotbill("sql", "--name", "do_the_totals_agree", "-w", str(sample))
    empty = cotbill("sql", "--name", "disputes_open.sql", "-w", str(sample))

    assert answered.err == "Do charges, funding splits and invoices of each month come to the same cents?\n"
    assert answered.out.count("True") == 2
    assert empty.err.endswith("Empty where nothing is disputed.\n")


@pytest.mark.parametrize("words", [("--name", "no_such"), ("--name", "../views/v_agency"), ("select 1", "--name", "largest_lines")])
def test_a_query_that_does_not_ship_is_refused(sample, words):
    ended = cotbill("sql", *words, "-w", str(sample))

    assert ended.code == 2
    assert ended.err.count("\n") == 1
