"""The disputes of a period's journal: each as it stands now, and the words that open or decide one."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.close_calendar import office_day
from billing.disputes import Dispute, Questioned, needs_approval
from billing.money import DOLLARS
from pipelines.journal import Event, Journal
from pipelines.waiting import Queued

OPENED: Final = "dispute-opened"
TAKEN_UP: Final = "dispute-taken-up"  # one that came late, by a second person
RETURNED: Final = "dispute-returned"
DECIDED: Final = "dispute-decided"
EVENTS: Final = (OPENED, TAKEN_UP, RETURNED, DECIDED)
_OWN: Final = ("dispute_id", "reason", "owner", "window_override_reason")


def disputes_of(journal: Journal) -> list[Dispute]:
    """Every dispute of a period, in the order they were opened; what a later event says of one stands."""
    found: dict[str, Dispute] = {}
    for event in journal.of(*EVENTS):
        identity = event.data["dispute_id"]
        found[identity] = _opened(event) if event.kind == OPENED else _changed(found[identity], event)
    return list(found.values())


def follows(after: Queued) -> list[tuple[str, dict[str, Any]]]:
    """What goes into the journal with an approval: a dispute that came late is taken up, or left when it is returned."""
    kind = {"APPROVED": TAKEN_UP, "RETURNED": RETURNED}.get(after.standing.state)
    return [(kind, {"dispute_id": after.subject.identity})] if kind else []


def opening_words(dispute: Dispute) -> dict[str, Any]:
    """A new dispute as the journal keeps it, with what was billed then and whether a second person must take it up."""
    return {
        **{name: getattr(dispute, name) for name in _OWN},
        "about": {name: _plain(value) for name, value in vars(dispute.about).items()},
        "amount": f"{dispute.amount:f}", "received_on": dispute.received_on.isoformat(), "due_on": dispute.due_on.isoformat(),
        "needs": "DISPUTE" if needs_approval(dispute) else None,
    }  # fmt: skip


def decision_words(dispute: Dispute) -> dict[str, Any]:
    """A decided dispute's outcome as the journal keeps it."""
    credited = None if dispute.credited_amount is None else f"{dispute.credited_amount:f}"
    return {"dispute_id": dispute.dispute_id, "outcome": dispute.outcome, "credited_amount": credited,
            "reason": dispute.decided_reason, "adjustment_id": dispute.adjustment_id}  # fmt: skip


def _opened(event: Event) -> Dispute:
    data, about = event.data, event.data["about"]
    days = {name: dt.date.fromisoformat(about[name]) for name in ("issued_on", "dispute_by")}
    return Dispute(
        **{name: data[name] for name in _OWN},
        about=Questioned(**{**about, **days, "amount": _dollars(about["amount"])}),
        amount=_dollars(data["amount"]), received_on=dt.date.fromisoformat(data["received_on"]),
        due_on=dt.date.fromisoformat(data["due_on"]), opened_by=event.user, opened_on=day_of(event),
        approval="WAITING" if data["needs"] else None,
    )  # fmt: skip


def _changed(dispute: Dispute, event: Event) -> Dispute:
    data = event.data
    if event.kind == TAKEN_UP:
        return dataclasses.replace(dispute, approval=None)
    if event.kind == RETURNED:
        return dataclasses.replace(dispute, approval="RETURNED")
    return dataclasses.replace(
        dispute, outcome=data["outcome"], credited_amount=_dollars(data["credited_amount"]), decided_by=event.user,
        decided_on=day_of(event), decided_at=event.at, decided_reason=data["reason"], adjustment_id=data["adjustment_id"],
    )  # fmt: skip


def day_of(event: Event) -> dt.date:
    """The day in Frankfort on which something was done."""
    return office_day(dt.datetime.fromisoformat(event.at))


def _dollars(text: str) -> Decimal:
    """Dollars as the journal keeps them, to the cent."""
    amount: Decimal = pl.Series([text], dtype=pl.String).cast(DOLLARS)[0]
    return amount


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, dt.date) else value
