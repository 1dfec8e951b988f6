"""Fixed costs: two pools shared by staff, and amounts agreed with single numbers."""

from typing import Final

from billing.periods import Period
from pipelines.sample.agencies import Agency
from pipelines.sample.draw import Draw
from pipelines.sample.rows import Row, scaled
from pipelines.sample.world import World

POOLS: Final = (("EA10", "ENT", 28_500), ("EA20", "SEC", 4_250))  # cents a year for each full-time post


def fixed_cost_rows(world: World, period: Period) -> list[Row]:
    """The schedule in force: every consolidated agency's share of each pool, then the agreed amounts."""
    members = [agency for agency in world.agencies if agency.consolidated == "Y" and agency.code in fixed_cost_numbers(world)]
    year = f"FY{period.fiscal_year % 100:02d}"
    first = period.shift(1 - period.fiscal_period)
    rows = [row for code, name, cents in POOLS for row in _pool(members, code, f"ASMT-{year}-{name}", cents, first)]
    for number in world.having("F"):
        draw = Draw(world.seed, "fixed", number.billing_number)
        rows.append(
            {
                "source_record_id": f"AGR-{year}-{number.billing_number}", "assessment_id": f"AGR-{year}-{number.billing_number}",
                "billing_number": number.billing_number, "method": "AMOUNT", "rate_code": "EA30",
                "annual_amount": scaled(number.size * draw.between(60_000, 95_000), 2), "description": "Application support agreement",
                "approval_ref": f"FM-{first.year}-{draw.between(10, 99)}",
            }
        )  # fmt: skip
    spread = {"start_period": str(first), "end_period": str(first.shift(11)), "spread": "EQUAL_12"}
    return [{**row, **spread} for row in rows]


def fixed_cost_numbers(world: World) -> dict[str, str]:
    """The first number of each agency bears its assessments."""
    found: dict[str, str] = {}
    for number in world.numbers:
        if not number.role:
            found.setdefault(number.agency.code, number.billing_number)
    return found


def _pool(members: list[Agency], code: str, assessment: str, cents_a_post: int, first: Period) -> list[Row]:
    total = sum(agency.fte for agency in members) * cents_a_post
    return [
        {
            "source_record_id": f"{assessment}-{agency.code}", "assessment_id": assessment, "method": "ALLOCATED", "rate_code": code,
            "agency_code": agency.code, "pool_annual_amount": scaled(total, 2), "basis": "FTE", "basis_quantity": str(agency.fte),
            "basis_as_of": str(first.first_day), "approval_ref": f"FM-{first}",
        }
        for agency in members
    ]  # fmt: skip
