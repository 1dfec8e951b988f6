"""Fitting text to paper: nothing lost by wrapping, nothing wider than its column, decimal points below one another."""

from hypothesis import given
from hypothesis import strategies as st

from reports.press.faces import BOLD, HEAD, REGULAR, Style
from reports.press.letters import fit, printable
from reports.press.look import Look
from reports.press.measuring import Pens, fitted, wrapped
from reports.press.paging import HEAD_HEIGHT, closing, opening, plan
from reports.press.view import SUB, Column, Row, Section

PENS = Pens(Style(REGULAR), Style(BOLD), Style(HEAD))
LOOK = Look()
LETTERS = st.text(st.sampled_from(sorted(printable())), max_size=60)
WORDS = st.lists(LETTERS, min_size=1, max_size=8).map(" ".join)


def section(*rows, css=("", "w", "n"), **more):
    columns = tuple(Column(f"C{place}", each) for place, each in enumerate(css))
    return Section("a", "A", columns=columns, rows=tuple(Row(cells) for cells in rows), **more)


@given(WORDS, st.integers(600, 20_000))
def test_wrapped_lines_are_the_text_and_none_is_wider_than_the_column(text, width):
    lines = wrapped(text, PENS.regular, width)

    assert "".join(lines) == text
    for line in filter(None, lines):
        assert PENS.regular.width(line.rstrip(" ")) <= max(width, *map(PENS.regular.width, line))


@given(st.lists(st.tuples(LETTERS, WORDS, st.sampled_from(["1", "1.5", "12,345.678", "–", "−0.25", ""])), min_size=1, max_size=8))
def test_columns_stand_beside_one_another_on_the_paper(rows):
    found = fitted(section(*rows), PENS, LOOK)

    assert found.lefts[0] == LOOK.left
    assert found.rights[-1] <= LOOK.left + LOOK.measure
    assert all(left < right for left, right in zip(found.lefts, found.rights, strict=True))
    assert all(right < left for right, left in zip(found.rights, found.lefts[1:], strict=False))
    assert len(found.heights) == len(rows)


def test_decimal_points_stand_below_one_another():
    found = fitted(section(("a", "b", "1,200.25"), ("a", "b", "3"), ("a", "b", "0.5"), ("a", "b", "−7.125")), PENS, LOOK)

    def point(text):
        head, _, _ = text.partition(".")
        return found.edge(2, text, PENS.regular) - (PENS.regular.width(text) - PENS.regular.width(head)) * found.size // 1000

    points = {point(text) for text in ("1,200.25", "3", "0.5", "−7.125")}
    assert max(points) - min(points) <= 2  # hundredths of a point, for the rounding


def test_figures_of_like_decimals_end_at_the_edge_of_the_column():
    found = fitted(section(("a", "b", "1,200.25"), ("a", "b", "3.00")), PENS, LOOK)

    assert found.edge(2, "3.00", PENS.regular) == found.rights[2]


def test_too_many_columns_shrink_and_then_wrap_instead_of_leaving_the_paper():
    wide = tuple("W" * 18 for _ in range(12))

    found = fitted(section(wide, css=("",) * 12), PENS, LOOK)

    assert found.size < LOOK.text_size
    assert found.wraps
    assert found.rights[-1] <= LOOK.left + LOOK.measure


@given(st.lists(st.integers(1, 90), min_size=1, max_size=6), st.integers(0, 3))
def test_every_row_is_on_one_page_and_a_subtotal_is_never_first_on_one(sizes, every):
    sections = []
    for place, size in enumerate(sizes):
        rows = [Row(("Sum", "1"), kind=SUB) if every and number % (every + 1) == every else Row(("a", "b", "1")) for number in range(size)]
        columns = (Column("A"), Column("B", "w"), Column("C", "n"))
        sections.append(Section(f"s{place}", "S", columns=columns, rows=tuple(rows), foot="S", total="1"))

    made = plan(tuple(sections), PENS, LOOK)

    last_page = 0
    for laid in made.laid:
        covered = [number for piece in laid.pieces for number in range(piece.first, piece.last)]
        assert covered == list(range(len(laid.section.rows)))
        for piece in laid.pieces:
            assert piece.page >= last_page
            last_page = piece.page
            bottom = piece.y + (opening(laid) if piece.is_start else HEAD_HEIGHT) + sum(laid.table.heights[piece.first : piece.last])
            assert bottom + (closing(laid) if piece.is_end else 0) <= 79200 - LOOK.bottom
            if not piece.is_start and piece.last - piece.first > 1:
                assert laid.section.rows[piece.first].kind != SUB
    assert made.pages == last_page + 1


@given(st.text(max_size=300), st.integers(2, 90))
def test_fitted_text_is_short_and_can_be_printed(text, longest):
    found = fit(text, longest)

    assert len(found) <= longest
    assert set(found) <= printable()
