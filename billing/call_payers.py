"""Who pays for plain calls: each charge number and era looked up once and remembered from file to file."""

from typing import Final

import numpy as np
import polars as pl

from billing.call_codes import RowCodes
from billing.call_owners import attach_owner
from billing.call_time import Days
from billing.frames import Tables
from billing.number_codes import Codes, KeyCodes, NumberCodes, Numbers

_OWNED: Final[dict[str, pl.DataType]] = {"charge_number": pl.String(), "billing_number": pl.String()}
PLAN_KINDS: Final[dict[str, pl.DataType]] = {"plan": pl.String(), "era": pl.Int64(), "day": pl.Date()}
ACCOUNTS: Final[dict[str, pl.DataType]] = {"billing_number": pl.String(), "era": pl.Int64(), "day": pl.Date()}


class Payers:
    """Payers as codes: a charge number in an era.

    owners: _OWNED by payer. plan_of, account_of: by payer, places in `plans.rows` (no plan where nobody owns) and
    `accounts.rows`. line_of: by payer, see `call_stream.Lines`; -1 until it is known.
    """

    def __init__(self, tables: Tables, days: Days) -> None:
        self._tables, self._era_days = tables, days.era_days
        self._eras = days.eras.to_numpy()
        self._numbers, self._codes = NumberCodes(), KeyCodes()
        self.owners = pl.DataFrame(schema=_OWNED)
        self.plans, self.accounts = RowCodes(PLAN_KINDS), RowCodes(ACCOUNTS)
        self.plan_of: Numbers = np.empty(0, dtype=np.int64)
        self.account_of: Numbers = np.empty(0, dtype=np.int64)
        self.line_of: Numbers = np.empty(0, dtype=np.int64)

    @property
    def is_full(self) -> bool:
        """Whether there were more numbers than there is room for."""
        return self._numbers.is_full or self._codes.is_full

    def of(self, charge_number: Numbers, day: Numbers) -> Codes:
        """The payer of each call. day: of the month, from 1."""
        number = self._numbers.of(charge_number)
        return self._codes.of(number.astype(np.int64) * len(self._era_days) + self._eras[day - 1])

    def learn(self) -> None:
        """Look up the payers met since the last time."""
        new = self._codes.keys[self.owners.height :]
        if not len(new):
            return
        number, era = np.divmod(new, len(self._era_days))
        ten = pl.Series(self._numbers.numbers[number]).cast(pl.String).str.zfill(10)
        nothing = pl.lit(None, pl.String)
        callers = pl.DataFrame({"charge_number": ten, "era": era}).select(
            nothing.alias("auth_code"), "charge_number", nothing.alias("trunk"), "era", day=pl.lit(self._era_days).gather("era")
        )
        found = attach_owner(callers, self._tables).with_columns(plan=pl.when(pl.col("billing_number").is_not_null()).then("plan"))
        self.owners = pl.concat([self.owners, found.select(list(_OWNED))])
        self.plan_of = np.append(self.plan_of, self.plans.of(found).to_numpy().astype(np.int64))
        self.account_of = np.append(self.account_of, self.accounts.of(found).to_numpy().astype(np.int64))
        self.line_of = np.append(self.line_of, np.full(len(new), -1))
