"""The report catalogue: each report's number, its name in files, its title, and the function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reports.finance.adjustments import adjustments
from reports.finance.allocation_proof import allocation_proof
from reports.finance.billing_register import billing_register
from reports.finance.by_agency import by_agency
from reports.finance.by_funding import by_funding
from reports.finance.by_rate_code import by_rate_code
from reports.finance.by_stream import by_stream
from reports.finance.close_steps import close_steps
from reports.finance.control_totals import control_totals
from reports.finance.dispute_list import dispute_list
from reports.finance.exceptions import exceptions
from reports.finance.inventory_changes import inventory_changes
from reports.finance.long_distance import long_distance
from reports.finance.month_over_month import month_over_month
from reports.finance.number_review import number_review
from reports.finance.pass_through_proof import pass_through_proof
from reports.finance.rate_log import rate_log
from reports.finance.rate_true_up import rate_true_up
from reports.finance.receivables import receivables
from reports.finance.recovery import recovery
from reports.finance.sent_documents import sent_documents
from reports.finance.stock_movement import stock_movement
from reports.finance.suspense import suspense
from reports.finance.top_movers import top_movers
from reports.finance.vendor_match import vendor_match
from reports.finance.year_end import year_end
from reports.published import Published
from reports.report import Report


@dataclass(frozen=True)
class Entry:
    """One report of the catalogue; use: what a reader asks of it.

    written_by: the command that writes its files, at the moment they tell of; `cotbill reports` prints it and leaves them.
    """

    id: str
    make: Callable[[Published], Report]
    use: str
    written_by: str = ""


CATALOGUE: Final[dict[str, Entry]] = {
    entry.id: entry
    for entry in (
        Entry("R01", billing_register, "every invoice line", written_by="run"),
        Entry("R02", by_agency, "what each agency pays, by stream"),
        Entry("R03", by_funding, "what each fund, department and object pays, and the federal part of it"),
        Entry("R04", by_rate_code, "what each rate code earned, at what rate, this month and this fiscal year"),
        Entry("R05", by_stream, "what each stream and cost group earned"),
        Entry("R06", month_over_month, "why the bill moved: price, quantity, new, gone, one-time"),
        Entry("R07", top_movers, "which agencies and rate codes rose and fell most"),
        Entry("R08", exceptions, "what waits for a person, how old it is and who works it"),
        Entry("R09", adjustments, "what was credited or charged later, why, by whom, and whether it reaches into an earlier year"),
        Entry("R10", suspense, "what was received and is not billed, why, and for how long"),
        Entry("R11", dispute_list, "what agencies dispute, whether in time, and how it ended"),
        Entry("R12", recovery, "whether each cost group earns more or less than it costs, and its reserve in days"),
        Entry("R13", rate_true_up, "whether cost, units and rates are as forecast, and what rate would pay for each cost group"),
        Entry("R14", receivables, "what is not known to be settled, by age"),
        Entry("R15", sent_documents, "what accounting was sent and what it answered", written_by="interface"),
        Entry("R16", vendor_match, "what a vendor bills beside what we bill for it"),
        Entry("R17", inventory_changes, "what was installed, moved and disconnected, and which lines never call"),
        Entry("R18", rate_log, "which rates changed, by whose approval, and what that moved"),
        Entry("R19", allocation_proof, "whether each pool's shares come to the pool, the rounding shown"),
        Entry("R20", close_steps, "whether the close ran to its calendar", written_by="close"),
        Entry("R21", long_distance, "who calls where for how much, without a telephone number"),
        Entry("R22", stock_movement, "what stock opened with, what moved, what it is worth"),
        Entry("R23", pass_through_proof, "whether every vendor dollar was billed, held or absorbed"),
        Entry("R24", number_review, "which numbers nobody uses, and who confirms them"),
        Entry("R25", year_end, "what the year corrects of earlier ones, and what is not billed, with its basis"),
        Entry("R26", control_totals, "whether every record and dollar that came in came out"),
    )
}
