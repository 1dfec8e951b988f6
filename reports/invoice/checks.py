"""Check before you approve: the month's own findings on one invoice, in words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from billing.catalogue import CATALOGUE
from reports.figures import count, dollars
from reports.invoice.families import ADJUSTMENTS, PRIOR
from reports.masking import MASK
from reports.press.letters import fit
from reports.press.view import Check

_MOST: Final = 5  # kinds of findings; page one has no room for more
_LATE: Final = frozenset({"D403", "D404"})
Finding = dict[str, Any]


def checks(findings: Iterable[Finding], notes: Iterable[Check], printed: set[str]) -> tuple[Check, ...]:
    """One line a warning code and feed, the most dollars first; then what the lines themselves show; then what is held back.

    Args:
        findings: of this invoice's billing numbers.
        notes: what the lines show.
        printed: the families that have a section, to refer to.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    held: list[Finding] = []
    for finding in findings:
        if finding["severity"] == "WARN":
            groups.setdefault((finding["code"], finding["feed"] or ""), []).append(finding)
        elif finding["severity"] == "HOLD" and finding["status"] == "OPEN" and finding["is_first_cause"]:
            held.append(finding)
    ranked = sorted(groups.items(), key=lambda item: (-abs(_at_stake(item[1])), item[0]))
    found = [Check(_words(code, group), _anchor(code, feed, printed)) for (code, feed), group in ranked[:_MOST]]
    if len(ranked) > _MOST:
        rest = sum(len(group) for _, group in ranked[_MOST:])
        found.append(Check(f"{count(rest, 'more note')} of {count(len(ranked) - _MOST, 'other kind')}: ask for the exception list."))
    found += list(notes)[: max(2, _MOST + 2 - len(found))]
    if held:
        known = _at_stake(held)
        worth = f", {dollars(known)} as far as it is known" if known else ""
        found.append(
            Check(
                f"Not billed yet: {count(len(held), 'record')}{worth}, held for a decision. It may follow as a charge for an earlier month."
            )
        )
    return tuple(found)


def _at_stake(group: list[Finding]) -> Decimal:
    return sum((finding["amount"] for finding in group if finding["amount"] is not None), Decimal("0.00"))


def _words(code: str, group: list[Finding]) -> str:
    """One finding speaks for itself; several are counted under what their code means."""
    worth = _at_stake(group)
    money = f" ({dollars(worth)})" if worth else ""
    if len(group) == 1 and MASK in group[0]["message"]:
        text = fit(CATALOGUE[code].meaning.capitalize(), 170) + money + "."
    elif len(group) == 1:
        text = group[0]["message"].partition("; ")[0]
        text = fit(text[:1].upper() + text[1:], 170) + money + "."
    else:
        text = f"{count(len(group), 'charge')}: {CATALOGUE[code].meaning}{money}."
    reasons = {finding["reason"] for finding in group if finding["reason"]}
    return f"{text} Note: {fit(reasons.pop(), 170)}" if len(reasons) == 1 else text


def _anchor(code: str, feed: str, printed: set[str]) -> str:
    wanted = PRIOR if code in _LATE else feed
    if wanted in printed:
        return wanted
    return ADJUSTMENTS if code.startswith("J") and ADJUSTMENTS in printed else ""
