"""What the test agency comes to: every charge row, split and invoice worked by hand, and what must be held.

Where the length of the month matters a cell gives four figures, for months of 28/29/30/31 days.
"""

from decimal import Decimal
from typing import Final

from billing.periods import Period
from billing.test_agency_world import read_text

Key = tuple[str, str, str, str]  # billing number, stream, component, rate code
_SHORTEST_MONTH: Final = 28

ROWS: Final = """
billing_number | stream | component | rate_code | amounts | worked
TESTAGY01 | usage | USAGE | TAFL | 30.00 60.00 1215.82 | late, 1 x 30.00; 14th, 2 x 30.00; last day, 37 x 32.86
TESTAGY01 | usage | USAGE | TAHR | 97.58 78.06 | 61 minutes of one ticket, 1.25 h x 78.06 = 97.575; 24 minutes, 1 h x 78.06
TESTAGY01 | usage | USAGE | TAGR | 945.00 | 1,000 x 0.10 + 9,000 x 0.08 + 2,500 x 0.05 = 100 + 720 + 125
TESTAGY01 | usage | USAGE | TAPK | 15.00 | 101 pages are 2 packages of a hundred x 7.50
TESTAGY01 | usage | USAGE | TAMC | 25.00 | 2 x 1.50 = 3.00, raised to the least charge
TESTAGY01 | usage | USAGE | TARD | 1.01 1000.01 0.05 | 1.005 is half a cent, away from zero; the others are whole cents
TESTAGY01 | usage | USAGE | TAAG | 18.00 | 10 x 1.80, the agency's agreed rate
TESTAGY01 | usage | USAGE | TAMU | 10.10 | 10.095
TESTAGY01 | usage | USAGE | TAIT | 11.00 11.00 11.00 11.00 11.00 11.00 11.00 | seven of 11.00
TESTAGY01 | usage | FEE | TAFE | 0.90 0.50 | 5 % of 18.00; 5 % of 10.095 = 0.50475 (of 10.10 it would be 0.505)
TESTAGY01 | usage | FEE | TASF | 0.39 | 0.5 % of 77.00 = 0.385, once (line by line 7 x 0.06 = 0.42)
TESTAGY02 | usage | USAGE | TAVO | 625.00 | 12,500 x 0.05
TESTAGY02 | usage | USAGE | TAIT | 11.00 | 1 x 11.00; its double is dropped
TESTAGY02 | usage | FEE | TASF | 0.06 | 0.5 % of the group's 33.00 = 0.165 = 0.17, of which 11/33 is 5.67 cents
TESTAGY03 | usage | USAGE | TAVO | 100.00 | 1,000 x 0.10: the bound is inclusive
TESTAGY03 | usage | USAGE | TAGR | 100.00 | 1,000 x 0.10
TESTAGY03 | usage | USAGE | TAAG | 15.00 | 10 x 1.50, the number's agreed rate, and its mark-up of 0 %
TESTAGY03 | usage | USAGE | TAIT | 22.00 | 2 x 11.00
TESTAGY03 | usage | FEE | TASF | 0.11 | 22/33 of 17 cents is 11.33; the cent left over goes to 5.67
TESTAGY01 | fixed_cost | BASE | TAFX | 8333.34 | month 2 of 100,000.00: 16,666.67 due after two months less 8,333.33 after one
TESTAGY01 | fixed_cost | BASE | TAFP | 143624.64 | 250,000.00 x 1203/2094 = 143,624.6418
TESTAGY02 | fixed_cost | BASE | TAFP | 104703.92 | 250,000.00 x 877/2094 = 104,703.9159, takes the cent left over
TESTAGY03 | fixed_cost | BASE | TAFP | 1671.44 | 250,000.00 x 14/2094 = 1,671.4422
TESTAGY01 | pass_through | BASE | TAPT | 1234.56 | as the vendor billed it
TESTAGY01 | pass_through | FEE | TAFE | 61.73 | 5 % of 1,234.56 = 61.728, none on tax and surcharge
TESTAGY01 | pass_through | TAX | TAPT | 37.04 | as the vendor billed it
TESTAGY01 | pass_through | SURCHARGE | TAPT | 9.20 | as the vendor billed it
TESTAGY02 | pass_through | BASE | TAPG | 20.53 | 3 x 6.8433 = 20.5299, summed before it is rounded (row by row 20.52)
TESTAGY03 | pass_through | BASE | TAPQ | 86.90 | as the vendor billed it
TESTAGY03 | pass_through | CREDIT | TAPQ | -20.00 | as the vendor credited it
TESTAGY03 | pass_through | FEE | TAPC | 4.35 -1.00 | 5 % of 86.90 = 4.345; 5 % of -20.00
TESTAGY03 | circuits | MRC | TAN4 | 255.00/270.00/285.00/300.00 | from the 12th, 17 to 20 thirtieths of 450.00
TESTAGY03 | circuits | NRC | TAN4 | 250.00 | once, on the 12th
TESTAGY01 | circuits | MRC | TAN4 | 225.00 165.00 | moved on the 16th, 15/30 of 450.00; gone on the 12th, 11/30
TESTAGY02 | circuits | MRC | TAN4 | 225.00 | the rest of the moved circuit, 450.00 - 225.00 in a month of any length
TESTAGY03 | circuits | MRC | TAAC | 176.79/170.69/165.00/159.68 | gone on the 12th, 11/28 to 11/31 of 450.00
TESTAGY01 | circuits | MRC | TAMF | 654.35 | 50.00 + 0.85 x 711 miles by FCC 10
TESTAGY01 | circuits | MRC | TAMS | 655.20 | 50.00 + 0.85 x 712 miles by the simple method
TESTAGY01 | voip | MRC | TAVL | 11.00 | the line
TESTAGY01 | voip | MRC | TA8841 | 2.00 | its handset
TESTAGY01 | voip | MRC | TAVF | 1.50 | its feature
TESTAGY01 | voip | FEE | TALN | 0.75 | one line
TESTAGY02 | voip | MRC | TAVL | 5.50 | gone on the 16th, 15/30 of 11.00
TESTAGY02 | voip | MRC | TA8841 | 1.00 | 15/30 of 2.00
TESTAGY02 | voip | FEE | TALN | 0.75 | one line, whole whatever its share of the month
TESTAGY03 | centrex | MRC | TACX | 60.00 | 3 x 20.00
TESTAGY03 | centrex | FEE | TALN | 2.25 | three lines
TESTAGY01 | long_distance | CALLS | TALD | 0.16 | three of 62 s, 66 s billed: 3 x 0.0539 = 0.1617 (in cents 0.15, round up 0.18)
TESTAGY01 | long_distance | CALLS | TADA | 1.40 | one call to directory assistance
TESTAGY01 | long_distance | CALLS | TAIN | 0.23 | 47 s, 48 s billed, 0.2875 a minute by prefix 9370, not 0.10 by 93
TESTAGY01 | long_distance | CALLS | TAMB | 1.55 | 5 minutes, 70 miles: by day 0.286 + 4 x 0.242 = 1.254, by night 0.100 + 4 x 0.050 = 0.300
TESTAGY02 | long_distance | CALLS | TALD | 0.05 | 0.0539, by authorization code
TESTAGY01 | stock | BASE | TAEQ | 312.00 | average of 10 x 100.00 and 5 x 112.00 is 104.000000; 3 issued
TESTAGY01 | stock | FEE | TAFE | 15.60 10.92 | 5 % of 312.00; restocking, 10 % of 109.20
TESTAGY01 | stock | CREDIT | TAEQ | -109.20 | one of three back: 327.60 / 3
TESTAGY01 | adjustments | CREDIT | TAN4 | -45.00 | outage of three days, 450.00 x 3/30
TESTAGY02 | adjustments | DEBIT | TAN4 | 30.00 | as adjusted
"""

# Each row by largest remainder: 1,000.01 is 500.01 / 300.00 / 200.00, and 0.05 is 0.03 / 0.01 / 0.01, its tie to the lowest seq.
# Funds 0900 and 0910 paid the line of the month before that the outage credits: 60 % and 40 % of -45.00.
SPLITS: Final = """
billing_number | fund | amount
TESTAGY01 | 0100 | 79411.21
TESTAGY01 | 0200 | 47646.70
TESTAGY01 | 0300 | 31764.48
TESTAGY01 | 0900 | -27.00
TESTAGY01 | 0910 | -18.00
TESTAGY02 | 0400 | 105622.81
TESTAGY03 | 0600 | 2722.84/2731.74/2741.05/2750.73
"""

INVOICES: Final = """
invoice_no | amount
COT-{m+0}-TESTAGY01-01 | 158777.39
COT-{m+0}-TESTGRP-01 | 108345.65/108354.55/108363.86/108373.54
"""

HELD: Final = """
feed | source_record_id | code
usage | TA-U90 | R201
pass_through | TA-P90 | A102
long_distance | TA-L90 | L707
stock | TA-S90 | E801
adjustments | TA-J90 | J002
"""

RECORDS: Final = """
feed | in | billed | held | dropped
usage | 30 | 28 | 1 | 1
fixed_cost | 4 | 4 | 0 | 0
pass_through | 7 | 6 | 1 | 0
circuits | 7 | 7 | 0 | 0
voip | 2 | 2 | 0 | 0
centrex | 1 | 1 | 0 | 0
long_distance | 12 | 11 | 1 | 0
stock | 4 | 3 | 1 | 0
adjustments | 3 | 2 | 1 | 0
"""


def _figure(cell: str, period: Period) -> Decimal:
    """Read one figure, or the one of four that is for a month of this length."""
    figures = cell.split("/")
    return Decimal(figures[period.days - _SHORTEST_MONTH] if len(figures) > 1 else figures[0])


def expected_rows(period: Period) -> dict[Key, list[Decimal]]:
    """The amount of every charge row, by its key, in ascending order."""
    return {
        (row["billing_number"], row["stream"], row["component"], row["rate_code"]): sorted(
            _figure(cell, period) for cell in row["amounts"].split()
        )
        for row in read_text(ROWS, period)
    }


def expected(period: Period) -> dict[Key, Decimal]:
    """What each billing number, stream, component and rate code comes to."""
    return {key: sum(amounts, Decimal("0.00")) for key, amounts in expected_rows(period).items()}


def expected_splits(period: Period) -> dict[tuple[str, ...], Decimal]:
    """What each fund of each billing number pays."""
    return {(row["billing_number"], row["fund"]): _figure(row["amount"], period) for row in read_text(SPLITS, period)}


def expected_invoices(period: Period) -> dict[tuple[str, ...], Decimal]:
    """What each invoice comes to."""
    return {(row["invoice_no"],): _figure(row["amount"], period) for row in read_text(INVOICES, period)}


def expected_holds(period: Period) -> set[tuple[str, ...]]:
    """The records that must be held, each with its feed and the code of every finding that holds it."""
    return {tuple(row.values()) for row in read_text(HELD, period)}


def expected_records(period: Period) -> dict[str, tuple[int, ...]]:
    """Records in, billed, held and dropped, by feed."""
    return {row["feed"]: tuple(int(row[name]) for name in ("in", "billed", "held", "dropped")) for row in read_text(RECORDS, period)}
