"""The rules for calls: shape, owner, rate, premium, odd records, and what differs from the carrier's own figures."""

from typing import Final

import polars as pl

from billing import audit
from billing.call_codes import dense, pack, unpack
from billing.call_encode import Encoded, Rates
from billing.call_facts import spell_out
from billing.call_kernel import to_dollars
from billing.call_overlap import overlapping
from billing.fees import audit_markup
from billing.findings import find, gather, is_held
from billing.frames import FINDINGS, Tables, empty
from billing.money import EXACT_PLACES, RATE_PLACES, units
from billing.number_text import number_text
from billing.periods import Period
from billing.policy import Policy
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.wording import phrase

_HIDDEN: Final = 4
_MICROS_TO_EXACT: Final = 10 ** (EXACT_PLACES - RATE_PLACES)


def mask(number: pl.Expr) -> pl.Expr:
    """A number with its last four digits hidden; a shorter one is hidden whole."""
    return phrase("{}xxxx", number.str.head(-_HIDDEN))


def audit_calls(
    stated: pl.DataFrame, doubles: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables, period: Period, policy: Policy
) -> pl.DataFrame:
    """All rules, in the order of cause: the record, the number, the owner, the price, the account, the dates, the warnings.

    Args:
        stated: `state_calls`.
        doubles: what `audit.duplicates` found; another version of a call does not overlap the one that stands.

    Returns: FINDINGS; messages and raw values hide the called number.
    """

    def look(bad: pl.Expr) -> pl.DataFrame:
        return spell_out(_rows(stated, bad), encoded, rates, tables)

    once = stated.with_columns(duration_seconds=pl.when(is_held(stated, doubles)).then(0).otherwise("duration_seconds"))
    return gather(
        audit_holds(stated, encoded, rates, tables, period, policy),
        _warn_owner(look(_owner_doubt(encoded) | (~pl.col("is_free") & pl.col("requested_by").is_not_null())), encoded, tables),
        _warn_place(look(~pl.col("is_free") & pl.col("is_owned") & (pl.col("unplaced") | pl.col("is_abroad")))),
        _warn_carrier(look(pl.col("vendor_charge").is_not_null() | pl.col("vendor_jurisdiction").is_not_null()), policy),
        _warn_time(look(~pl.col("unanswered") & (_is_long(policy) | pl.lit(overlapping(once)))), policy),
    )


def audit_holds(stated: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables, period: Period, policy: Policy) -> pl.DataFrame:
    """The rules that can hold a call, with the two warnings on its date; see `audit_calls`."""
    odd = ~pl.col("unanswered") & (pl.col("is_odd") | pl.col("no_shape") | pl.col("premium"))
    unpriced = ~pl.col("is_free") & (~pl.col("is_owned") | (pl.col("is_charged") & ~pl.col("is_rated")))
    shifted = ~pl.col("call_date").is_between(period.first_day, period.last_day)
    return gather(
        _audit_shape(spell_out(_rows(stated, odd), encoded, rates, tables)),
        _audit_price(spell_out(_rows(stated, unpriced), encoded, rates, tables)),
        _audit_accounts(stated, encoded, rates, tables),
        audit.audit_dates(spell_out(_rows(stated, shifted), encoded, rates, tables), period, policy),
    )


def _rows(stated: pl.DataFrame, bad: pl.Expr) -> pl.DataFrame:
    return stated[stated.select(bad.fill_null(value=True).alias("bad"))["bad"].arg_true()]


def _audit_shape(calls: pl.DataFrame) -> pl.DataFrame:
    said = pl.when(pl.col("answered")).then(pl.lit("answered")).otherwise(pl.lit("not answered"))
    return gather(
        find(
            calls, "L708", pl.col("is_odd"), column="answered",
            message=phrase("{}, but {} seconds long", said, pl.col("duration_seconds")),
        ),
        find(
            calls, "L709", pl.col("no_shape"), column="to_number", raw=mask(pl.col("to_number")),
            message=phrase("called number {} has a shape no plan knows", mask(pl.col("to_number"))),
        ),
        find(
            calls, "L707", pl.col("premium"), column="to_number", raw=mask(pl.col("to_number")),
            message=phrase("premium number {}", mask(pl.col("to_number"))),
        ),
    )  # fmt: skip


def _audit_price(calls: pl.DataFrame) -> pl.DataFrame:
    """L701 no owner; R203 no plan, or the row's rate is blank; R202 no row of the plan fits."""
    named = pl.concat_str(
        phrase("charge number {}", pl.col("charge_number")),
        pl.when(pl.col("auth_code").is_not_null()).then(pl.lit(", an authorisation code")).otherwise(pl.lit("")),
        pl.when(pl.col("trunk").is_not_null()).then(phrase(", trunk {}", pl.col("trunk"))).otherwise(pl.lit("")),
    )
    charged = pl.col("is_owned") & pl.col("is_charged")
    has_row = pl.col("plan_row").is_not_null()
    kind = phrase("{} call to {}", pl.col("jurisdiction"), pl.col("destination"))
    unplaced = pl.when("unplaced").then(pl.lit(", an exchange that is not in the table")).otherwise(pl.lit(""))
    return gather(
        find(
            calls, "L701", ~pl.col("is_owned"), column="charge_number",
            message=phrase("nobody owns {} on {}", named, pl.col("call_date")),
        ),
        find(
            calls, "R203", charged & pl.col("plan").is_null(), column="charge_number",
            message=phrase("the owner {} of {} has no plan, so nothing is rated", pl.col("billing_number"), pl.col("charge_number")),
        ),
        find(
            calls, "R202", charged & pl.col("plan").is_not_null() & ~has_row, column="to_number", raw=mask(pl.col("to_number")),
            message=phrase("plan {} has no row on {} for this {}{}", pl.col("plan"), pl.col("call_date"), kind, unplaced),
        ),
        find(
            calls, "R203", charged & has_row & ~pl.col("is_rated"), column="to_number", raw=mask(pl.col("to_number")),
            message=phrase("plan {} has a blank rate for this {}", pl.col("plan"), kind),
        ),
    )  # fmt: skip


def _audit_accounts(stated: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables) -> pl.DataFrame:
    """The shared rules on number, code and funding: decided once per billing number, era and rate code, spelt out where they bite."""
    payable = (stated["is_owned"] & ~stated["is_free"]).arg_true()
    if payable.is_empty():
        return empty(FINDINGS)
    on = ["billing_number", "era", "day"]
    payers = encoded.owners.select(on).unique(maintain_order=True).with_row_index("payer")
    payer_of = encoded.owners.join(payers, on=on, how="left", validate="m:1", maintain_order="left", nulls_equal=True)["payer"]
    names = rates.codes.rate_codes.append(pl.Series([None], dtype=pl.String))
    sizes = [payers.height, len(names)]
    code = rates.codes.codes.gather(stated["plan_row"].gather(payable)).fill_null(len(names) - 1)
    key, size = pack([(payer_of.gather(stated["owner"].gather(payable)), sizes[0]), (code, sizes[1])])
    kinds, distinct = dense(key, size)
    payer, of_code = unpack(distinct, sizes)
    suspect = suspect_accounts(payers[payer].with_columns(rate_code=names.gather(of_code)), tables)
    if suspect.is_empty():
        return empty(FINDINGS)
    rows = payable.filter(kinds.is_in(suspect.implode()))
    return _shared_rules(spell_out(stated[rows], encoded, rates, tables), tables)


def suspect_accounts(kinds: pl.DataFrame, tables: Tables) -> pl.Series:
    """Which kinds of charge the shared rules on number, code and funding find something on.

    Args:
        kinds: billing_number, day (Date) and rate_code of each.

    Returns: their places (Int64), each once, in no order.
    """
    sample = kinds.with_columns(
        ticket_no=pl.lit(None, pl.String), rate_date="day", funding_date="day",
        feed=pl.lit("long_distance"), source_file=pl.lit(""), source_line=pl.int_range(pl.len()), source_record_id=pl.lit(None, pl.String),
    )  # fmt: skip
    return _shared_rules(attach_account(sample, tables, "rate_date"), tables)["source_line"].unique()


def _shared_rules(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    coded = attach_rate(attach_code(calls.filter(pl.col("rate_code").is_not_null()), tables), tables, "rate_date")
    return gather(
        audit.audit_account(calls, tables), audit.audit_code(coded), audit_markup(coded, tables), audit.audit_funding(coded, tables)
    )


def _owner_doubt(encoded: Encoded) -> pl.Expr:
    """Paid through an authorisation code, while another number owns the line."""
    differs = (pl.col("owner_kind") == "AUTH_CODE") & (pl.col("number_owner") != pl.col("billing_number"))
    doubt = encoded.owners.select(doubt=differs.fill_null(value=False))["doubt"]
    return ~pl.col("is_free") & pl.lit(doubt).gather("owner")


def _warn_owner(calls: pl.DataFrame, encoded: Encoded, tables: Tables) -> pl.DataFrame:
    """A104: the code's owner is of another agency than the line's; A107: the requester may not order."""
    lines = encoded.owners.select(billing_number="number_owner", day="day")
    agencies = attach_account(lines, tables, "day")["agency_code"]
    both = calls.with_columns(line_agency=agencies.gather(calls["owner"]))
    owned, line = pl.col("agency_code"), pl.col("line_agency")
    doubted = both.filter((pl.col("owner_kind") == "AUTH_CODE") & owned.is_not_null() & line.is_not_null())
    return gather(
        find(
            doubted, "A104", owned != line, column="auth_code", raw=pl.lit(None, pl.String),
            message=phrase("the authorisation code is of agency {}, the line {} of agency {}", owned, pl.col("charge_number"), line),
        ),
        audit.audit_requester(both.filter(pl.col("requested_by").is_not_null()), tables),
    )  # fmt: skip


def _warn_place(calls: pl.DataFrame) -> pl.DataFrame:
    allowed = pl.col("international_allowed") == "Y"
    return gather(
        find(
            calls, "L702", pl.col("unplaced"), column="to_number", raw=mask(pl.col("to_number")),
            message=phrase("a number of this call to {} is not in the number plan or exchange table", pl.col("destination")),
        ),
        find(
            calls.filter("is_abroad"), "L706", ~allowed.fill_null(value=False), column="charge_number",
            message=phrase("{} may not call abroad, but called {}", pl.col("charge_number"), pl.col("destination")),
        ),
    )  # fmt: skip


def _price_difference() -> pl.Expr:
    """Ours less the carrier's, in units of 10^-12 dollars (Int128)."""
    ours = pl.col("amount_micros").cast(pl.Int128) * pl.lit(_MICROS_TO_EXACT, pl.Int128)
    return ours - units(pl.col("vendor_charge"), EXACT_PLACES)


def _other_jurisdiction() -> pl.Expr:
    """The carrier may name one of the two tests only, as INTERSTATE."""
    ours, theirs = pl.col("jurisdiction"), pl.col("vendor_jurisdiction")
    return (ours != theirs) & ~ours.str.starts_with(theirs + "_") & ~ours.str.ends_with("_" + theirs)


def _over_tolerance(policy: Policy) -> pl.Expr:
    return _price_difference().abs() > pl.lit(int(policy.call_price_tolerance.scaleb(EXACT_PLACES)), pl.Int128)


def _warn_carrier(calls: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    placed = calls.filter(pl.col("vendor_jurisdiction").is_not_null() & ~pl.col("unanswered"))
    priced = calls.filter(pl.col("vendor_charge").is_not_null() & pl.col("amount_micros").is_not_null())
    ours, theirs = number_text(to_dollars(pl.col("amount_micros"))), number_text(pl.col("vendor_charge"))
    return gather(
        find(
            placed, "L703", _other_jurisdiction(), column="vendor_jurisdiction",
            message=phrase("carrier says {}, we say {}", pl.col("vendor_jurisdiction"), pl.col("jurisdiction")),
        ),
        find(
            priced, "L704", _over_tolerance(policy), column="vendor_charge",
            message=phrase("carrier charges {}, we charge {}", theirs, ours),
        ),
    )  # fmt: skip


def _is_long(policy: Policy) -> pl.Expr:
    return pl.col("duration_seconds") > policy.long_call_seconds


def _warn_time(calls: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    long = phrase("{} seconds long", pl.col("duration_seconds"))
    return find(
        calls, "L705", pl.lit(value=True), column="duration_seconds",
        message=pl.when(_is_long(policy)).then(long).otherwise(pl.lit("another call of the same line at the same time")),
    )  # fmt: skip
