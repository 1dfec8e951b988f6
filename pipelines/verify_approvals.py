"""Who approved what, proven again: each signature at its own time, each reopening by two persons, each decision's need of one."""

import datetime as dt
from collections.abc import Iterator

from billing.approvals import standing
from billing.errors import NotAllowedError
from billing.people import People
from pipelines.journal import Event
from pipelines.signatures import verify
from pipelines.signed_payload import check_replay, read_payload
from pipelines.signing_off import Office, facts_of
from pipelines.subjects import approvals_of, needs_approval, reopening_subject
from pipelines.troubles import Trouble
from pipelines.verify_month import Month, time_of


def approval_troubles(month: Month) -> Iterator[Trouble]:
    """What does not hold of the approvals in a month's journal.

    An approval is judged by the users that were sealed with the month, and verified at its own time: a key that has
    ended since still holds. A key that is revoked today, for whatever it signed, is a trouble.
    """
    for event in month.journal.of("approval"):
        try:
            _check(month, event)
        except NotAllowedError as refusal:
            yield Trouble(month.diary, f"approval of {event.data['identity']}: {refusal.message}", event.seq)
    for event in month.journal.of("decision"):
        said = event.data
        if said["needs"] != needs_approval(said["action"], said["code"], (said.get("exception") or {}).get("severity")):
            words = f"{said['decision_id']} needs another kind of approval than it says; restore the journal from a copy"
            yield Trouble(month.diary, words, event.seq)
    yield from _reopenings(month)


def _check(month: Month, event: Event) -> None:
    """Refuse an approval that is not what its giver signed, or that nobody vouches for.

    Raises:
        NotAllowedError: with the cause.
    """
    users, policy = month.office(event.seq)
    office = Office(month.workspace, month.journal.as_of(event.seq - 1), users, policy)
    data = event.data
    if data["assurance"] != "SIGNATURE":
        person = People(users).find(event.user, time_of(event).date())
        if person is None:
            raise NotAllowedError(f"{event.user} is not in the users.csv of that month; find out who approved it")
        office.refuse_keyless(person, data["identity"], event.by)
        return
    claim = read_payload(data["payload"].encode())
    told = {name: data[name] for name in ("subject", "identity", "content_sha256", "amount", "decision", "level")}
    if (facts_of(claim), claim.user, claim.at, claim.period) != (told, event.user, event.at, str(month.period)):
        raise NotAllowedError("what was signed is not what the event says; restore the journal from a copy")
    check_replay(claim, seq=event.seq - 1, head=event.previous, since=_before(month, event))
    verify(data["payload"].encode(), data["signature"], event.user, users, claim.time, office.revoked)


def _before(month: Month, event: Event) -> dt.datetime | None:
    """When the event before took place."""
    return time_of(month.journal.events[event.seq - 2]) if event.seq > 1 else None


def _reopenings(month: Month) -> Iterator[Trouble]:
    """Each reopening was asked for by one person and approved by another."""
    for event in month.journal.of("reopened"):
        then = month.journal.as_of(event.seq - 1)
        subject = reopening_subject(then, month.period)
        if subject is None:
            yield Trouble(month.diary, "reopens what nobody asked to reopen; restore the journal from a copy", event.seq)
            continue
        users, policy = month.office(event.seq)
        found = standing(subject, approvals_of(then).get(subject.identity, []), people=People(users), policy=policy)
        if found.state != "APPROVED":
            yield Trouble(month.diary, f"reopens the month without a second person: {found.why}; find out who did it", event.seq)
