"""The files come to the batch when they are read back: CSV, XML under its schema, control file, fixed widths."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from billing.errors import InputError, ReconciliationError
from billing.interface import Batch, documents
from reports.interface import COLUMNS, interface_files
from reports.interface_checks import check_csv, check_xml
from reports.interface_templates import SHIPPED, amount, cdata, digits, text
from tests.interface.months import PERIOD, POLICY, POSTED_ON, month, tables

ALL = ("csv", "xml", "fixed")
PARTS = [
    ("D7580001", "VS10", 1, "0100", "0001", "100.10"), ("D7580001", "VS10", 2, "6400", "0001", "40.00"),
    ("D7580001", "NT40", 1, "0100", "0001", "-30.25"), ("J0390001", "PT10", 1, "0200", "0002", "7.77"),
]  # fmt: skip
# record -> field, width; written down again here, in the order of the layout
WIDTHS = {
    "B": (("kind", 4), ("org", 3), ("number", 6), ("day", 8), ("documents", 6), ("lines", 6), ("total", 14)),
    "D": (
        ("kind", 4), ("org", 3), ("number", 11), ("day", 8), ("fiscal_period", 2), ("fy", 2), ("bfy", 2), ("action", 1), ("event", 4),
        ("total", 14), ("invoice", 30), ("rfed", 11), ("comment", 30),
    ),
    "L": (
        ("number", 11), ("party", 1), ("line", 2), ("side", 2), ("fund", 4), ("agency", 3), ("unit", 4), ("appr", 9), ("activity", 4),
        ("object", 4), ("sub_object", 2), ("function", 10), ("program", 10), ("category", 4), ("job", 8), ("amount", 14), ("from", 8),
        ("to", 8), ("comment", 30),
    ),
}  # fmt: skip


def journal(parts=None, **more):
    return documents(*month(parts or PARTS), tables(), PERIOD, POLICY, POSTED_ON, **more).journal


def records(data):
    """The fixed-width records cut by the table above."""
    found = []
    for line in data.decode().splitlines():
        fields, at = {"record": line[0]}, 1
        for name, width in WIDTHS[line[0]]:
            fields[name] = line[at : at + width].strip()
            at += width
        assert len(line) == at
        found.append(fields)
    return found


def test_the_canonical_csv_has_the_published_columns_and_balances():
    data = interface_files(journal(), ("csv",), None)["gl_interface.csv"]

    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["fy"], rows[0]["period"], rows[0]["invoice_date"]) == ("2027", "5", "2026-11-06")
    for doc in {row["doc_id"] for row in rows}:
        mine = [row for row in rows if row["doc_id"] == doc]
        debits, credits_ = (sum(Decimal(row["amount"]) for row in mine if row["dr_cr"] == side) for side in ("DR", "CR"))
        assert debits == credits_ > 0
    assert all(Decimal(row["amount"]) > 0 and len(row["description"]) <= 60 for row in rows)


def test_the_xml_is_what_the_shipped_schema_demands_and_comes_to_its_control_file():
    files = interface_files(journal(), ALL, None)
    tree = etree.fromstring(files["iet.xml"])

    etree.XMLSchema(etree.fromstring((SHIPPED / "iet.xsd").read_bytes())).assertValid(tree)
    control = dict(line.rstrip(";").split(" = ") for line in files["iet.inf"].decode().splitlines())
    sums = [Decimal(found) for found in tree.xpath("//IET_DOC_ACTG/LN_AM/text()")]
    assert control["NewMmarsTransCount"] == str(len(tree.findall("AMS_DOCUMENT"))) == "4"
    assert Decimal(control["NewMmarsTransDollarAmount"]) == sum(sums) == Decimal("178.12")
    assert sum(map(Decimal, tree.xpath("//IET_DOC_VEND/LN_AM/text()"))) == sum(sums)
    assert (control["NewMmarsBatchID"], control["NewMmarsBatchDeptCode"]) == ("COT-2026-10-01", "079")


def test_fixed_width_records_are_cut_by_the_table_of_widths_and_come_to_the_batch():
    found = records(interface_files(journal(), ALL, None)["journal_fixed.txt"])

    batch, papers, lines = ([row for row in found if row["record"] == kind] for kind in "BDL")
    assert (len(batch), len(papers), len(lines)) == (1, 4, 8)
    assert batch[0] == {"record": "B", "kind": "IET", "org": "079", "number": "261001", "day": "20261106", "documents": "000004",
                        "lines": "000008", "total": "178.12"}  # fmt: skip
    assert sum(Decimal(row["total"]) for row in papers) == Decimal(batch[0]["total"])
    for paper in papers:
        sides = [
            sum(Decimal(row["amount"]) for row in lines if (row["number"], row["side"]) == (paper["number"], side)) for side in ("DR", "CR")
        ]
        assert sides == [Decimal(paper["total"])] * 2
    assert {(row["fund"], row["agency"], row["object"]) for row in lines if row["party"] == "S"} <= {
        ("6400", "079", revenue) for revenue in ("R401", "R402", "R403")
    }


@pytest.mark.parametrize(("count", "fits"), [(99, True), (100, False)])
def test_a_two_digit_line_number_is_never_cut(count, fits):
    from dataclasses import replace

    parts = [("D7580001", "VS10", n + 1, "0100", f"{n:04d}", "1.00") for n in range(count)]
    found = documents(*month(parts), tables(), PERIOD, replace(POLICY, max_lines=999), POSTED_ON).journal

    if fits:
        assert records(interface_files(found, ALL, None)["journal_fixed.txt"])[-1]["line"] == "99"
    else:
        with pytest.raises(InputError, match=r"^journal_fixed\.txt: '100' does not fit a field of 2 characters; widen it"):
            interface_files(found, ALL, None)


def test_a_document_that_stands_for_another_names_it_in_every_format():
    lines, splits, invoices = month(PARTS[:1])
    old = pl.DataFrame({"charge_id": ["C00000"], "seq": [1], "rfed_doc_code": ["IET"], "rfed_doc_id": ["COT26100001"]})
    found = documents(lines, splits, invoices, tables(), PERIOD, POLICY, POSTED_ON, batch=Batch(2, 5, "RESEND"), replaces=old).journal

    files = interface_files(found, ALL, None)

    tree = etree.fromstring(files["iet.xml"])
    assert tree.xpath("//RFED_DOC_ID/text()") == ["COT26100001"]
    assert tree.xpath("//AMS_DOCUMENT/@DOC_ID") == ["COT26100005"]
    assert [row["rfed"] for row in records(files["journal_fixed.txt"]) if row["record"] == "D"] == ["COT26100001"]


HOSTILE = ["<X>&\"'", "]]>", "]]]]>>", "A&AMP;B"]


@pytest.mark.parametrize("value", HOSTILE)
def test_codes_that_look_like_markup_stay_text(value):
    found = journal().with_columns(pl.when(pl.col("party") == "BUYER").then(pl.lit(value)).otherwise("unit").alias("unit"))
    found = found.with_columns(pl.when(pl.col("party") == "SELLER").then(pl.lit(value)).otherwise("department").alias("department"))

    tree = etree.fromstring(interface_files(found, ("xml",), None)["iet.xml"])

    assert set(tree.xpath("//IET_DOC_ACTG/UNIT_CD/text()")) == {value}
    assert set(tree.xpath("//AMS_DOCUMENT/@DOC_DEPT_CD")) == {value}
    assert etree.fromstring(f"<a>{cdata(value)}</a>").text == value


def test_text_that_a_spreadsheet_would_run_is_guarded_in_the_csv_and_amounts_are_not():
    found = journal().with_columns(program=pl.lit("=1+1"), activity=pl.lit("@A"))

    rows = list(csv.DictReader(io.StringIO(interface_files(found, ("csv",), None)["gl_interface.csv"].decode())))

    assert {(row["program"], row["activity"]) for row in rows} == {("'=1+1", "'@A")}


@pytest.mark.parametrize("formats", [("csv",), ("xml",), ("fixed",), ALL])
def test_the_same_batch_gives_the_same_bytes_and_the_csv_goes_with_each_format(formats):
    found = journal()

    files = interface_files(found, formats, None)

    assert files == interface_files(found.sample(fraction=1, shuffle=True, seed=3), formats, None)
    assert "gl_interface.csv" in files


def test_a_template_of_the_workspace_takes_the_place_of_the_shipped_one(tmp_path: Path):
    (tmp_path / "iet.inf").write_text("count={{ batch.document_count }}\n")

    files = interface_files(journal(), ("xml",), tmp_path)

    assert files["iet.inf"] == b"count=4\n"
    assert files["iet.xml"] == interface_files(journal(), ("xml",), None)["iet.xml"]


@pytest.mark.parametrize(
    ("name", "body", "line"),
    [
        ("iet.inf", "{{ batch.nothing }}", "iet.inf: cannot be filled: "),
        ("iet.inf", "a\n{% for %}", "iet.inf:2: cannot be filled: "),
        ("iet.inf", "{{ 1 + 'a' }}", "iet.inf: cannot be filled: "),
        ("iet.inf", "{{ batch.__class__.__mro__ }}", "iet.inf: cannot be filled: "),
        ("iet.xsd", "<nonsense/>", "iet.xsd: is no XML schema"),
    ],
)
def test_a_template_that_cannot_be_filled_is_one_line(tmp_path: Path, name, body, line):
    (tmp_path / name).write_text(body)

    with pytest.raises(InputError) as refused:
        interface_files(journal(), ("xml",), tmp_path)
    assert str(refused.value).startswith(line)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{% for doc in documents %}", "{% for doc in documents[1:] %}"),  # a document is lost
        ('DOC_ID="{{ doc.doc_id }}"', 'DOC_ID="cot1"'),
        ("<LN_AM>{{ line.amount | plain | cdata }}</LN_AM>\n<BFY>", "<LN_AM>1.00</LN_AM>\n<BFY>"),
        ("{{ line.amount | plain | cdata }}", "0.00"),
        ("<DOC_BFY>{{ doc.bfy | cdata }}</DOC_BFY>\n", ""),
    ],
)
def test_an_xml_that_does_not_come_to_the_batch_is_not_handed_out(tmp_path: Path, old, new):
    shipped = (SHIPPED / "iet.xml").read_text()
    assert old in shipped
    (tmp_path / "iet.xml").write_text(shipped.replace(old, new))

    with pytest.raises(ReconciliationError):
        interface_files(journal(), ("xml",), tmp_path)


def test_one_changed_cent_or_lost_line_of_a_finished_file_is_found():
    found = journal()
    files = interface_files(found, ALL, None)
    schema = (SHIPPED / "iet.xsd").read_bytes()

    with pytest.raises(ReconciliationError, match="does not balance"):
        check_csv(files["gl_interface.csv"].replace(b"100.10", b"100.11", 1), found)
    with pytest.raises(ReconciliationError, match="lines of 8"):
        check_csv(b"\n".join(files["gl_interface.csv"].splitlines()[:-2]), found)
    twice = [line for line in files["gl_interface.csv"].splitlines() if b"COT26100001" in line]
    with pytest.raises(ReconciliationError, match="has 10 lines of 8"):
        check_csv(b"\n".join([*files["gl_interface.csv"].splitlines(), *twice]), found)
    with pytest.raises(ReconciliationError, match="schema"):
        check_xml(files["iet.xml"].replace(b"CDATA[7.77", b"CDATA[-7.77"), schema, found)
    with pytest.raises(ReconciliationError, match=r"iet\.xml"):
        check_xml(files["iet.xml"].replace(b"CDATA[7.77", b"CDATA[7.78"), schema, found)
    with pytest.raises(ReconciliationError, match="schema"):
        check_xml(files["iet.xml"][:-30], schema, found)


@pytest.mark.parametrize(("value", "width"), [("ABCDE", 4), ("Ä", 4), ("A\nB", 4)])
def test_a_value_that_does_not_fit_its_field_is_refused_not_cut(value, width):
    with pytest.raises(InputError, match="does not fit"):
        text(value, width)


def test_figures_are_filled_up_on_the_left():
    assert (digits(7, 3), amount(Decimal("1.50"), 7), text(None, 2)) == ("007", "   1.50", "  ")
