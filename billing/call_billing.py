"""Bill long distance: from records to findings, charge rows and the list of calls."""

from typing import Final

import polars as pl

from billing import audit
from billing.call_audit import audit_calls
from billing.call_charges import bridge_calls, charge_calls, list_calls
from billing.call_encode import encode, read_rates
from billing.call_facts import price_calls, state_calls, with_stake
from billing.errors import ReconciliationError
from billing.fees import fee_bridge
from billing.findings import gather, is_held
from billing.frames import Billed, Earlier, Tables
from billing.periods import Period
from billing.policy import Policy
from billing.rulings import rule

_FEED: Final = "long_distance"


def bill_calls(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill the calls of a period.

    A charge row is the sum of its calls' amounts, each rounded to its plan row's scale and mode; calls of an earlier
    month form their own rows. Mark-ups are FEE rows beside their base row. Calls that nobody answered and free kinds
    of calls are billed with nothing; answered ones are listed.

    Args:
        records: record_schema("long_distance"), any order.

    Returns: Billed; one outcome per record, `calls` of CALLS sorted by call_id.

    Raises:
        TableError: a plan row that no call can be priced with.
        ReconciliationError: records and outcomes differ, or amounts of calls and rows do.
    """
    kept, doubles, dropped = audit.duplicates(records, _FEED, earlier)
    rates = read_rates(tables)
    encoded = encode(kept, tables, policy, rates)
    stated = price_calls(state_calls(kept, encoded, rates), rates)
    found = gather(doubles, audit_calls(stated, doubles, encoded, rates, tables, period, policy))
    findings = audit.only_decided(rule(found, kept))
    billed = stated.filter(~is_held(stated, findings))
    rows, fees, keyed = charge_calls(billed.filter("is_charged"), encoded, rates, tables, period)
    outcomes = pl.concat([audit.outcomes(with_stake(stated), findings), dropped])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} calls went in, {outcomes.height} came out")
    answered = billed.filter(~pl.col("unanswered"))
    of_calls = bridge_calls(keyed)
    bridge = pl.concat([of_calls, fee_bridge(fees, of_calls)]).sort("charge_id", "source_file", "source_line")
    return Billed(pl.concat([rows, fees]).sort("charge_id"), bridge, findings, outcomes, list_calls(answered, keyed, encoded))
