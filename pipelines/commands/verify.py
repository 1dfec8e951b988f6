"""Verify: say of each month what does not hold, or that everything does."""

import re
from pathlib import Path
from typing import Any, Final

from billing.errors import BillingError, UsageError
from billing.periods import Period
from pipelines.commands import show
from pipelines.journal import Journal
from pipelines.standing import posted_issues, seal_of, standing
from pipelines.troubles import Trouble
from pipelines.verify import periods_to_verify, verify_period
from pipelines.workspace import Workspace

_BROKEN: Final = 13
_HASH: Final = re.compile("[0-9a-f]{64}")


def verify(*, period: str | None, printed: tuple[str, ...], workspace: Path, as_json: bool) -> int:
    """Verify one month or all; 13 when something does not hold.

    Raises:
        PeriodError: the ledger has nothing of the period.
        UsageError: what was printed is not a hash.
    """
    home = Workspace.open(workspace)
    wrong = [text for text in printed if not _HASH.fullmatch(text)]
    if wrong:
        raise UsageError(f"'{wrong[0]}' is not a hash; give the 64 digits of the seal or the journal head on a control report")
    months = periods_to_verify(home, Period.parse(period) if period else None)
    found: list[Trouble] = []
    for number, month in enumerate(months, start=1):
        with show.progress(f"verify {month}") as report:
            report(str(month), number, len(months))
            found += verify_period(home, month)
    facts = [_facts(home, month) for month in months]
    known = {hash_ for fact in facts for hash_ in fact.pop("hashes")}
    found += [
        Trouble(
            f"ledger/{period or ''}".rstrip("/"), f"has no seal and no journal entry {text}; the ledger is not the one that was printed"
        )
        for text in printed
        if text not in known
    ]
    troubles = list(dict.fromkeys(each for each in found if not each.is_note))
    notes = list(dict.fromkeys(each for each in found if each.is_note))
    _tell(facts, troubles, notes, as_json=as_json)
    return _BROKEN if troubles else 0


def _facts(home: Workspace, month: Period) -> dict[str, Any]:
    """A month's state and the hashes that a printed control report can be held against."""
    unknown: dict[str, Any] = {
        "period": str(month),
        "state": None,
        "issue": None,
        "seal_sha256": None,
        "journal_head": None,
        "hashes": set(),
    }
    try:
        journal = Journal(home.ledger / str(month))
        found = standing(home, month, journal)
        seals = {issue: seal_of(home.ledger / str(month) / "posted" / f"{issue:02d}")["sha256"] for issue in posted_issues(home, month)}
    except (BillingError, OSError, ValueError, KeyError, TypeError):
        return unknown  # said as a trouble already
    return {
        "period": str(month), "state": found.state, "issue": found.issue, "seal_sha256": seals.get(found.issue),
        "journal_head": journal.head, "hashes": {*seals.values(), *(event.hash for event in journal.events)},
    }  # fmt: skip


def _tell(facts: list[dict[str, Any]], troubles: list[Trouble], notes: list[Trouble], *, as_json: bool) -> None:
    if as_json:
        both = {"troubles": troubles, "notes": notes}
        lists = {name: [{"file": each.file, "line": each.line, "what": each.words} for each in some] for name, some in both.items()}
        show.data({"holds": not troubles, "periods": facts, **lists})
        return
    names = ("period", "state", "issue", "seal_sha256", "journal_head")
    show.table(("period", "state", "issue", "seal", "journal head"), [[str(row[name] or "–") for name in names] for row in facts])
    for each in [*notes, *troubles]:
        show.say(str(each))
    show.say(f"{len(troubles)} do not hold" if troubles else "every hash, link, signature and total holds")
