"""Who acts: the person a command is given for, the operating-system user it runs as, and the time."""

import datetime as dt

import polars as pl

from billing.errors import NotAllowedError
from pipelines.journal import Actor
from pipelines.signatures import who_runs


def actor(user: str | None, at: dt.datetime, users: pl.DataFrame) -> Actor:
    """The person who acts now.

    Args:
        user: the user name given with --user; none: the operating-system user.
        at: now, with offset.
        users: the checked table users.

    Raises:
        NotAllowedError: a user was named that is not in reference/users.csv, or not in force today.
    """
    login = who_runs()
    stamp = at.isoformat(timespec="seconds")
    if user is None:
        return Actor(login, login, stamp)
    day = pl.lit(at.date())
    known = users.filter(
        (pl.col("user") == user) & (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    )
    if known.is_empty():
        raise NotAllowedError(f"'{user}' is not a user on {at.date()}; add the user to reference/users.csv")
    return Actor(user, login, stamp)
