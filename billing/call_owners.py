"""Who pays for a call: the owner of its authorisation code, else of the charge number, else of the trunk."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.frames import Tables

_KEYS: Final = (("AUTH_CODE", "auth_code"), ("NUMBER", "charge_number"), ("TRUNK", "trunk"))
_TAKEN: Final = ("billing_number", "plan", "international_allowed")


def attach_owner(callers: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the owner in force on each caller's day; a code that nobody owns on that day falls through to the next key.

    Args:
        callers: auth_code, charge_number, trunk (null where not given), day (Date).

    Returns: callers + billing_number, plan, international_allowed, owner_kind (AUTH_CODE NUMBER TRUNK), number_owner
    (the billing number that owns the charge number, whoever pays); null where nobody owns.
    """
    found = callers
    for kind, column in _KEYS:
        owners = tables["call_owners"].filter(pl.col("key_kind") == kind).with_columns(owned=pl.lit(value=True))
        take = {name: f"{kind}_{name}" for name in (*_TAKEN, "owned")}
        found = in_force(found, owners, on={column: "key"}, date="day", take=take)
    first = {kind: pl.col(f"{kind}_owned").fill_null(value=False) for kind, _ in _KEYS}

    def pick(values: dict[str, pl.Expr]) -> pl.Expr:
        chosen = pl.lit(None, pl.String)
        for kind in reversed(values):
            chosen = pl.when(first[kind]).then(values[kind]).otherwise(chosen)
        return chosen

    return found.with_columns(
        *[pick({kind: pl.col(f"{kind}_{name}") for kind, _ in _KEYS}).alias(name) for name in _TAKEN],
        owner_kind=pick({kind: pl.lit(kind) for kind, _ in _KEYS}),
        number_owner=pl.col("NUMBER_billing_number"),
    ).drop(pl.selectors.starts_with(*[f"{kind}_" for kind, _ in _KEYS]))
