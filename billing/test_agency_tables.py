"""The test agency's reference and rates: one agency, three billing numbers, a code for every way of charging.

Cells are divided by `|`; an empty cell is null. `{d15}` is day 15 of the period billed (see `billing.test_agency_world`).
"""

from typing import Final

TABLES: Final[dict[str, str]] = {
    "agencies": """
agency_code | agency_name | branch | consolidated | remit_method
TST | Test Agency | EXEC | Y | INTERNAL
""",
    # 01 splits 50/30/20 here; 02 splits in the accounting system and shares an invoice with 03
    "billing_numbers": """
billing_number | agency_code | name | status | invoice_group | split_mode
TESTAGY01 | TST | Test, split in three | ACTIVE | | ENGINE
TESTAGY02 | TST | Test, split in eMARS | ACTIVE | TESTGRP | EMARS
TESTAGY03 | TST | Test, one string | ACTIVE | TESTGRP | ENGINE
""",
    "funding_strings": """
billing_number | seq | percent | fund | department
TESTAGY01 | 1 | 50 | 0100 | TST
TESTAGY01 | 2 | 30 | 0200 | TST
TESTAGY01 | 3 | 20 | 0300 | TST
TESTAGY02 | 1 | 60 | 0400 | TST
TESTAGY02 | 2 | 40 | 0500 | TST
TESTAGY03 | 1 | 100 | 0600 | TST
""",
    "rate_codes": """
rate_code | name | stream | class | uom | cost_group | prorate | min_quantity | increment | min_charge | requires_ticket
TAFL | Flat, price changes on the 15th | usage | RATED | USER_MONTH | TEST | | | | |
TAHR | Hours in quarters, one hour least | usage | RATED | HOUR | TEST | | 1 | 0.25 | | Y
TAGR | Graduated | usage | RATED | GB_MONTH | TEST | | | | |
TAVO | Volume | usage | RATED | GB_MONTH | TEST | | | | |
TAPK | Packages of a hundred | usage | RATED | PAGE | TEST | | | | |
TAMC | Least charge | usage | RATED | EACH | TEST | | | | 25.00 |
TARD | One dollar each | usage | RATED | EACH | TEST | | | | |
TAAG | Agreed rate | usage | RATED | EACH | TEST | | | | |
TAMU | Mark-up on unrounded dollars | usage | RATED | EACH | TEST | | | | |
TAIT | Items of the fee on the total | usage | RATED | EACH | TEST | | | | |
TASF | Support services fee | usage | FEE | EACH | TEST | | | | |
TAFE | Processing charge | pass_through | FEE | EACH | TEST | | | | |
TAFX | Assessment, amount | fixed_cost | FIXED | EACH | TEST | | | | |
TAFP | Assessment, pool | fixed_cost | FIXED | EACH | TEST | | | | |
TAPT | Vendor cost with mark-up | pass_through | PASS | EACH | TEST | | | | |
TAPG | Cloud detail | pass_through | PASS | EACH | TEST | | | | |
TAPQ | Vendor cost with surcharge | pass_through | PASS | EACH | TEST | | | | |
TAPC | Charge on cost | pass_through | FEE | EACH | TEST | | | | |
TAN4 | Circuit by thirtieths | circuits | TELECOM | EACH | TEST | DAILY_30 | | | |
TAAC | Circuit by actual days | circuits | TELECOM | EACH | TEST | DAILY_ACTUAL | | | |
TAMF | Circuit by mile, FCC 10 | circuits | TELECOM | EACH | TEST | DAILY_30 | | | |
TAMS | Circuit by mile, simple | circuits | TELECOM | EACH | TEST | DAILY_30 | | | |
TAVL | VoIP line | voip | TELECOM | EACH | TEST | DAILY_30 | | | |
TA8841 | Handset | voip | TELECOM | EACH | TEST | DAILY_30 | | | |
TAVF | Voice mail | voip | TELECOM | EACH | TEST | DAILY_30 | | | |
TACX | Centrex line | centrex | TELECOM | EACH | TEST | DAILY_30 | | | |
TALN | E911 | voip | FEE | EACH | TEST | | | | |
TALD | Long distance | long_distance | TELECOM | MINUTE | TEST | | | | |
TAMB | Toll by mile | long_distance | TELECOM | MINUTE | TEST | | | | |
TAIN | International | long_distance | TELECOM | MINUTE | TEST | | | | |
TADA | Directory assistance | long_distance | TELECOM | CALL | TEST | | | | |
TAEQ | Equipment | stock | STOCK | EACH | TEST | | | | |
""",
    "rates": """
rate_code | valid_from | valid_to | unit_rate | per_mile_rate | mile_method | markup_pct | fee_rate_code | tier_method | package_size
TAFL | 2000-01-01 | {d15} | 30.00 | | | | | |
TAFL | {d15} | | 32.86 | | | | | |
TAHR | 2000-01-01 | | 78.06 | | | | | |
TAGR | 2000-01-01 | | | | | | | GRADUATED |
TAVO | 2000-01-01 | | | | | | | VOLUME |
TAPK | 2000-01-01 | | 7.50 | | | | | PACKAGE | 100
TAMC | 2000-01-01 | | 1.50 | | | | | |
TARD | 2000-01-01 | | 1.00 | | | | | |
TAAG | 2000-01-01 | | 2.00 | | | 5 | TAFE | |
TAMU | 2000-01-01 | | 10.095 | | | 5 | TAFE | |
TAIT | 2000-01-01 | | 11.00 | | | | | |
TAPT | 2000-01-01 | | | | | 5 | TAFE | |
TAPG | 2000-01-01 | | | | | | | |
TAPQ | 2000-01-01 | | | | | | | |
TAN4 | 2000-01-01 | | 450.00 | | | | | |
TAAC | 2000-01-01 | | 450.00 | | | | | |
TAMF | 2000-01-01 | | 50.00 | 0.85 | FCC10 | | | |
TAMS | 2000-01-01 | | 50.00 | 0.85 | SIMPLE | | | |
TAVL | 2000-01-01 | | 11.00 | | | | | |
TA8841 | 2000-01-01 | | 2.00 | | | | | |
TAVF | 2000-01-01 | | 1.50 | | | | | |
TACX | 2000-01-01 | | 20.00 | | | | | |
TALD | 2000-01-01 | | | | | | | |
TAMB | 2000-01-01 | | | | | | | |
TAIN | 2000-01-01 | | | | | | | |
TADA | 2000-01-01 | | | | | | | |
TAEQ | 2000-01-01 | | | | | 5 | TAFE | |
""",
    "rate_tiers": """
rate_code | tier_no | upper_bound | unit_rate
TAGR | 1 | 1000 | 0.10
TAGR | 2 | 10000 | 0.08
TAGR | 3 | | 0.05
TAVO | 1 | 1000 | 0.10
TAVO | 2 | 10000 | 0.08
TAVO | 3 | | 0.05
""",
    "agency_rates": """
agency_code | billing_number | rate_code | unit_rate | markup_pct
TST | | TAAG | 1.80 |
TST | TESTAGY03 | TAAG | 1.50 | 0
""",
    "ld_plans": """
plan | match_kind | match | rate_code | time_band | mile_low | mile_high | first_interval | sub_interval | rate_per_min \
| initial_rate | additional_rate | per_call_charge | scale | rounding
TAPL | CALL_TYPE | DA | TADA | ALL | | | | | | | | 1.40 | 4 | HALF_UP
TAPL | PREFIX | 93 | TAIN | ALL | | | 30 | 6 | 0.1000 | | | | 4 | HALF_UP
TAPL | PREFIX | 9370 | TAIN | ALL | | | 30 | 6 | 0.2875 | | | | 4 | HALF_UP
TAPL | JURISDICTION | INTERSTATE_INTERLATA | TALD | ALL | | | 30 | 6 | 0.0490 | | | | 4 | HALF_UP
TAPL | JURISDICTION | INTRASTATE_INTERLATA | TAMB | DAY | 56 | 70 | 60 | 60 | | 0.286 | 0.242 | | 4 | HALF_UP
TAPL | JURISDICTION | INTRASTATE_INTERLATA | TAMB | NIGHT | 56 | 70 | 60 | 60 | | 0.100 | 0.050 | | 4 | HALF_UP
TAPL | JURISDICTION | INTRASTATE_INTERLATA | TAMB | ALL | 71 | | 60 | 60 | | 0.500 | 0.500 | | 4 | HALF_UP
""",
    "call_owners": """
key_kind | key | billing_number | plan | international_allowed
NUMBER | 5025641234 | TESTAGY01 | TAPL | Y
AUTH_CODE | 48213 | TESTAGY02 | TAPL | N
""",
    "number_plan": """
npa | country | region | state
502 | US | Kentucky | KY
859 | US | Kentucky | KY
212 | US | New York | NY
""",
    # Frankfort to Morehead, as placed here: 70 miles by FCC 10, 71 by the simple method
    "exchanges": """
npa | nxx | state | lata | rate_center | v | h
502 | 564 | KY | 462 | FRANKFORT | 6462 | 2634
502 | 839 | KY | 462 | LAWRENCEBG | 6485 | 2640
859 | 784 | KY | 466 | MOREHEAD | 6500 | 2854
212 | 555 | NY | 132 | NEW YORK | 4997 | 1406
""",
    "local_calling": """
rate_center_a | rate_center_b
LAWRENCEBG | FRANKFORT
""",
    "stock_items": """
item_no | description | rate_code | tagged | restocking_pct
TAPHONE | IP phone | TAEQ | N | 10
""",
    "stock_opening": """
warehouse | item_no | quantity | unit_cost | as_of
TAW | TAPHONE | 10 | 100.00 | 2000-01-01
""",
    "surcharges": """
surcharge_code | kind | applies_to | percent | amount
TASF | FEE_ON_TOTAL | TAIT;FEE | 0.5 |
TAPC | PERCENT_OF_COST | TAPQ | 5 |
TALN | PER_LINE | TAVL;TACX | | 0.75
""",
}

DEFAULTS: Final[dict[str, str]] = {"valid_from": "2000-01-01", "approval_ref": "TEST-AGENCY", "approved_by": "test agency"}
