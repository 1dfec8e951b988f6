"""The funding split of an invoice: which accounting strings pay, and how much each."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from billing.frames import FUNDING_FIELDS
from reports.figures import money, number, shares
from reports.invoice.movement import svg_address
from reports.press.letters import fit
from reports.press.view import Fund

_MOST_TOLD: Final = 12
_REST: Final = "#8a95a1"
_COLOURS: Final = ("#0b4a87", "#b8690f", "#2e7d6b", "#7a5aa6", "#8c2f39", "#5b6875", "#4f7f24", "#3c78b4")
_LABELS: Final = {
    "department": "dept", "unit": "unit", "appropriation_unit": "appr. unit", "object": "object", "sub_object": "sub-object",
    "reporting_category": "rep. cat.",
}  # fmt: skip


def funding(splits: Iterable[dict[str, Any]]) -> tuple[tuple[Fund, ...], str, str]:
    """Add the splits of an invoice's lines up by whole funding string, largest first, draw the bar, and say it in words.

    Rows: one a funding string; their dollars come to the invoice.
    """
    sums: dict[tuple[Any, ...], Decimal] = {}
    for split in splits:
        key = (*(split[name] for name in FUNDING_FIELDS), split["federal_share_pct"])
        sums[key] = sums.get(key, Decimal("0.00")) + split["amount"]
    ordered = sorted(sums.items(), key=lambda item: (-abs(item[1]), tuple(str(part or "") for part in item[0])))
    parts = shares([amount for _, amount in ordered])
    funds = tuple(
        Fund(
            colour=place % len(_COLOURS),
            fund=fit(key[0], 16),
            string=_string(key),
            federal="" if key[-1] is None else f"{number(key[-1])}%",
            share=share,
            amount=money(amount),
        )
        for place, ((key, amount), share) in enumerate(zip(ordered, parts, strict=True))
    )
    words = "Shares of the funding strings: " + ", ".join(f"fund {each.fund} {each.share}" for each in funds[:_MOST_TOLD])
    return funds, _bar([amount for _, amount in ordered], words), words


def _string(key: tuple[Any, ...]) -> str:
    words = [f"{_LABELS.get(name, name)} {value}" for name, value in zip(FUNDING_FIELDS[1:], key[1:-1], strict=True) if value]
    return fit(" · ".join(words), 150)


def _bar(amounts: list[Decimal], title: str) -> str:
    """One bar cut by the strings' dollars; none where a credit makes parts senseless."""
    whole = sum(amounts, Decimal(0))
    if not amounts or min(amounts) < 0 or whole <= 0:
        return ""
    left, pieces = 0, []
    if len(amounts) > len(_COLOURS):  # the smallest together, in grey
        amounts = [*amounts[: len(_COLOURS)], sum(amounts[len(_COLOURS) :], Decimal(0))]
    for place, amount in enumerate(amounts):
        width = int(amount * 7000 / whole)
        pieces.append(f'<rect x="{left}" y="0" width="{max(width - 12, 4)}" height="100" fill="{(*_COLOURS, _REST)[place]}"/>')
        left += width
    return svg_address("".join(pieces), 7000, 100, title)
