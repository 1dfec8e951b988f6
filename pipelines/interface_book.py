"""What was sent to the accounting system of a period and what it answered, as the period's journal tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import empty
from billing.interface import Documents
from billing.interface_frames import ANSWERED, JOURNAL, PARTS
from billing.periods import Period
from pipelines.files import read_frame, write_frame
from pipelines.journal import Actor, Journal
from pipelines.workspace import Workspace

SENT: Final = "interface"
ANSWER: Final = "acknowledged"


@dataclass(frozen=True)
class SentBatch:
    """One batch as the journal names it."""

    batch_id: str
    number: int
    sent_as: str  # ORIGINAL RESEND REVERSAL
    seal_sha256: str  # of the posted issue it was made of
    posted_on: str
    documents: int
    frames: dict[str, dict[str, str]]
    files: dict[str, str]  # name -> SHA-256, of every file handed out so far


class InterfaceBook:
    """A period's batches, the answers to their documents, and where each document stands."""

    def __init__(self, workspace: Workspace, period: Period, journal: Journal | None = None) -> None:
        """Read a period's journal."""
        self.folder = workspace.ledger / str(period) / "interface"
        self.journal = journal or Journal(workspace.ledger / str(period))

    @cached_property
    def batches(self) -> list[SentBatch]:
        """Every batch, oldest first; one exported again under the same name with other files counts once."""
        found: dict[str, SentBatch] = {}
        for event in self.journal.of(SENT):
            data = {name: event.data[name] for name in SentBatch.__dataclass_fields__}
            before = found.get(data["batch_id"])
            found[data["batch_id"]] = SentBatch(**{**data, "files": {**(before.files if before else {}), **data["files"]}})
        return list(found.values())

    @cached_property
    def answers(self) -> dict[str, tuple[str, str | None]]:
        """doc_id -> status and the accounting system's words."""
        return {doc: (status, words) for event in self.journal.of(ANSWER) for doc, status, words in event.data["answers"]}

    @property
    def next_document(self) -> int:
        """The number of the next document: numbers are never used twice."""
        return 1 + sum(batch.documents for batch in self.batches)

    def read(self, batch: SentBatch) -> Documents:
        """A batch's frames.

        Raises:
            ReconciliationError: they are not as they were sent.
        """
        try:
            frames = {name: read_frame(self.folder / entry["file"], entry["sha256"]) for name, entry in batch.frames.items()}
        except ReconciliationError:
            where = f"ledger/{self.folder.parent.name}/interface"
            raise ReconciliationError(f"{where}: batch {batch.batch_id} is not as it was sent; restore the folder from a copy") from None
        return Documents(frames["journal"], frames["parts"])

    @cached_property
    def lines(self) -> pl.DataFrame:
        """Every line that was sent. Returns: ANSWERED, by document and line."""
        if not self.batches:
            return empty(ANSWERED)
        sent = pl.concat([empty(JOURNAL), *[self.read(batch).journal for batch in self.batches]])
        rows = [{"doc_id": doc, "status": status, "answer": self.answers.get(doc, (None, None))[1]} for doc, status in self._states(sent)]
        states = pl.DataFrame(rows, schema={"doc_id": pl.String(), "status": pl.String(), "answer": pl.String()})
        return sent.join(states, on="doc_id", how="left", validate="m:1").select(list(ANSWERED)).sort("doc_id", "doc_line")

    @cached_property
    def parts(self) -> pl.DataFrame:
        """Which charge went into which line, of every batch that has any. Returns: PARTS."""
        return pl.concat([empty(PARTS), *[self.read(batch).parts for batch in self.batches]])

    def with_status(self, *statuses: str) -> list[str]:
        """The documents that stand so, in order."""
        rows = self.lines.filter(pl.col("status").is_in(statuses))
        return [str(name) for name in rows["doc_id"].unique().sort().to_list()]

    def _states(self, sent: pl.DataFrame) -> Iterator[tuple[str, str]]:
        """Where each document stands, by its answer and by what was sent after it."""
        heads = sent.select("doc_id", "batch_id", "sent_as", "rfed_doc_id").unique(maintain_order=True).rows()
        later = {(old, kind): doc for doc, _, kind, old in heads if old is not None}
        newest = max((batch.number for batch in self.batches if batch.sent_as == "ORIGINAL"), default=0)
        numbers = {batch.batch_id: batch.number for batch in self.batches}
        for doc, batch, _, _ in heads:
            answer = self.answers.get(doc, ("SENT", None))[0]
            if (doc, "RESEND") in later:
                yield doc, "RESENT"
            elif answer == "ACCEPTED" and self._outcome(later.get((doc, "REVERSAL")), later) == "ACCEPTED":
                yield doc, "REVERSED"
            elif answer != "ACCEPTED" and numbers[batch] < newest:
                yield doc, "REPLACED"
            else:
                yield doc, answer

    def _outcome(self, doc: str | None, later: dict[tuple[str, str], str]) -> str | None:
        """The answer to a document, or to the last one that was sent in its place."""
        while doc is not None and (doc, "RESEND") in later:
            doc = later[doc, "RESEND"]
        return None if doc is None else self.answers.get(doc, ("SENT", None))[0]

    def record(self, data: dict[str, Any], made: Documents | None, by: Actor) -> None:
        """Write a batch's frames, then the event that makes it sent; without frames they are there already."""
        if made is not None:
            frames = {}
            for name, frame in (("journal", made.journal), ("parts", made.parts)):
                file = f"{data['batch_id']}.{name}.parquet"
                frames[name] = {"file": file, "sha256": write_frame(self.folder / file, frame)}
            data = {**data, "frames": frames}
        self.journal.append(SENT, data, by)


def journal_of(workspace: Workspace, period: Period) -> pl.DataFrame:
    """The lines sent of a period, with where their documents stand. Returns: ANSWERED."""
    return InterfaceBook(workspace, period).lines


def own_templates(workspace: Workspace) -> Path:
    """Where a workspace's own interface templates are."""
    return workspace.root / "templates" / "interface"
