"""How the workbook looks: every format by its name, made once, quiet enough to print."""

from typing import Any, Final

DOLLARS: Final = "#,##0.00;-#,##0.00;0.00"
_RULE: Final = {"bottom": 1, "bottom_color": "#E3E6EA"}
_CELL: Final = {"valign": "top", "font_size": 10, **_RULE}
_TOTAL: Final = {"valign": "top", "font_size": 10, "bold": True, "top": 1, "top_color": "#1F3A5F"}
_HEAD: Final = {
    "bold": True, "font_size": 10, "valign": "bottom", "text_wrap": True, "bg_color": "#E9EEF4", "font_color": "#1F3A5F",
    "bottom": 1, "bottom_color": "#1F3A5F",
}  # fmt: skip
_NUMBERS: Final = {
    "dollars": DOLLARS,
    "rate": "#,##0.00####;-#,##0.00####;0.00",
    "whole": "#,##0;-#,##0;0",
    "plain": "0",
    "day": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}
_SUM: Final = {"font_size": 10, "bold": True}
_SHOWN: Final = {"font_size": 10, "font_color": "#44546A"}


def _figures(prefix: str, look: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One look for every kind of figure; a little room on the right keeps them off the text that follows."""
    return {f"{prefix}{name}": {**look, "num_format": code, "align": "right", "indent": 1} for name, code in _NUMBERS.items()}


STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A5F"},
    "state": {"font_size": 10, "font_color": "#44546A"},
    "trial": {"font_size": 10, "bold": True, "font_color": "#9C3A00"},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3A5F"},
    "note": {"font_size": 10, "italic": True, "font_color": "#44546A"},
    "head": _HEAD,
    "head_right": {**_HEAD, "align": "right", "indent": 1},
    "text": {**_CELL, "num_format": "@"},
    "wrap": {**_CELL, "num_format": "@", "text_wrap": True},
    "lead": {**_CELL, "num_format": DOLLARS, "bold": True, "font_size": 14, "align": "right", "indent": 1},
    "lead_text": {**_CELL, "num_format": "@", "bold": True, "font_size": 14},
    "total_text": {**_TOTAL, "num_format": "@"},
    "sum_text": {**_SUM, "num_format": "@"},
    "shown_text": {**_SHOWN, "num_format": "@"},
    **_figures("", _CELL),
    **_figures("total_", _TOTAL),
    **_figures("sum_", _SUM),
    **_figures("shown_", _SHOWN),
}


class Styles:
    """The formats of one workbook, by name."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The format of a name; the order in which they are first used is the order in the file."""
        if name not in self._made:
            self._made[name] = self._book.add_format(STYLES[name])
        return self._made[name]
