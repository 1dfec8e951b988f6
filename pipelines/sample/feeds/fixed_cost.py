"""Fixed costs: two pools shared by staff, and amounts agreed with single numbers."""

from typing import Final

from billing.periods import Period
from pipelines.sample.agencies import Agency
from pipelines.sample.draw import Draw
from pipelines.sample.rows import Row, scaled
from pipelines.sample.world import World

FISCAL_YEAR: Final = ("2026-07", "2027-06")
POOLS: Final = (("EA10", "ASMT-FY27-ENT", 28_500), ("EA20", "ASMT-FY27-SEC", 4_250))  # cents a year for each full-time post


def fixed_cost_rows(world: World, period: Period) -> list[Row]:
    """The schedule in force: every consolidated agency's share of each pool, then the agreed amounts."""
    members = [agency for agency in world.agencies if agency.consolidated == "Y" and agency.code in fixed_cost_numbers(world)]
    rows = [row for pool in POOLS for row in _pool(members, *pool)]
    for number in world.having("F"):
        draw = Draw(world.seed, "fixed", number.billing_number)
        rows.append(
            {
                "source_record_id": f"AGR-FY27-{number.billing_number}", "assessment_id": f"AGR-FY27-{number.billing_number}",
                "billing_number": number.billing_number, "method": "AMOUNT", "rate_code": "EA30",
                "annual_amount": scaled(number.size * draw.between(60_000, 95_000), 2), "description": "Application support agreement",
                "approval_ref": f"FM-2026-{draw.between(10, 99)}",
            }
        )  # fmt: skip
    spread = {"start_period": FISCAL_YEAR[0], "end_period": FISCAL_YEAR[1], "spread": "EQUAL_12"}
    return [{**row, **spread} for row in rows if FISCAL_YEAR[0] <= str(period) <= FISCAL_YEAR[1]]


def fixed_cost_numbers(world: World) -> dict[str, str]:
    """The first number of each agency bears its assessments."""
    found: dict[str, str] = {}
    for number in world.numbers:
        if not number.role:
            found.setdefault(number.agency.code, number.billing_number)
    return found


def _pool(members: list[Agency], code: str, assessment: str, cents_a_post: int) -> list[Row]:
    total = sum(agency.fte for agency in members) * cents_a_post
    return [
        {
            "source_record_id": f"{assessment}-{agency.code}", "assessment_id": assessment, "method": "ALLOCATED", "rate_code": code,
            "agency_code": agency.code, "pool_annual_amount": scaled(total, 2), "basis": "FTE", "basis_quantity": str(agency.fte),
            "basis_as_of": "2026-07-01", "approval_ref": "FM-2026-07",
        }
        for agency in members
    ]  # fmt: skip
