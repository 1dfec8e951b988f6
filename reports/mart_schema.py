"""The published tables: every column's name, type and meaning, in the contract's order, then what we add."""

from typing import Final

from billing.frames import FUNDING_FIELDS
from billing.layouts import TABLES
from reports.mart_columns import DAY, EXACT, MONEY, POLARS, RATE, SOURCE, TEXT, WHOLE, WORDS, YES_NO, MartColumn, MartTable, columns
from reports.mart_records import RECORDS

__all__ = ["MART", "POLARS", "MartColumn", "MartTable"]

_OF_KIND: Final = {
    "date": DAY, "int": WHOLE, "bool": YES_NO, "quantity": RATE, "rate": RATE, "percent": RATE, "money": MONEY, "cost": EXACT,
}  # fmt: skip


def _reference(name: str, table: str, comment: str) -> MartTable:
    """A reference or rate table as a dimension: its columns, the span, then where each row was read."""
    source = TABLES[table]
    found = [
        MartColumn(column.name, _OF_KIND.get(column.kind, TEXT), WORDS.get(column.name, _phrase(column.name, table)))
        for column in source.columns
    ]
    names = [column.name for column in found]
    span = [MartColumn(end, DAY, WORDS[end]) for end in ("valid_from", "valid_to") if end not in names]
    place = columns("source_file text table file the row was read from", "source_line whole line in that file")
    key = (*source.key, *(["valid_from"] if source.is_dated and "valid_from" not in source.key else []))
    return MartTable(name, comment, (*found, *span, *place), key)


def _phrase(name: str, table: str) -> str:
    return f"{name.replace('_', ' ')}, as in {table}.csv"


_DIMENSIONS: Final = (
    MartTable(
        "dim_period",
        "One row a billing period in this file",
        columns(
            "period text",
            "fiscal_year whole fiscal year, named after the calendar year it ends in",
            "fiscal_period whole 1 for July to 12 for June",
            "first_day day first day of the month",
            "last_day day last day of the month",
            "status text OPEN: as last run; CLOSING; CLOSED: posted; FINAL: sealed",
            "as_of day the day its figures are dated by",
        ),
        ("period",),
    ),
    _reference("dim_agency", "agencies", "Agencies as used, effective-dated"),
    _reference("dim_billing_number", "billing_numbers", "Billing numbers as used, effective-dated"),
    _reference("dim_rate_code", "rate_codes", "Rate codes as used; they carry no dates of their own"),
    _reference("dim_rate", "rates", "Standard rates as used, effective-dated, with their approval"),
    _reference("dim_rate_tier", "rate_tiers", "Price steps of tiered rates"),
    _reference("dim_agency_rate", "agency_rates", "Rates agreed with one agency or billing number; they beat the standard"),
    _reference("dim_contact", "agency_contacts", "Who may order and approve for an agency, effective-dated"),
    _reference("dim_funding", "funding_strings", "The accounting strings that pay for a billing number, effective-dated"),
    _reference("dim_cost_pool", "cost_pools", "Cost and units of each cost group: forecast, actual; the base of a rate"),
    _reference("dim_vendor", "vendors", "Vendors and how far back they give credit"),
)

_FACTS: Final = (
    MartTable(
        "fact_charge",
        "One row a charge: who, what, when, how much, and by what rate",
        columns(
            "charge_id text", "period text", "invoice_no text invoice the charge is on; null for nothing that is billed",
            "invoice_line_no whole line number on that invoice", "billing_number text", "agency_code text", "stream text",
            "component text BASE MRC NRC USAGE CALLS FEE TAX SURCHARGE CREDIT DEBIT", "rate_code text",
            "description text what the charge is for", "service_from day first day of service",
            "service_to day last day of service, inclusive", "quantity rate units billed", "uom text unit of measure",
            "unit_rate rate dollars a unit", "exact_amount exact dollars before rounding, to 12 decimals",
            "amount money dollars, rounded once, half away from zero",
            "rate_valid_from day first day of the rate that priced the row", "approval_ref text approval of that rate",
            "is_prior_period yes whether the service was in an earlier period", "adjustment_id text adjustment that made the row",
            *SOURCE, "rule text the arithmetic in words and figures", "rate_date day the day whose rate prices the row",
            "base_charge_id text the row a fee, tax or surcharge is taken on",
            "original_charge_id text the earlier row a credit or debit corrects",
            "line_count whole lines an MRC row stands for",
            "state text RATED: on a trial bill; APPROVED: an adjustment that a second person agreed to; INVOICED: closing; POSTED",
        ),
        ("period", "invoice_no", "invoice_line_no", "charge_id"),
        "amount",
    ),
    MartTable(
        "bridge_charge_source",
        "Which records made a charge row; every row but a fee on an invoice total has at least one",
        columns("charge_id text", *SOURCE, "quantity rate units the record brought", "period text"),
        ("period", "charge_id", "feed", "source_file", "source_line"),
    ),
    MartTable(
        "fact_split",
        "One funding string's part of a charge row; the parts of a row come to its amount",
        columns(
            "charge_id text", "seq whole place of the funding string", "percent rate share in per cent",
            *(f"{name} text {name.replace('_', ' ')} of the funding string" for name in FUNDING_FIELDS),
            "federal_share_pct rate federal share of the string in per cent", "amount money dollars of this part", "period text",
        ),
        ("period", "charge_id", "seq"),
        "amount",
    ),
    MartTable(
        "fact_call",
        "One row a rated call; called and calling numbers are left out",
        columns(
            "call_id text the call's own number in the source system", "charge_id text charge row the call is in; null: it costs nothing",
            "billing_number text", "connect_at time when the call was answered, UTC",
            "billed_seconds whole seconds billed, in the plan's intervals", "jurisdiction text where the call went, as priced",
            "plan text calling plan", "destination text place or country, never a number",
            "amount rate dollars of the call, at the plan's scale", "period text", "call_date day local date of the call",
        ),
        ("period", "billing_number", "connect_at", "call_id"),
        "amount",
    ),
    MartTable(
        "fact_exception",
        "One row a finding and what a person did about it; telephone numbers are masked",
        columns(
            "exception_id text stable name of the finding", "period text", "code text code of the exception catalogue",
            "severity text FATAL HOLD WARN INFO", *SOURCE, "billing_number text", "column_name text the column to look at",
            "raw_value text what stands there", "amount money dollars at stake; null where no price can be known",
            "message text what is wrong; what to do", "status text OPEN until a person has dealt with it; INFO is NOTED",
            "disposition text what was decided", "reason text why", "decided_by text who decided", "decided_at time when, UTC",
            "agency_code text", "also text other codes on the same record", "is_first_cause yes whether it is the first of its record",
            "first_period text the period its record came in", "owner text who works it; null: nobody yet",
            "is_held yes whether it stands for a held record; each held record has one such row",
            "held_amount money what that record holds back, as in control_totals; null: not held, or not known",
        ),
        ("period", "exception_id"),
        "amount",
    ),
    MartTable(
        "fact_adjustment",
        "One row an adjustment billed: a credit or debit and what it corrects",
        columns(
            "adjustment_id text the adjustment's number", "period text", "billing_number text", "rate_code text",
            "amount money dollars; a credit is negative", "charge_id text", "description text what it is for",
            "original_charge_id text charge row it corrects", "invoice_no text", "status text BILLED: on an invoice",
            "adj_type text CREDIT, DEBIT, CREDIT_REBILL, TRANSFER ...", "pair_id text joins the two halves of a pair",
            "reason_code text why", "support_ref text what proves it", "prepared_by text who prepared it",
            "prepared_at time when, UTC", "approved_by text who approved it; null: nobody yet",
            "approval_state text WAITING, APPROVED, RETURNED or STALE",
        ),
        ("period", "adjustment_id", "charge_id"),
        "amount",
    ),
    MartTable(
        "fact_approval",
        "One row a decision of a second person",
        columns(
            "approval_id text name of the decision", "period text",
            "subject_kind text what was decided on: ADJUSTMENT REJECT RELEASE WAIVER DISPUTE BILL RATES REOPEN",
            "subject_id text its number", "user text who decided", "level text in which role", "decision text APPROVED or RETURNED",
            "decided_at time when, UTC", "content_hash text SHA-256 of what was decided on",
            "assurance text SIGNED with a key, RECORDED as an operating-system user, FEED: came with it",
        ),
        ("period", "approval_id"),
    ),
    MartTable(
        "fact_dispute",
        "One row a dispute of an invoice or a line",
        columns(
            "dispute_id text name of the dispute", "period text", "invoice_no text", "invoice_line_no whole line disputed; null: all",
            "charge_id text", "billing_number text", "opened_on day when it was entered", "opened_by text by whom",
            "is_inside_window yes whether it was received in time", "amount money dollars disputed", "reason text why",
            "status text WAITING for a second person, RETURNED, OPEN or DECIDED", "outcome text FULL_CREDIT, PARTIAL or DENIED",
            "decided_by text who decided", "decided_at time when, UTC", "adjustment_id text the credit given", "agency_code text",
            "owner text who works it", "due_on day when it is to be settled", "credited_amount money dollars given back",
            "received_on day when it came", "window_override_reason text why one that came late was taken up all the same",
            "decided_reason text why it was decided so", "days_open whole days from receipt to the decision; null: not decided",
        ),
        ("period", "dispute_id"),
        "amount",
    ),
    MartTable(
        "fact_invoice",
        "One row an invoice",
        columns(
            "invoice_no text", "period text", "billing_number text billing number, or the group's code on a group invoice",
            "agency_code text", "amount money dollars due", "prior_amount money last period's; null when there is none",
            "issued_on day date of the invoice", "due_on day date payment is due", "dispute_by day last day to dispute it",
            "pdf_sha256 text hash of the PDF; null until it is rendered", "is_group yes whether it is for an invoice group",
            "name text of the billing number, or of the agency on a group invoice", "agency_name text name of the agency",
            "line_count whole lines on the invoice",
        ),
        ("period", "invoice_no"),
        "amount",
    ),
    MartTable(
        "fact_journal",
        "The accounting interface, one row a line; every document balances",
        columns(
            "batch_id text batch the document was sent in", "doc_id text document number", "doc_code text kind of document",
            "doc_line whole line of the document", "party text SELLER or BUYER", "dr_cr text DR or CR", "event_type text event type",
            "fund text fund", "department text department", "unit text unit", "appr_unit text appropriation unit",
            "object_or_revenue text object of the buyer, revenue source of the seller", "sub_object text sub-object",
            "activity text activity", "function text function", "program text program", "project text project",
            "reporting_category text reporting category", "amount money dollars, above zero; a credit turns the sides",
            "bfy whole budget fiscal year", "fy whole fiscal year", "period text", "invoice_no text",
            "invoice_date day date of the invoice", "service_from day first day of service",
            "service_to day last day of service, inclusive", "billing_number text", "rate_class text class of the rate code",
            "description text what it is for, at most 60 characters",
            "fiscal_period whole period of the fiscal year it is posted in; 13 for papers of the year that ended",
            "seller_line whole the seller's line that a buyer's line pays", "posted_on day date of record",
            "sent_as text ORIGINAL, RESEND or REVERSAL", "rfed_doc_code text document code of the one it stands for or turns",
            "rfed_doc_id text the document it stands for or turns",
            "status text SENT ACCEPTED REJECTED; RESENT, REVERSED, REPLACED by a later document",
            "answer text the accounting system's words",
        ),
        ("period", "doc_id", "doc_line"),
        "amount",
    ),
    MartTable(
        "control_totals",
        "Records and dollars of each file: in = billed + held + rejected + dropped",
        columns(
            "period text", "feed text", "source_file text",
            *(f"records_{name} whole records {name}" for name in ("in", "billed", "held", "rejected", "dropped")),
            *(f"amount_{name} money dollars {name}" for name in ("in", "billed", "held", "rejected", "dropped")),
            "control_amount money the money column of the file as received; null for feeds without money",
            "control_exact exact the same of the accepted records, before rounding",
            "amount_added money tax, surcharge, mark-up and fee rows put on the file's records",
            "amount_rounding money amount_in - control_amount - amount_added; null for feeds without money",
            "held_unpriced whole held records whose dollars cannot be known",
        ),
        ("period", "feed", "source_file"),
        "amount_in",
    ),
)  # fmt: skip

MART: Final[dict[str, MartTable]] = {table.name: table for table in (*_DIMENSIONS, *_FACTS, *RECORDS)}
