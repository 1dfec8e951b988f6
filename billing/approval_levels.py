"""What is approved, and the levels it takes: by size, by prior fiscal year and by type."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from billing.errors import ReconciliationError
from billing.ids import SEPARATOR
from billing.people import Person
from billing.policy import Policy

Kind = Literal["ADJUSTMENT", "REJECT", "RELEASE", "WAIVER", "DISPUTE", "BILL", "RATES", "REOPEN"]
Decision = Literal["APPROVE", "RETURN"]
Assurance = Literal["SIGNATURE", "OS_USER", "FEED_FILE"]
Levels = tuple[frozenset[str], ...]

LEVELS: Final = ("LEAD", "MANAGER", "FINANCE")  # lowest first
_LEAD_UP: Final = (frozenset(LEVELS),)
_MANAGER_UP: Final = (frozenset({"MANAGER", "FINANCE"}),)
_BOTH: Final = (frozenset({"MANAGER"}), frozenset({"FINANCE"}))
DOLLAR_KINDS: Final = frozenset({"ADJUSTMENT", "REJECT", "RELEASE", "WAIVER", "DISPUTE"})  # the others concern every agency at once
_FINANCE_TYPES: Final = frozenset({"WRITE_OFF", "PRIOR_FY_CREDIT"})


@dataclass(frozen=True)
class Subject:
    """What is to be approved, as it is now."""

    kind: Kind
    identity: str
    period: str
    content_sha256: str  # see `content_hash`
    amount: Decimal | None  # dollars; none: not known
    agency_codes: frozenset[str]
    adj_type: str | None
    is_prior_fiscal_year: bool
    prepared_by: str  # user; of RATES: who loaded them; of REOPEN: who asks for it
    edited_by: frozenset[str] = field(default_factory=frozenset)  # users who changed it since

    @property
    def makers(self) -> tuple[str, ...]:
        """Everybody who made it what it is, the preparer first."""
        return (self.prepared_by, *sorted(self.edited_by))


@dataclass(frozen=True)
class Approval:
    """One decision of one user on one content."""

    identity: str
    user: str
    level: str  # the role it is given in
    decision: Decision
    content_sha256: str | None  # none: the feed gave none, which only a FEED_FILE approval may
    at: dt.datetime  # with its offset
    assurance: Assurance


def content_hash(fields: Sequence[str | None]) -> str:
    """SHA-256 of a record's fields joined by U+001F, in layout order; an absent one is empty.

    Raises:
        ReconciliationError: a field holds U+001F itself, so that another record could have the same hash; no gate lets
            that in.

    Source: contract, section 6, "Adjustments".
    """
    if any(SEPARATOR in text for text in fields if text):
        raise ReconciliationError("a field holds the separator U+001F and cannot be hashed; report this")
    return hashlib.sha256(SEPARATOR.join(text or "" for text in fields).encode()).hexdigest()


def levels_needed(subject: Subject, policy: Policy) -> Levels:
    """The signatures a subject needs: for each, the roles that may give it; each is another person's.

    Dollars go by size, signs aside: up to policy.lead_limit a LEAD or above; up to policy.manager_limit, or unknown, a
    MANAGER or FINANCE; above, of a prior fiscal year or written off, a MANAGER and FINANCE as well. A DISPUTE needs a
    MANAGER at least. A bill, rates and a reopening need one MANAGER or FINANCE.

    Source: domain, section 6, point 5.
    """
    if subject.kind not in DOLLAR_KINDS:
        return _MANAGER_UP
    if subject.is_prior_fiscal_year or subject.adj_type in _FINANCE_TYPES:
        return _BOTH
    if subject.amount is None:
        return _MANAGER_UP
    if abs(subject.amount) > policy.manager_limit:
        return _BOTH
    is_small = abs(subject.amount) <= policy.lead_limit and subject.kind != "DISPUTE"
    return _LEAD_UP if is_small else _MANAGER_UP


def still_missing(subject: Subject, counted: Sequence[Approval], policy: Policy) -> Levels:
    """The signatures still needed. No role of one set is in another, so the first set that fits is the right one."""
    left = list(levels_needed(subject, policy))
    for approval in counted:
        place = next((n for n, roles in enumerate(left) if approval.level in roles), None)
        if place is not None:
            left.pop(place)
    return tuple(left)


def fitting_roles(person: Person, missing: Levels, level: str | None) -> list[str]:
    """The roles a person has that a missing signature asks for, in its order."""
    return [role for roles in missing for role in LEVELS if role in roles & person.roles and level in {None, role}]


def words_of(levels: Levels) -> str:
    """Levels as people read them: `MANAGER and FINANCE`, `LEAD, MANAGER or FINANCE`."""
    each = [[role for role in LEVELS if role in roles] for roles in levels]
    return " and ".join(" or ".join(filter(None, (", ".join(roles[:-1]), roles[-1]))) for roles in each)
