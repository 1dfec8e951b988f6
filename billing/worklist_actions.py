"""What a person may do about an exception: correct, hold, release, reject or acknowledge it."""

from typing import Final

from billing.decisions import ACTIONS
from billing.rulings import RELEASABLE

# findings without severity WARN that a note with a reason settles
_NOTED: Final = {"F001": "the feed had no activity in this period"}
# rows that are no records yet: there is no cell to correct, the row is loaded again
_UNREAD: Final = ("F006",)


def allowed_actions(code: str, severity: str, *, has_record: bool = True) -> tuple[str, ...]:
    """The actions open for an exception, in the order of `ACTIONS`; none for notes and for refused files.

    CORRECT and REJECT need a record; HOLD puts it aside; RELEASE is for the holds in `RELEASABLE` only;
    ACKNOWLEDGE is for what is billed with a warning. Releasing or rejecting may need a second person: that is
    decided where the decision is taken, not here.
    """
    if code in _NOTED:
        return ("ACKNOWLEDGE",)
    if severity not in ("HOLD", "WARN"):
        return ()
    open_to = {
        "CORRECT": has_record and code not in _UNREAD,
        "HOLD": has_record,
        "RELEASE": has_record and severity == "HOLD" and code in RELEASABLE,
        "REJECT": has_record,
        "ACKNOWLEDGE": severity == "WARN",
    }
    return tuple(action for action in ACTIONS if open_to[action])
