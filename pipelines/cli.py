"""The command line: words in, one line per failure out, an exit code for every ending."""

import datetime as dt
import io
import os
import re
import sys
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit

from billing.errors import BillingError, RefusalsError, UsageError

INTERRUPTED = 130
_DAY = re.compile(r"(199\d|2[01]\d\d)-\d\d-\d\d", re.ASCII)
click.rich_click.COMMAND_GROUPS = {
    "cotbill": [
        {"name": "Start", "commands": ["init", "demo"]},
        {"name": "The month", "commands": ["adapt", "check", "plan", "run", "exceptions", "invoices"]},
        {"name": "Ask", "commands": ["explain", "sql", "mart"]},
    ]
}
click.rich_click.MAX_WIDTH = 100


class _Ordered(click.RichGroup):
    """A group that lists its commands in the order of a month."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


@click.group(cls=_Ordered, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cotbill", message="cotbill %(version)s")
def cotbill() -> None:
    """Monthly agency billing: the right rate, once, to the right number, explainable to an auditor years later.

    Exit codes: 0 done · 1 failure · 2 usage · 3 done, something waits for a person · 10 input · 11 rates or
    reference · 12 period · 13 totals do not reconcile · 14 not allowed · 130 interrupted.
    """


def today() -> str:
    """The machine's date: the only clock in the program, and only a default."""
    return dt.datetime.now().astimezone().date().isoformat()


_workspace = click.option(
    "-w", "--workspace", envvar="COTBILL_WORKSPACE", default=".", show_default="the current folder",
    type=click.Path(path_type=Path), help="The workspace folder (or COTBILL_WORKSPACE).",
)  # fmt: skip
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_as_of = click.option("--as-of", default=None, metavar="YYYY-MM-DD", help="The day to date things by.  [default: the machine's date]")
_dry_run = click.option("--dry-run", is_flag=True, help="Do everything but write.")
_period = click.argument("period")


def _day(text: str | None) -> dt.date:
    """A day written YYYY-MM-DD, in the years a period can be in; today when none is given."""
    given = today() if text is None else text
    try:
        day = dt.date.fromisoformat(given if _DAY.fullmatch(given) else "")
    except ValueError:
        raise UsageError(f"--as-of: '{given}' is not a date; write it as 2026-11-06") from None
    return day


@cotbill.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help="Fill it with a believable state and two months of feeds.")
@click.option("--scale", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True, help="Size of the sample.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@_dry_run
@_json
def init(**options: Any) -> int:
    """Make a workspace; with --sample, a believable state with two months of all nine feeds."""
    from pipelines.commands.start import init as work

    return work(**options)


@cotbill.command()
@click.argument("directory", type=click.Path(path_type=Path), default="demo")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@_as_of
@_dry_run
@_json
def demo(as_of: str | None, **options: Any) -> int:
    """Make a sample workspace, bill its months, and say where everything is."""
    from pipelines.commands.start import demo as work

    return work(as_of=_day(as_of) if as_of is not None else None, **options)


@cotbill.command()
@click.argument("period", required=False)
@_workspace
@_json
def check(**options: Any) -> int:
    """Read and validate reference, rates and feeds; write nothing."""
    from pipelines.commands.check import check as work

    return work(**options)


@cotbill.group(cls=_Ordered)
def adapt() -> None:
    """Bring in a vendor's own file: FOCUS cloud cost as pass-through, a toll deck as a call plan."""


@adapt.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_period
@_workspace
@click.option(
    "--group-by", type=click.Choice(["invoice", "service", "account"]), default="invoice", show_default=True, help="Sum before rounding."
)
@click.option("--vendor-code", help="Take every row as this vendor's.  [default: by the issuer's name]")
@click.option("--billing-number", help="For accounts that reference/vendor_accounts.csv does not know.")
@click.option("--rate-code", help="The same.")
@click.option("--sequence", type=click.IntRange(1, 999), help="Of the feed file.  [default: the next free one]")
@_as_of
@_dry_run
@_json
def focus(as_of: str | None, **options: Any) -> int:
    """Write a pass_through feed from a FOCUS cost file, every cost with all its decimals."""
    from pipelines.commands.adapt import focus as work

    return work(as_of=_day(as_of), **options)


@adapt.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_workspace
@click.option("--plan", required=True, help="The plan's name.")
@click.option("--rate-code", required=True, help="What its calls are billed under.")
@click.option("--scale", type=click.IntRange(0, 6), default=4, show_default=True, help="Decimals a call is rounded to.")
@click.option("--rounding", type=click.Choice(["HALF_UP", "UP", "HALF_EVEN"]), default="HALF_UP", show_default=True, help="How.")
@_dry_run
@_json
def deck(**options: Any) -> int:
    """Add a carrier's toll deck to rates/ld_plans.csv: blank rates are not rated, zero is free."""
    from pipelines.commands.adapt import deck as work

    return work(**options)


@cotbill.command()
@_period
@_workspace
@_as_of
@_json
def plan(as_of: str | None, **options: Any) -> int:
    """Show what a run would do and change, in dollars per agency; write nothing."""
    from pipelines.commands.month import plan as work

    return work(as_of=_day(as_of), **options)


@cotbill.command()
@_period
@_workspace
@_as_of
@_dry_run
@_json
def run(as_of: str | None, **options: Any) -> int:
    """Ingest, price, audit, split, trial bill, mart; safe to repeat, unchanged steps are reused."""
    from pipelines.commands.month import run as work

    return work(as_of=_day(as_of), **options)


@cotbill.command()
@_period
@_workspace
@click.option("--code", help="Only this code, e.g. R202.")
@click.option("--severity", type=click.Choice(["FATAL", "HOLD", "WARN", "INFO"]), help="Only this severity.")
@click.option("--all", "show_all", is_flag=True, help="Also what follows from a first cause, and what needs nobody.")
@_json
def exceptions(**options: Any) -> int:
    """List the worklist of a period, biggest dollars first."""
    from pipelines.commands.ask import exceptions as work

    return work(**options)


@cotbill.command()
@_period
@_workspace
@click.option("--only", multiple=True, metavar="INVOICE_NO", help="Only this invoice; may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core", help="Processes.")
@_dry_run
@_json
def invoices(**options: Any) -> int:
    """Render the invoices of a period as PDF."""
    from pipelines.commands.month import invoices as work

    return work(**options)


@cotbill.command()
@click.argument("identity", metavar="ID")
@_workspace
@_json
def explain(**options: Any) -> int:
    """Show one charge from invoice line back to file, line, rate and authority.

    ID is a charge_id, an exception_id, a source_record_id, or an invoice line as INVOICE_NO/LINE.
    """
    from pipelines.commands.explain import explain as work

    return work(**options)


@cotbill.command()
@click.argument("query", required=False)
@_workspace
@_json
def sql(**options: Any) -> int:
    """Query the mart, read-only; without QUERY, read it from standard input."""
    from pipelines.commands.ask import sql as work

    return work(**options)


@cotbill.command()
@_workspace
@_json
def mart(**options: Any) -> int:
    """Say where the analysts' file is and what is in it."""
    from pipelines.commands.ask import mart as work

    return work(**options)


def _say(error: BillingError) -> None:
    lines = error.errors if isinstance(error, RefusalsError) else [error]
    for line in lines:
        text = str(line)
        click.echo(text if line.at or isinstance(line, RefusalsError) else f"cotbill: {text}", err=True)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code; nothing a user can cause ends in a traceback."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter, a path that is no UTF-8
    try:
        code = cotbill.main(args=arguments, prog_name="cotbill", standalone_mode=False)
    except BillingError as error:
        _say(error)
        code = error.worst if isinstance(error, RefusalsError) else error.exit_code
    except Exit as leave:
        code = leave.exit_code
    except click.ClickException as error:
        click.echo(f"cotbill: {error.format_message().rstrip('.')}; see `cotbill --help`", err=True)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("cotbill: interrupted; nothing was half-written", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        where, what = error.filename2 or error.filename or "system", str(error.strerror or error).lower()
        click.echo(f"cotbill: {where}: {what}; put that right and run it again, nothing was half-written", err=True)
        code = 1
    sys.exit(code or 0)
