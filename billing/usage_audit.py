"""The rules of the usage feed's own: units, quantities, hours of a day, prices that are missing, doubles, owners."""

import polars as pl

from billing.effective import in_force
from billing.findings import find, gather
from billing.frames import Earlier, Tables
from billing.number_text import number_text
from billing.policy import Policy
from billing.tiers import SLICED
from billing.wording import phrase

SAME = (
    "billing_number", "rate_code", "service_from", "service_to", "usage_date", "quantity", "ticket_no", "resource_id", "worker_id",
)  # fmt: skip


def audit_units(records: pl.DataFrame) -> pl.DataFrame:
    """R205: the unit is blank or not the rate's. Needs the columns of `attach_code`."""
    uom = pl.col("uom").fill_null("(blank)")
    return find(
        records.filter(pl.col("code_known")), "R205", pl.col("uom").is_null() | (pl.col("uom") != pl.col("code_uom")), column="uom",
        message=phrase("unit is {}, {} is billed by {}", uom, pl.col("rate_code"), pl.col("code_uom")),
    )  # fmt: skip


def audit_prices(records: pl.DataFrame) -> pl.DataFrame:
    """R203: a rates row is in force, but what its method needs is blank. R204: a price of zero with a quantity.

    R204 is a note for a code marked free, a warning for any other. Needs the columns of `attach_code`,
    `attach_rate` and `attach_tiers`.
    """
    rated = records.filter(pl.col("code_known") & pl.col("has_rate"))
    method, rate = pl.col("tier_method"), pl.col("unit_rate")
    no_tiers = method.is_in(SLICED) & pl.col("tier_rate").is_null()
    no_package = (method == "PACKAGE") & ~(pl.col("package_size") > 0).fill_null(value=False)
    no_rate = ~method.is_in(SLICED) & rate.is_null()
    lacks = pl.when(no_tiers).then(pl.lit("tiers")).when(no_package).then(pl.lit("a package size")).otherwise(pl.lit("a unit rate"))
    is_zero = (rate == 0) | (method.is_in(SLICED) & (pl.col("tier_rate") == 0))
    used = rated.filter((pl.col("quantity") > 0) & is_zero.fill_null(value=False))
    is_free = (pl.col("code_free") == "Y").fill_null(value=False)
    zero = phrase("{} costs nothing on {}", pl.col("rate_code"), pl.col("rate_date"))
    return gather(
        find(
            rated, "R203", no_tiers | no_package | no_rate, column="rate_code",
            message=phrase("{} ({}) lacks {} on {}", pl.col("rate_code"), method, lacks, pl.col("rate_date")),
        ),
        find(used.filter(is_free), "R204", pl.lit(value=True), column="rate_code", message=zero),
        find(used.filter(~is_free), "R204", pl.lit(value=True), column="rate_code", message=zero, severity="WARN"),
    )  # fmt: skip


def audit_quantities(records: pl.DataFrame) -> pl.DataFrame:
    """Q301 a quantity below zero, Q302 a quantity of zero."""
    quantity = number_text(pl.col("quantity"))
    return gather(
        find(records, "Q301", pl.col("quantity") < 0, column="quantity", message=phrase("quantity is {}", quantity)),
        find(records, "Q302", pl.col("quantity") == 0, column="quantity", message="quantity is zero"),
    )


def audit_hours(records: pl.DataFrame, policy: Policy, earlier: Earlier) -> pl.DataFrame:
    """Q304: one worker's hours of one day come to more than policy.hours_of_a_day: all of them are held.

    Counts hours over all billing numbers, those billed in earlier periods too. The day is usage_date, else a
    service span of one day; hours of a longer span are not decided. Exactly the limit is allowed.
    """
    key = ["worker_id", "_day"]
    ours = _hours(records)
    before = _hours(earlier.of("usage").filter(pl.col("outcome") == "BILLED").join(
        ours.select("worker_id").unique().lazy(), on="worker_id", how="semi").collect())  # fmt: skip
    hours = pl.concat([ours.select(*key, "quantity"), before.select(*key, "quantity")])
    sums = hours.group_by(key, maintain_order=True).agg(_hours=pl.col("quantity").sum())
    worked = ours.join(sums, on=key, how="left", validate="m:1", maintain_order="left")
    limit = pl.lit(policy.hours_of_a_day, pl.Decimal(38, 6))
    return find(
        worked, "Q304", pl.col("_hours") > limit, column="quantity",
        message=phrase(
            "{} hours of worker {} on {}, at most {} are possible", number_text(pl.col("_hours")), pl.col("worker_id"), pl.col("_day"),
            number_text(limit)
        ),
    )  # fmt: skip


def _hours(records: pl.DataFrame) -> pl.DataFrame:
    """The records that are hours of a known worker on a known day `_day`."""
    one_day = pl.when(pl.col("service_from") == pl.col("service_to")).then(pl.col("service_to"))
    dated = records.with_columns(_day=pl.coalesce("usage_date", one_day))
    is_hour = (pl.col("uom") == "HOUR").fill_null(value=False) & (pl.col("quantity") > 0)
    return dated.filter(is_hour & pl.col("worker_id").is_not_null() & pl.col("_day").is_not_null())


def audit_doubles(records: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """U503: all but the number of the record is as in one loaded before it, now or in an earlier period.

    The one loaded first (by file name, then line) is not named. Needs records without repeated source_record_id.
    """
    loaded = records.sort("source_file", "source_line")
    keys = loaded.select(SAME).unique()
    before = (
        earlier.of("usage").filter(pl.col("outcome") == "BILLED").join(keys.lazy(), on=SAME, how="semi", nulls_equal=True)
        .sort("period", "source_file", "source_line").collect()
    )  # fmt: skip
    where = phrase("{} line {}", "source_file", "source_line")
    old = before.select(*SAME, phrase("{}/{}", "period", where).alias("_where"))
    firsts = pl.concat([old, loaded.select(*SAME, where.alias("_where"))]).group_by(SAME, maintain_order=True).agg(pl.col("_where").first())
    matched = loaded.join(firsts, on=SAME, how="left", validate="m:1", nulls_equal=True, maintain_order="left")
    return find(
        matched, "U503", pl.col("_where") != where, column="source_record_id",
        message=phrase("same number, code, dates, quantity, ticket, resource and worker as {}", pl.col("_where")),
    )  # fmt: skip


def audit_owners(records: pl.DataFrame, tables: Tables, earlier: Earlier) -> pl.DataFrame:
    """A104: the resource was billed to another agency in the latest earlier period in which it was billed.

    Needs agency_code. A resource that several agencies shared then belongs to each of them.
    """
    ours = records.filter(pl.col("resource_id").is_not_null() & pl.col("agency_code").is_not_null())
    before = (
        earlier.of("usage").filter(pl.col("outcome") == "BILLED")
        .join(ours.select("resource_id").unique().lazy(), on="resource_id", how="semi").collect()
        .filter(pl.col("period") == pl.col("period").max().over("resource_id"))
        .with_columns(_day=pl.coalesce("usage_date", "service_to"))
    )  # fmt: skip
    owned = in_force(
        before, tables["billing_numbers"], on={"billing_number": "billing_number"}, date="_day", take={"agency_code": "_owner"}
    ).filter(pl.col("_owner").is_not_null())
    owners = (
        owned.group_by("resource_id", maintain_order=True)
        .agg(_owners=pl.col("_owner").unique().sort(), _period=pl.col("period").first())
    )  # fmt: skip
    matched = ours.join(owners, on="resource_id", how="inner", validate="m:1", maintain_order="left")
    return find(
        matched, "A104", ~pl.col("_owners").list.contains(pl.col("agency_code")), column="billing_number",
        message=phrase(
            "resource {} was agency {}'s in {}, now it is billed to agency {}", "resource_id", pl.col("_owners").list.join(", "),
            "_period", "agency_code",
        ),
    )  # fmt: skip
