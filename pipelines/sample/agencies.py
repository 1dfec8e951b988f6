"""The sample's agencies, the people who may order for them, and the people who bill."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from pipelines.sample.draw import Draw
from pipelines.sample.rows import Row, read_data
from pipelines.sample.scale import Scale

SINCE: Final = "2020-07-01"
# role -> may_order, may_approve
ROLES: Final = {
    "HR": "YN", "IT_SERVICES": "YN", "COMPLIANCE": "YN", "SECURITY": "YN", "MANAGEMENT": "YY", "FISCAL": "NY",
}  # fmt: skip
COUNTY_OFFICES: Final = (
    ("{} County Clerk", "LOCAL", "EXTERNAL"),
    ("{} County Schools", "EDU", "EXTERNAL"),
    ("{} County Sheriff", "LOCAL", "EXTERNAL"),
    ("{} Circuit Court", "JUD", "INTERNAL"),
)


@dataclass(frozen=True)
class Person:
    """A made-up person with an address at a domain that does not exist."""

    name: str
    email: str


@dataclass(frozen=True)
class Agency:
    """One agency and its people by role."""

    code: str
    name: str
    cabinet: str
    branch: str
    consolidated: str
    remit_method: str
    fte: int
    people: dict[str, Person]
    left: Person  # could order until the summer of 2026

    def orderers(self) -> list[str]:
        """E-mail addresses of those who may order."""
        return [self.people[role].email for role, rights in ROLES.items() if rights[0] == "Y"]


def agencies_of(scale: Scale, seed: int) -> list[Agency]:
    """The first agencies are fixed; beyond them come county offices. Codes are three characters."""
    rows = read_data("agencies")[: scale.agencies] + _counties(scale.agencies - len(read_data("agencies")), seed)
    return [
        Agency(
            row["agency_code"], row["agency_name"], row["cabinet"], row["branch"], row["consolidated"], row["remit_method"],
            int(row["fte"]), *_people(row["agency_code"], seed),
        )
        for row in rows
    ]  # fmt: skip


def _counties(count: int, seed: int) -> list[Row]:
    rows = []
    counties = [row["county"] for row in read_data("counties")]
    for index in range(max(count, 0)):
        draw = Draw(seed, "county", str(index))
        name, branch, remit = COUNTY_OFFICES[index // len(counties) % len(COUNTY_OFFICES)]
        code = f"{chr(ord('A') + index // 100)}{index % 100:02d}"
        county = counties[index % len(counties)]
        rows.append(
            {
                "agency_code": code, "agency_name": name.format(county), "cabinet": "", "branch": branch, "consolidated": "N",
                "remit_method": remit, "fte": str(draw.between(5, 300)),
            }
        )  # fmt: skip
    return rows


def _people(code: str, seed: int) -> tuple[dict[str, Person], Person]:
    """One person a role and one who left; the agency's code in the address keeps addresses apart."""
    draw = Draw(seed, "people", code)
    names = read_data("names")
    first = [row["name"] for row in names if row["kind"] == "first"]
    last = [row["name"] for row in names if row["kind"] == "last"]
    start, step = draw.below(len(first)), draw.below(len(last))
    found = []
    for index in range(len(ROLES) + 1):
        name = f"{first[(start + index) % len(first)]} {last[(step + index * 7) % len(last)]}"
        found.append(Person(name, f"{_plain(name)}.{code.lower()}@agency.example"))
    return dict(zip(ROLES, found, strict=False)), found[-1]


def _plain(name: str) -> str:
    """The name as it goes in an address: no accents, no blanks, lower case."""
    bare = unicodedata.normalize("NFKD", name.replace("ø", "o")).encode("ascii", "ignore").decode()
    return ".".join("".join(letter for letter in word if letter.isalnum()) for word in bare.lower().split())


def agency_rows(agencies: list[Agency], fixed_cost_numbers: dict[str, str]) -> list[Row]:
    """Rows of agencies.csv; `fixed_cost_numbers` names the number that bears an agency's assessments."""
    return [
        {
            "agency_code": agency.code, "agency_name": agency.name, "cabinet": agency.cabinet, "branch": agency.branch,
            "consolidated": agency.consolidated, "fixed_cost_billing_number": fixed_cost_numbers.get(agency.code, ""),
            "billing_contact": agency.people["IT_SERVICES"].name, "fiscal_officer": agency.people["FISCAL"].name,
            "remit_method": agency.remit_method, "valid_from": SINCE,
        }
        for agency in agencies
    ]  # fmt: skip


def contact_rows(agencies: list[Agency]) -> list[Row]:
    """Rows of agency_contacts.csv: six roles in force, and one person who left on 30 June 2026."""
    rows = []
    for agency in agencies:
        for role, rights in ROLES.items():
            person = agency.people[role]
            rows.append(
                {"agency_code": agency.code, "role": role, "name": person.name, "email": person.email, "may_order": rights[0],
                 "may_approve": rights[1], "valid_from": SINCE}
            )  # fmt: skip
        rows.append(
            {"agency_code": agency.code, "role": "IT_SERVICES", "name": agency.left.name, "email": agency.left.email,
             "may_order": "Y", "may_approve": "N", "valid_from": SINCE, "valid_to": "2026-07-01"}
        )  # fmt: skip
    return rows


def user_rows() -> list[Row]:
    """Rows of users.csv: the billing team, of the biller's own agency."""
    return [{**row, "agency_code": "079", "valid_from": SINCE} for row in read_data("users")]
