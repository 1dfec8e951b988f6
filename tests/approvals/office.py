"""A small office, a subject and an approval for tests."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from billing.approval_levels import Approval, Subject
from billing.people import People
from tests.core.frames import table_of

SEEN, EDITED = "a" * 64, "b" * 64  # content hashes
NOON = dt.datetime(2026, 11, 6, 12, tzinfo=dt.UTC)


def user(login: str, roles: str, **more: Any) -> dict[str, object]:
    """A row of users.csv: in force since 2026, of the billing team's own agency 079."""
    return {"user": login, "name": f"Name of {login}", "agency_code": "079", "roles": roles, "valid_from": "2026-01-01", **more}


OFFICE = (
    user("bill", "BILLER"),
    user("lea", "LEAD", approve_limit="100.00"),
    user("mara", "MANAGER", approve_limit="5000.00"),
    user("finn", "FINANCE"),
    user("rita", "RATES;MANAGER"),
    user("gone", "MANAGER", valid_to="2026-07-01"),
    user("host", "MANAGER;FINANCE", agency_code="758"),
)


def people(*more: dict[str, object]) -> People:
    """The office, with others in it."""
    return People(table_of("users", *OFFICE, *more))


def subject(dollars: str | None = "-450.00", kind: str = "ADJUSTMENT", **more: Any) -> Subject:
    """A credit of agency 758, prepared by bill."""
    given = {
        "kind": kind, "identity": "ADJ-1", "period": "2026-10", "content_sha256": SEEN, "amount": dollars and Decimal(dollars),
        "agency_codes": frozenset({"758"}), "adj_type": "CREDIT", "is_prior_fiscal_year": False, "prepared_by": "bill",
    }  # fmt: skip
    return Subject(**{**given, **more})  # type: ignore[arg-type]


def approval(login: str, level: str, **more: Any) -> Approval:
    """An approval of the subject as it is."""
    return dataclasses.replace(Approval("ADJ-1", login, level, "APPROVE", SEEN, NOON, "SIGNATURE"), **more)
