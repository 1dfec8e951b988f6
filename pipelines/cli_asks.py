"""The commands that ask of what is billed, and the disputes that agencies raise about it."""

from pathlib import Path
from typing import Any

import rich_click as click

from pipelines.cli_group import (
    Ordered,
    cotbill,
    day_of,
    dry_run_option,
    json_option,
    moment,
    period_argument,
    reason_option,
    user_option,
    workspace_option,
)  # fmt: skip


@cotbill.command()
@click.argument("before", metavar="PERIOD")
@click.argument("now", metavar="PERIOD")
@click.option("--by", type=click.Choice(["agency", "billing_number", "stream", "rate_code"]), help="One row for each of these.")
@click.option("--top", type=click.IntRange(1), default=15, show_default=True, help="Rows to show, those that moved most; --json has all.")
@workspace_option
@json_option
def diff(**options: Any) -> int:
    """Show what moved between two months, split into price, quantity, new, gone and one-time."""
    from pipelines.commands.diff import diff as work

    return work(**options)


@cotbill.command()
@period_argument
@workspace_option
@json_option
def calendar(**options: Any) -> int:
    """Show when each step of a month's close was planned and done, how late, and how often it was run."""
    from pipelines.commands.calendar import calendar as work

    return work(**options)


@cotbill.command()
@click.argument("billing_number", metavar="BILLING_NUMBER")
@period_argument
@click.option("--unmasked", is_flag=True, help="With whole numbers, for a contact that answers for the agency's bill.")
@click.option(
    "--redact", "redactions", metavar="FILE.csv", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With whole numbers but what FILE lists: call_id or number, field, code, reason.",
)  # fmt: skip
@click.option("--for", "recipient", default="", metavar="EMAIL", help="Who is to see the numbers.")
@reason_option
@user_option
@workspace_option
@dry_run_option
@json_option
def calls(**options: Any) -> int:
    """Write the calls of a billing number and what each cost, for its owner's eyes; numbers are masked."""
    from pipelines.commands.calls import calls as work

    return work(now=moment(), **options)


@cotbill.group(cls=Ordered)
def dispute() -> None:
    """Take up what an agency questions of an invoice, decide it, and see what stays payable."""


@dispute.command("open")
@click.argument("invoice", metavar="INVOICE_NO[/LINE]")
@click.option("--amount", required=True, help="Dollars that are questioned.")
@click.option("--owner", required=True, metavar="USER", help="Who works it.")
@click.option("--due", required=True, metavar="YYYY-MM-DD", help="Until when it is to be decided.")
@click.option("--received", metavar="YYYY-MM-DD", help="When it came.  [default: today, in Frankfort]")
@click.option("--override", metavar="REASON", help="Why it is taken up although it came after the window; needs a second person.")
@reason_option
@user_option
@workspace_option
@dry_run_option
@json_option
def open_(due: str, received: str | None, **options: Any) -> int:
    """Take up a dispute of an invoice that was issued, or of one line of it; the rest stays payable."""
    from pipelines.commands.disputes import open_dispute as work

    came = None if received is None else day_of(received, "--received")
    return work(due=day_of(due, "--due"), received=came, now=moment(), **options)


@dispute.command("decide")
@click.argument("identity", metavar="ID")
@click.option("--outcome", required=True, type=click.Choice(["FULL_CREDIT", "PARTIAL", "DENIED"]), help="How it ends.")
@click.option("--credit", metavar="DOLLARS", help="What is given back; has to be said of a PARTIAL one.")
@click.option("--adjustment", metavar="ID", help="The adjustment that credits it; may be named later.")
@reason_option
@user_option
@workspace_option
@dry_run_option
@json_option
def decide_(**options: Any) -> int:
    """Decide a dispute; what is credited is billed as an adjustment, which has its own approval."""
    from pipelines.commands.disputes import decide_dispute as work

    return work(now=moment(), **options)


@dispute.command("list")
@click.argument("period", required=False)
@workspace_option
@json_option
def list_(**options: Any) -> int:
    """List disputes: inside the window or not, how long open, who works them, and what stays payable."""
    from pipelines.commands.disputes import list_disputes as work

    return work(now=moment(), **options)
