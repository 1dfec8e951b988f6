"""A month's journal by itself: its chain, its head, its times, and events only in the order that the workflow knows."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pipelines.journal import FIRST, Event
from pipelines.troubles import Trouble
from pipelines.verify_month import Month, time_of

_OF_OPEN: Final = frozenset({"opened", "run", "decision", "withdrawn", "adjustment", "adjustment-withdrawn", "closed"})
_OF_POSTED: Final = frozenset({"issued", "reopen-asked", "reopen-refused", "reopened", "final"})
_AFTER_FINAL: Final = frozenset({"issued"})
_BEFORE_RUN: Final = frozenset({"opened", "adjustment", "adjustment-withdrawn"})
_STATES: Final = {"closed": "CLOSED", "reopened": "OPEN", "final": "FINAL"}


def journal_troubles(month: Month) -> Iterator[Trouble]:
    """What is wrong with a journal whose chain holds."""
    yield from _files(month)
    yield from _opening(month)
    yield from _times(month)
    yield from _order(month)


def _files(month: Month) -> Iterator[Trouble]:
    """The journal is whole, and its head is in step."""
    journal = month.journal
    if journal.is_torn:
        yield Trouble(
            month.diary, "ends in half a line; a command was killed, and the next one that writes clears it", len(journal.events) + 1
        )
    note = (json.dumps({"count": len(journal.events), "head": journal.head}, sort_keys=True) + "\n").encode()
    if journal.events and (not journal.head_path.is_file() or journal.head_path.read_bytes() != note):
        words = f"does not say that the journal has {len(journal.events)} events up to {journal.head}"
        yield Trouble(f"{month.place}/{journal.head_path.name}", f"{words}; the journal or its head was changed: restore both from a copy")


def _opening(month: Month) -> Iterator[Trouble]:
    """The month was opened once, before its first run, and goes on from the month before."""
    events = month.journal.events
    opened = [event for event in events if event.kind == "opened"]
    if len(opened) != 1 or any(event.kind not in _BEFORE_RUN for event in events[: opened[0].seq]):
        if events and not all(event.kind in _BEFORE_RUN for event in events):
            yield Trouble(month.diary, "does not begin with the opening of the month; restore the journal from a copy", 1)
        return
    said = opened[0].data
    last = month.period.shift(-1)
    if (said["period"], said["previous_period"]) != (str(month.period), str(last)):
        yield Trouble(
            month.diary, f"opens {said['period']} after {said['previous_period']}; restore the journal from a copy", opened[0].seq
        )
    if said["previous_head"] != FIRST and not month.journal_of(last).knows(said["previous_head"]):
        words = f"goes on from head {said['previous_head']}, which the journal of {last} does not have"
        yield Trouble(month.diary, f"{words}; one of the two was changed: restore it from a copy", opened[0].seq)


def _times(month: Month) -> Iterator[Trouble]:
    events = month.journal.events
    for event in events:
        if time_of(event).tzinfo is None:
            yield Trouble(month.diary, f"is dated {event.at}, a time without its offset; restore the journal from a copy", event.seq)
            return
    for before, event in pairwise(events):
        if time_of(event) < time_of(before):
            yield Trouble(month.diary, f"is dated {event.at}, before the event that it follows; find out whose clock was wrong", event.seq)


def _order(month: Month) -> Iterator[Trouble]:
    """Work only in an open month, reopening only of a closed one; issues numbered without a gap; kinds not known here may come any time."""
    state, issue = "OPEN", 0
    for event in month.journal.events:
        fits = state == "OPEN" if _needs_open(event) else state != "OPEN" if _needs_posted(event) else True
        if not fits or (state == "FINAL" and _needs_posted(event) and event.kind not in _AFTER_FINAL):
            yield Trouble(month.diary, f"'{event.kind}' cannot come while the month is {state}; restore the journal from a copy", event.seq)
        if event.kind == "closed":
            issue += 1
        if event.kind in {"closed", "issued", "final"} and event.data["issue"] != issue:
            yield Trouble(
                month.diary, f"is about issue {event.data['issue']}, expected {issue}; restore the journal from a copy", event.seq
            )
        state = _STATES.get(event.kind, state)


def _needs_open(event: Event) -> bool:
    return event.kind in _OF_OPEN or (event.kind == "approval" and event.data["subject"] != "REOPEN")


def _needs_posted(event: Event) -> bool:
    return event.kind in _OF_POSTED or (event.kind == "approval" and event.data["subject"] == "REOPEN")
