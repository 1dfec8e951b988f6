"""How an invoice moved: last month beside this one, the sentence under the amount, bars and sparklines."""

import base64
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from billing.periods import Period
from reports import figures
from reports.figures import MONTHS, dollars, money, month, signed
from reports.invoice.families import FAMILIES
from reports.press.view import Family

MOST_MONTHS: Final = 13
LEAST_MONTHS: Final = 2  # for bars
LEAST_TREND: Final = 3  # for a line
_NAMED_CHANGES: Final = 3
_BLUE: Final = "#0b4a87"
_PALE: Final = "#7189a3"  # 3.6 to 1 on white
_BAR_HEIGHT: Final = 820
_BASE: Final = 840
ZERO: Final = Decimal("0.00")
History = dict[str, dict[str, Decimal]]  # period -> family -> dollars, oldest period first


def families(now: dict[str, Decimal], before: dict[str, Decimal] | None, history: History) -> tuple[Family, ...]:
    """One row a family that has dollars this month or last, in the order of the pages."""
    names = [name for name in FAMILIES if name in now or name in (before or {})]
    return tuple(
        family(
            FAMILIES[name].title,
            name if name in now else "",
            now.get(name, ZERO),
            None if before is None else before.get(name, ZERO),
            [part.get(name, ZERO) for part in history.values()],
        )
        for name in names
    )


def family(title: str, anchor: str, amount: Decimal, last: Decimal | None, trend: list[Decimal]) -> Family:
    """One row; without a last month there is nothing but the amount."""
    change = ZERO if last is None else amount - last
    words = f"{title}, last {len(trend)} months: " + ", ".join(money(value) for value in trend)
    return Family(
        title=title,
        anchor=anchor,
        last="" if last is None else money(last),
        amount=money(amount),
        change="" if last is None else signed(change),
        direction="more" if change > 0 else "less" if change < 0 else "",
        percent="" if last is None else change_percent(change, last),
        trend=sparkline(trend, words) if len(trend) >= LEAST_TREND else "",
        trend_words=words,
    )


def sentence(amount: Decimal, prior: Decimal | None, now: dict[str, Decimal], before: dict[str, Decimal] | None, last: Period) -> str:
    """How much more or less than last month, and the families that moved most, in plain words."""
    name = MONTHS[last.month - 1]
    if prior is None:
        return "This is the first month billed; there is no earlier invoice to compare with."
    change = amount - prior
    if change == 0:
        text = f"The same as {name}."
    else:
        percent = change_percent(change, prior)
        share = "" if percent == "–" else f" ({percent})"
        text = f"{money(abs(change))} {'more' if change > 0 else 'less'} than {name}{share}."
        if prior == 0:
            text = f"Nothing was billed in {name}."
        if amount < 0:
            text = f"A credit in your favor. {text}"
    moves = {key: now.get(key, ZERO) - (before or {}).get(key, ZERO) for key in FAMILIES}
    largest = sorted((key for key in moves if moves[key] != 0), key=lambda key: (-abs(moves[key]), list(FAMILIES).index(key)))
    if before is None or prior == 0 or not largest:
        return text
    named = [f"{_lower(FAMILIES[key].title)} ({signed(moves[key])})" for key in largest[:_NAMED_CHANGES]]
    if len(named) == 1:
        return f"{text} The change is in {named[0]}."
    return f"{text} The largest changes are {', '.join(named[:-1])} and {named[-1]}."


def change_percent(change: Decimal, before: Decimal) -> str:
    """A movement in per cent; a dash where that would say nothing: no amount or a credit before, or more than tenfold."""
    return "–" if abs(change) > 10 * before else figures.change_percent(change, before)


def _lower(title: str) -> str:
    return title if title.startswith(("VoIP", "Centrex")) else title[0].lower() + title[1:]


def svg_address(body: str, width: int, height: int, title: str) -> str:
    """A drawing as a data: address; its title tells its numbers."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><title>{escape(title)}</title>{body}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


def sparkline(values: list[Decimal], title: str) -> str:
    """A line of the months with a dot on the newest; whole units of a 640 by 140 drawing."""
    low, high = min(values), max(values)
    spread = high - low or Decimal(1)
    step = 600 // max(1, len(values) - 1)
    points = [(15 + place * step, int(120 - (value - low) * 100 / spread)) for place, value in enumerate(values)]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return svg_address(
        f'<polyline points="{line}" fill="none" stroke="{_PALE}" stroke-width="11" stroke-linejoin="round"/>'
        f'<circle cx="{x}" cy="{y}" r="17" fill="{_BLUE}"/>', 640, 140, title,
    )  # fmt: skip


def bars(totals: dict[str, Decimal], newest: Period) -> str:
    """A place for each of the last 13 months, the newest dark; a credit is a bar below the line, a month not billed a dot on it."""
    high = max(*totals.values(), Decimal(1))
    low = min(*totals.values(), Decimal(0))
    depth = min(240, int(-low * _BAR_HEIGHT / high)) if low else 0
    pitch = 3300 // MOST_MONTHS
    parts = []
    for place in range(MOST_MONTHS):
        period = str(newest.shift(place + 1 - MOST_MONTHS))
        value, x = totals.get(period), place * pitch + 25
        colour = _BLUE if place == MOST_MONTHS - 1 else _PALE
        if value is None:
            parts.append(f'<rect x="{x + 82}" y="824" width="40" height="16" fill="{_PALE}"/>')
        elif value >= 0:
            height = max(8, int(value * _BAR_HEIGHT / high))
            parts.append(f'<rect x="{x}" y="{_BASE - height}" width="{pitch - 50}" height="{height}" fill="{colour}"/>')
        else:
            height = max(8, min(depth, int(-value * _BAR_HEIGHT / high)))
            parts.append(f'<rect x="{x}" y="{_BASE + 8}" width="{pitch - 50}" height="{height}" fill="{colour}"/>')
    parts.append(f'<rect x="0" y="{_BASE}" width="3300" height="8" fill="#16202c"/>')
    return svg_address("".join(parts), 3300, _BASE + 10 + depth, bar_words(totals))


def bar_words(totals: dict[str, Decimal]) -> str:
    """The chart for those who cannot see it."""
    return "Monthly total: " + ", ".join(f"{month(Period.parse(period))} {dollars(amount)}" for period, amount in totals.items())


def by_family(lines: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    """Dollars of some lines by family."""
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line["family"]] = found.get(line["family"], ZERO) + line["amount"]
    return found
