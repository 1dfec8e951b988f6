"""The commands of a month, from a new workspace to invoices and queries: words in, work handed on."""

import os
from pathlib import Path
from typing import Any

import rich_click as click

from pipelines.cli_group import (
    Ordered,
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
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help="Fill it with a believable state and two months of feeds.")
@click.option("--scale", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True, help="Size of the sample.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@dry_run_option
@json_option
def init(**options: Any) -> int:
    """Make a workspace; with --sample, a believable state with two months of all nine feeds."""
    from pipelines.commands.start import init as work

    return work(**options)


@cotbill.command()
@click.argument("directory", type=click.Path(path_type=Path), default="demo")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@as_of_option
@dry_run_option
@json_option
def demo(as_of: str | None, **options: Any) -> int:
    """Make a sample workspace, bill its months, and say where everything is."""
    from pipelines.commands.start import demo as work

    return work(as_of=day_of(as_of) if as_of is not None else None, now=moment(), **options)


@cotbill.command()
@click.argument("period", required=False)
@workspace_option
@json_option
def check(**options: Any) -> int:
    """Read and validate reference, rates and feeds; write nothing."""
    from pipelines.commands.check import check as work

    return work(**options)


@cotbill.group(cls=Ordered)
def adapt() -> None:
    """Bring in a vendor's own file: FOCUS cloud cost as pass-through, a toll deck as a call plan."""


@adapt.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@period_argument
@workspace_option
@click.option(
    "--group-by", type=click.Choice(["invoice", "service", "account"]), default="invoice", show_default=True, help="Sum before rounding."
)
@click.option("--vendor-code", help="Take every row as this vendor's.  [default: by the issuer's name]")
@click.option("--billing-number", help="For accounts that reference/vendor_accounts.csv does not know.")
@click.option("--rate-code", help="The same.")
@click.option("--sequence", type=click.IntRange(1, 999), help="Of the feed file.  [default: the next free one]")
@as_of_option
@dry_run_option
@json_option
def focus(as_of: str | None, **options: Any) -> int:
    """Write a pass_through feed from a FOCUS cost file, every cost with all its decimals."""
    from pipelines.commands.adapt import focus as work

    return work(as_of=day_of(as_of), **options)


@adapt.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@workspace_option
@click.option("--plan", required=True, help="The plan's name.")
@click.option("--rate-code", required=True, help="What its calls are billed under.")
@click.option("--scale", type=click.IntRange(0, 6), default=4, show_default=True, help="Decimals a call is rounded to.")
@click.option("--rounding", type=click.Choice(["HALF_UP", "UP", "HALF_EVEN"]), default="HALF_UP", show_default=True, help="How.")
@dry_run_option
@json_option
def deck(**options: Any) -> int:
    """Add a carrier's toll deck to rates/ld_plans.csv: blank rates are not rated, zero is free."""
    from pipelines.commands.adapt import deck as work

    return work(**options)


@cotbill.command()
@period_argument
@workspace_option
@as_of_option
@json_option
def plan(as_of: str | None, **options: Any) -> int:
    """Show what a run would do and change, in dollars per agency; write nothing."""
    from pipelines.commands.month import plan as work

    return work(as_of=day_of(as_of), **options)


@cotbill.command()
@period_argument
@user_option
@workspace_option
@as_of_option
@dry_run_option
@json_option
def run(as_of: str | None, **options: Any) -> int:
    """Ingest, price, audit, split, trial bill, mart; safe to repeat, unchanged steps are reused."""
    from pipelines.commands.month import run as work

    return work(as_of=day_of(as_of), now=moment(), **options)


@cotbill.command()
@period_argument
@workspace_option
@click.option("--code", help="Only this code, e.g. R202.")
@click.option("--severity", type=click.Choice(["FATAL", "HOLD", "WARN", "INFO"]), help="Only this severity.")
@click.option("--all", "show_all", is_flag=True, help="Also what follows from a first cause, and what needs nobody.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), metavar="F.xlsx", help="Give what waits out as a workbook.")
@click.option("--import", "take", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="F.xlsx", help="Take it back.")
@user_option
@dry_run_option
@json_option
def exceptions(**options: Any) -> int:
    """List the worklist of a period, biggest dollars first; work it in a spreadsheet with --export and --import."""
    from pipelines.commands.exceptions import exceptions as work

    return work(now=moment(), **options)


@cotbill.command()
@period_argument
@workspace_option
@click.option("--only", multiple=True, metavar="INVOICE_NO", help="Only this invoice; may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core", help="Processes.")
@dry_run_option
@json_option
def invoices(**options: Any) -> int:
    """Render the invoices of a period as PDF."""
    from pipelines.commands.month import invoices as work

    return work(**options)


@cotbill.command()
@period_argument
@workspace_option
@click.option("--only", multiple=True, metavar="R06", help="Only this report, printed as well; may be repeated.")
@click.option("--format", "form", type=click.Choice(["focus"]), help="The charges in another shape: FOCUS 1.2, a row a charge.")
@user_option
@dry_run_option
@json_option
def reports(**options: Any) -> int:
    """Make Financial Management's reports of a period: the pack to sign, a workbook, a page, R01 to R26 as CSV and JSON."""
    from pipelines.commands.reports import reports as work

    return work(now=moment(), **options)


@cotbill.command()
@click.argument("identity", metavar="ID")
@workspace_option
@json_option
def explain(**options: Any) -> int:
    """Show one charge from invoice line back to file, line, rate and authority.

    ID is a charge_id, exception_id, source_record_id, decision, adjustment or dispute, or an invoice line as INVOICE_NO/LINE.
    """
    from pipelines.commands.explain import explain as work

    return work(**options)


@cotbill.command()
@click.argument("query", required=False)
@click.option("--name", metavar="QUERY", help="Run a query that ships, by its name.")
@click.option("--list", "is_list", is_flag=True, help="List the queries that ship, and what they answer.")
@workspace_option
@json_option
def sql(**options: Any) -> int:
    """Query the mart, read-only; without QUERY, read it from standard input."""
    from pipelines.commands.ask import sql as work

    return work(**options)


@cotbill.command()
@click.option("--dictionary", "has_dictionary", is_flag=True, help="Print every table, view and macro, column by column.")
@workspace_option
@json_option
def mart(**options: Any) -> int:
    """Say where the analysts' file is and what is in it."""
    from pipelines.commands.ask import mart as work

    return work(**options)
