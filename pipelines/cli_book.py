"""The commands of the book of record: decisions, adjustments, approvals, close, and the proof of it all."""

from pathlib import Path
from typing import Any

import rich_click as click

from pipelines.cli_group import (
    as_of_option,
    cotbill,
    day_of,
    dry_run_option,
    json_option,
    moment,
    period_argument,
    period_option,
    reason_option,
    user_option,
    workspace_option,
)  # fmt: skip

_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...")
_key = click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="Your private key, to sign with ssh-keygen.")


@cotbill.command()
@click.argument("identity", metavar="ID")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="The field and what it should say; empty for nothing.")
@click.option("--row", help="An unreadable row as it should be, whole.")
@reason_option
@user_option
@period_option
@workspace_option
@dry_run_option
@json_option
def correct(**options: Any) -> int:
    """Correct a record: an overlay on the row as received, which stays as it is.

    ID is an exception_id or a source_record_id.
    """
    from pipelines.commands.decisions import correct as work

    return work(now=moment(), **options)


def _decision(name: str, text: str) -> None:
    """Put one of the decisions that need no new value in the group."""

    @cotbill.command(name, help=text)
    @click.argument("ids", nargs=-1, metavar="[ID]...")
    @click.option("--code", help="Every exception of this code that waits.")
    @click.option("--owner", help="Who works it from here.")
    @reason_option
    @user_option
    @period_option
    @workspace_option
    @dry_run_option
    @json_option
    def command(**options: Any) -> int:
        from pipelines.commands.decisions import decide as work

        return work(action=name.upper(), now=moment(), **options)


_decision("hold", "Put a record aside: it is not billed until it is released. ID is an exception_id or a source_record_id.")
_decision("release", "Lift a hold that a person may lift; lifting a rule's hold needs a second person.")
_decision("reject", "Take a record out for good; a second person approves it.")
_decision("acknowledge", "Explain a warning. A missing feed, service of a prior year and a hold carried over need a second person.")


@cotbill.command()
@click.argument("identity", metavar="ID")
@reason_option
@user_option
@period_option
@workspace_option
@dry_run_option
@json_option
def withdraw(**options: Any) -> int:
    """Take back a decision (D-...) or an adjustment that was entered by command."""
    from pipelines.commands.decisions import withdraw as work

    return work(now=moment(), **options)


@cotbill.command()
@period_argument
@click.option("--type", "adj_type", required=True, help="CREDIT, DEBIT, CREDIT_REBILL, TRANSFER, SLA_CREDIT, OUTAGE, WRITE_OFF, ...")
@click.option("--amount", required=True, help="Dollars; minus is a credit.")
@click.option("--line", metavar="INVOICE_NO/LINE", help="The invoice line that it corrects.")
@click.option("--no-line-because", metavar="REASON", help="Why there is no such line.")
@click.option("--billing-number", help="Whose.  [default: of the line]")
@click.option("--rate-code", help="[default: of the line]")
@click.option("--stream", help="[default: of the line]")
@click.option("--rebill", metavar="AMOUNT", help="With CREDIT_REBILL: what is billed instead, as the other half of the pair.")
@click.option("--to", "other_number", metavar="BILLING_NUMBER", help="With TRANSFER or CREDIT_REBILL: who is billed instead.")
@click.option("--reason-code", required=True, help="WRONG_RATE, WRONG_QTY, WRONG_ACCOUNT, DUPLICATE, LATE_DISCONNECT, ...")
@click.option("--support", required=True, help="What proves it: ticket, page, vendor credit.")
@click.option("--description", help="What the agency reads on its invoice.")
@click.option("--vendor-credit", metavar="REF", help="The vendor's credit, where the vendor has to give one.")
@click.option("--vendor-recovery", is_flag=True, help="The credit waits for the vendor's.")
@click.option("--from", "service_from", metavar="YYYY-MM-DD", help="First day it is about.  [default: of the line]")
@click.option("--until", "service_to", metavar="YYYY-MM-DD", help="Last day it is about.  [default: of the line]")
@click.option("--id", "identity", help="Enter this adjustment again; what was approved of it is void.")
@user_option
@workspace_option
@dry_run_option
@json_option
def adjust(**options: Any) -> int:
    """Enter an adjustment in an open period; it is in the trial bill at once and waits for approval."""
    from pipelines.commands.adjustments import adjust as work

    return work(now=moment(), **options)


@cotbill.command()
@period_argument
@user_option
@workspace_option
@dry_run_option
@json_option
def settle(**options: Any) -> int:
    """Propose credits and back-bills: what inventory says should have been billed against what was."""
    from pipelines.commands.adjustments import settle as work

    return work(now=moment(), **options)


@cotbill.command()
@click.argument("period", required=False)
@click.option("--all", "show_all", is_flag=True, help="Also what is approved already.")
@workspace_option
@json_option
def approvals(**options: Any) -> int:
    """List what waits for a second person, and for whom."""
    from pipelines.commands.approvals import approvals as work

    return work(**options)


@cotbill.command()
@_ids
@_key
@click.option("--note", default="", help="A word to go with it.")
@user_option
@period_option
@workspace_option
@dry_run_option
@json_option
def approve(**options: Any) -> int:
    """Approve adjustments, decisions, late disputes, a bill (bill-2026-10), its rates (rates-...) or a reopening (reopen-...)."""
    from pipelines.commands.approvals import approve as work

    return work(decision="APPROVE", now=moment(), **options)


@cotbill.command("return")
@_ids
@_key
@click.option("--note", default="", help="What has to be done first.")
@user_option
@period_option
@workspace_option
@dry_run_option
@json_option
def send_back(**options: Any) -> int:
    """Send something back to whoever prepared it, with a note of what is wrong."""
    from pipelines.commands.approvals import approve as work

    return work(decision="RETURN", now=moment(), **options)


@cotbill.command()
@period_argument
@click.option("--pdf/--no-pdf", default=True, help="Render the invoices too.")
@user_option
@workspace_option
@as_of_option
@dry_run_option
@json_option
def close(as_of: str | None, **options: Any) -> int:
    """Post the month, once, all or nothing; or list what is missing."""
    from pipelines.commands.closing import close as work

    return work(as_of=None if as_of is None else day_of(as_of), now=moment(), **options)


@cotbill.command()
@period_argument
@reason_option
@user_option
@workspace_option
@dry_run_option
@json_option
def reopen(**options: Any) -> int:
    """Ask to reopen a closed month; a second person approves it (reopen-YYYY-MM)."""
    from pipelines.commands.closing import reopen as work

    return work(now=moment(), **options)


@cotbill.command()
@click.argument("period", required=False)
@click.option("--printed", multiple=True, metavar="HASH", help="A seal or journal head from a printed control report; may be repeated.")
@workspace_option
@json_option
def verify(**options: Any) -> int:
    """Prove posted months: every hash, link, signature and total, and the bill made again from its sealed inputs.

    Writes nothing. 13 when something does not hold, one line each. What is printed on a control report and kept
    elsewhere is the proof that not the whole ledger was made anew: give it with --printed.
    """
    from pipelines.commands.verify import verify as work

    return work(**options)


@cotbill.command()
@period_argument
@user_option
@workspace_option
@dry_run_option
@json_option
def final(**options: Any) -> int:
    """Make a closed month final: it is never reopened."""
    from pipelines.commands.closing import final as work

    return work(now=moment(), **options)
