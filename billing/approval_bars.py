"""What stands against a signature: own work, own agency, a login unknown, a level or limit too low, another content."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from billing.approval_levels import DOLLAR_KINDS, LEVELS, Approval, Subject, fitting_roles, levels_needed, still_missing, words_of
from billing.people import People, Person
from billing.policy import Policy


@dataclass(frozen=True)
class Bar:
    """Why somebody may not sign: the exception it is (none: nothing is left to sign), what is wrong, what to do."""

    code: Literal["J003", "J004"] | None
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.what}; {self.fix}"


def find_bar(
    subject: Subject, user: str, at: dt.datetime, counted: Sequence[Approval], *, people: People, policy: Policy, level: str | None
) -> Bar | None:
    """What stands against this user's signature beside those counted; none when nothing does."""
    found = _stranger(user, at, people)
    if isinstance(found, Bar):
        return found
    before = next((approval.user for approval in counted if people.are_one(user, approval.user)), None)
    own = _own_work(subject, found, people)
    if own:
        return own
    if before is not None:
        other = "" if before == user else f" as {before}"
        return Bar("J003", f"{user} has signed {subject.identity} already{other}", "each signature is another person's")
    missing = still_missing(subject, counted, policy)
    if not missing:
        return Bar(None, f"{subject.identity} has all the approvals it needs", "nothing is left to sign")
    fitting = fitting_roles(found, missing, level)
    if not fitting:
        roles = ", ".join(sorted(found.roles))
        says = f"may not approve it as {level or roles}" if level is None or level in found.roles else f"is no {level} but {roles}"
        return Bar("J003", f"{user} {says}: {words_of(missing)} is needed", "have one of them approve it")
    return _over_limit(subject, found, fitting[0], policy)


def _stranger(user: str, at: dt.datetime, people: People) -> Person | Bar:
    """The person behind a login on that day, or what is wrong with the login."""
    on = at.astimezone(dt.UTC).date()
    person = people.find(user, on)
    if person is not None:
        return person
    if people.knows(user):
        return Bar("J003", f"user {user} is not in force on {on}", "have a user in force approve it, or correct the dates in users.csv")
    return Bar("J003", f"user {user} is unknown", "add the user to users.csv, or have another approve it")


def _own_work(subject: Subject, person: Person, people: People) -> Bar | None:
    """A maker never approves, nor does anybody for their own agency."""
    if not all(maker.strip() for maker in subject.makers):
        return Bar("J003", f"nobody is named who prepared {subject.identity}", "name the preparer first")
    maker = next((maker for maker in subject.makers if people.are_one(person.user, maker)), None)
    if maker is not None:
        verb = {"RATES": "loaded", "REOPEN": "asked for"}.get(subject.kind, "prepared") if maker == subject.prepared_by else "changed"
        other = "" if maker == person.user else f" as {maker} (same person by name or key)"
        return Bar("J003", f"{person.user} {verb} it{other} and may not approve it", "have another person approve it")
    if subject.kind in DOLLAR_KINDS and person.agency_code in subject.agency_codes:
        what = f"{person.user} is of agency {person.agency_code} and may not approve for it"
        return Bar("J003", what, "have a person of another agency approve it")
    return None


def _over_limit(subject: Subject, person: Person, role: str, policy: Policy) -> Bar | None:
    """The person's own limit, which an unknown amount is taken to reach up to the manager's.

    Where FINANCE signs as well, nobody else answers for more than the manager's limit.
    """
    if subject.kind not in DOLLAR_KINDS or person.approve_limit is None:
        return None
    size = policy.manager_limit if subject.amount is None else abs(subject.amount)
    if len(levels_needed(subject, policy)) > 1 and role != "FINANCE":
        size = min(size, policy.manager_limit)
    if size <= person.approve_limit:
        return None
    what = "of an unknown amount" if subject.amount is None else f"of {subject.amount:,}"
    return Bar(
        "J003",
        f"{subject.identity} {what} is over the limit of {person.approve_limit:,} of {person.user}",
        "have one with a higher limit approve it",
    )


def return_bar(subject: Subject, approval: Approval, people: People) -> Bar | None:
    """Who approves may return; no limit is asked, since a return bills nothing."""
    found = _stranger(approval.user, approval.at, people)
    if isinstance(found, Bar):
        return found
    if approval.level not in LEVELS or approval.level not in found.roles:
        return Bar("J003", f"{approval.user} may not return it as {approval.level}", "have a LEAD, MANAGER or FINANCE return it")
    return _own_work(subject, found, people)


def void_bar(subject: Subject, approval: Approval) -> Bar | None:
    """An approval of another record or of another content."""
    if approval.identity != subject.identity:
        return Bar("J003", f"it was given for {approval.identity}", "approve this one itself")
    if approval.content_sha256 is None and approval.assurance == "FEED_FILE":
        return None
    if approval.content_sha256 != subject.content_sha256:
        return Bar("J004", f"{subject.identity} changed after {approval.user} approved it", "have it approved again")
    return None


def keyless_bar(approval: Approval, people: People) -> Bar | None:
    """Who has a key signs with it: the lower assurance of an operating-system user is for those without one."""
    found = _stranger(approval.user, approval.at, people)
    if approval.assurance == "OS_USER" and isinstance(found, Person) and found.public_key:
        return Bar("J003", f"{approval.user} has a key in users.csv and did not sign with it", "have it signed")
    return None
