"""The command group, in the order of a month, and the words that many commands share."""

import datetime as dt
import re
from pathlib import Path

import rich_click as click

from billing.errors import UsageError

_DAY = re.compile(r"(199\d|2[01]\d\d)-\d\d-\d\d", re.ASCII)
MONTH = (
    "check", "plan", "run", "exceptions", "correct", "hold", "release", "reject", "acknowledge", "withdraw", "adjust", "settle",
    "approvals", "approve", "return", "invoices", "close", "reopen", "reports", "interface", "ack", "final", "dispute",
)  # fmt: skip
ASK = ("explain", "diff", "calendar", "calls", "verify", "sql", "mart")
click.rich_click.COMMAND_GROUPS = {
    "cotbill": [
        {"name": "Start", "commands": ["init", "demo", "adapt"]},
        {"name": "The month", "commands": list(MONTH)},
        {"name": "Ask", "commands": list(ASK)},
    ]
}
click.rich_click.MAX_WIDTH = 100


class Ordered(click.RichGroup):
    """A group that lists its commands in the order of a month."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands' names, in order."""
        order = ["init", "demo", "adapt", *MONTH, *ASK]
        return sorted(self.commands, key=lambda name: order.index(name) if name in order else len(order))


@click.group(cls=Ordered, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cotbill", message="cotbill %(version)s")
def cotbill() -> None:
    """Monthly agency billing: the right rate, once, to the right number, explainable to an auditor years later.

    Exit codes: 0 done · 1 failure · 2 usage · 3 done, something waits for a person · 10 input · 11 rates or
    reference · 12 period · 13 totals do not reconcile · 14 not allowed · 130 interrupted.
    """


def moment() -> dt.datetime:
    """Now, in UTC: the only clock in the program, for what people do; amounts never depend on it."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def today() -> str:
    """The machine's date, only ever a default."""
    return dt.datetime.now().astimezone().date().isoformat()


workspace_option = click.option(
    "-w", "--workspace", envvar="COTBILL_WORKSPACE", default=".", show_default="the current folder",
    type=click.Path(path_type=Path), help="The workspace folder (or COTBILL_WORKSPACE).",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_of_option = click.option("--as-of", default=None, metavar="YYYY-MM-DD", help="The day to date things by.  [default: the machine's date]")
dry_run_option = click.option("--dry-run", is_flag=True, help="Do everything but write.")
period_argument = click.argument("period")
period_option = click.option("--period", metavar="YYYY-MM", help="The period.  [default: the newest open one that knows it]")
reason_option = click.option("--reason", default="", help="Why, for whoever reads it years later.")
user_option = click.option("--user", help="Who you are in reference/users.csv.  [default: the operating-system user]")


def day_of(text: str | None, option: str = "--as-of") -> dt.date:
    """A day written YYYY-MM-DD, in the years a period can be in; today when none is given."""
    given = today() if text is None else text
    try:
        day = dt.date.fromisoformat(given if _DAY.fullmatch(given) else "")
    except ValueError:
        raise UsageError(f"{option}: '{given}' is not a date; write it as 2026-11-06") from None
    return day
