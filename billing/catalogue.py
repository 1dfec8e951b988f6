"""The exception catalogue: every code, its severity, what it means and what the clerk does. Codes are forever."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["FATAL", "HOLD", "WARN", "INFO"]


@dataclass(frozen=True)
class ExceptionCode:
    """One kind of finding."""

    code: str
    severity: Severity
    meaning: str
    fix: str


_ROWS: Final = """
F001 FATAL|expected feed missing for the period|get it, or record "no activity" with a reason
F002 FATAL|row count differs from the manifest, or the manifest is missing|ask for a new file
F003 FATAL|control total or hash differs from the manifest|ask for a new file
F004 FATAL|same file, or same feed and sequence, loaded before|remove one, or load it as a replacement with approval
F005 FATAL|column missing, unknown or mistyped header|fix the header
F006 HOLD|unreadable row|correct the row and reload it
F007 FATAL|the file's period is not the one being run|rename the file or run its own period
A101 HOLD|billing number blank|find the owner by ticket or resource and correct it
A102 HOLD|billing number unknown|check the F100 queue; correct it or set it up
A103 HOLD|billing number closed on the service date|move it to the taking-over number
A104 WARN|billing number of another agency than the owner of the resource or line|confirm with the agency
A105 HOLD|no funding string, or percents not 100 on that date|ask the agency's fiscal officer for the string
A106 HOLD|chart-of-accounts element not valid|correct the funding string
A107 WARN|requester is not an approved contact on that date|get approval on the ticket
A108 HOLD|rate code not allowed for this agency|check the agreement
A109 HOLD|ticket missing where the rate code requires one|find the ticket and correct it
R201 HOLD|rate code unknown|map it, or create it with approval
R202 HOLD|no rate valid on the service date|ask the rate owner for a dated rate
R203 HOLD|rate blank in the table: not rated|price it by hand or block it
R204 INFO|zero rate with quantity|confirm that it is free
R205 HOLD|unit of measure differs from the rate's|correct the unit; it is never converted silently
R206 WARN|price in the record differs from what it should be|find which of the two is right
R207 FATAL|overlap or gap of dates in a table|fix the dates
R208 WARN|rate changed since the trial bill|run the trial again
Q301 HOLD|quantity negative in a feed that bears no credits|turn it into an adjustment
Q302 INFO|quantity zero|nothing to do
Q303 WARN|quantity beyond the line's own history|ask the service owner
Q304 HOLD|more than 24 hours of one worker on one day|correct the hours
Q305 WARN|usage total differs from the meter count|reconcile them
D401 HOLD|service date in the future|correct the date
D402 HOLD|service date before the look-back|approve it as CATCH_UP or reject it
D403 WARN|late record of an earlier period inside the look-back|confirm; it is printed as a prior-period charge
D404 WARN|service in a prior fiscal year|Financial Management confirms
D405 HOLD|first service day is after the last|correct the dates
U501 INFO|duplicate record with the same content, dropped|nothing to do
U502 HOLD|duplicate record number with different content|decide which is right and load it as a correction
U503 WARN|probable duplicate under another record number|keep it or reject it
U504 HOLD|vendor invoice line billed in an earlier period|reject it or explain it
M601 HOLD|vendor bills a circuit or line that is not in inventory|find the owner or dispute it with the vendor
M602 WARN|active in inventory but not billed by the vendor|check the order
M603 WARN|vendor bills after the disconnect date|claim the credit
M604 WARN|vendor's monthly charge differs from the contract|hold the vendor's bill
M605 HOLD|overlapping inventory rows for one circuit or line|fix the dates
M606 WARN|active without order or ticket|get the order
M607 WARN|circuit ID or telephone number of wrong shape|correct it
M608 WARN|contract ended|tell the contract owner
L701 HOLD|call without owner: number and code unknown|assign an owner
L702 WARN|number not in the number plan or exchange table; rated by prefix|update the table
L703 WARN|our jurisdiction differs from the carrier's|check a sample
L704 WARN|our charge differs from the carrier's beyond tolerance|check the plan
L705 WARN|call longer than 4 hours, or overlapping calls on one line|look for a hang or fraud
L706 WARN|international call from a line without permission|tell the security contact
L707 HOLD|premium 900 or 976 call|the agency decides
L708 HOLD|answered and duration contradict each other|check the source
L709 HOLD|called number of unknown shape|correct the number
H901 HOLD|put aside by a person|release it when it is settled, or reject it
E801 HOLD|issue without stock|look for the missing receipt
E802 HOLD|serial or asset tag missing, or issued twice|correct it with asset management
E803 HOLD|return without original issue, or of more than was issued|find the issue
E804 WARN|unit cost moves more than 25 % against the average|check the receipt
E805 INFO|issued quantity differs from requested|back-ordered; nothing to do
T901 WARN|tax billed on an exempt account|claim it from the carrier
T902 HOLD|mark-up or fee without a rule|set the rule
J001 HOLD|adjustment without original line and without a reason|complete it
J002 HOLD|credit larger than the net billed on its line|correct the amount or the line
J003 HOLD|preparer is the approver, or the approver lacks the level|have another person approve
J004 HOLD|content changed after approval|approve it again
J005 HOLD|pair does not match|complete the pair
J006 HOLD|vendor recovery required, none recorded|wait for the vendor's credit
J007 WARN|immaterial amount|drop it or keep it
V010 WARN|invoice total moves beyond the limits against last month|explain it in a note
V011 WARN|recurring line vanished or appeared|confirm it
V012 WARN|negative invoice|carry the credit or refund it
V013 FATAL|detail, invoice, register or interface do not foot|call support; there is no tolerance
V014 FATAL|debits differ from credits in the interface|call support; there is no tolerance
V015 FATAL|unacknowledged warning or aged hold at close|work it, or carry it over with approval
V016 FATAL|the bill of the test agency moved|call support; the program bills wrong
"""


def _read(row: str) -> ExceptionCode:
    head, meaning, fix = row.split("|")
    code, severity = head.split()
    return ExceptionCode(code, severity, meaning, fix)  # type: ignore[arg-type]


CATALOGUE: Final[dict[str, ExceptionCode]] = {found.code: found for found in map(_read, _ROWS.strip().splitlines())}
