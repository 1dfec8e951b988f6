"""Who may see the numbers of a bill's calls, and the words in which the journal keeps that somebody did."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import InputError, NotAllowedError, PeriodError, UsageError
from billing.periods import Period
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.masking import masked_text
from reports.write import make_folder, naming, sync_folder, write_bytes

RELEASED: Final = "calls-released"  # the event's kind
_FOLDER: Final = "calls"
_PRIVATE: Final = 0o700
_OWN: Final = 0o600
_ROLES: Final = ("MANAGEMENT", "FISCAL")  # they answer for the bill; who may approve does too


def require_posted(workspace: Workspace, period: Period) -> None:
    """Refuse to give numbers out of a bill that is not issued.

    Raises:
        PeriodError: the month is not posted.
    """
    state = standing(workspace, period).state
    if state not in {"CLOSED", "FINAL"}:
        raise PeriodError(f"{period} is {state}; numbers are given out of an issued bill alone, masked calls at any time")


def require_reason(reason: str, recipient: str) -> None:
    """Refuse a release without a reason or a recipient, or one that says a number: the journal keeps both, and no number.

    Raises:
        UsageError: one is missing, or a number stands in it.
    """
    for option, text in (("--reason", reason), ("--for", recipient)):
        if not text.strip():
            raise UsageError(f"numbers are given out to somebody for a reason; give {option}")
        if masked_text(text, None, None) != text:
            raise UsageError(f"{option} holds what looks like a telephone number; say it without")


def require_contact(contacts: pl.DataFrame, email: str, agencies: list[str], day: dt.date) -> None:
    """Refuse whoever is not a contact of the billed agency that answers for its bill.

    Args:
        contacts: the table agency_contacts as it stands.
        agencies: the agencies that the number's calls were billed to.

    Raises:
        NotAllowedError: no such contact is in force, or the calls were billed to several agencies.
    """
    if len(agencies) != 1:
        raise NotAllowedError("the number has calls of no agency or of several in this month; give out masked calls, or a redacted list")
    on = pl.lit(day)
    known = contacts.filter(
        (pl.col("email").str.to_lowercase() == email.strip().lower())
        & (pl.col("agency_code") == agencies[0])
        & ((pl.col("may_approve") == "Y") | pl.col("role").is_in(_ROLES))
        & (pl.col("valid_from") <= on)
        & (pl.col("valid_to").is_null() | (on < pl.col("valid_to")))
    )
    if known.is_empty():
        raise NotAllowedError(
            f"{email} is no contact of agency {agencies[0]} that may see its calls on {day}: in reference/agency_contacts.csv one of "
            f"{', '.join(_ROLES)}, or one that may approve; masked calls need no contact"
        )


def release_words(facts: dict[str, Any], agency: str | None, recipient: str, reason: str, given: str | None) -> dict[str, Any]:
    """What the journal keeps: whose calls, for whom, why, and the hashes of what was handed out and asked; no number.

    given: the SHA-256 of the list of what to withhold.
    """
    words = {name: facts[name] for name in ("billing_number", "edition", "calls", "files")}
    withheld = [{**row, "amount": str(row["amount"])} for row in facts.get("withheld", [])]
    who = {"agency_code": agency, "for": recipient.strip(), "reason": reason.strip()}
    return {**words, **who, "amount": str(facts["amount"]), "list": given, "withheld": withheld}


def write_calls(workspace: Workspace, period: Period, files: dict[str, bytes]) -> Path:
    """Write files of call detail for their owner alone, in a team's workspace too.

    Returns: their folder.

    Raises:
        InputError: the folder is a link, which would put numbers where it points to.
        OSError: one cannot be written; it names the file or the folder.
    """
    folder = workspace.out(period) / _FOLDER
    if folder.is_symlink():
        raise InputError(f"{folder} is a link, and call detail stays in the workspace; remove it")
    with naming(folder):
        make_folder(folder)
        folder.chmod(_PRIVATE)  # without the team's bits, so that what is written in it is nobody else's either
    for name, data in files.items():
        write_bytes(folder / name, data)
        (folder / name).chmod(_OWN)
    with naming(folder):
        sync_folder(folder)
    return folder
