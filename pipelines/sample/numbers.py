"""The sample's billing numbers and the funding strings that pay for them."""

from dataclasses import dataclass
from typing import Final

from pipelines.sample.agencies import SINCE, Agency
from pipelines.sample.draw import Draw
from pipelines.sample.rows import Row, read_data
from pipelines.sample.scale import Scale

FUNDED_FROM: Final = "2025-07-01"
CLOSED_ON: Final = "2026-08-01"
TAKES_OVER: Final = {"D5059001": "D5051001"}
NAMES: Final = (
    "Central office", "Field office", "Call center", "Grant administration", "Records room", "Training unit", "Case system",
    "Licensing desk", "Inspection team", "Data warehouse", "Regional office", "Help desk", "Mobile unit", "Archive",
)  # fmt: skip
SIZES: Final = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 11, 16, 28)
STREAM_SETS: Final = ("UV", "UVL", "UPV", "UPCVL", "UCVXL", "UPCVXL", "UPCVXLS", "UC", "UP", "VXL")
# percents of each pattern; a rate_code_filter follows a colon
PATTERNS: Final = (
    ("100",), ("100",), ("50", "30", "20"), ("33.3333", "33.3333", "33.3334"), ("62.5", "37.5"), ("25", "25", "25", "25"),
    ("70", "20", "10"), ("60", "40", "100:ST10;ST20;ST30"), ("80", "20", "55:PT10;PT20", "45:PT10;PT20"),
)  # fmt: skip
FUNDS: Final = ("0100", "1200", "1300", "6800")
FEDERAL_SHARES: Final = ("50", "75", "90", "66.67")


@dataclass(frozen=True)
class Number:
    """One billing number: who it is, how much it uses, and of which streams."""

    billing_number: str
    agency: Agency
    name: str
    place: str
    size: int  # 1 a board of four people, 72 the largest system
    streams: str  # U usage F fixed P pass-through C circuits V VoIP X Centrex L calls S stock A adjustments
    invoice_group: str = ""
    split_mode: str = "ENGINE"
    tax_exempt: str = "N"
    role: str = ""  # CLOSED, FUNDING_95 or nothing

    @property
    def plan(self) -> str:
        """Consolidated agencies share the state's call plan, others have minutes and mileage bands."""
        return "STD" if self.agency.consolidated == "Y" else "TOLL"


def numbers_of(agencies: list[Agency], places: list[str], scale: Scale, seed: int) -> list[Number]:
    """The first numbers are fixed; the rest are drawn for the agencies beyond the first ones, biggest share to none."""
    by_code = {agency.code: agency for agency in agencies}
    fixed = [
        Number(
            row["billing_number"], by_code[row["billing_number"][1:4]], row["name"], row["place"], int(row["size"]), row["streams"],
            row["invoice_group"], row["split_mode"], row["tax_exempt"], row["role"],
        )
        for row in read_data("numbers")
    ]  # fmt: skip
    taken = {number.agency.code for number in fixed}
    others = [agency for agency in agencies if agency.code not in taken]
    count = scale.numbers - len(fixed)
    return fixed + [_drawn(others[index % len(others)], index // len(others), places, seed) for index in range(count)]


def _drawn(agency: Agency, index: int, places: list[str], seed: int) -> Number:
    draw = Draw(seed, "number", agency.code, str(index))
    place = draw.pick(places) if index else "Frankfort"
    name = f"{NAMES[index % len(NAMES)]} {place}"
    streams = draw.pick(STREAM_SETS) if index else "UFPCVXLSA"
    return Number(
        f"D{agency.code}{1001 + index}", agency, name, place, draw.pick(SIZES), streams,
        split_mode="EMARS" if draw.chance(3) else "ENGINE", tax_exempt="Y" if agency.branch in ("EDU", "JUD") else "N",
    )  # fmt: skip


def number_rows(numbers: list[Number]) -> list[Row]:
    """Rows of billing_numbers.csv; a closed number has a row for each of its two lives."""
    rows = []
    for index, number in enumerate(numbers):
        row = {
            "billing_number": number.billing_number, "agency_code": number.agency.code, "name": number.name, "status": "ACTIVE",
            "f100_ref": f"F100-{2015 + index % 11}-{1000 + index}", "invoice_group": number.invoice_group,
            "delivery": "EMAIL" if index % 4 else "PORTAL", "split_mode": number.split_mode, "default_object": "E301",
            "tax_exempt": number.tax_exempt, "valid_from": SINCE,
        }  # fmt: skip
        if number.role != "CLOSED":
            rows.append(row)
            continue
        rows.append({**row, "valid_to": CLOSED_ON})
        rows.append({**row, "status": "CLOSED", "closed_to": TAKES_OVER[number.billing_number], "valid_from": CLOSED_ON})
    return rows


def funding_rows(numbers: list[Number], seed: int) -> list[Row]:
    """Rows of funding_strings.csv: one to four strings a number, 100 % on every date but for one planted number.

    Every ninth number pays from other strings since 1 October 2026, one of them since the 16th.
    """
    rows = []
    for index, number in enumerate(numbers):
        draw = Draw(seed, "funding", number.billing_number)
        if number.role == "FUNDING_95":
            rows += _strings(number, ("65", "35"), draw, FUNDED_FROM, "2026-10-01")
            rows += _strings(number, ("60", "35"), draw, "2026-10-01", "")
        elif index % 9 == 5:
            change = "2026-10-16" if index == 5 else "2026-10-01"
            rows += _strings(number, ("100",), draw, FUNDED_FROM, change)
            rows += _strings(number, ("50", "30", "20"), draw, change, "")
        else:
            rows += _strings(number, PATTERNS[index % len(PATTERNS)], draw, FUNDED_FROM, "")
    return rows


def _strings(number: Number, pattern: tuple[str, ...], draw: Draw, since: str, until: str) -> list[Row]:
    rows = []
    for index, word in enumerate(pattern):
        percent, _, listed = word.partition(":")
        fund = FUNDS[(index + draw.below(2)) % len(FUNDS)]
        rows.append(
            {
                "billing_number": number.billing_number, "seq": str(index + 1), "percent": percent, "fund": fund,
                "department": number.agency.code, "unit": f"{draw.between(1000, 9999)}",
                "appropriation_unit": f"{number.agency.code}A{draw.between(10000, 99999)}", "object": "E301",
                "activity": f"{draw.between(1000, 9999)}" if draw.chance(40) else "",
                "function": f"{draw.between(10**9, 10**10 - 1)}" if draw.chance(30) else "",
                "program": f"PRG{draw.between(1000, 9999)}" if draw.chance(50) else "",
                "project": f"PJ{draw.between(100000, 999999)}" if fund == "1200" else "",
                "reporting_category": f"{draw.between(1000, 9999)}" if draw.chance(25) else "",
                "location": f"{draw.between(1000, 9999)}" if draw.chance(25) else "",
                "federal_share_pct": draw.pick(FEDERAL_SHARES) if fund == "1200" else "",
                "rate_code_filter": listed, "valid_from": since, "valid_to": until,
            }
        )  # fmt: skip
    return rows
