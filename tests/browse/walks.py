"""Walks through the close page as people take them; each says in its name what must be so and returns a figure or nothing."""

import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from pypdf import PdfReader

from reports.figures import money
from reports.footing import total
from reports.published import Published
from tests.browse.driver import Browser

READY = "return document.documentElement.dataset.ready === 'yes'"
LINKS = "return [...document.querySelectorAll('#level table a.go')].map((link) => link.getAttribute('href'))"
TITLE = "return document.getElementById('level-title').textContent"
FOOT = "return [...document.querySelectorAll('#level table')[0].tFoot.rows[0].cells].map((cell) => cell.textContent)"
AXE = """const done = arguments[0];
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((found) => done(
  found.violations.map((one) => [one.impact, one.id, one.nodes.length, one.nodes[0].html.slice(0, 160)])));"""


def loaded(browser: Browser, page: Path, fragment: str = "") -> None:
    """The page open and its lines unpacked."""
    browser.open("about:blank")
    browser.open(page.as_uri() + fragment)
    browser.until(READY)


def at(browser: Browser, title: str) -> None:
    """Wait for a level."""
    browser.until("const at = document.getElementById('level-title'); return at && at.textContent.includes(arguments[0])", title)


def go(browser: Browser, address: str) -> str:
    """Follow an address of the page; the level's title."""
    browser.run("location.hash = arguments[0]", address)
    return arrived(browser, address)


def arrived(browser: Browser, start: str) -> str:
    """Wait until the level of an address that starts so is shown and has the focus; its title."""
    shown = "const at = document.getElementById('level').dataset.shown; return at === location.hash && at.startsWith(arguments[0])"
    browser.until(f"{shown} && document.activeElement.closest('#level')", start)
    return str(browser.run(TITLE))


def quiet(browser: Browser) -> None:
    """No request has left, and the console has no complaint."""
    asked = [url for url in browser.requests() if not url.startswith(("file:", "data:", "about:"))]
    assert asked == [], asked
    complaints = browser.complaints()
    assert complaints == [], complaints


def its_first_paint_and_its_readiness(browser: Browser, page: Path) -> str:
    loaded(browser, page)
    paint, ready, idle = browser.run(
        "return [performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        "performance.getEntriesByName('ready')[0].startTime, performance.getEntriesByType('navigation')[0].domInteractive]"
    )
    assert ready < 8000, ready
    return f"first paint {paint:.0f} ms, document read {idle:.0f} ms, all lines ready {ready:.0f} ms"


def every_total_it_shows_is_the_control_reports(browser: Browser, page: Path, control: dict[str, Any]) -> str:
    loaded(browser, page)
    (invoices,) = {total["amount"] for total in control["totals"]} if "totals" in control else {control["invoices"]}
    shown = money(Decimal(invoices))
    assert browser.run("return document.querySelector('[data-total]').textContent") == f"${shown}"
    assert browser.run("return document.getElementById('invoices').textContent") == shown
    assert browser.run("return document.getElementById('added').textContent") == f"{shown} ✓"
    go(browser, "#/")
    assert browser.run(FOOT)[1] == shown
    return f"${shown}"


def one_line_is_found_by_going_down_and_left_by_back(browser: Browser, page: Path, published: Published) -> str:
    loaded(browser, page)
    titles = [go(browser, "#/")]
    for level in ("cabinet", "agency", "number"):
        browser.click("#level table a.go")
        titles.append(arrived(browser, f"#/{level}/"))
    code = titles[-1].split()[0]
    lines = published.now("fact_charge").filter(pl.col("billing_number") == code)
    foot = browser.run(FOOT)
    assert foot[7] == money(total(lines["amount"])), (foot, code)
    number = browser.run("return location.hash")
    browser.click("#level table a.go")
    arrived(browser, "#/line/")
    address = browser.run("return location.hash")
    invoice, line_no = address.split("/")[2:]
    (row,) = lines.filter((pl.col("invoice_no") == invoice) & (pl.col("invoice_line_no") == int(line_no))).to_dicts()
    said = browser.run("return document.querySelector('#level .said').textContent")
    sources = published.now("bridge_charge_source").filter(pl.col("charge_id") == row["charge_id"]).to_dicts()
    for words in (
        money(row["amount"]),
        row["rule"],
        row["rate_code"],
        invoice,
        *(f"{one['source_file']}:{one['source_line']}" for one in sources),
    ):
        assert words in said, (words, said)
    for before in reversed(titles):
        browser.back()
        at(browser, before)
        if before == titles[-1]:
            assert browser.run("return [location.hash, document.activeElement.getAttribute('href')]") == [number, address]
    return " > ".join([*titles[1:], f"line {line_no}"])


def a_link_to_a_level_opens_it(browser: Browser, page: Path) -> None:
    loaded(browser, page)
    go(browser, "#/")
    address = browser.run(LINKS)[1]
    title = go(browser, address)
    loaded(browser, page, address)
    at(browser, title)
    loaded(browser, page, "#/agency/no-such")
    at(browser, "Nothing of this month")


def the_keyboard_alone_reaches_a_line(browser: Browser, page: Path) -> str:
    loaded(browser, page)
    browser.press("Tab", "Tab", "Enter")
    pressed = 3
    seen: list[str] = []
    where = ""
    while not where.startswith("#/line/") and pressed < 200:
        if browser.run("return document.activeElement.matches('#level table a.go')"):
            assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
            browser.press("Down", "Up", "Right")
            pressed += 3
            browser.until("return location.hash.startsWith('#/') && location.hash !== arguments[0]", where)
            arrived(browser, "#/")
            where = browser.run("return location.hash")
            seen.append(where.split("/")[1])
        else:
            browser.press("Tab")
            pressed += 1
    assert seen == ["cabinet", "agency", "number", "line"], seen
    browser.press("Shift+Tab")
    assert browser.run("return document.activeElement.closest('.crumbs') !== null")
    return f"{pressed} keys from the top of the page to a line"


def a_search_finds_the_lines_that_the_mart_finds(browser: Browser, page: Path, published: Published) -> str:
    loaded(browser, page)
    lines = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    hits = lines.filter(pl.col("description").str.to_lowercase().str.contains("handset") & (pl.col("rate_code") == "CP-8861"))
    browser.run("document.getElementById('words').focus()")
    browser.type("handset cp-8861")
    at(browser, "handset cp-8861")
    took = browser.run("const at = performance.now(); location.hash = '#/'; return at")
    assert took > 0
    go(browser, "#/search/handset%20cp-8861")
    said = browser.run("return document.querySelector('#level .about').textContent")
    many = int(re.sub(r"\D", "", said.split(" line")[0]))
    gone = int(re.sub(r"\D", "", said.split("of them, ")[1].split(" line")[0]))
    assert many - gone == hits.height, (said, hits.height)
    assert f"${money(total(hits['amount']))};" in said, said
    start = browser.run("return performance.now()")
    go(browser, "#/search/a")
    wide = browser.run("return performance.now()") - start
    go(browser, "#/search/zzz%20nothing")
    assert "No line" in browser.run("return document.querySelector('#level .about').textContent")
    return f"{hits.height} lines of one search; a search that hits nearly all lines takes {wide:.0f} ms"


def a_column_sorts_by_its_cents_and_says_so(browser: Browser, page: Path) -> str:
    loaded(browser, page)
    address = "#/"
    for _level in range(3):
        go(browser, address)
        address = browser.run(LINKS)[0]
    go(browser, address)
    head = "#level table thead th:nth-child(10)"
    orders = []
    for _press in range(2):
        browser.run("document.querySelector(arguments[0] + ' .dt-column-order').focus()", head)
        browser.press("Enter")
        sort = "return [null, ...arguments[1]].every((old) => document.querySelector(arguments[0]).getAttribute('aria-sort') !== old)"
        browser.until(sort, head, orders)
        shown = browser.run(
            "return [...document.querySelectorAll('#level table')[0].tBodies[0].rows].map((row) => row.cells[9].textContent)"
        )
        cents = [int(re.sub(r"[.,+]", "", text).replace("−", "-")) for text in shown]
        order = browser.run("return document.querySelector(arguments[0]).getAttribute('aria-sort')", head)
        assert cents == sorted(cents, reverse=order == "descending"), cents[:9]
        orders.append(order)
    assert set(orders) == {"ascending", "descending"}, orders
    return f"{len(cents)} rows up and down"


def a_reports_table_opens_and_filters(browser: Browser, page: Path) -> None:
    loaded(browser, page)
    browser.run("document.querySelector('#R02 details').open = true; document.querySelector('#R02').scrollIntoView()")
    browser.until("return document.querySelector('#R02 .dt-search input')")
    browser.run("document.querySelector('#R02 .dt-search input').focus()")
    browser.type("highway")
    browser.until("return document.querySelector('#t-R02-agencies').tBodies[0].rows.length === 1")


def its_print_holds_every_agency_and_the_totals(browser: Browser, page: Path, published: Published, pdf: Path) -> str:
    loaded(browser, page)
    data = browser.print_pdf()
    pdf.write_bytes(data)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    text = "\n".join(pages)
    invoices = published.now("fact_invoice")
    sums = invoices.group_by("agency_code").agg(pl.col("amount").sum()).to_dicts()
    missing = [one for one in sums if money(one["amount"]) not in text]
    assert missing == [], missing
    whole = money(total(invoices["amount"]))
    assert text.count(whole) >= 5, text.count(whole)
    assert "Filter" not in text
    browser.run("void 0")
    assert browser.run("return document.querySelectorAll('#level table')[0].tBodies[0].rows.length") <= 50
    return f"{len(pages)} pages, {len(data):,} bytes, the total {text.count(whole)} times"


def without_a_script_it_is_still_whole(browser: Browser, page: Path, published: Published) -> None:
    browser.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.open("about:blank")
    browser.open(page.as_uri())
    text = browser.run("return document.body.innerText")
    browser.devtools("Emulation.setScriptExecutionDisabled", {"value": False})
    assert money(total(published.now("fact_invoice")["amount"])) in text
    assert "this browser runs none" in text
    assert "Search all lines" not in text
    for name in published.now("fact_invoice")["agency_name"].unique().to_list():
        assert name in text, name


def hostile_texts_are_only_texts(browser: Browser, page: Path) -> None:
    loaded(browser, page)
    go(browser, "#/search/hacked")
    browser.run("document.querySelector('#level .dt-search input')?.focus()")
    for address in browser.run("return [...document.querySelectorAll('#level table a.go')].map((link) => link.getAttribute('href'))"):
        go(browser, address)
    assert browser.run("return [window.hacked === undefined, document.querySelectorAll('img, #level svg').length]") == [True, 0]
    assert "onerror" in browser.run("return document.body.textContent")


def axe_finds_nothing_serious(browser: Browser, page: Path, axe: str, words: str) -> str:
    """Every kind of level, one after another."""
    loaded(browser, page)
    browser.run(axe)
    found: list[tuple[str, Any]] = [("opening", browser.run_async(AXE))]
    address = "#/"
    for name in ("state", "cabinet", "agency", "number", "line"):
        go(browser, address)
        found.append((name, browser.run_async(AXE)))
        links = browser.run(LINKS)
        address = links[0] if links else "#/search/handset"
    go(browser, "#/search/handset")
    found.append(("search", browser.run_async(AXE)))
    go(browser, "#/search/nothing%20at%20all")
    found.append(("empty search", browser.run_async(AXE)))
    browser.run(
        "for (const one of document.querySelectorAll('details')) one.open = true; document.getElementById('reports').scrollIntoView()"
    )
    browser.until("return document.querySelector('.report .dt-layout-table')")
    found.append(("reports", browser.run_async(AXE)))
    grave = [(state, one) for state, violations in found for one in violations if one[0] in ("serious", "critical")]
    assert grave == [], json.dumps(grave, indent=1)
    mild = sorted({(one[0], one[1], one[3]) for _state, violations in found for one in violations})
    return f"{len(found)} states {words}; lesser remarks: {mild or 'none'}"
