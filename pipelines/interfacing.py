"""What a period sends to the accounting system: its documents, those that were rejected again, or all of them turned."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import polars as pl

from billing.errors import PeriodError
from billing.frames import MonthBill, Tables, empty
from billing.interface import Batch, Documents, documents
from billing.interface_again import corrected, refuse_invalid, sent_again
from billing.interface_frames import PARTS
from billing.interface_names import batch_name
from billing.periods import Period
from billing.policy import Policy
from pipelines.interface_book import InterfaceBook, SentBatch
from pipelines.loading import load_tables
from pipelines.recorded import load_bill
from pipelines.settings import read_settings
from pipelines.standing import Standing, seal_of, standing
from pipelines.workspace import Workspace

Kind = Literal["ORIGINAL", "RESEND", "REVERSAL"]
_OPEN_SEAL: Final = ""


@dataclass
class Sending:
    """A batch about to be handed out: its documents, its words for the journal, and whether it was sent before."""

    made: Documents
    data: dict[str, Any]
    before: SentBatch | None = None
    replaced: list[str] = field(default_factory=list)  # documents of an earlier issue that this batch takes the place of


class Outbox:
    """A period whose bill goes to the accounting system.

    Accounting codes are looked up in the tables as they are today: they move no amount, and what was missing at the
    close can be put right. What was sent once is read from the ledger and never made anew.
    """

    def __init__(self, workspace: Workspace, period: Period, now: dt.datetime, posted_on: dt.date | None) -> None:
        """Open a period.

        Raises:
            PeriodError: it was never run.
        """
        self.workspace, self.period = workspace, period
        self.bill: MonthBill = load_bill(workspace, period)
        self.standing: Standing = standing(workspace, period)
        self.policy: Policy = read_settings(workspace.root)
        self.tables: Tables = load_tables(workspace)
        self.book = InterfaceBook(workspace, period)
        self.now, self.given = now, posted_on

    def sending(self, kind: Kind, *, dry_run: bool) -> Sending:
        """The batch that a command hands out.

        Raises:
            PeriodError: the month is not closed (but for a dry run), or the documents are where this cannot be done.
        """
        if not self.standing.is_posted and not (dry_run and kind == "ORIGINAL" and self.standing.state == "OPEN"):
            ways = f"close it first; `cotbill interface {self.period} --dry-run` shows what it comes to so far"
            raise PeriodError(f"{self.period} is {self.standing.state}, and only a closed month is sent; {ways}")
        return {"ORIGINAL": self._originals, "RESEND": self._resend, "REVERSAL": self._reversal}[kind]()

    @property
    def _seal(self) -> str:
        return _OPEN_SEAL if self.standing.folder is None else str(seal_of(self.standing.folder)["sha256"])

    def _originals(self) -> Sending:
        """The month's documents: as sent before while nobody answered, else new ones if nothing stands any more."""
        sent = [batch for batch in self.book.batches if batch.sent_as == "ORIGINAL"]
        if sent and sent[-1].seal_sha256 == self._seal and not self._is_answered(sent[-1]):
            return self._again(sent[-1])
        if self.book.answers and self.standing.is_posted:
            self._refuse_standing()
        posted_on = self.given or dt.date.fromisoformat(self.bill.as_of)
        batch = self._batch("ORIGINAL")
        made = documents(
            self.bill.lines, self.bill.splits, self.bill.invoices, self.tables, self.period, self.policy, posted_on, batch=batch
        )
        if made.journal.is_empty():
            raise PeriodError(f"{self.period} bills nothing, so there is nothing to send")
        return Sending(made, self._data(batch, made, posted_on), replaced=self.book.with_status("SENT"))

    def _is_answered(self, batch: SentBatch) -> bool:
        """Whether any of a batch's documents was answered."""
        return not self.book.answers.keys().isdisjoint(self.book.read(batch).journal["doc_id"].to_list())

    def _bills(self) -> pl.Expr:
        """Whether a document bills charges; one that does not turns one that did."""
        return pl.col("doc_id").is_in(self.book.parts["doc_id"].unique().to_list())

    def _refuse_standing(self) -> None:
        """After an answer, only a month whose accepted documents are all turned, and accepted so, is sent anew."""
        bills = self._bills()
        live = self.book.lines.filter(pl.col("status").is_in(["ACCEPTED", "SENT"]) & bills)
        waiting = self.book.lines.filter(pl.col("status").is_in(["SENT", "REJECTED"]) & ~bills)
        turned = "REVERSED" in self.book.lines["status"].to_list()
        if live.is_empty() and waiting.is_empty() and turned:
            return
        count = live["doc_id"].n_unique()
        ways = "send what was rejected with --resend, or turn what was accepted with --reversal"
        raise PeriodError(f"{self.period} was answered by the accounting system, {count} documents stand; {ways}")

    def _resend(self) -> Sending:
        """The rejected documents with today's accounting codes, each once; those that turn others go as they were."""
        rejected = self.book.with_status("REJECTED")
        sent = [batch for batch in self.book.batches if batch.sent_as == "RESEND"]
        if not rejected:
            if sent and not self._is_answered(sent[-1]):
                return self._again(sent[-1])
            raise PeriodError(f"no document of {self.period} is rejected; there is nothing to send again")
        lines = self.book.lines.filter(pl.col("doc_id").is_in(rejected))
        parts = self.book.parts.filter(pl.col("doc_id").is_in(rejected))
        posted_on, batch = self.given or self.now.date(), self._batch("RESEND")
        made = self._corrected(lines, parts, posted_on, batch)
        mirrors = lines.filter(~self._bills())
        if mirrors.height:
            rest = Batch(batch.number, batch.first_document + made.journal["doc_id"].n_unique(), "RESEND")
            turned = sent_again(mirrors, self.tables, self.period, self.policy, posted_on, batch=rest, turned=False)
            made = Documents(pl.concat([made.journal, turned]), made.parts)
        return Sending(made, self._data(batch, made, posted_on))

    def _corrected(self, lines: pl.DataFrame, parts: pl.DataFrame, posted_on: dt.date, batch: Batch) -> Documents:
        """Documents of the parts of rejected ones, with the codes that the funding strings hold today."""
        bill = self.bill
        mine = bill.splits.join(parts.select("charge_id", "seq"), on=["charge_id", "seq"], how="semi")
        anew = corrected(mine, bill.lines, self.tables, bill.earlier)
        refuse_invalid(anew, bill.lines, self.tables, posted_on)
        codes = lines.select(rfed_doc_id="doc_id", rfed_doc_code="doc_code").unique()
        replaces = parts.rename({"doc_id": "rfed_doc_id"}).join(codes, on="rfed_doc_id", how="left", validate="m:1")
        return documents(
            bill.lines, anew, bill.invoices, self.tables, self.period, self.policy, posted_on, batch=batch, replaces=replaces
        )  # fmt: skip

    def _reversal(self) -> Sending:
        """Every accepted document turned, under a name of its own."""
        sent = [batch for batch in self.book.batches if batch.sent_as == "REVERSAL"]
        waiting = self.book.lines.filter(pl.col("status") == "SENT")
        if sent and waiting.height and set(waiting["batch_id"]) == {sent[-1].batch_id}:
            return self._again(sent[-1])
        if not self.book.answers:
            raise PeriodError(f"no document of {self.period} was answered yet, so there is nothing to turn; send it again instead")
        if waiting.height:
            count = waiting["doc_id"].n_unique()
            raise PeriodError(f"{count} documents of {self.period} have no answer yet; load the answer with `cotbill ack FILE` first")
        turned = self.book.lines.filter(pl.col("sent_as") == "REVERSAL")["rfed_doc_id"].to_list()
        own = self.book.lines.filter((pl.col("status") == "ACCEPTED") & ~pl.col("doc_id").is_in(turned) & self._bills())
        if own.is_empty():
            raise PeriodError(f"no document of {self.period} stands accepted, so there is nothing to turn")
        posted_on, batch = self.given or self.now.date(), self._batch("REVERSAL")
        journal = sent_again(own, self.tables, self.period, self.policy, posted_on, batch=batch, turned=True)
        made = Documents(journal, empty(PARTS))
        return Sending(made, self._data(batch, made, posted_on))

    def _again(self, batch: SentBatch) -> Sending:
        """A batch as it was sent."""
        made = self.book.read(batch)
        posted_on = dt.date.fromisoformat(batch.posted_on)
        data = self._data(Batch(batch.number, 1, batch.sent_as), made, posted_on)
        return Sending(made, {**data, "seal_sha256": batch.seal_sha256, "frames": batch.frames}, before=batch)

    def _batch(self, kind: Kind) -> Batch:
        return Batch(len(self.book.batches) + 1, self.book.next_document, kind)

    def _data(self, batch: Batch, made: Documents, posted_on: dt.date) -> dict[str, Any]:
        """The journal's words for a batch, without its files."""
        return {
            "batch_id": batch_name(self.period, batch.number), "number": batch.number, "sent_as": batch.sent_as,
            "issue": self.standing.issue, "seal_sha256": self._seal, "posted_on": posted_on.isoformat(),
            "documents": made.journal["doc_id"].n_unique(), "lines": made.journal.height,
        }  # fmt: skip
