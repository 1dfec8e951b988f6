"""What stands behind a pack that the published tables do not say: the issue, the evidence, the people's names."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.press.view import COT, Sender


@dataclass(frozen=True)
class Made:
    """How a month's figures came to be.

    issue: the posted issue, 1 for the first; null: none is posted. evidence: what the figures are kept in and its SHA-256.
    names: of users, where they are known; a user without one is called by the user's own word.
    """

    issue: int | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    prepared_by: str | None = None
    prepared_at: dt.datetime | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    sender: Sender = COT
