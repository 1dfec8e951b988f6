"""The commands that ask of what is billed, and the disputes that agencies raise about it."""

from typing import Any

import rich_click as click

from pipelines.cli_group import cotbill, json_option, workspace_option


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
