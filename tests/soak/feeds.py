"""The feeds of any month of the small sample's world, with a few mistakes and with what meets older months again."""

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path

from billing.periods import Period
from pipelines.sample import write_sample
from pipelines.sample.feeds.adjustments import adjustment_row
from pipelines.sample.feeds.stock import stock_rows
from pipelines.sample.feeds.usage import usage_rows
from pipelines.sample.month_files import MonthFiles
from pipelines.sample.scale import SCALES
from pipelines.sample.world import World, world_of
from pipelines.sample.write import clean_month, write_month

FIRST = Period(2026, 9)
OWNER = "D6051001"
NOBODY = "D9990002"
LONG_AGO = 15  # months: beyond every window
# made-up months move more than real ones; what moves is looked at elsewhere
QUIET = "\noutlier_spread = 1000\nvariance_dollars = 1000000\n"


@dataclass(frozen=True)
class Years:
    """A workspace whose months are made one after another."""

    root: Path
    world: World
    most: int | None = None  # rows of a feed that are kept; all of them where none
    long_ago: int = LONG_AGO

    def write(self, period: Period, line: tuple[str, int] | None) -> None:
        """Write a month's feeds.

        Args:
            line: invoice number and line of an earlier month, for a credit; none in the first month.
        """
        month = clean_month(self.world, period)
        for name, rows in month.rows.items():
            if self.most is not None and name[0] not in {"stock", "adjustments"}:
                del rows[self.most :]
        _plant(month)
        _meet_again(self.world, month, self.long_ago)
        if line is not None:
            _credit(self.world, month, self.long_ago, *line)
        write_month(self.root / "inbox", self.world, month)


def years_of(root: Path) -> Years:
    """The small sample's tables, with stock for years."""
    write_sample(root, scale="small", seed=1)
    for folder in (root / "inbox").iterdir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    settings = root / "cotbill.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + QUIET, encoding="utf-8")
    path = root / "reference" / "stock_opening.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "quantity": str(int(row["quantity"]) * 200)} for row in rows)
    return Years(root, world_of(SCALES["small"], 1))


def short_years_of(root: Path, settings: str, long_ago: int) -> Years:
    """The same with small months, for a test that has to be quick.

    Args:
        settings: lines of cotbill.toml beside the others.
    """
    path = years_of(root).root / "cotbill.toml"
    text = path.read_text(encoding="utf-8").replace("look_back_periods = 12\n", "")
    path.write_text(text + settings, encoding="utf-8")
    return Years(root, world_of(dataclasses.replace(SCALES["small"], calls=60), 1), most=40, long_ago=long_ago)


def _plant(month: MonthFiles) -> None:
    """Records that are held, late or doubled; those of nobody are corrected or rejected in the month after."""
    period = month.period
    usage = {**month.rows["usage", 1][0], "billing_number": NOBODY}
    month.add("usage", [{**usage, "source_record_id": f"SOAK-{period}-{place}", "resource_id": f"s{place}"} for place in "AB"])
    late = {"service_from": str(period.shift(-1).first_day), "service_to": str(period.shift(-1).last_day)}
    month.add("usage", [{**month.rows["usage", 1][1], "source_record_id": f"SOAK-{period}-late", "resource_id": "late", **late}])
    line = month.rows["voip", 1][0]
    month.add("voip", [{**line, "source_record_id": f"SOAK-{period}-V", "line_id": f"+1859{period.year % 100:02}{period.month:02}999",
                        "billing_number": NOBODY, "start_date": str(period.first_day), "stop_date": str(period.stop_day)}])  # fmt: skip


def _meet_again(world: World, month: MonthFiles, long_ago: int) -> None:
    """A record of long ago and one of last month sent again; returns of issues of two months and of years ago."""
    for back in (1, long_ago):
        then = month.period.shift(-back)
        if then >= FIRST:
            month.add("usage", [usage_rows(world, then)[0][back]])
    for place, back in ((0, 2), (1, long_ago)):
        then = month.period.shift(-back)
        if then >= FIRST:
            month.add("stock", [_return(world, then, month.period, place)])


def _return(world: World, then: Period, now: Period, place: int) -> dict[str, str]:
    rows = stock_rows(world, then)
    gone = {row["original_txn_id"] for row in rows if row["txn_type"] == "RETURN"}
    kept = [row for row in rows if row["txn_type"] == "ISSUE" and row["source_record_id"] not in gone]
    issue = kept[place]
    return {**issue, "source_record_id": f"SOAK-{now}-R{place}", "txn_type": "RETURN", "txn_date": f"{now}-09", "quantity": "1",
            "original_txn_id": issue["source_record_id"], "condition": "NEW", "requisition_no": ""}  # fmt: skip


def _credit(world: World, month: MonthFiles, long_ago: int, invoice: str, line: int) -> None:
    """A dollar back on a line of last month, and on one of a month before the look-back, which is refused."""
    old = f"COT-{month.period.shift(-long_ago)}-{OWNER}-01"
    for index, number in ((700, invoice), (701, old)):
        more = {"original_invoice_no": number, "original_line_no": str(line), "no_original_reason": ""}
        row = adjustment_row(world.number(OWNER), month.period, index, ("CREDIT", "usage", "ST10", "WRONG_QTY", -100), **more)
        month.add("adjustments", [row])
