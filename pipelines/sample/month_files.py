"""The files of one sample month while they are being filled, and the mistakes planted in them."""

from dataclasses import dataclass, field

from billing.periods import Period
from pipelines.sample.rows import Row


@dataclass(frozen=True)
class Planted:
    """One exception that a run of the period must raise."""

    period: str
    code: str
    feed: str
    source_file: str
    source_record_id: str
    what: str


@dataclass
class MonthFiles:
    """Rows by feed and file number, columns beyond the layout, and what was planted."""

    period: Period
    rows: dict[tuple[str, int], list[Row]] = field(default_factory=dict)
    extra_columns: dict[tuple[str, int], Row] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)

    def add(self, feed: str, rows: list[Row], sequence: int = 1) -> None:
        """Put rows at the end of a file."""
        self.rows.setdefault((feed, sequence), []).extend(rows)

    def plant(self, feed: str, row: Row, codes: str, what: str, sequence: int = 1) -> None:
        """Put a wrong row at the end of a file and note the codes it must raise, blanks between."""
        self.add(feed, [row], sequence)
        self.note(feed, row["source_record_id"], codes, what, sequence)

    def note(self, feed: str, record_id: str, codes: str, what: str, sequence: int = 1) -> None:
        """Note codes of a record that is in a file already, or of a file (no record)."""
        name = f"{feed}_{self.period}_{sequence:03d}.csv"
        self.planted += [Planted(str(self.period), code, feed, name, record_id, what) for code in codes.split()]
