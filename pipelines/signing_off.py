"""One person's approval of what another prepared: the rules asked, then signed with a key or given as an OS user."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.approval_levels import Approval, Decision
from billing.approvals import level_for, refusal
from billing.errors import NotAllowedError
from billing.people import People, Person
from billing.policy import Policy
from pipelines.journal import Actor, Journal
from pipelines.signatures import accept, sign
from pipelines.signed_payload import Claim, payload
from pipelines.waiting import Queued
from pipelines.workspace import Workspace

REVOKED: Final = "revoked_keys"  # in reference/: keys that sign nothing any more


@dataclass(frozen=True)
class SignedOff:
    """An approval and its words for the journal."""

    approval: Approval
    data: dict[str, Any]


@dataclass(frozen=True)
class Office:
    """What an approval is judged by."""

    workspace: Workspace
    journal: Journal
    users: pl.DataFrame
    policy: Policy

    @property
    def revoked(self) -> Path | None:
        """The list of revoked keys, where there is one."""
        path = self.workspace.root / "reference" / REVOKED
        return path if path.exists() else None

    def sign_off(self, queued: Queued, decision: Decision, key: Path | None, note: str, by: Actor) -> SignedOff:
        """Take a person's decision on a subject; nothing is written.

        Raises:
            NotAllowedError: the person may not, must sign and did not, or the signature does not hold.
        """
        people, subject = People(self.users), queued.subject
        at = _time(by)
        why = refusal(subject, by.user, at, queued.approvals, people=people, policy=self.policy) if decision == "APPROVE" else None
        if why is None and decision == "RETURN" and any(people.are_one(by.user, maker) for maker in subject.makers):
            why = f"{by.user} prepared {subject.identity}; take it back with `cotbill withdraw {subject.identity}`"
        if why is not None:
            raise NotAllowedError(why)
        person = people.find(by.user, at.date())
        if person is None:
            raise NotAllowedError(f"user {by.user} is unknown; add the user to users.csv, or have another approve it", code="J003")
        level = level_for(subject, person, queued.approvals, people=people, policy=self.policy) or _highest(person)
        claim = Claim(
            subject.kind, subject.identity, subject.period, subject.content_sha256, subject.amount, decision, level, by.user, by.at,
            len(self.journal.events), self.journal.head,
        )  # fmt: skip
        if key is not None:
            return self._signed(claim, queued, key, note)
        self.refuse_keyless(person, subject.identity, by)
        approval = Approval(subject.identity, by.user, level, decision, subject.content_sha256, at, "OS_USER")
        return SignedOff(approval, {**facts_of(claim), "assurance": "OS_USER", "note": note})

    def _signed(self, claim: Claim, queued: Queued, key: Path, note: str) -> SignedOff:
        data = payload(claim)
        signature = sign(data, key)
        last = self.journal.events[-1:]
        approval = accept(
            data, signature, queued.subject, self.users, seq=claim.journal_seq, head=claim.journal_head,
            since=dt.datetime.fromisoformat(last[0].at) if last else None, until=claim.time, revoked=self.revoked,
        )  # fmt: skip
        words = {"assurance": "SIGNATURE", "note": note, "payload": data.decode(), "signature": signature}
        return SignedOff(approval, {**facts_of(claim), **words})

    def refuse_keyless(self, person: Person, what: str, by: Actor) -> None:
        """Without a key the operating system says who it is, so it must be the person's own login, and a second one.

        Raises:
            NotAllowedError: the person has a key, or it is not their login, or the same login prepared it.
        """
        if person.public_key:
            raise NotAllowedError(f"{person.user} has a key in users.csv and must sign; give it with --key")
        if by.user != by.os_user:
            raise NotAllowedError(
                f"{by.user} has no key in users.csv, and this runs as {by.os_user}; run it as the operating-system user {by.user}, "
                "or give the user a key"
            )
        makers = {event.os_user for event in self.journal.events if _is_about(event.data, what)}
        if by.os_user in makers:
            raise NotAllowedError(f"{what} was prepared as operating-system user {by.os_user}; another one must approve it")


def _is_about(data: dict[str, Any], identity: str) -> bool:
    cells = data.get("cells")
    return identity in (data.get("decision_id"), data.get("dispute_id")) or (
        isinstance(cells, dict) and cells.get("source_record_id") == identity
    )


def facts_of(claim: Claim) -> dict[str, Any]:
    """What the journal says of an approval beside who and when."""
    return {
        "subject": claim.subject, "identity": claim.identity, "content_sha256": claim.content_sha256,
        "amount": None if claim.amount is None else f"{claim.amount:f}", "decision": claim.decision, "level": claim.level,
    }  # fmt: skip


def _highest(person: Person) -> str:
    return next((role for role in ("FINANCE", "MANAGER", "LEAD") if role in person.roles), "BILLER")


def _time(by: Actor) -> dt.datetime:
    return dt.datetime.fromisoformat(by.at)
