"""The test agency's records: all nine feeds of any month, with what must be free, dropped and held among them.

Cells are divided by `|`; an empty cell is null. `{d14}` is a day of the period, `{p10}` of the one before, `{first}` and
`{last}` its ends, `{mon}` its first Monday, `{m-1}` the month before.
"""

from typing import Final

FEEDS: Final[dict[str, str]] = {
    "usage": """
source_record_id | billing_number | service_from | service_to | ticket_no | rate_code | quantity | uom | usage_date
TA-U01 | TESTAGY01 | {p10} | {p10} | | TAFL | 1 | USER_MONTH | {p10}
TA-U02 | TESTAGY01 | {first} | {last} | | TAFL | 2 | USER_MONTH | {d14}
TA-U03 | TESTAGY01 | {first} | {last} | | TAFL | 37 | USER_MONTH |
TA-U04 | TESTAGY01 | {d5} | {d5} | TA-T1 | TAHR | 0.5 | HOUR | {d5}
TA-U05 | TESTAGY01 | {d5} | {d5} | TA-T1 | TAHR | 0.516667 | HOUR | {d5}
TA-U06 | TESTAGY01 | {d5} | {d5} | TA-T2 | TAHR | 0.4 | HOUR | {d5}
TA-U07 | TESTAGY01 | {first} | {last} | | TAGR | 7500 | GB_MONTH |
TA-U08 | TESTAGY01 | {first} | {last} | | TAGR | 5000 | GB_MONTH |
TA-U09 | TESTAGY01 | {first} | {last} | | TAPK | 101 | PAGE |
TA-U10 | TESTAGY01 | {first} | {last} | | TAMC | 2 | EACH |
TA-U11 | TESTAGY01 | {first} | {last} | | TARD | 1.005 | EACH |
TA-U12 | TESTAGY01 | {first} | {last} | | TARD | 1000.01 | EACH |
TA-U13 | TESTAGY01 | {first} | {last} | | TARD | 0.05 | EACH |
TA-U14 | TESTAGY01 | {first} | {last} | | TAAG | 10 | EACH |
TA-U15 | TESTAGY01 | {first} | {last} | | TAMU | 1 | EACH |
TA-U16 | TESTAGY01 | {d1} | {d1} | | TAIT | 1 | EACH |
TA-U17 | TESTAGY01 | {d2} | {d2} | | TAIT | 1 | EACH |
TA-U18 | TESTAGY01 | {d3} | {d3} | | TAIT | 1 | EACH |
TA-U19 | TESTAGY01 | {d4} | {d4} | | TAIT | 1 | EACH |
TA-U20 | TESTAGY01 | {d5} | {d5} | | TAIT | 1 | EACH |
TA-U21 | TESTAGY01 | {d6} | {d6} | | TAIT | 1 | EACH |
TA-U22 | TESTAGY01 | {d7} | {d7} | | TAIT | 1 | EACH |
TA-U31 | TESTAGY02 | {first} | {last} | | TAVO | 12500 | GB_MONTH |
TA-U32 | TESTAGY02 | {first} | {last} | | TAIT | 1 | EACH |
TA-U32 | TESTAGY02 | {first} | {last} | | TAIT | 1 | EACH |
TA-U41 | TESTAGY03 | {first} | {last} | | TAVO | 1000 | GB_MONTH |
TA-U42 | TESTAGY03 | {first} | {last} | | TAGR | 1000 | GB_MONTH |
TA-U43 | TESTAGY03 | {first} | {last} | | TAAG | 10 | EACH |
TA-U44 | TESTAGY03 | {first} | {last} | | TAIT | 2 | EACH |
TA-U90 | TESTAGY01 | {first} | {last} | | TANONE | 1 | EACH |
""",
    "fixed_cost": """
source_record_id | billing_number | assessment_id | method | rate_code | annual_amount | pool_annual_amount | basis | basis_quantity \
| start_period | end_period | spread | approval_ref
TA-F1 | TESTAGY01 | TA-AMOUNT | AMOUNT | TAFX | 100000.00 | | | | {m-1} | {m+10} | EQUAL_12 | TEST-AGENCY
TA-F2 | TESTAGY01 | TA-POOL | ALLOCATED | TAFP | | 3000000.00 | FTE | 1203 | {m-1} | {m+10} | EQUAL_12 | TEST-AGENCY
TA-F3 | TESTAGY02 | TA-POOL | ALLOCATED | TAFP | | 3000000.00 | FTE | 877 | {m-1} | {m+10} | EQUAL_12 | TEST-AGENCY
TA-F4 | TESTAGY03 | TA-POOL | ALLOCATED | TAFP | | 3000000.00 | FTE | 14 | {m-1} | {m+10} | EQUAL_12 | TEST-AGENCY
""",
    "pass_through": """
source_record_id | billing_number | service_from | service_to | vendor_code | vendor_name | vendor_invoice_no | vendor_invoice_date \
| vendor_line_no | rate_code | cost_amount | tax_amount | surcharge_amount | charge_group
TA-P1 | TESTAGY01 | {first} | {last} | TAV | Test vendor | TA-I1-{m+0} | {d5} | 1 | TAPT | 1234.56 | 37.04 | 9.20 |
TA-P2 | TESTAGY02 | {first} | {last} | TAV | Test vendor | TA-I2-{m+0} | {d5} | 1 | TAPG | 6.8433 | | | STORE
TA-P3 | TESTAGY02 | {first} | {last} | TAV | Test vendor | TA-I2-{m+0} | {d5} | 2 | TAPG | 6.8433 | | | STORE
TA-P4 | TESTAGY02 | {first} | {last} | TAV | Test vendor | TA-I2-{m+0} | {d5} | 3 | TAPG | 6.8433 | | | STORE
TA-P5 | TESTAGY03 | {first} | {last} | TAV | Test vendor | TA-I3-{m+0} | {d5} | 1 | TAPQ | 86.90 | | |
TA-P6 | TESTAGY03 | {first} | {last} | TAV | Test vendor | TA-I3-{m+0} | {d5} | 2 | TAPQ | -20.00 | | |
TA-P90 | TESTAGY99 | {first} | {last} | TAV | Test vendor | TA-I4-{m+0} | {d5} | 1 | TAPT | 10.00 | | |
""",
    "circuits": """
source_record_id | billing_number | circuit_id | vendor_code | service_type | a_v | a_h | z_v | z_h | rate_code | nrc_amount | nrc_date \
| order_no | billing_start_date | disconnect_date
TA-C1 | TESTAGY03 | 10/HCGS/000001/000/TA | TAV | ETH | | | | | TAN4 | 250.00 | {d12} | TA-O1 | {d12} |
TA-C2 | TESTAGY01 | 10/HCGS/000002/000/TA | TAV | ETH | | | | | TAN4 | | | TA-O2 | 2000-01-01 | {d16}
TA-C3 | TESTAGY02 | 10/HCGS/000002/000/TA | TAV | ETH | | | | | TAN4 | | | TA-O3 | {d16} |
TA-C4 | TESTAGY03 | 10/HCGS/000004/000/TA | TAV | ETH | | | | | TAAC | | | TA-O4 | 2000-01-01 | {d12}
TA-C5 | TESTAGY01 | 10/HCGS/000005/000/TA | TAV | ETH | | | | | TAN4 | | | TA-O5 | 2000-01-01 | {d12}
TA-C6 | TESTAGY01 | 10/HCGS/000006/000/TA | TAV | T1 | 4997 | 1406 | 5986 | 3426 | TAMF | | | TA-O6 | 2000-01-01 |
TA-C7 | TESTAGY01 | 10/HCGS/000007/000/TA | TAV | T1 | 4997 | 1406 | 5986 | 3426 | TAMS | | | TA-O7 | 2000-01-01 |
""",
    "voip": """
source_record_id | billing_number | line_id | device_model | rate_code | features | start_date | stop_date | location_id | line_kind
TA-V1 | TESTAGY01 | +15025641234 | TA8841 | TAVL | TAVF | 2000-01-01 | | TA-L1 | USER
TA-V2 | TESTAGY02 | +15025641235 | TA8841 | TAVL | | 2000-01-01 | {d16} | TA-L1 | USER
""",
    "centrex": """
source_record_id | billing_number | station_no | centrex_group | class_of_service | usoc | quantity | rate_code | order_no | start_date
TA-X1 | TESTAGY03 | 5025641236 | FKFT564 | 1FB | RXR | 3 | TACX | TA-O8 | 2000-01-01
""",
    # three of 62 seconds, one charged to an authorization code, one by day and one by night, then what is not charged
    "long_distance": """
source_record_id | source | charge_number | from_number | to_number | connect_at | duration_seconds | answered | auth_code | direction
TA-L01 | CARRIER | 5025641234 | 5025641234 | 2125550100 | {d10}T09:02:11-05:00 | 62 | true | | OUT
TA-L02 | CARRIER | 5025641234 | 5025641234 | 2125550100 | {d11}T09:02:11-05:00 | 62 | true | | OUT
TA-L03 | CARRIER | 5025641234 | 5025641234 | 2125550100 | {d12}T09:02:11-05:00 | 62 | true | | OUT
TA-L04 | CARRIER | 5025641234 | 5025641234 | 2125550100 | {d13}T09:02:11-05:00 | 62 | true | 48213 | OUT
TA-L05 | CARRIER | 5025641234 | 5025641234 | 2125551212 | {d14}T09:02:11-05:00 | 30 | true | | OUT
TA-L06 | CARRIER | 5025641234 | 5025641234 | 01193701234567 | {d15}T09:02:11-05:00 | 47 | true | | OUT
TA-L07 | CARRIER | 5025641234 | 5025641234 | 8597840100 | {mon}T10:00:00-05:00 | 300 | true | | OUT
TA-L08 | CARRIER | 5025641234 | 5025641234 | 8597840100 | {mon}T23:30:00-05:00 | 300 | true | | OUT
TA-L11 | CARRIER | 5025641234 | 5025641234 | 2125550100 | {d16}T09:02:11-05:00 | 0 | false | | OUT
TA-L12 | CARRIER | 5025641234 | 5025641234 | 8005550100 | {d17}T09:02:11-05:00 | 600 | true | | OUT
TA-L13 | CARRIER | 5025641234 | 5025641234 | 5028390100 | {d18}T09:02:11-05:00 | 600 | true | | OUT
TA-L90 | CARRIER | 5025641234 | 5025641234 | 9005550100 | {d19}T09:02:11-05:00 | 600 | true | | OUT
""",
    # the issue stands before the receipt of the same day, and is priced after it
    "stock": """
source_record_id | billing_number | ticket_no | txn_type | txn_date | warehouse | item_no | quantity | uom | unit_cost \
| original_txn_id | condition
TA-S1 | TESTAGY01 | TA-T3 | ISSUE | {d5} | TAW | TAPHONE | 3 | EACH | | |
TA-S2 | | | RECEIPT | {d5} | TAW | TAPHONE | 5 | EACH | 112.00 | |
TA-S3 | TESTAGY01 | TA-T4 | RETURN | {d20} | TAW | TAPHONE | 1 | EACH | | TA-S1 | NEW
TA-S90 | TESTAGY01 | TA-T5 | ISSUE | {d21} | TAW | TAPHONE | 99 | EACH | | |
""",
    "adjustments": """
source_record_id | billing_number | ticket_no | adj_type | original_invoice_no | original_line_no | no_original_reason | stream \
| rate_code | amount | reason_code | vendor_recovery_required | prepared_by | prepared_at | support_ref
TA-J1 | TESTAGY01 | TA-T6 | OUTAGE | COT-{m-1}-TESTAGY01-01 | 1 | | circuits | TAN4 | -45.00 | OUTAGE | false | test | \
{d2}T09:00:00-05:00 | outage of 3 days
TA-J2 | TESTAGY02 | TA-T7 | DEBIT | | | first bill | circuits | TAN4 | 30.00 | OTHER | false | test | {d2}T09:00:00-05:00 | memo
TA-J90 | TESTAGY01 | TA-T8 | CREDIT | COT-{m-1}-TESTAGY01-01 | 1 | | circuits | TAN4 | -405.01 | OTHER | false | test | \
{d2}T09:00:00-05:00 | memo
""",
}

# the month before, made by hand: the line that TA-J1 and TA-J90 correct, and the strings that paid it
ORIGINAL_LINE: Final = """
charge_id | period | billing_number | agency_code | stream | component | rate_code | description | start_date | stop_date | quantity \
| amount | feed | natural_key | invoice_no | invoice_line_no
CTESTAGENCY | {m-1} | TESTAGY01 | TST | circuits | MRC | TAN4 | Circuit of the month before | {p1} | {first} | 1 | 450.00 | circuits \
| TESTAGENCY | COT-{m-1}-TESTAGY01-01 | 1
"""
ORIGINAL_SPLITS: Final = """
charge_id | seq | percent | fund | department | amount
CTESTAGENCY | 1 | 60 | 0900 | TST | 270.00
CTESTAGENCY | 2 | 40 | 0910 | TST | 180.00
"""
