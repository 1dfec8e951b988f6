"""Cut measured sections into pages, so that no heading stands alone and no subtotal leaves its lines."""

from dataclasses import dataclass, field
from typing import Final

from reports.press.look import HEIGHT, Look
from reports.press.measuring import Fitted, Pens, fitted, wrapped
from reports.press.view import OVER, SUB, Section

_TOGETHER: Final = 2  # rows that stay with the heading
_TITLE: Final = 2300  # a heading with the space below it
_ABOUT: Final = 1250  # a line of its sentence
HEAD_HEIGHT: Final = 1600
_FOOT: Final = 1900


@dataclass
class Piece:
    """Rows `first` to `last` of a section on one page, from `y` down (hundredths of a point from the top)."""

    page: int
    y: int
    first: int
    last: int
    is_start: bool
    is_end: bool


@dataclass
class Laid:
    """A section on its pages."""

    table: Fitted
    about: list[str]  # lines of the sentence, or of the sentences of a section without a table
    pieces: list[Piece] = field(default_factory=list)

    @property
    def section(self) -> Section:
        """What is laid."""
        return self.table.section

    @property
    def page(self) -> int:
        """The page it starts on, 0 for the first drawn one."""
        return self.pieces[0].page


@dataclass
class Plan:
    """All drawn pages of an invoice."""

    laid: list[Laid]
    pages: int

    def page_of(self) -> dict[str, int]:
        """Anchor to drawn page, 0 for the first."""
        return {each.section.anchor: each.page for each in self.laid}


def plan(sections: tuple[Section, ...], pens: Pens, look: Look) -> Plan:
    """Lay the sections one below the other."""
    page, y = 0, look.top
    laid: list[Laid] = []
    for section in sections:
        each = Laid(fitted(section, pens, look), _about(section, pens, look))
        if laid:
            y += look.section_gap
        if y + _least(each, look) > HEIGHT - look.bottom and y > look.top:
            page, y = page + 1, look.top
        page, y = _lay(each, page, y, look)
        laid.append(each)
    return Plan(laid, page + 1 if laid else 0)


def _about(section: Section, pens: Pens, look: Look) -> list[str]:
    width = look.measure * 1000 // look.about_size
    return [line for words in (section.about, *section.words) if words for line in wrapped(words, pens.regular, width)]


def opening(each: Laid) -> int:
    """The height of heading, sentence and head of the table."""
    head = HEAD_HEIGHT if each.section.columns and each.section.has_head else 0
    return _TITLE + _ABOUT * len(each.about) + (400 if each.about else 0) + head


def closing(each: Laid) -> int:
    """The height of the foot."""
    return _FOOT if each.section.foot else 0


def _least(each: Laid, look: Look) -> int:
    """What must fit below one another for the section to start on a page: all of a small one, else the heading and some rows."""
    heights = each.table.heights
    whole = opening(each) + sum(heights[:6]) + closing(each)
    if len(heights) <= _TOGETHER + 3 and whole < (HEIGHT - look.top - look.bottom) // 2:
        return whole
    return opening(each) + sum(heights[: _TOGETHER + 1])


def _lay(each: Laid, page: int, y: int, look: Look) -> tuple[int, int]:
    """Put the rows on pages; returns the page and the height the section ends at."""
    heights, rows, limit = each.table.heights, each.section.rows, HEIGHT - look.bottom
    start, top = 0, y
    y += opening(each)
    foot = closing(each)
    repeated = HEAD_HEIGHT if each.section.has_head else 0
    last = len(heights) - 1
    for number, height in enumerate(heights):
        if y + height + (foot if number == last else 0) > limit and number > start:
            cut = number
            while cut - 1 > start and (rows[cut].kind == SUB or rows[cut - 1].kind == OVER):
                cut -= 1
            each.pieces.append(Piece(page, top, start, cut, start == 0, is_end=False))
            page, top, start = page + 1, look.top, cut
            y = top + repeated + sum(heights[cut:number])
        y += height
    each.pieces.append(Piece(page, top, start, len(heights), start == 0, is_end=True))
    return page, y + foot
