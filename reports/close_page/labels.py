"""Column names as words on a screen."""

import re
from typing import Final

_WORDS: Final = {
    "days_over_90": "Over 90 days",
    "uom": "Unit", "len": "Count", "mrc": "monthly price", "nrc": "one-time price", "pct": "per cent", "ref": "reference",
    "no": "number", "id": "id", "fy": "fiscal year", "bfy": "budget fiscal year", "ytd": "year to date", "rfed": "referred",
    "amount_in": "Dollars in", "prior_amount": "Last month", "before": "Last month", "now": "This month", "source_file": "File",
    "source_line": "Line", "billing_number": "Billing number", "agency_code": "Agency", "agency_name": "Agency name",
}  # fmt: skip


_AGE: Final = re.compile(r"days_(\d+)_(\d+)")


def label(name: str) -> str:
    """`agency_code` as `Agency`, `price_effect` as `Price effect`, `days_0_30` as `0–30 days`."""
    if age := _AGE.fullmatch(name):
        return f"{age[1]}–{age[2]} days"
    words = _WORDS.get(name) or " ".join(_WORDS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def spoken(code: str) -> str:
    """A stream's or feed's code as words: `long_distance` as `Long distance`."""
    return code.replace("_", " ").capitalize()
