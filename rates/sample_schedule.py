"""The sample rate schedule: made-up codes with prices in the range of public rate tables, as rows of text.

Prices live in `data/sample_*.csv`, never in code. Figures follow published tables where there are any: an hour of a
telephone technician and a workstation seat (Utah DTS FY20), tiers and mark-ups (Louisiana OTS fees), voice lines and
handsets (University of Florida 2006-2009, CCSU), mileage bands (Lexcom intrastate tolls), directory assistance
(the Kentucky figure of a carrier's service guide). Every approval reference is invented.
"""

import csv
import io
from importlib import resources
from typing import Final

SCHEDULE_TABLES: Final = ("rate_codes", "rates", "rate_tiers", "agency_rates", "ld_plans", "surcharges")


def sample_table(name: str) -> list[dict[str, str]]:
    """Read one table of the schedule.

    Args:
        name: one of SCHEDULE_TABLES (`rate_codes` belongs in reference/, the others in rates/).

    Returns:
        Rows as text by column name, in the file's order; an empty cell is "".
    """
    text = (resources.files("rates") / "data" / f"sample_{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
