"""Texts that mean harm come out as text: nothing is fetched, nothing is embedded, nothing hangs, and odd letters are told."""

import time
from dataclasses import replace

import page
import polars as pl
import pytest

from reports.invoice import Options, SomeFailedError, render_invoices
from reports.invoice.paper_findings import paper_findings
from reports.invoice.render import jobs
from reports.press.letters import fit
from reports.press.printing import pdf, press_hash
from reports.press.statement import machine
from tests.reports.bill import many_invoices, month_bill
from tests.reports.hostile import HOSTILE
from tests.reports.kinds import lines_bill, named
from tests.reports.tagged import Tagged, attachments

CREDIT = "COT-2026-10-3000001-01"


@pytest.fixture
def fetched(monkeypatch):
    """Every address the renderer asks for."""
    asked = []
    kind = type(machine(None).fetcher)
    plain = kind.fetch
    monkeypatch.setattr(kind, "fetch", lambda self, url, headers=None: asked.append(url) or plain(self, url, headers))
    return asked


def job_of(bill, number):
    (job,) = jobs(bill, bill.invoices.filter(pl.col("invoice_no").str.contains(number)), Options())
    return job


def test_the_corpus_is_large_enough():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 50


def test_hostile_lines_are_printed_as_their_text_and_nothing_else_happens(fetched):
    bill = lines_bill(*[("usage", f"RC{place:02d}", text, "1.25") for place, text in enumerate(HOSTILE)])
    job = job_of(bill, "1000002")
    start = time.process_time()

    data = pdf(job)

    assert time.process_time() - start < 5
    assert [url for url in fetched if not url.startswith("data:image/svg+xml;base64,")] == []
    assert list(attachments(Tagged(data).reader)) == [job.attachments[0].name]
    assert data.count(b"/EmbeddedFile/") == 1
    rows = {row.below[0].text: [cell.text for cell in row.below] for row in Tagged(data).root.all("TR") if row.below[0].text.isdigit()}
    for place, text in enumerate(HOSTILE, start=1):
        assert rows[str(place)][2].split() == (fit(text, 110) or f"RC{place - 1:02d}").split()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_names(fetched, text):
    bill = named(lines_bill(("usage", "VS100", "Server", "1.25")), text)
    job = job_of(bill, "1000002")
    start = time.process_time()

    data = pdf(job)

    assert time.process_time() - start < 5
    assert [url for url in fetched if not url.startswith("data:image/svg+xml;base64,")] == []
    assert list(attachments(Tagged(data).reader)) == [job.attachments[0].name]
    told = "".join(Tagged(data).root.text.split())
    assert "$1.25" in told
    assert "".join(fit(text, 90).split()) in told


def test_hostile_texts_leave_the_file_conforming():
    bill = named(lines_bill(*[("usage", f"RC{place:02d}", text, "1.25") for place, text in enumerate(HOSTILE)]), "".join(HOSTILE[40:50]))

    data = pdf(job_of(bill, "1000002"))

    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(data, profile=profile).failures == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain", "plain"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("tab\tand\nline", "tab and line"),
        ("a\u0000b", "a[U+0000]b"),
        ("\ud800", "[U+D800]"),
        ("e\u0301", "é"),
        ("Łódź", "Łódź"),
        ("中", "[U+4E2D]"),
        ("non\u00a0breaking", "non breaking"),
    ],
)
def test_what_cannot_be_printed_stands_as_its_code(text, printed):
    assert fit(text, 90) == printed


def test_odd_letters_are_findings_before_anything_is_rendered():
    bill = lines_bill(("usage", "VS100", "Server \u202e 中", "1.25"), ("usage", "VS101", "Fine — ligature “fi”", "1.25"))

    (found,) = paper_findings(bill)["COT-2026-10-1000002-01"]

    assert str(found) == "COT-2026-10-1000002-01 line 1: description holds U+202E, U+4E2D, which cannot be printed"


def test_an_invoice_that_the_renderer_warns_of_fails_by_name_and_the_others_go_on(tmp_path):
    own = tmp_path / "templates"
    own.mkdir()
    from reports.templating import TEMPLATES

    template = (TEMPLATES / "invoice.html.j2").read_text(encoding="utf-8")
    bad = '{% if view.head.number == "3000001" %}<img src="file:///etc/hostname" alt="x">{% endif %}</body>'
    (own / "invoice.html.j2").write_text(template.replace("</body>", bad), encoding="utf-8")
    bill = month_bill(history=0)

    with pytest.raises(SomeFailedError, match=CREDIT) as caught:
        render_invoices(bill, tmp_path / "out", options=Options(templates=own))

    assert {each.invoice_no for each in caught.value.rendered} == set(bill.invoices["invoice_no"]) - {CREDIT}
    assert sorted(path.name for path in (tmp_path / "out").glob("*.pdf")) == sorted(
        f"{each.invoice_no}.pdf" for each in caught.value.rendered
    )


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="asset:../invoice.css" alt="x">', '<img src="asset:none.png" alt="x">', '<a href="#nowhere">x</a>',
        '<p style="colr:red">x</p>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title><image href="file:///etc/hostname"/></svg>',
    ],
)  # fmt: skip
def test_a_template_of_ones_own_that_asks_for_what_is_not_there_fails(tmp_path, markup):
    from reports.templating import TEMPLATES

    template = (TEMPLATES / "invoice.html.j2").read_text(encoding="utf-8").replace("</body>", f"{markup}</body>")
    (tmp_path / "invoice.html.j2").write_text(template, encoding="utf-8")

    with pytest.raises(SomeFailedError, match=CREDIT):
        render_invoices(month_bill(history=0), tmp_path / "out", only={CREDIT}, options=Options(templates=tmp_path))


def test_templates_styles_looks_and_logos_of_the_workspace_go_before_the_bundled_ones(tmp_path):
    from reports.templating import TEMPLATES

    template = (TEMPLATES / "invoice.html.j2").read_text(encoding="utf-8")
    (tmp_path / "invoice.html.j2").write_text(
        template.replace('">Invoice</h1>', '">Rechnung</h1><img src="asset:logo.svg" alt="Seal">'), encoding="utf-8"
    )
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    (tmp_path / "detail.toml").write_text("accent = [0, 90, 60]\ntext_size = 1000\n")
    bill = month_bill(history=0)

    (own,) = render_invoices(bill, tmp_path / "own", only={CREDIT}, options=Options(templates=tmp_path))
    (ours,) = render_invoices(bill, tmp_path / "ours", only={CREDIT})

    assert own.sha256 != ours.sha256
    tagged = Tagged(own.path.read_bytes())
    assert "Rechnung" in tagged.root.text
    assert "Seal" in [each.facts["alt"] for each in tagged.root.all("Figure")]


@pytest.mark.parametrize("line", ["ink = 3", "ink = [1, 2]", "colour = [1, 2, 3]", "text_size = 5", "text_size = ", "gap = 1.5"])
def test_a_wrong_look_is_named(tmp_path, line):
    (tmp_path / "detail.toml").write_text(line)

    with pytest.raises(SomeFailedError, match=r"detail\.toml"):
        render_invoices(month_bill(history=0), tmp_path / "out", only={CREDIT}, options=Options(templates=tmp_path))


def test_a_job_that_kills_its_worker_is_named_and_the_others_are_printed(tmp_path, monkeypatch):
    from reports.press import pool as pools
    from tests.reports.deadly import print_or_die

    monkeypatch.setattr(pools, "print_one", print_or_die)
    month = many_invoices(6, 1)
    deadly = month.invoices["invoice_no"].sort()[2]
    month = replace(month, lines=month.lines.with_columns(
        description=pl.when(pl.col("invoice_no") == deadly).then(pl.lit("kill the worker")).otherwise(pl.col("description"))
    ))  # fmt: skip

    with pytest.raises(SomeFailedError, match=f"{deadly} cannot be rendered: the worker died") as caught:
        render_invoices(month, tmp_path, workers=2)

    assert len(caught.value.rendered) == 5


def test_names_that_cannot_be_printed_are_findings_of_the_invoices_head():
    bill = named(lines_bill(("usage", "VS100", "Server", "1.25")), "中 Office")

    found = [str(each) for each in paper_findings(bill)["COT-2026-10-1000002-01"] if each.line == 0]

    assert found == [f"COT-2026-10-1000002-01: {column} holds U+4E2D, which cannot be printed" for column in ("name", "agency_name")]


def test_a_changed_logo_renders_the_invoice_anew(tmp_path):
    options, bill = Options(templates=tmp_path), month_bill(history=0)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="{}" height="9"/></svg>'
    reused = []
    for width in (9, 9, 5):
        (tmp_path / "logo.svg").write_text(drawing.format(width))
        press_hash.cache_clear()  # as in a program started anew
        reused += [each.reused for each in render_invoices(bill, tmp_path / "out", only={CREDIT}, options=options)]

    assert reused == [False, True, False]
