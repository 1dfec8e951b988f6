"""Read dialled digits: what shape a number has, and the short key under which its place is looked up.

A key keeps the leading digits that decide where a number is, never the whole number of a domestic station:
three digits of a service code, NPA and NXX (more where blocks or prefixes need it), the first digits of a number abroad.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_codes import dense, hashed
from billing.frames import Tables
from billing.wording import phrase

SERVICE, UNKNOWN, NANP, DIRECTORY, WORLD = "service", "unknown", "nanp", "directory", "world"
KINDS: Final = (SERVICE, UNKNOWN, NANP, DIRECTORY, WORLD)
_NANP_DIGITS: Final = 10
_NPA: Final = 10**7
LEAST_NPA: Final = 10**9  # ten digits that do not begin with 0
COUNTRY_ONE: Final = 10**10
_WORLD_DIGITS: Final = 15  # longest number of the public network
_UNKNOWN_KEY: Final = 1_000
_DIRECTORY_BASE: Final = 1_001  # + NPA
NANP_BASE: Final = 2_001  # + leading digits
WORLD_BASE: Final = 10**16  # + leading digits
_POWERS: Final = pl.Series([10**n for n in range(19)], dtype=pl.Int64)
INFORMATION: Final = 5_551_212


@dataclass(frozen=True)
class Reach:
    """How many leading digits decide: of ten domestic digits (6 to 10), and of an international number (3 to 15)."""

    nanp_digits: int
    world_digits: int


def reach(tables: Tables, prefixes: pl.Series) -> Reach:
    """Find how many digits the exchange table and the prefixes (digits after the +) look at."""
    blocks = 7 if tables["exchanges"]["block"].null_count() < tables["exchanges"].height else 6
    ones = prefixes.filter(prefixes.str.starts_with("1")).str.len_bytes().max()
    longest = prefixes.str.len_bytes().max()
    return Reach(
        nanp_digits=min(_NANP_DIGITS, max(blocks, (ones if isinstance(ones, int) else 1) - 1)),
        world_digits=min(_WORLD_DIGITS, max(4, longest if isinstance(longest, int) else 4)),
    )


def nanp(numbers: pl.Series) -> pl.Series:
    """The ten digits of numbers written as 10 digits, 1 + 10 or +1 + 10 (Int64); null for any other shape."""
    text = pl.col("text")
    calls = pl.DataFrame({"text": numbers}).select(
        "text", value=text.cast(pl.Int64, strict=False), digits=text.str.len_bytes().cast(pl.Int64)
    )
    plain = calls.select(is_plain=_is_plain())["is_plain"]
    if plain.all():
        return calls["value"]
    value, digits, plus = pl.col("value"), pl.col("digits"), text.str.starts_with("+")
    return calls.with_columns(is_plain=plain).select(
        pl.when("is_plain").then(value)
        .when((digits == _NANP_DIGITS) & ~plus).then(value)
        .when(_is_long(value, digits, plus)).then(value - COUNTRY_ONE)
        .alias("number")
    )["number"]  # fmt: skip


def _is_plain() -> pl.Expr:
    """Ten digits that don't begin with 0, told without looking at the text: a shorter number with a sign is too small."""
    digits, value = pl.col("digits"), pl.col("value")
    return ((digits == _NANP_DIGITS) & (value >= LEAST_NPA)).fill_null(value=False)


def _is_long(value: pl.Expr, digits: pl.Expr, plus: pl.Expr) -> pl.Expr:
    """1 + 10 digits, with or without the + sign."""
    in_range = (value >= COUNTRY_ONE) & (value < 2 * COUNTRY_ONE)
    return in_range & (digits == _NANP_DIGITS + 1 + plus.cast(pl.Int64))


def dialled_keys(to_number: pl.Series, caller_npa: pl.Series, how: Reach) -> pl.Series:
    """The look-up key of each called number (Int64, no nulls); seven digits are in the caller's own NPA.

    Args:
        to_number: digits as dialled.
        caller_npa: Int64, null where the caller's number has none.
    """
    text = pl.col("text")
    calls = pl.DataFrame({"text": to_number, "npa": caller_npa}).with_columns(
        value=text.cast(pl.Int64, strict=False), digits=text.str.len_bytes().cast(pl.Int64)
    )
    is_plain = calls.select(is_plain=_is_plain())["is_plain"]
    keys = _domestic_keys(calls["value"], how)
    if is_plain.all():
        return keys
    rest = (~is_plain).arg_true()
    return keys.scatter(rest, _dialled_keys(calls[rest], how))


def _dialled_keys(calls: pl.DataFrame, how: Reach) -> pl.Series:
    """Keys of numbers in any shape."""
    marked = calls.with_columns(plus=pl.col("text").str.starts_with("+"), abroad=pl.col("text").str.starts_with("011"))
    value, digits, plus = pl.col("value"), pl.col("digits"), pl.col("plus")
    domestic = marked.select(
        pl.when(pl.col("abroad")).then(None)
        .when((digits == _NANP_DIGITS) & ~plus).then(value)
        .when(_is_long(value, digits, plus)).then(value - COUNTRY_ONE)
        .when((digits == 7) & ~plus).then(pl.col("npa") * _NPA + value)
        .alias("value")
    )["value"]  # fmt: skip
    keys = _domestic_keys(domestic, how)
    rest = domestic.is_null().arg_true()
    return keys.scatter(rest, _other_keys(marked[rest], how))


def _domestic_keys(value: pl.Series, how: Reach) -> pl.Series:
    cut: int = 10 ** (_NANP_DIGITS - how.nanp_digits)
    heads = value // cut + NANP_BASE
    is_information = (value % _NPA == INFORMATION).fill_null(value=False)
    keys = heads.fill_null(_UNKNOWN_KEY)
    if not is_information.any():
        return keys
    return keys.zip_with(~is_information, value // _NPA + _DIRECTORY_BASE)


def _other_keys(calls: pl.DataFrame, how: Reach) -> pl.Series:
    """Keys of what is not domestic: service codes, numbers abroad, anything else."""
    value, digits, plus, abroad = pl.col("value"), pl.col("digits"), pl.col("plus"), pl.col("abroad")
    sized = calls.with_columns(size=pl.when(abroad).then(digits - 3).when(plus).then(digits - 1))
    size = pl.col("size")
    power = pl.lit(_POWERS).gather(size.clip(0, 18))
    number = pl.when(abroad).then(value - 11 * power).otherwise(value)
    world = sized.with_columns(number=pl.when((size >= 4) & (size <= _WORLD_DIGITS)).then(number)).with_columns(
        # a country code never begins with 0, and +1 is followed by ten digits
        number=pl.when(
            (pl.col("number") * 10 >= power) & (abroad | (pl.col("number") // (power // 10).clip(1) != 1))
        ).then(pl.col("number"))
    )  # fmt: skip
    head = pl.col("number") // pl.lit(_POWERS).gather((size - how.world_digits).clip(0, 18))
    is_service = (digits == 3) & ~plus & (value % 100 == 11) & (value >= 211) & (value <= 911)
    key = pl.when(is_service).then(value).when(pl.col("number").is_not_null()).then(WORLD_BASE + head).otherwise(_UNKNOWN_KEY)
    return world.select(key=key.fill_null(_UNKNOWN_KEY))["key"]


def called(keys: pl.Series, how: Reach) -> pl.DataFrame:
    """Read distinct keys back.

    Returns, one row per key in order: kind, service (Int64), npa, nxx (Int64), block (Int64: NPA, NXX and thousand,
    null where the key is shorter), head (String: leading digits after the +).
    """
    key = pl.col("key")
    kind = (
        pl.when(key >= WORLD_BASE).then(pl.lit(WORLD)).when(key >= NANP_BASE).then(pl.lit(NANP))
        .when(key >= _DIRECTORY_BASE).then(pl.lit(DIRECTORY)).when(key == _UNKNOWN_KEY).then(pl.lit(UNKNOWN)).otherwise(pl.lit(SERVICE))
    )  # fmt: skip
    digits = key - NANP_BASE
    exchange = digits // 10 ** (how.nanp_digits - 6)
    block = digits // 10 ** (how.nanp_digits - 7) if how.nanp_digits >= 7 else pl.lit(None, pl.Int64)
    is_nanp, is_information = pl.col("kind") == NANP, pl.col("kind") == DIRECTORY
    ten = digits.cast(pl.String).str.zfill(how.nanp_digits)
    return pl.DataFrame({"key": keys}).with_columns(kind=kind).select(
        "kind",
        service=pl.when(pl.col("kind") == SERVICE).then(key),
        npa=pl.when(is_nanp).then(exchange // 1000).when(is_information).then(key - _DIRECTORY_BASE),
        nxx=pl.when(is_nanp).then(exchange % 1000),
        block=pl.when(is_nanp).then(block),
        head=pl.when(is_nanp).then(pl.lit("1") + ten)
        .when(is_information).then(phrase("1{}{}", (key - _DIRECTORY_BASE).cast(pl.String).str.zfill(3), pl.lit(str(INFORMATION))))
        .when(pl.col("kind") == WORLD).then((key - WORLD_BASE).cast(pl.String)),
    )  # fmt: skip


def distinct_keys(keys: pl.Series, how: Reach) -> tuple[pl.Series, pl.Series]:
    """Number the distinct look-up keys: domestic ones, the bulk, in a table of all there can be; see `dense`."""
    size = NANP_BASE + 10**how.nanp_digits
    is_world = keys >= WORLD_BASE
    if not is_world.any():
        return dense(keys, size)
    codes, distinct = dense(keys.set(is_world, _UNKNOWN_KEY), size)
    rows = is_world.arg_true()
    world_codes, world = hashed(keys.gather(rows))
    return codes.scatter(rows, world_codes + len(distinct)), distinct.append(world)
