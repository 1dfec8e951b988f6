"""Mistakes in the three inventories: overlaps, missing orders, odd identifiers, ended contracts."""

import datetime as dt

from pipelines.sample.month_files import MonthFiles
from pipelines.sample.rows import Row
from pipelines.sample.world import World

OWNER = "D6051001"


def plant_inventory(world: World, month: MonthFiles) -> None:
    """Plant them in the month's snapshots; the same wrong items stay in both months, as they do."""
    _plant_circuits(month)
    _plant_voip(world, month)
    _plant_centrex(month)
    if month.period.first_day < dt.date(2026, 10, 1):
        month.extra_columns["circuits", 1] = {"site_survey": "N"}
        month.note("circuits", "", "F005", "a column that no layout knows: site_survey")
    else:
        month.extra_columns["centrex", 1] = {"cost_center": "7001"}
        month.note("centrex", "", "F005", "a column that no layout knows: cost_center")


def _circuit(index: int, **change: str) -> Row:
    return {
        "source_record_id": f"CKT-9{index:03d}", "billing_number": OWNER, "circuit_id": f"99/HCGS/9{index:05d}/000/SC",
        "id_format": "SERIAL", "vendor_code": "VC0000100107", "service_type": "ETH", "bandwidth_kbps": "100000",
        "a_address": "12 Depot St, Frankfort", "rate_code": "CK20", "order_no": f"C9{index:03d}", "billing_start_date": "2024-03-01",
        "contract_end": "2028-06-30", **change,
    }  # fmt: skip


def _plant_circuits(month: MonthFiles) -> None:
    first = _circuit(1, disconnect_date="2026-12-31")
    second = {**_circuit(2, billing_number="D6051002", billing_start_date="2026-08-01"), "circuit_id": first["circuit_id"]}
    month.plant("circuits", first, "M605", "two owners at once: moved without a disconnect")
    month.plant("circuits", second, "M605", "two owners at once: moved without a disconnect")
    month.plant("circuits", _circuit(3, order_no=""), "M606", "in service without order or ticket")
    month.plant("circuits", _circuit(4, circuit_id="99-HCGS-900004"), "M607", "circuit ID with dashes")
    month.plant("circuits", _circuit(5, contract_end="2026-06-30"), "M608", "contract ended in June")
    month.plant("circuits", _circuit(6, rate_code="CK50"), "R203", "rated by mile, but no coordinates")
    month.plant("circuits", _circuit(7, billing_number="D5059001"), "A103", "left on a number closed in August")
    month.plant("circuits", _circuit(8, mrc_override="-385.00"), "Q301", "a credit sent as a negative price")


def _plant_voip(world: World, month: MonthFiles) -> None:
    def line(index: int, **change: str) -> Row:
        return {
            "source_record_id": f"VOIP-9{index:03d}", "billing_number": OWNER, "line_id": f"+15026959{index:03d}", "rate_code": "VL10",
            "start_date": "2025-11-03", "location_id": "KY-FRANKFORT-1", "line_kind": "USER", "ticket_no": f"RITM95{index:04d}", **change,
        }  # fmt: skip

    stranger = next(key for key, number in world.inventory.spare.items() if number.agency.code != OWNER[1:4])
    month.plant("voip", line(1, line_id=f"+1{stranger}"), "A104", "its calls belong to another agency")
    month.plant("voip", line(2, line_id="15026959002"), "M607", "line without the plus")
    month.plant("voip", line(3, features="VF10;VX99"), "R201", "a feature that does not exist; the line still bills")
    month.plant("voip", line(4, stop_date="2027-01-15"), "M605", "the line is there twice")
    month.plant("voip", {**line(5), "line_id": line(4)["line_id"]}, "M605", "the line is there twice")
    month.plant("voip", line(6, billing_number="D9990002"), "A102", "number that nobody set up")
    month.plant("voip", line(7, start_date="11/03/2025"), "F006", "a date written the other way")


def _plant_centrex(month: MonthFiles) -> None:
    def station(index: int, **change: str) -> Row:
        return {
            "source_record_id": f"CTX-9{index:03d}", "billing_number": OWNER, "station_no": f"502564{9000 + index}",
            "centrex_group": "FRAN564", "class_of_service": "INTERIOR", "usoc": "RXR", "quantity": "1", "rate_code": "CX10",
            "order_no": f"N9{index:03d}", "order_type": "N", "effective_date": "2023-05-01", "start_date": "2023-05-01", **change,
        }  # fmt: skip

    month.plant("centrex", station(1), "M605", "the station is there twice")
    month.plant("centrex", {**station(2), "station_no": station(1)["station_no"]}, "M605", "the station is there twice")
    month.plant("centrex", station(3, order_no=""), "M606", "in service without order or ticket")
    month.plant("centrex", station(4, station_no="502564904"), "M607", "nine digits")
    month.plant("centrex", station(5, quantity="0"), "Q302", "no lines left on the station")
    month.plant("centrex", station(6, stop_date="2023-04-01"), "D405", "stopped before it started")
