"""The one style of all charts: colours that colour-blind readers tell apart, the invoices' letters, sizes, the axis of dollars."""

from decimal import Decimal
from functools import cache
from typing import Any, Final

from reports.press.faces import BOLD, REGULAR, Style
from reports.press.letters import fit

WIDTH: Final = 672  # of every chart, in units of the SVG; the text width of a letter page at 96 to the inch
INK: Final = "#16202c"
SOFT: Final = "#505d6a"
HAIR: Final = "#d9dfe6"
QUIET: Final = "#7189a3"  # what only stands beside
BLUE: Final = "#0b4a87"  # what is spoken of; less
ORANGE: Final = "#b8690f"  # more, over a limit, late
MORE: Final = "#a4500b"  # the same orange, dark enough for letters
PALETTE: Final = (QUIET, BLUE, ORANGE)
FAMILIES: Final = ("Text", "Text More")  # as the pages name the bundled letters: Latin-1, and the letters beyond
FONT: Final = "Text, 'Text More', 'Source Sans 3', sans-serif"
SIZE: Final = 12
SMALL: Final = 11
LEADING: Final = 15
_SMALLEST: Final = 7
_MOST_LINES: Final = 3
_LONGEST: Final = 120
_MILLION: Final = 1_000_000

# 3 ticks of dollars: $250k, −$1.5M; what is under $1,000 in full
DOLLAR_LABELS: Final = "abs(datum.value) < 1000 ? format(datum.value, '$,~f') : replace(format(datum.value, '$~s'), 'G', 'B')"


def place(value: Decimal) -> float:
    """Where a figure is drawn. For positions alone: what is read is made from the Decimal."""
    return float(value)


@cache
def _pen(style: str) -> Style:
    return Style(style)


def width(text: str, size: int = SIZE, *, bold: bool = False) -> int:
    """How wide a text is, rounded up."""
    return -(-_pen(BOLD if bold else REGULAR).width(text) * size // 1000)


def fitting(texts: list[str], room: int, size: int = SIZE, *, bold: bool = False) -> int:
    """The size at which the widest text keeps to its room, at least the smallest that can be read."""
    widest = max((width(text, 100, bold=bold) for text in texts), default=0)
    return size if widest * size <= room * 100 else max(_SMALLEST, room * 100 // widest)


def wrapped(text: str | None, room: int) -> list[str]:
    """A name in lines that keep to their room; what would take more than three ends in an ellipsis."""
    lines: list[str] = []
    for word in fit(text, _LONGEST).split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined) <= room:
            lines[-1] = joined
        else:
            lines.extend(_pieces(word, room))
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], _cut(lines[_MOST_LINES - 1], room)]
    return lines or [""]


def _pieces(word: str, room: int) -> list[str]:
    """A word that is wider than its room in pieces that are not."""
    found = [""]
    for letter in word:
        if found[-1] and width(found[-1] + letter) > room:
            found.append("")
        found[-1] += letter
    return found


def _cut(line: str, room: int) -> str:
    while line and width(line + "…") > room:
        line = line[:-1]
    return line + "…"


def config() -> dict[str, Any]:
    """What holds for every chart."""
    axis = {
        "labelFont": FONT, "labelFontSize": SMALL, "labelColor": SOFT, "labelLimit": 0, "titleFont": FONT, "titleFontSize": SMALL,
        "titleFontWeight": "normal", "titleColor": SOFT, "titleLimit": 0, "gridColor": HAIR, "domain": False, "ticks": False,
    }  # fmt: skip
    text = {"font": FONT, "fontSize": SIZE, "fill": INK, "limit": 0}
    return {"aria": False, "background": None, "view": {"stroke": None}, "axis": axis, "text": text, "font": FONT}
