"""The command line: words in, one line per failure out, an exit code for every ending."""

import io
import os
import sys

import rich_click as click
from click.exceptions import Exit

from billing.errors import BillingError, RefusalsError
from pipelines import cli_asks, cli_book, cli_interface, cli_month
from pipelines.cli_group import cotbill

__all__ = ["cli_asks", "cli_book", "cli_interface", "cli_month", "cotbill", "main"]  # the four modules put their commands in the group
INTERRUPTED = 130


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
