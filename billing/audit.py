"""The rules every feed shares: who pays, is the code known and allowed, is the date in reach, is it a double.

Each rule is one function from records to findings. Rules run in the order of cause: what is named first is the
cause, what is named after it on the same record may follow from it.
"""

import polars as pl

from billing.coa import audit_coa
from billing.effective import has_key
from billing.errors import ReconciliationError
from billing.findings import find, gather
from billing.frames import FINDINGS, OUTCOMES, SOURCE, Earlier, Tables, conform, empty
from billing.funding import paying_strings
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

_KEY = ["feed", "source_file", "source_line"]


def audit_account(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A101 blank, A102 unknown, A103 not active on rate_date. Needs billing_number, rate_date, number_status."""
    known = has_key(records, tables["billing_numbers"], on={"billing_number": "billing_number"})
    numbered = records.with_columns(known.alias("_known"))
    blank = pl.col("billing_number").is_null()
    number = pl.col("billing_number")
    return gather(
        find(records, "A101", blank, column="billing_number", message="no billing number"),
        find(
            numbered, "A102", ~blank & ~pl.col("_known"), column="billing_number",
            message=phrase("billing number {} is not in billing_numbers.csv", number),
        ),
        find(
            numbered.filter(pl.col("rate_date").is_not_null()), "A103",
            pl.col("_known") & (pl.col("number_status").fill_null("none") != "ACTIVE"), column="billing_number",
            message=phrase(
                "billing number {} is not active on {}{}", number, pl.col("rate_date"),
                pl.when(pl.col("closed_to").is_not_null()).then(phrase(", {} took over", pl.col("closed_to"))).otherwise(pl.lit("")),
            ),
        ),
    )  # fmt: skip


def audit_code(records: pl.DataFrame) -> pl.DataFrame:
    """R201 unknown, R202 no rate on rate_date (class FIXED needs none), A108 not allowed, A109 ticket missing.

    Needs the columns of `attach_account`, `attach_code` and `attach_rate`, and rate_date. A record whose
    billing number or date is unknown may still find the table's rate; R202 is left undecided without a date.
    """
    known = pl.col("code_known")
    rates_wanted = known & (pl.col("code_class") != "FIXED") & pl.col("rate_date").is_not_null()
    consolidated = pl.col("consolidated")
    barred = ((pl.col("code_allowed_for") == "CONSOLIDATED") & (consolidated != "Y")) | (
        (pl.col("code_allowed_for") == "NON_CONSOLIDATED") & (consolidated != "N")
    )
    return gather(
        find(
            records, "R201", ~known, column="rate_code",
            message=phrase("rate code {} is not in rate_codes.csv", pl.col("rate_code").fill_null("(blank)")),
        ),
        find(
            records, "R202", rates_wanted & ~pl.col("has_rate"), column="rate_code",
            message=phrase("{} has no rate on {}", pl.col("rate_code"), pl.col("rate_date")),
        ),
        find(
            records, "A108", known & consolidated.is_not_null() & barred.fill_null(value=False), column="rate_code",
            message=phrase("{} is for {} agencies only", pl.col("rate_code"), pl.col("code_allowed_for")),
        ),
        find(
            records, "A109", known & (pl.col("code_requires_ticket").fill_null("N") == "Y") & pl.col("ticket_no").is_null(),
            column="ticket_no", message=phrase("{} needs a ticket number", pl.col("rate_code")),
        ),
    )  # fmt: skip


def audit_requester(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A107: requested_by, where given, is no contact of the agency who may order on rate_date."""
    contacts = tables["agency_contacts"].filter(pl.col("may_order") == "Y").with_columns(_email=pl.col("email").str.to_lowercase())
    asked = records.filter(
        pl.col("requested_by").is_not_null() & pl.col("agency_code").is_not_null() & pl.col("rate_date").is_not_null()
    ).with_columns(_email=pl.col("requested_by").str.to_lowercase())
    covers = (pl.col("valid_from") <= pl.col("rate_date")) & (pl.col("valid_to").is_null() | (pl.col("rate_date") < pl.col("valid_to")))
    # one person may hold several roles at once, so the match is a semi join over the live rows
    live = (
        asked.select("agency_code", "_email", "rate_date").unique()
        .join(contacts.select("agency_code", "_email", "valid_from", "valid_to"), on=["agency_code", "_email"], how="inner")
        .filter(covers).select("agency_code", "_email", "rate_date").unique()
    )  # fmt: skip
    strangers = asked.join(live, on=["agency_code", "_email", "rate_date"], how="anti")
    return find(
        strangers, "A107", pl.lit(value=True), column="requested_by",
        message=phrase("{} may not order for agency {}", pl.col("requested_by"), pl.col("agency_code")),
    )  # fmt: skip


def audit_dates(records: pl.DataFrame, period: Period, policy: Policy) -> pl.DataFrame:
    """D401 future, D402 before the look-back, D403 late, D404 prior fiscal year, D405 from after to.

    Needs service_date (null: not decided); service_from and service_to where the feed has them.
    """
    day = pl.col("service_date")
    oldest = period.shift(-policy.look_back_periods).first_day
    late = (day < pl.lit(period.first_day)) & (day >= pl.lit(oldest))
    service_fiscal_year = day.dt.year().cast(pl.Int32) + (day.dt.month() >= 7).cast(pl.Int32)
    dated = records.filter(day.is_not_null())
    found = [
        find(dated, "D401", day > pl.lit(period.last_day), column="service_date",
             message=phrase("service date {} is after {}", day, pl.lit(str(period.last_day)))),
        find(dated, "D402", day < pl.lit(oldest), column="service_date",
             message=phrase("service date {} is before the look-back, which starts {}", day, pl.lit(str(oldest)))),
        find(dated, "D403", late, column="service_date",
             message=phrase("service date {} is in an earlier period", day)),
        find(dated, "D404", late & (service_fiscal_year < period.fiscal_year), column="service_date",
             message=phrase("service date {} is in fiscal year {}", day, service_fiscal_year)),
    ]  # fmt: skip
    if "service_from" in records.columns:
        both = records.filter(pl.col("service_from").is_not_null() & pl.col("service_to").is_not_null())
        found.append(
            find(both, "D405", pl.col("service_from") > pl.col("service_to"), column="service_from",
                 message=phrase("service from {} is after service to {}", pl.col("service_from"), pl.col("service_to")))
        )  # fmt: skip
    return gather(*found)


def funding_set_totals(tables: Tables, wanted: pl.DataFrame) -> pl.DataFrame:
    """Add up the funding strings that would pay each (billing_number, rate_code, funding_date).

    The strings whose rate_code_filter lists the code pay, if there are any, else those without a filter.

    Args:
        wanted: distinct billing_number, rate_code, funding_date.

    Returns: wanted + funding_percent (Decimal(38,6), null where no string is in force).
    """
    key = ["billing_number", "rate_code", "funding_date"]
    totals = paying_strings(tables, wanted).group_by(key, maintain_order=True).agg(funding_percent=pl.col("percent").sum())
    return wanted.join(totals, on=key, how="left", validate="1:1", nulls_equal=True)


def audit_funding(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A105: the funding strings in force on funding_date (the charge's last service day) do not come to 100; else A106.

    Needs billing_number (known and active ones are decided), rate_code, number_status, funding_date.
    """
    decided = records.filter((pl.col("number_status") == "ACTIVE") & pl.col("funding_date").is_not_null())
    key = ["billing_number", "rate_code", "funding_date"]
    totals = funding_set_totals(tables, decided.select(key).unique())
    checked = decided.join(totals, on=key, how="left", validate="m:1", nulls_equal=True, maintain_order="left")
    percent = pl.col("funding_percent")
    message = (
        pl.when(percent.is_null())
        .then(phrase("{} has no funding string on {}", pl.col("billing_number"), pl.col("funding_date")))
        .otherwise(phrase("funding strings of {} come to {} % on {}", pl.col("billing_number"), percent, pl.col("funding_date")))
    )
    hundred = pl.lit(100, pl.Decimal(38, 6))
    is_whole = percent == hundred
    whole = checked.filter(is_whole.fill_null(value=False))
    return gather(find(checked, "A105", ~is_whole, column="billing_number", message=message), audit_coa(whole, tables))


def standing_records(loaded: pl.DataFrame, feed: str, content: list[str], earlier: Earlier) -> pl.DataFrame:
    """Name the record that stands for each number loaded more than once: one billed earlier, else the first now.

    Returns: source_record_id, _file, _line, _first (its content as a struct); one row a number.
    """
    place = [pl.col("source_file").alias("_file"), pl.col("source_line").alias("_line")]
    repeated = loaded.filter(pl.col("source_record_id").is_duplicated())
    firsts = repeated.group_by("source_record_id", maintain_order=True).first().select(*content, *place)
    if not FEEDS[feed].snapshot:
        ids = loaded.select("source_record_id").unique()
        billed = earlier.of(feed).filter(pl.col("outcome") == "BILLED")  # what was held may come again: it is billed once all the same
        before = billed.join(ids.lazy(), on="source_record_id", how="semi").sort("period", "source_file", "source_line").collect()
        named = before.with_columns(source_file=pl.col("period") + "/" + pl.col("source_file"))
        old = named.group_by("source_record_id", maintain_order=True).first().select(*content, *place)
        firsts = pl.concat([old, firsts.join(old, on="source_record_id", how="anti")])
    return firsts.select("source_record_id", "_file", "_line", _first=pl.struct(content))


def duplicates(records: pl.DataFrame, feed: str, earlier: Earlier) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Find records whose source_record_id was loaded before, in this period or (not for snapshots) an earlier one.

    The first loaded stands (by file name, then line), and so does one billed in an earlier period; one that was held
    there was not billed, and may come again. A later one of the same content is dropped (U501), of different content
    is held (U502).

    Returns: records without the dropped ones, FINDINGS, OUTCOMES of the dropped ones (amount null).
    Rows: in = kept + dropped.
    """
    content = [column.name for column in FEEDS[feed].columns]
    loaded = records.sort("source_file", "source_line")
    firsts = standing_records(loaded, feed, content, earlier)
    if firsts.is_empty():
        return loaded, empty(FINDINGS), empty(OUTCOMES)
    matched = loaded.with_columns(pl.struct([pl.col(name) for name in content]).alias("_mine")).join(
        firsts, on="source_record_id", how="left", validate="m:1", maintain_order="left"
    )
    is_first = (pl.col("source_file") == pl.col("_file")) & (pl.col("source_line") == pl.col("_line"))
    again = matched.filter(pl.col("_file").is_not_null() & ~is_first).with_columns(
        _same=pl.col("_mine").eq_missing(pl.col("_first")),
    )
    where = phrase("{} line {}", pl.col("_file"), pl.col("_line"))
    same = again.filter(pl.col("_same"))
    findings = gather(
        find(same, "U501", pl.lit(value=True), column="source_record_id", message=phrase("same record as {}", where)),
        find(again.filter(~pl.col("_same")), "U502", pl.lit(value=True), column="source_record_id",
             message=phrase("{} is already the number of {} with other content", pl.col("source_record_id"), where)),
    )  # fmt: skip
    dropped = same.select(*SOURCE, pl.lit("DROPPED").alias("outcome"), pl.lit(None, OUTCOMES["amount"]).alias("amount"))
    kept = loaded.join(same.select(_KEY), on=_KEY, how="anti", maintain_order="left")
    if kept.height + dropped.height != records.height:
        message = f"{records.height} {feed} records went into the duplicate check, {kept.height + dropped.height} came out"
        raise ReconciliationError(message)
    return kept, findings, conform(dropped, OUTCOMES)


def only_decided(findings: pl.DataFrame) -> pl.DataFrame:
    """Leave out warnings on records that are held: a warning is for what is billed."""
    held = findings.filter(pl.col("severity") == "HOLD").select(_KEY).unique()
    warned_and_held = findings.filter(pl.col("severity") == "WARN").join(held, on=_KEY, how="semi")
    return findings.join(warned_and_held.select(*_KEY, "code").unique(), on=[*_KEY, "code"], how="anti", maintain_order="left")


def outcomes(records: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Say for each record whether it is HELD (a HOLD finding stands on it) or BILLED.

    Needs `at_stake` (DOLLARS) for the dollars a held record carries; null where the frame has none.
    Returns: OUTCOMES, one row per record.
    """
    held = findings.filter(pl.col("severity") == "HOLD").select(_KEY).unique().with_columns(_held=pl.lit(value=True))
    marked = records.join(held, on=_KEY, how="left", validate="m:1", maintain_order="left")
    is_held = pl.col("_held").fill_null(value=False)
    stake = pl.col("at_stake") if "at_stake" in records.columns else pl.lit(None)
    return conform(
        marked.select(
            *SOURCE,
            pl.when(is_held).then(pl.lit("HELD")).otherwise(pl.lit("BILLED")).alias("outcome"),
            pl.when(is_held).then(stake.cast(OUTCOMES["amount"])).otherwise(None).cast(OUTCOMES["amount"]).alias("amount"),
        ),
        OUTCOMES,
    )
