"""Write a whole sample workspace: settings, tables, two months of all nine feeds, and the list of planted mistakes."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import UsageError
from billing.layouts import FEEDS, TABLES
from billing.periods import Period
from inputs.feed_writer import write_feed
from pipelines.sample.calls import call_frames
from pipelines.sample.extra_column import add_columns
from pipelines.sample.feeds.adjustments import adjustment_rows
from pipelines.sample.feeds.centrex import centrex_rows
from pipelines.sample.feeds.circuits import circuit_rows
from pipelines.sample.feeds.fixed_cost import fixed_cost_rows
from pipelines.sample.feeds.pass_through import pass_through_rows
from pipelines.sample.feeds.stock import stock_rows
from pipelines.sample.feeds.usage import usage_rows
from pipelines.sample.feeds.voip import voip_rows
from pipelines.sample.mistakes import plant_mistakes
from pipelines.sample.month_files import MonthFiles, Planted
from pipelines.sample.reference import reference_tables
from pipelines.sample.rows import Row, write_table
from pipelines.sample.scale import SCALES, ScaleName
from pipelines.sample.world import World, world_of

PERIODS: Final = (Period(2026, 9), Period(2026, 10))
PRODUCER: Final = "cotbill sample"
PLANTED_FILE: Final = "planted.csv"
SETTINGS: Final = """\
# Policy of this workspace. Every setting has a default; an unknown key is an error with a suggestion.
# This is made-up data: agencies, people, numbers and prices are invented.

# Days an agency has to dispute an invoice, counted from its issue.
dispute_days = 60
# Records of this many earlier periods still bill, marked as prior-period charges.
look_back_periods = 12
# The seller's own accounting codes; a string of this fund is sent under the same-fund event type.
seller_fund = "6800"
seller_department = "079"
seller_unit = "1000"
"""


@dataclass(frozen=True)
class SampleSummary:
    """What was written: counts a person can check."""

    agencies: int
    billing_numbers: int
    rate_codes: int
    feed_files: int
    records: int
    calls: int
    planted: int


def write_sample(root: Path, *, scale: ScaleName, seed: int) -> SampleSummary:
    """Fill a folder with a believable sample state; the same scale and seed give the same bytes.

    `planted.csv` in the root lists every exception that a run of either month must raise, whichever month runs
    first. What depends on history (V010, V011) is not listed.

    Args:
        root: made if absent; the tables and feeds must not be there yet.
        scale: small (seconds), medium, or large (2 million calls a month).
        seed: any whole number.

    Raises:
        UsageError: no such scale.
        InputError: a feed is there already, or the folder cannot be written.
    """
    if scale not in SCALES:
        raise UsageError(f"no sample of scale '{scale}'; choose {', '.join(SCALES)}")
    world = world_of(SCALES[scale], seed)
    root.mkdir(parents=True, exist_ok=True)
    (root / "cotbill.toml").write_text(SETTINGS, encoding="utf-8")
    tables = reference_tables(world)
    for name, rows in tables.items():
        layout = TABLES[name]
        write_table(root / layout.folder / f"{name}.csv", [column.name for column in layout.columns], rows)
    planted: list[Planted] = []
    files = records = 0
    for period in PERIODS:
        month = clean_month(world, period)
        plant_mistakes(world, month)
        written = write_month(root / "inbox", world, month)
        files, records = files + written[0], records + written[1]
        planted += month.planted
    write_table(root / PLANTED_FILE, list(Planted.__dataclass_fields__), map(asdict, planted))
    return SampleSummary(
        len(world.agencies), len(world.numbers), len(tables["rate_codes"]), files, records, world.scale.calls * len(PERIODS), len(planted)
    )


def clean_month(world: World, period: Period) -> MonthFiles:
    """All feeds of a month but the calls, without a mistake; any month will do."""
    month = MonthFiles(period)
    metered, labor = usage_rows(world, period)
    month.add("usage", metered)
    month.add("usage", labor, 2)
    month.add("fixed_cost", fixed_cost_rows(world, period))
    month.add("pass_through", pass_through_rows(world, period))
    month.add("circuits", circuit_rows(world, period))
    month.add("voip", voip_rows(world, period))
    month.add("centrex", centrex_rows(world, period))
    month.add("stock", stock_rows(world, period))
    month.add("adjustments", adjustment_rows(world, period))
    return month


def write_month(inbox: Path, world: World, month: MonthFiles) -> tuple[int, int]:
    """Write a month's files; planted calls go to the end of the file they name. Returns: files and rows written."""
    produced_at = f"{month.period.shift(1)}-01T06:00:00-04:00"
    files = rows = 0
    for (feed, sequence), listed in sorted(month.rows.items()):
        if feed == "long_distance":
            continue
        path = write_feed(inbox, feed, month.period, sequence, _frame(feed, listed), PRODUCER, produced_at)
        add_columns(path, month.extra_columns.get((feed, sequence), {}))
        files, rows = files + 1, rows + len(listed)
    for sequence, calls in enumerate(call_frames(world, month.period), start=1):
        planted = _frame("long_distance", month.rows.get(("long_distance", sequence), []))
        whole = pl.concat([calls, planted.select(calls.columns)])
        write_feed(inbox, "long_distance", month.period, sequence, whole, PRODUCER, produced_at)
        files, rows = files + 1, rows + whole.height
    return files, rows


def _frame(feed: str, rows: list[Row]) -> pl.DataFrame:
    names = FEEDS[feed].names
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String()))
