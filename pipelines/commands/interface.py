"""The accounting interface: hand out a closed month's documents, send rejected ones again, turn them; load the answer."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.frames import MonthBill
from billing.periods import Period
from inputs.answers_file import Fault, read_answers, refuse
from inputs.text_file import shown
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.files import file_hash
from pipelines.interface_book import ANSWER, InterfaceBook, own_templates
from pipelines.interfacing import Kind, Outbox, Sending
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.publish import republish_mart
from pipelines.recorded import load_bill
from pipelines.workspace import Workspace
from reports.footing import total
from reports.interface import FORMATS, interface_files
from reports.interface_register import interface_register, interface_register_files, standing_net
from reports.write import sha256, write_bytes

_WAITS: Final = 3
_CAN_BE_REJECTED: Final = ("SENT", "REPLACED")


def interface(
    *, period: str, form: str, reversal: bool, resend: bool, user: str | None, workspace: Path, as_of: dt.date | None, now: dt.datetime,
    dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Hand out a batch, and record it once.

    Raises:
        PeriodError: the month is not closed, or was answered already.
        TableError, RefusalsError: gl_map or rate_codes lack a row, or a corrected code is still not valid.
        InputError: a template cannot be filled.
        ReconciliationError: documents, files, splits and invoices do not come to the same.
    """
    month, home = Period.parse(period), Workspace.open(workspace)
    kind: Kind = "REVERSAL" if reversal else "RESEND" if resend else "ORIGINAL"
    with writing(home, f"interface {month}", dry_run=dry_run):
        by = actor(user, now, load_tables(home)["users"])
        outbox = Outbox(home, month, now, as_of)
        sending = outbox.sending(kind, dry_run=dry_run)
        files = interface_files(sending.made.journal, tuple(FORMATS) if form == "all" else (form,), own_templates(home))
        hashes = {name: sha256(data) for name, data in sorted(files.items())}
        if not dry_run:
            if sending.before is None or not hashes.items() <= sending.before.files.items():
                outbox.book.record({**sending.data, "files": hashes}, sending.made if sending.before is None else None, by)
            folder = _folder(home, month, sending)
            for name, data in files.items():
                write_bytes(folder / name, data)
            _publish(home, month)
    return _tell(home, month, sending, outbox, hashes, dry_run=dry_run, as_json=as_json)


def _folder(home: Workspace, month: Period, sending: Sending) -> Path:
    """Where a batch's files go: the month's own documents in interface/, later batches in a folder of their name."""
    folder = home.out(month) / "interface"
    return folder if sending.data["sent_as"] == "ORIGINAL" else folder / str(sending.data["batch_id"])


def _publish(home: Workspace, month: Period) -> MonthBill:
    """Write R15, and the mart with what is sent and answered now."""
    bill = load_bill(home, month)
    for name, data in interface_register_files(bill).items():
        write_bytes(home.out(month) / "reports" / name, data)
    republish_mart(home, month)
    return bill


def _tell(
    home: Workspace, month: Period, sending: Sending, outbox: Outbox, hashes: dict[str, str], *, dry_run: bool, as_json: bool
) -> int:  # fmt: skip
    journal = sending.made.journal
    register = interface_register(journal.with_columns(status=pl.lit("SENT"), answer=pl.lit(None, pl.String)))
    amount, net = total(register["amount"]), total(register["net"])
    facts = {name: sending.data[name] for name in ("batch_id", "sent_as", "posted_on", "documents", "lines")}
    facts = {"period": str(month), **facts, "amount": amount, "net": net, "written": not dry_run, "sent_before": sending.before is not None}
    if as_json:
        show.data({**facts, "folder": str(_folder(home, month, sending)), "sha256": hashes})
        return 0
    heads = ("batch", "sent as", "posted on", "documents", "lines", "amount", "net")
    row = (facts["batch_id"], facts["sent_as"], facts["posted_on"], f"{facts['documents']:,}", f"{facts['lines']:,}",
           show.money(amount), show.money(net))  # fmt: skip
    show.table(heads, [row], right=(3, 4, 5, 6))
    for word in _cautions(sending, outbox):
        show.say(word)
    if dry_run:
        show.say("nothing was written")
    else:
        again = "the same documents as before; " if sending.before is not None else ""
        show.say(f"{again}in {_folder(home, month, sending)}; when it is answered: cotbill ack FILE")
    return 0


def _cautions(sending: Sending, outbox: Outbox) -> list[str]:
    """What the receiver may stumble over: codes that are blank, and documents of an issue that is no more."""
    journal, found = sending.made.journal, []
    if not outbox.policy.seller_fund:
        found.append("seller_fund is not set in cotbill.toml: every string counts as another fund's, the seller's codes are blank")
    for party, what in (("SELLER", "revenue_source in rate_codes.csv"), ("BUYER", "object")):
        count = journal.filter((pl.col("party") == party) & pl.col("object_or_revenue").is_null()).height
        if count:
            found.append(f"{count} {party.lower()}'s lines have no {what}")
    if sending.replaced:
        found.append(f"{len(sending.replaced)} documents sent before are replaced: {sending.replaced[0]} to {sending.replaced[-1]}")
    return found


def ack(*, file: Path, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Load the accounting system's answer, all of it or nothing; 3 when a document was rejected.

    A file that was loaded before, in whole or until the command was broken off, is loaded to its end, and recorded once.

    Raises:
        InputError, RefusalsError: the file is not as it must be, or a document is unknown or answered already.
    """
    home = Workspace.open(workspace)
    with writing(home, f"ack {file.name}", dry_run=dry_run):
        by = actor(user, now, load_tables(home)["users"])
        answers = read_answers(file)
        digest = file_hash(file)
        books = {month: InterfaceBook(home, month) for month in home.periods_with_ledger()}
        loaded = {month for month, book in books.items() if any(each.data["sha256"] == digest for each in book.journal.of(ANSWER))}
        months = _months(books, loaded, answers, file.name)
        for month, rows in months.items():
            if not dry_run and month not in loaded:
                facts = {"file": shown(file.name, 200), "sha256": digest, "answers": [list(row) for row in rows]}
                books[month].journal.append(ANSWER, facts, by)
        bills = {month: load_bill(home, month) if dry_run else _publish(home, month) for month in months}
    return _tell_answers(months, bills, dry_run=dry_run, as_json=as_json)


def _months(
    books: dict[Period, InterfaceBook], loaded: set[Period], answers: pl.DataFrame, name: str
) -> dict[Period, list[tuple[str, str, str | None]]]:  # fmt: skip
    """The answers by the period whose document they are about; raises what is unknown or was answered.

    loaded: the periods that have the answers of this very file.
    """
    places: dict[str, tuple[Period, str]] = {}
    for month, book in books.items():
        states = book.lines.select("doc_id", "status").unique()
        places |= {doc: (month, status) for doc, status in states.rows()}
    faults: list[Fault] = []
    found: dict[Period, list[tuple[str, str, str | None]]] = {}
    for doc, status, words, line in answers.rows():
        if doc not in places:
            faults.append((line, 1, f"document {shown(doc)} was never sent; correct the row, or ask for the answer again"))
            continue
        month, stands = places[doc]
        if month in loaded:
            found.setdefault(month, []).append((doc, status, words))
        elif stands not in _CAN_BE_REJECTED:
            faults.append((line, 1, f"document {doc} of {month} was answered already, it is {stands}; remove the row"))
        elif stands == "REPLACED" and status == "ACCEPTED":
            faults.append((line, 1, f"document {doc} of {month} was replaced; have it cancelled in the accounting system"))
        else:
            found.setdefault(month, []).append((doc, status, words))
    refuse(shown(name, 200), faults, "F006")
    return dict(sorted(found.items()))


def _tell_answers(months: dict[Period, Any], bills: dict[Period, MonthBill], *, dry_run: bool, as_json: bool) -> int:
    facts = []
    for month, rows in months.items():
        register = interface_register(bills[month].journal)
        counts = {status: sum(each[1] == status for each in rows) for status in ("ACCEPTED", "REJECTED")}
        waiting = 0 if dry_run else register.filter(pl.col("status") == "SENT").height
        facts.append({"period": str(month), "accepted": counts["ACCEPTED"], "rejected": counts["REJECTED"], "unanswered": waiting,
                      "net": standing_net(register), "written": not dry_run})  # fmt: skip
    if as_json:
        show.data(facts)
    else:
        heads = ("period", "accepted", "rejected", "unanswered")
        show.table(heads, [(each["period"], *[f"{each[name]:,}" for name in heads[1:]]) for each in facts], right=(1, 2, 3))
        for each in facts:
            if each["rejected"]:
                show.say(f"rejected ones are A106 in the open month; correct the strings, then cotbill interface {each['period']} --resend")
    return _WAITS if any(each["rejected"] for each in facts) else 0
