"""Charts: the words carry the figures, nothing is cut or fetched, the same figures give the same bytes, any number of rows is drawn."""

import itertools
import re
from decimal import Decimal
from xml.etree import ElementTree

import polars as pl
import pytest

from reports import charts
from reports.charts.style import FONT, WIDTH, fitting, width, wrapped
from reports.charts.words import percent, short
from tests.charts.frames import MONEY, aged, bridge_row, groups, many, monthly, moved, named, steps

HOSTILE = '</text><script>alert(1)</script> =cmd|x \u202eevil & "quoted" \' http://example.com'
YEAR = tuple((f"{2025 + (9 + n) // 12}-{(9 + n) % 12 + 1:02d}", f"{890000 + n}.5{n % 10}") for n in range(13))
AUTUMN = ("September", "October")
DRAWN = {
    "bridge": lambda: charts.bridge(bridge_row("890154.46", "1203.11", "-8234.90", "15420.00", "-6200.15", "9120.44"), *AUTUMN),
    "bridge of nothing": lambda: charts.bridge(bridge_row("0", "0", "0", "0", "0", "0")),
    "bridge of billions": lambda: charts.bridge(bridge_row("-1234567890123.45", "9999999999999.99", "-1", "0", "0", "-9999999999999.98")),
    "pareto of 0": lambda: charts.pareto(many(0)),
    "pareto of 1": lambda: charts.pareto(many(1)),
    "pareto of 3": lambda: charts.pareto(many(3)),
    "pareto of 60": lambda: charts.pareto(many(60)),
    "pareto of credits": lambda: charts.pareto(named(("A", "-5.00"), ("B", "-7.25"))),
    "pareto of long names": lambda: charts.pareto(named(("x" * 300, "1.00"), ("Department of " * 20, "2.00"))),
    "hostile": lambda: charts.pareto(named((HOSTILE, "1.00"))),
    "no month": lambda: charts.months(monthly()),
    "1 month": lambda: charts.months(monthly(*YEAR[:1])),
    "3 months": lambda: charts.months(monthly(*YEAR[:3])),
    "13 months": lambda: charts.months(monthly(*YEAR)),
    "credits": lambda: charts.months(monthly(("2026-08", "-10.00"), ("2026-10", "20.00"))),
    "streams": lambda: charts.streams(moved(("usage", "10.00", "12.50"), ("adjustments", "-3.00", "-4.00")), "September"),
    "first streams": lambda: charts.streams(moved(("usage", "0", "12.50"))),
    "no streams": lambda: charts.streams(moved(), "September"),
    "recovery": lambda: charts.recovery(
        groups(
            ("Voice", "-45000.11", "-12", "99000", "UNDER"), ("Storage", "445000.11", "81.5", "210000", "OVER_LIMIT"),
            ("Net", None, None, None, "NO_COST"),
        )
    ),
    "no recovery": lambda: charts.recovery(groups()),
    "ageing": lambda: charts.ageing(aged(("1200.11", "300", "0", "45.10"), ("12000.11", "3000", "10", "4500.10"))),
    "no ageing": lambda: charts.ageing(aged()),
    "calendar": lambda: charts.calendar(
        steps(("cut-off", 2, 2, 0), ("trial", 6, 10, 2), ("approvals", 9, 6, -1), ("close", 13, None, None))
    ),
    "no calendar": lambda: charts.calendar(steps()),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    return {name: make() for name, make in DRAWN.items()}


def test_the_words_of_the_bridge_carry_its_figures(drawn):
    assert drawn["bridge"].alt == (
        "From $890,154.46 in September to $901,462.96 in October, $11,308.50 more: prices +1,203.11, quantities −8,234.90,"
        " new items +15,420.00, items gone −6,200.15 and one-time charges +9,120.44."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pareto of 0", "No amounts this month."),
        ("pareto of 1", "1 agency, $1,000.00 in all, the largest first: Agency 00 $1,000.00 (100% with those before)."),
        ("pareto of credits",
         "2 agencies, −$12.25 in all, the largest first: A −$5.00 (– with those before) and B −$7.25 (– with those before)."),
        ("credits", "Billed a month: August 2026 −$10.00, September 2026 not known and October 2026 $20.00."),
        ("streams",
         "Billed by stream: Rated services $12.50, $2.50 more than in September;"
         " Adjustments and credits −$4.00, $1.00 less than in September."),
        ("ageing",
         "Held by age, $21,055.42 in all: 0–30 days $13,200.22, 31–60 days $3,300.00, 61–90 days $10.00 and over 90 days $4,545.20."),
        (
            "recovery",
            "Recovery by cost group, fiscal year to date, none set against another: Voice $45,000.11 under cost, limit $99,000.00, under;"
            " Storage $445,000.11 over cost, limit $210,000.00, over the limit; Net not known, no cost known.",
        ),
        (
            "calendar",
            "The close by step: cut-off planned 2 Nov, done 2 Nov, on its day; trial planned 6 Nov, done 10 Nov, 2 days late;"
            " approvals planned 9 Nov, done 6 Nov, 1 day early; close planned 13 Nov, not done.",
        ),
    ],
)  # fmt: skip
def test_the_words_carry_the_figures(drawn, name, words):
    assert drawn[name].alt == words


def test_the_rows_that_are_not_drawn_one_by_one_are_added_up(drawn):
    alt = drawn["pareto of 60"].alt
    amounts = [int(text.replace(",", "").replace(".", "")) for text in re.findall(r"\$([\d,]+\.\d\d) \(", alt)]
    whole = int(re.search(r"60 agencies, \$([\d,.]+) in all", alt)[1].replace(",", "").replace(".", ""))

    assert "and 48 more $" in alt
    assert sum(amounts) == whole == sum(int(value * 100) for value in many(60)["amount"].to_list())


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_an_image_with_its_words_and_fetches_nothing(drawn, name):
    chart = drawn[name]
    root = ElementTree.fromstring(chart.svg)

    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    assert not re.search(r"(?:href|src)=|url\((?!#)|@import|<script|<style|<image|<foreignObject|aria-roledescription", chart.svg)
    assert not [value for part in root.iter() for name, value in part.items() if "http" in value and name != "aria-label"]


@pytest.mark.parametrize("name", DRAWN)
def test_no_label_is_cut(drawn, name):
    root = ElementTree.fromstring(drawn[name].svg)
    height = int(root.get("height"))

    labels = list(placed(root))

    assert labels
    for text, x, y, anchor, size, is_bold in labels:
        wide = width(text, size, bold=is_bold)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert left >= -1, text
        assert left + wide <= WIDTH + 1, text
        assert size * 0.7 <= y <= height - size * 0.25, text  # capitals above the line, tails below


@pytest.mark.parametrize("name", DRAWN)
def test_no_two_labels_meet(drawn, name):
    boxes = []
    for text, x, y, anchor, size, is_bold in placed(ElementTree.fromstring(drawn[name].svg)):
        wide = width(text, size, bold=is_bold)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        boxes.append((left, left + wide, y - size * 0.7, y + size * 0.2, text))

    for one, other in itertools.combinations(boxes, 2):
        is_apart = one[1] <= other[0] + 1 or other[1] <= one[0] + 1 or one[3] <= other[2] + 1 or other[3] <= one[2] + 1
        assert is_apart, (one[4], other[4])


def placed(element, x=0.0, y=0.0):
    """Every label with where it stands."""
    for found in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
        x, y = x + float(found[0]), y + float(found[1])
    if element.tag.endswith("text") and element.text and element.get("opacity") != "0":
        size = int(float(element.get("font-size").removesuffix("px")))
        yield element.text, x, y, element.get("text-anchor", "start"), size, element.get("font-weight") == "600"
    for child in element:
        yield from placed(child, x, y)


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_figures_give_the_same_bytes(drawn, name):
    assert DRAWN[name]() == drawn[name]


def test_names_inside_two_charts_never_meet(drawn):
    found = [name for chart in drawn.values() for name in set(re.findall(r'id="([^"]+)"', chart.svg))]

    assert len(found) == len(set(found))


def test_a_hostile_name_stays_text(drawn):
    chart = drawn["hostile"]
    seen = "".join(text for text, *_ in placed(ElementTree.fromstring(chart.svg)))

    assert "\u202e" not in chart.svg
    assert "</text><script>" in seen
    assert "[U+202E]" in seen


def test_letters_are_the_invoices(drawn):
    fonts = {font.replace("&quot;", '"') for font in re.findall(r'font-family="([^"]+)"', drawn["bridge"].svg)}

    assert fonts == {FONT}


@pytest.mark.parametrize(
    ("value", "label"),
    [("0", "$0"), ("999.49", "$999"), ("1234.56", "$1k"), ("890154.46", "$890k"), ("999999.99", "$1,000k"),
     ("1500000", "$1.5M"), ("-12500000", "−$13M"), ("2000000000", "$2.0B"), ("0.49", "$0")],
)  # fmt: skip
def test_short_labels(value, label):
    assert short(Decimal(value)) == label


def test_a_share_of_nothing_is_a_dash():
    assert percent(Decimal(1), Decimal(0)) == "–"
    assert percent(Decimal(-1), Decimal(3)) == "−33%"


@pytest.mark.parametrize(
    "name", ["Office", "Cabinet for Health and Family Services, Department for Community Based Services", "x" * 400, "", "\u202e\n\t"]
)
def test_a_wrapped_name_keeps_to_its_room(name):
    lines = wrapped(name, 236)

    assert 1 <= len(lines) <= 3
    assert all(width(line) <= 236 for line in lines)


def test_labels_that_are_too_wide_are_set_smaller():
    assert fitting(["$1.00"], 90) == 12
    assert fitting(["$1,234,567,890,123.45"], 80) < 12


def test_money_columns_of_any_width_are_taken():
    wide = many(3).with_columns(pl.col("amount").cast(pl.Decimal(38, 2)))

    assert charts.pareto(wide).alt == charts.pareto(many(3)).alt
    assert wide.schema["amount"] != MONEY


def test_ages_that_held_credits_are_taken_off_have_no_shares_and_say_so():
    made = charts.ageing(aged(("100.00", "0", "0", "0"), ("-40.00", "0", "0", "0")))

    assert "held credits taken off" in made.svg
    assert "held credits taken off" in made.alt
    assert "100%" not in made.svg
