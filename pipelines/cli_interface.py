"""The commands of the accounting interface: what goes out, and the answer that comes in."""

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
    user_option,
    workspace_option,
)  # fmt: skip


@cotbill.command()
@period_argument
@click.option(
    "--format", "form", type=click.Choice(["csv", "xml", "fixed", "all"]), default="all", show_default=True,
    help="Which files; the canonical CSV always goes with them.",
)  # fmt: skip
@click.option("--resend", is_flag=True, help="Only the rejected documents, with today's accounting codes, once.")
@click.option("--reversal", is_flag=True, help="Every accepted document with its sides turned.")
@user_option
@workspace_option
@as_of_option
@dry_run_option
@json_option
def interface(as_of: str | None, **options: Any) -> int:
    """Hand a closed month to the accounting system: balanced documents as CSV, XML and fixed-width records."""
    from pipelines.commands.interface import interface as work

    if options["resend"] and options["reversal"]:
        raise click.UsageError("--resend and --reversal are two different batches; give one of them")
    return work(as_of=None if as_of is None else day_of(as_of), now=moment(), **options)


@cotbill.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@user_option
@workspace_option
@dry_run_option
@json_option
def ack(**options: Any) -> int:
    """Load the accounting system's answer: a CSV of doc_id, status (ACCEPTED or REJECTED) and message."""
    from pipelines.commands.interface import ack as work

    return work(now=moment(), **options)
