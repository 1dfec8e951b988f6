"""Where a decision stands: which approvals of it count, which are void, and whether one more may be given."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from billing.approval_bars import Bar, find_bar, keyless_bar, return_bar, void_bar
from billing.approval_levels import Approval, Levels, Subject, fitting_roles, still_missing, words_of
from billing.people import People, Person
from billing.policy import Policy

State = Literal["WAITING", "APPROVED", "RETURNED", "STALE"]


@dataclass(frozen=True)
class Standing:
    """Where a subject stands: what is still missing, one set of roles a signature, and why, in a sentence."""

    state: State
    missing: Levels
    why: str


@dataclass(frozen=True)
class Weighed:
    """Approvals sorted by whether they count; each that does not with its reason."""

    counted: tuple[Approval, ...]
    returned: tuple[Approval, ...]
    refused: tuple[tuple[Approval, Bar], ...]


def refusal(
    subject: Subject, user: str, at: dt.datetime, earlier: Iterable[Approval], *, people: People, policy: Policy, level: str | None = None
) -> str | None:
    """Why this user may not approve now, with what to do; none when they may.

    Args:
        subject: as it is now.
        user: the login that wants to approve.
        at: when; roles and limits are those of that day in UTC.
        earlier: approvals so far; void ones are passed over.
        level: the role they want to sign in; none: any that is needed.
    """
    weighed = weigh(subject, earlier, people=people, policy=policy)
    if weighed.returned:
        by = weighed.returned[-1].user
        return f"{subject.identity} was returned by {by}; correct it first, that makes it a new content to approve"
    bar = find_bar(subject, user, at, weighed.counted, people=people, policy=policy, level=level)
    return str(bar) if bar else None


def level_for(subject: Subject, person: Person, earlier: Iterable[Approval], *, people: People, policy: Policy) -> str | None:
    """The role a person would sign in: of those they have and that are still needed, the first asked for."""
    counted = weigh(subject, earlier, people=people, policy=policy).counted
    return next(iter(fitting_roles(person, still_missing(subject, counted, policy), None)), None)


def standing(subject: Subject, approvals: Iterable[Approval], *, people: People, policy: Policy) -> Standing:
    """Where a subject stands after these approvals, each judged again as of its own time.

    An approval of another content is void (J004); one of the preparer, of an unknown user or without the level does
    not count (J003). RETURNED lasts until the content changes. STALE: a signature is missing that an approval of an
    earlier content had given.
    """
    weighed = weigh(subject, approvals, people=people, policy=policy)
    missing = still_missing(subject, weighed.counted, policy)
    if weighed.returned:
        return Standing("RETURNED", missing, f"returned by {weighed.returned[-1].user}; correct it")
    if not missing:
        return Standing("APPROVED", (), f"approved by {' and '.join(approval.user for approval in weighed.counted)}")
    is_stale = any(bar.code == "J004" and approval.decision == "APPROVE" for approval, bar in weighed.refused)
    reasons = [f"; approval of {approval.user} does not count: {bar.what}" for approval, bar in weighed.refused]
    return Standing("STALE" if is_stale else "WAITING", missing, f"{words_of(missing)} must approve{''.join(reasons)}")


def weigh(subject: Subject, approvals: Iterable[Approval], *, people: People, policy: Policy) -> Weighed:
    """Sort approvals, in the order they were given, by whether they count."""
    counted: list[Approval] = []
    returned: list[Approval] = []
    refused: list[tuple[Approval, Bar]] = []
    for approval in approvals:
        bar = void_bar(subject, approval) or keyless_bar(approval, people)
        if bar is None and approval.decision == "RETURN":
            bar = return_bar(subject, approval, people)
        elif bar is None:
            bar = find_bar(subject, approval.user, approval.at, counted, people=people, policy=policy, level=approval.level)
        if bar:
            refused.append((approval, bar))
        else:
            (counted if approval.decision == "APPROVE" else returned).append(approval)
    return Weighed(tuple(counted), tuple(returned), tuple(refused))
