"""What an approval's signature covers: the decision, its subject and the place in the journal, as one canonical text."""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from billing.approval_levels import Subject
from billing.errors import NotAllowedError
from inputs.text_file import shown

VERSION: Final = 1
FIRST_YEAR: Final = 1990
STOP_YEAR: Final = 2200
_LARGEST: Final = 64 * 2**10  # bytes
_AMOUNT: Final = re.compile(r"-?[0-9]{1,15}\.[0-9]{2}", re.ASCII)
_TEXTS: Final = ("subject", "identity", "period", "content_sha256", "decision", "level", "user", "at", "journal_head")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Claim:
    """What the signer says."""

    subject: str  # the kind: ADJUSTMENT, BILL, ...
    identity: str
    period: str
    content_sha256: str
    amount: Decimal | None  # dollars to cents
    decision: Literal["APPROVE", "RETURN"]
    level: str
    user: str
    at: str  # ISO 8601 with offset
    journal_seq: int  # of the journal's last entry when it was signed
    journal_head: str  # and that entry's hash

    @property
    def time(self) -> dt.datetime:
        """When it was signed.

        Raises:
            NotAllowedError: `at` is not a time with its offset.
        """
        try:
            at = dt.datetime.fromisoformat(self.at)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not FIRST_YEAR <= at.year < STOP_YEAR:
            raise NotAllowedError(f"approval is dated '{shown(self.at)}', not a time with its offset; sign it again")
        return at


def payload(claim: Claim) -> bytes:
    """The canonical text that is signed: JSON with sorted keys and no blanks, UTF-8, no line end.

    Raises:
        NotAllowedError: the amount is not in whole cents, or a text is not fit for UTF-8.
    """
    values: dict[str, Any] = {**asdict(claim), "version": VERSION, "amount": _plain(claim.amount)}
    try:
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise NotAllowedError("a text of the approval cannot be written as UTF-8; correct the record") from error


def read_payload(data: bytes) -> Claim:
    """Read back what was signed; only the canonical text itself is taken, so that no two texts say the same.

    Raises:
        NotAllowedError: the bytes are not the canonical payload of a claim.
    """
    wrong = NotAllowedError("what was signed is not an approval of this program; sign it again")
    if len(data) > _LARGEST:
        raise wrong
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(found, dict) or found.keys() != {*_TEXTS, "amount", "journal_seq", "version"}:
        raise wrong
    amount = found["amount"]
    is_sound = (
        all(isinstance(found[name], str) for name in _TEXTS)
        and type(found["journal_seq"]) is int
        and (type(found["version"]), found["version"]) == (int, VERSION)
        and (amount is None or (isinstance(amount, str) and _AMOUNT.fullmatch(amount) is not None))
        and found["decision"] in {"APPROVE", "RETURN"}
    )
    if not is_sound:
        raise wrong
    del found["version"]
    claim = Claim(**{**found, "amount": None if amount is None else Decimal(amount)})
    if payload(claim) != data:
        raise wrong
    return claim


def check_about(claim: Claim, subject: Subject) -> None:
    """Refuse a claim about another record, period, content or amount than the subject as it is now.

    Raises:
        NotAllowedError: it is about another, which is named.
    """
    pairs = (
        ("record", f"{claim.subject} {claim.identity}", f"{subject.kind} {subject.identity}"),
        ("period", claim.period, subject.period),
        ("amount", _plain(claim.amount), _plain(subject.amount)),
    )
    for what, signed, now in pairs:
        if signed != now:
            raise NotAllowedError(f"approval is signed for {what} {shown(str(signed))}, not {now}; sign it for this one")
    if claim.content_sha256 != subject.content_sha256:
        raise NotAllowedError(f"{subject.identity} changed after {shown(claim.user)} signed it; have it signed again", code="J004")


def check_replay(claim: Claim, *, seq: int, head: str, since: dt.datetime | None = None, until: dt.datetime | None = None) -> None:
    """Refuse a claim that was signed at another place in the journal: a copy, or one overtaken by another event.

    Args:
        claim: what was signed.
        seq: number of the journal's last entry now (for a posted approval: of the entry before it).
        head: that entry's hash.
        since: that entry's time; an earlier `at` is dated back, perhaps into the life of an expired key.
        until: the time now; a later `at` is dated forward.

    Raises:
        NotAllowedError: it was.
    """
    if (claim.journal_seq, claim.journal_head) != (seq, head):
        raise NotAllowedError(
            f"approval was signed after entry {claim.journal_seq} of another state of the journal, now at {seq}; sign it again"
        )
    if since is not None and claim.time < since:
        raise NotAllowedError(f"approval is dated {claim.at}, before the journal's last entry of {since.isoformat()}; sign it again")
    if until is not None and claim.time > until:
        raise NotAllowedError(f"approval is dated {claim.at}, which is not yet; set the clock right and sign it again")


def _plain(amount: Decimal | None) -> str | None:
    """Dollars as plain text to cents; -0.00 is 0.00."""
    if amount is None:
        return None
    if not amount.is_finite() or amount != amount.quantize(_CENT):
        raise NotAllowedError(f"amount {amount} is not in whole cents; correct the record")
    return f"{amount + 0:.2f}" if amount else "0.00"
