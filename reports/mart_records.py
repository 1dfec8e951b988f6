"""The published tables behind the charges: what moved, what inventory held, what vendors and pools cost, what stock did."""

from typing import Final

from reports.mart_columns import SOURCE, MartTable, columns

_OUTCOME: Final = "outcome text what became of the record: BILLED HELD REJECTED DROPPED"

RECORDS: Final = (
    MartTable(
        "fact_movement",
        "What moved since the month before, split: change = the sum of the five effects in every row",
        columns(
            "period text", "prior_period text the month compared with", "agency_code text", "billing_number text", "stream text",
            "rate_code text", "base_rate_code text of the row a fee is taken on",
            "family text CHARGE, FEE, TAX, SURCHARGE, or ONCE for what comes once", "item text the circuit, line or station",
            "before money dollars the month before", "now money dollars this month", "change money now - before",
            "price_effect money what a new price moved", "quantity_effect money what more or less of it moved",
            "new_effect money what was not there the month before", "gone_effect money what is no longer there",
            "one_time_effect money what comes once, or came once", "row_no whole place in the month's movement",
        ),
        ("period", "row_no"),
        "change",
    ),
    MartTable(
        "fact_inventory",
        "One row an item of the month's circuit, voip or centrex snapshot, carried ones too; rows that could not be read are in suspense",
        columns(
            "period text", *SOURCE, "item text the circuit, line or station", "billing_number text", "agency_code text",
            "rate_code text", "description text what it is", "start_date day first day billed",
            "stop_date day the disconnect day, not billed; null: in service", "order_type text N C D M R T", "order_no text order",
            "location text where it is", "quantity rate lines it stands for", "mrc_override money monthly price agreed for the item",
            "vendor_code text vendor", "vendor_account text account at the vendor", "vendor_mrc money what the vendor charges a month",
            _OUTCOME,
        ),
        ("period", "feed", "source_file", "source_line"),
    ),
    MartTable(
        "fact_vendor_line",
        "One row a line of a vendor's invoice; sum(billed_amount) = the BASE and CREDIT rows of the pass_through stream",
        columns(
            "period text", *SOURCE, "vendor_code text vendor", "vendor_name text its name", "vendor_account text account at the vendor",
            "vendor_invoice_no text the vendor's invoice", "vendor_invoice_date day its date", "vendor_line_no whole its line",
            "billing_number text", "agency_code text", "rate_code text", "description text what it is for",
            "cost_amount exact the vendor's cost, exactly", "tax_amount money tax on it", "surcharge_amount money surcharge on it",
            "charge_group text rows that are summed before they are rounded", "contract_no text contract", "received_date day when it came",
            _OUTCOME, "charge_id text the BASE or CREDIT row the line is in; null: none",
            "billed_amount money the charge row's dollars, on its first vendor line; null on the others",
        ),
        ("period", "source_file", "source_line"),
        "billed_amount",
    ),
    MartTable(
        "fact_assessment",
        "One row a billing number's part of a fixed-cost assessment; sum(amount) = the BASE rows of the fixed_cost stream",
        columns(
            "period text", *SOURCE, "assessment_id text joins the rows that share one pool", "method text AMOUNT or ALLOCATED",
            "billing_number text", "agency_code text", "rate_code text", "description text what it is for",
            "annual_amount money of this row", "pool_annual_amount money of the pool", "basis text what the pool is shared by",
            "basis_quantity rate this row's part of the basis", "basis_as_of day when it was counted", "start_period text first month",
            "end_period text last month", "approval_ref text approval", _OUTCOME, "charge_id text",
            "exact_share exact the row's part before it is rounded; null where nothing is shared",
            "amount money dollars of this month; null: no charge row",
        ),
        ("period", "source_file", "source_line"),
        "amount",
    ),
    MartTable(
        "fact_stock",
        "One row an item of a warehouse: what it opened with, what moved, what it closed with",
        columns(
            "period text", "warehouse text warehouse", "item_no text item", "description text what it is",
            *(
                f"{name}_quantity rate {words}"
                for name, words in (
                    ("opening", "units at the start"), ("received", "units received"), ("issued", "units issued to agencies"),
                    ("returned", "units taken back and put on the shelf"), ("counted", "units found or missed at counts"),
                    ("written_off", "units written off"),
                    ("closing", "units at the end: opening + received - issued + returned + counted - written off"),
                )
            ),
            "opening_cost rate average cost of a unit at the start", "closing_cost rate average cost of a unit at the end",
            "opening_value money opening units at their average cost", "closing_value money closing units at their average cost",
            "issued_value money what was charged for issues, before fees", "moves whole records of the month that moved it",
            "defective_quantity rate units taken back defective and put nowhere",
            "restated_quantity rate units that stock_opening holds more or less than when the month before was billed; in the opening",
        ),
        ("period", "warehouse", "item_no"),
        "closing_value",
    ),
    MartTable(
        "fact_close_step",
        "One row a step of a posted month's close: planned and real time; an open month has none",
        columns(
            "period text", "step text step", "what text what it is", "planned_on day day it was planned for",
            "done_at time when it was last done, UTC", "days_late whole working days late", "runs whole how often it was done",
            "seconds rate machine time of its runs", "step_no whole place in the close",
        ),
        ("period", "step_no"),
    ),
)  # fmt: skip
