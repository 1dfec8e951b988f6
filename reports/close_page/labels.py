"""Column names as words on a screen."""

from typing import Final

_WORDS: Final = {
    "uom": "Unit", "len": "Count", "mrc": "monthly price", "nrc": "one-time price", "pct": "per cent", "ref": "reference",
    "no": "number", "id": "id", "fy": "fiscal year", "bfy": "budget fiscal year", "ytd": "year to date", "rfed": "referred",
    "amount_in": "Dollars in", "prior_amount": "Last month", "before": "Last month", "now": "This month", "source_file": "File",
    "source_line": "Line", "billing_number": "Billing number", "agency_code": "Agency", "agency_name": "Agency name",
}  # fmt: skip


def label(name: str) -> str:
    """`agency_code` as `Agency`, `price_effect` as `Price effect`."""
    words = _WORDS.get(name) or " ".join(_WORDS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def spoken(code: str) -> str:
    """A stream's or feed's code as words: `long_distance` as `Long distance`."""
    return code.replace("_", " ").capitalize()
