"""R26 as one HTML file with everything in it: no script, no network, prints on letter paper."""

from decimal import Decimal

from billing.periods import Period
from reports.control import OUTCOMES, Control
from reports.figures import month
from reports.templating import render


def control_html(report: Control) -> str:
    """The page as text."""
    period = Period.parse(report.period)
    return render(
        "control.html.j2",
        report=report,
        month=month(period),
        period=period,
        outcomes=OUTCOMES,
        parts=_parts(report),
    )


def _parts(report: Control) -> list[tuple[str, str]]:
    """What became of the dollars that came in, as bar widths in per cent for the eye; the figures stand beside them."""
    amounts = {name: abs(report.all_feeds.amounts[name]) for name in OUTCOMES[1:]}
    whole = sum(amounts.values(), Decimal(0))
    if whole == 0:
        return []
    return [(name, f"{(amount * 100 / whole).quantize(Decimal('0.01'))}") for name, amount in amounts.items() if amount]
