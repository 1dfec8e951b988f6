"""What lies beside the mart: written with it, the same bytes each time, and true of it."""

import json
import re

import duckdb
import pytest

from reports.mart_papers import dictionary, identity, package, papers, papers_stand, refers, write_papers
from reports.mart_schema import MART
from reports.mart_views import macros, queries, views
from tests.e2e.program import cotbill, query

NAME = re.compile(r"[-a-z0-9._/]+")
TYPES = {"string", "number", "integer", "boolean", "date", "datetime"}


def test_a_run_writes_the_papers_beside_the_mart(sample):
    assert {str(path.relative_to(sample / "mart")) for path in (sample / "mart").rglob("*") if path.is_file()} == {
        "cotbill.duckdb", *papers(),
    }  # fmt: skip
    assert all((sample / "mart" / name).read_bytes() == data for name, data in papers().items())


def test_papers_that_are_right_are_not_touched_and_others_are_made_right(tmp_path):
    write_papers(tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "dictionary.md").write_text("spoilt")
    (tmp_path / "queries" / "largest_lines.sql").unlink()
    (tmp_path / "queries" / "own.sql").write_text("select 1")
    stood = papers_stand(tmp_path)

    write_papers(tmp_path)

    after = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    changed = {path.name for path, node in after.items() if before.get(path) != node}
    assert (stood, papers_stand(tmp_path)) == (False, True)
    assert changed == {"dictionary.md", "largest_lines.sql", "own.sql"}


def test_a_run_that_has_nothing_to_do_puts_a_lost_paper_back(sample):
    lost = sample / "mart" / "datapackage.json"
    mart = (sample / "mart" / "cotbill.duckdb").read_bytes()
    lost.unlink()

    assert cotbill("run", "2026-10", "-w", str(sample), "--as-of", "2026-11-06").code == 3

    assert lost.read_bytes() == papers()["datapackage.json"]
    assert len(mart) > 0


def test_the_dictionary_holds_every_table_column_view_macro_and_question():
    text = dictionary()

    for table in (*MART.values(), *views()):
        part = text.split(f"### {table.name}\n", 1)[1].split("\n#", 1)[0]
        shown = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", part, re.MULTILINE)
        assert shown == [(column.name, column.sql_type, column.comment.replace("|", "\\|")) for column in table.columns], table.name
    assert all(f"`{macro.name}{macro.arguments}`" in text for macro in macros())
    assert all(each.question in text for each in queries())


def test_mart_prints_the_dictionary_and_what_the_file_holds(sample):
    assert cotbill("mart", "--dictionary", "-w", str(sample)).out == dictionary()

    told = cotbill("mart", "-w", str(sample)).err
    body = json.loads(cotbill("mart", "-w", str(sample), "--json").out)
    assert "(2026-09 OPEN, 2026-10 OPEN)" in told
    assert body["months"] == [{"period": "2026-09", "status": "OPEN"}, {"period": "2026-10", "status": "OPEN"}]
    assert {each["table"] for each in body["tables"]} == set(MART)
    assert {each["view"] for each in body["views"]} == {view.name for view in views()}
    assert len(body["macros"]) == 3
    assert {each["query"] for each in body["queries"]} == {each.name for each in queries()}
    assert all(each["comment"] for kind in ("tables", "views", "macros") for each in body[kind])


def problems(body):
    """What of a data package is not as version 1 of the standard wants it."""
    found = [name for name in ("name", "resources") if not body.get(name)]
    if not NAME.fullmatch(body.get("name", "")):
        found.append("name")
    fields = {each.get("name"): {f.get("name") for f in each.get("schema", {}).get("fields", [])} for each in body["resources"]}
    if len(fields) != len(body["resources"]):
        found.append("two resources of one name")
    for each in body["resources"]:
        missing = [f"{each.get('name')}: no {name}" for name in ("name", "path", "schema", "profile") if not each.get(name)]
        if missing:
            found += missing
            continue
        if not NAME.fullmatch(each["name"]) or each["path"].startswith(("/", "..")):
            found.append(f"{each['name']}: name or path")
        schema = each["schema"]
        if not schema.get("fields") or len(fields[each["name"]]) != len(schema["fields"]):
            found.append(f"{each['name']}: fields")
        found += [f"{each['name']}.{f.get('name')}" for f in schema["fields"] if not f.get("name") or f.get("type") not in TYPES]
        if not set(schema.get("primaryKey", [])) <= fields[each["name"]]:
            found.append(f"{each['name']}: primaryKey")
        for key in schema.get("foreignKeys", []):
            other = key["reference"]
            is_known = set(key["fields"]) <= fields[each["name"]] and set(other["fields"]) <= fields.get(other["resource"], set())
            if not is_known or len(key["fields"]) != len(other["fields"]):
                found.append(f"{each['name']}: foreignKeys")
    return found


def test_the_data_package_has_all_that_the_standard_wants():
    body = json.loads(papers()["datapackage.json"])

    assert problems(body) == []
    assert [each["dialect"]["table"] for each in body["resources"]] == [*MART, *(view.name for view in views())]
    assert {each["path"] for each in body["resources"]} == {"cotbill.duckdb"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("name"), lambda body: body["resources"][0].pop("path"),
        lambda body: body["resources"][1]["schema"]["primaryKey"].append("nowhere"),
        lambda body: body["resources"][0]["schema"]["fields"][0].update(type="money"),
        lambda body: body["resources"].append(body["resources"][0]),
        lambda body: next(r for r in body["resources"] if r["name"] == "fact-split")["schema"]["foreignKeys"][0]["reference"].update(
            resource="nowhere"
        ),
    ],
)  # fmt: skip
def test_the_check_of_the_data_package_sees_what_is_wrong(spoil):
    body = json.loads(papers()["datapackage.json"])

    spoil(body)

    assert problems(body) != []


@pytest.mark.parametrize("table", [table for table in MART.values() if identity(table)], ids=lambda table: table.name)
def test_a_declared_key_names_one_row_and_is_never_empty(sample, table):
    key = ", ".join(f'"{name}"' for name in identity(table))
    empty = " or ".join(f'"{name}" is null' for name in identity(table))

    assert query(sample, f'select {key} from "{table.name}" group by all having count(*) > 1') == []
    assert query(sample, f'select count(*) from "{table.name}" where {empty}') == [(0,)]


REFERENCES = [(table.name, *reference) for table in MART.values() for reference in refers(table)]


@pytest.mark.parametrize(("table", "names", "other", "theirs"), REFERENCES, ids=lambda value: value if isinstance(value, str) else "-")
def test_a_declared_reference_leads_somewhere_in_every_row(sample, table, names, other, theirs):
    same = " and ".join(f't."{name}" = o."{their}"' for name, their in zip(names, theirs, strict=True))
    whole = " and ".join(f't."{name}" is not null' for name in names)

    lost = query(sample, f'select count(*) from "{table}" as t where {whole} and not exists (from "{other}" as o where {same})')

    assert lost == [(0,)]
    key = ", ".join(f'"{name}"' for name in theirs)
    assert query(sample, f'select {key} from "{other}" group by all having count(*) > 1') == []


def test_types_of_the_package_are_those_of_the_file(sample):
    with duckdb.connect(str(sample / "mart" / "cotbill.duckdb"), read_only=True) as connection:
        for each in package()["resources"]:
            found = [(row[0], row[1]) for row in connection.execute(f'describe "{each["dialect"]["table"]}"').fetchall()]
            assert found == [(field["name"], field["sqlType"]) for field in each["schema"]["fields"]], each["name"]
