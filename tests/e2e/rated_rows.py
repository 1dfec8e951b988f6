"""Rows of usage, vendor cost and assessments of October 2026, each group with what it comes to, worked out by hand."""

from tests.e2e.rated_world import MONTH, assessed, bought, use

HOUR, GB, USER = "HOUR", "GB_MONTH", "USER_MONTH"
SEPTEMBER = {"first": "2026-09-01", "last": "2026-09-30"}


def day(number: int, month: str = MONTH) -> dict[str, str]:
    """A service of one day."""
    return dict.fromkeys(("first", "last", "day"), f"{month}-{number:02d}")


def span(first: str, last: str) -> dict[str, str]:
    return {"first": first, "last": last}


# (usage rows, what their billing numbers are charged: number component code amount)
USAGE = [
    # usage_date picks the rate, else service_to
    ([use("R1", "B01", "RT10", 2, day="2026-10-14"), use("R2", "B01", "RT10", 2)], "B01 USAGE RT10 2.00, B01 USAGE RT10 3.00"),
    # once per row, half away from zero; 0.00 is not written
    ([use("D1", "B02", "RD10", "0.005"), use("D2", "B02", "RD10", "1.005"), use("D3", "B02", "RD10", "0.004"), use("D4", "B02", "RD10", 0)],
     "B02 USAGE RD10 0.01, B02 USAGE RD10 1.01"),
    # three times 25 minutes: 1.250001 is 1.2500 before it is stepped; tickets, days and months are apart
    ([use("H1", "B03", "HR10", "0.416667", HOUR, "2026-10-13", "2026-10-14", day="2026-10-14", ticket="T1"),
      use("H2", "B03", "HR10", "0.416667", HOUR, "2026-10-14", "2026-10-15", day="2026-10-14", ticket="T1", worker="B"),
      use("H3", "B03", "HR10", "0.416667", HOUR, **day(14), ticket="T1", worker="C"),
      use("H4", "B03", "HR10", "0.1", HOUR, **day(14), ticket="T2"), use("H5", "B03", "HR10", "0.1", HOUR, **day(15), ticket="T2"),
      use("H6", "B03", "HR10", "0.1", "MINUTE", **day(15), ticket="T2"), use("H7", "B03", "HR10", "0.1", HOUR, **day(15)),
      use("H8", "B03", "HR10", 0, HOUR, **day(16), ticket="T9"), use("H9", "B03", "HR10", 1, HOUR, **day(16, "2026-09"), ticket="T1")],
     "B03 USAGE HR10 97.58, B03 USAGE HR10 78.06, B03 USAGE HR10 78.06, B03 USAGE HR10 78.06"),
    # a least charge is of the row's amount; an hour code without steps is summed all the same
    ([use("HM1", "B04", "HM10", 1, HOUR, **day(16)), use("HM2", "B04", "HM10", "1.3", HOUR, **day(17)),
      use("HP1", "B04", "HP10", "0.1", HOUR, **day(16)), use("HP2", "B04", "HP10", "0.00003", HOUR, **day(16))],
     "B04 USAGE HM10 50.00, B04 USAGE HM10 60.00, B04 USAGE HP10 4.00"),
    # 3 + 4 raised to 10, then up to 12; another day apart
    ([use("IN1", "B05", "IN10", 3, GB), use("IN2", "B05", "IN10", 4, GB), use("IN3", "B05", "IN10", 13, GB, last="2026-10-30"),
      use("MC1", "B05", "MC10", 2), use("MC2", "B05", "MC10", 20)],
     "B05 USAGE IN10 1.20, B05 USAGE IN10 1.60, B05 USAGE MC10 25.00, B05 USAGE MC10 30.00"),
    # 25 hours of one worker over two numbers are held, 24 are not
    ([use("W1", "B06", "HP10", 13, HOUR, **day(20), worker="WA"), use("W2", "B07", "HP10", 12, HOUR, **day(20), worker="WA"),
      use("W3", "B06", "HP10", 12, HOUR, **day(20), worker="WB"), use("W4", "B07", "HP10", 12, HOUR, **day(20), worker="WB")],
     "B06 USAGE HP10 480.00, B07 USAGE HP10 480.00"),
    # tiers add up per month of service, late months from the first tier
    ([use("T1", "B08", "ST10", 7500, GB), use("T2", "B08", "ST10", 5000, GB, "2026-10-05", "2026-10-20"),
      use("T3", "B08", "ST10", 500, GB, **SEPTEMBER), use("T4", "B08", "ST10", 700, GB, "2026-08-01", "2026-08-31")],
     "B08 USAGE ST10 945.00, B08 USAGE ST10 50.00, B08 USAGE ST10 70.00"),
    # bounds are inclusive
    ([use("T5", "B09", "ST10", 1000, GB), use("T6", "B10", "ST10", 10000, GB), use("T7", "B09", "ST20", 1000, GB),
      use("T8", "B10", "ST20", "1000.000001", GB), use("T9", "B11", "ST20", 10001, GB), use("T10", "B12", "ST10", 0, GB)],
     "B09 USAGE ST10 100.00, B10 USAGE ST10 820.00, B09 USAGE ST20 100.00, B10 USAGE ST20 80.00, B11 USAGE ST20 500.05"),
    ([use("K1", "B12", "PK10", 100), use("K2", "B13", "PK10", 101), use("K3", "B14", "PK10", 100, day="2026-10-02"),
      use("K4", "B14", "PK10", 150), use("K5", "B15", "PK10", "0.000001")],
     "B12 USAGE PK10 7.50, B13 USAGE PK10 15.00, B14 USAGE PK10 22.50, B15 USAGE PK10 7.50"),
    # a tiered row is priced on its last service date: 100 x 2.00 + 10 x 1.00
    ([use("TC1", "B16", "TC10", 90, GB, last="2026-10-10"), use("TC2", "B16", "TC10", 20, GB, "2026-10-11", "2026-10-15")],
     "B16 USAGE TC10 210.00"),
    # agreed rates: the agency's, the number's blank back to the table, zero is a value, an agreed rate makes tiers flat
    ([use("A1", "B20", "AG10", 10), use("A2", "B21", "AG10", 10), use("A3", "B22", "AG10", 10), use("A4", "J0390001", "AG10", 10),
      use("A5", "B23", "AT10", 12500, GB), use("A9", "B23", "AT10", 2000, GB, **SEPTEMBER), use("A6", "B24", "AT10", 12500, GB),
      use("A7", "B24", "AT10", 1, GB), use("A8", "B25", "NX10", 1)],
     "B20 USAGE AG10 18.00, B20 FEE FE05 0.90, B21 USAGE AG10 20.00, J0390001 USAGE AG10 20.00, J0390001 FEE FE05 1.00,"
     " B23 USAGE AT10 675.00, B23 USAGE AT10 140.00, B24 USAGE AT10 875.00, B24 USAGE AT10 0.07, B25 USAGE NX10 4.00"),
    ([use("M1", "B26", "MU10", 3)], "B26 USAGE MU10 10.00, B26 FEE FE05 1.00"),
    # the look-back's first day is in it, the day before is not
    ([use("L1", "B27", "VS10", 1, USER, "2025-09-30", "2025-09-30"), use("L2", "B27", "VS10", 1, USER, "2025-09-01", "2025-10-01"),
      use("L3", "B27", "VS10", 1, USER, "2026-06-30", "2026-06-30"), use("L4", "B27", "VS10", 1, USER, "2026-07-01", "2026-07-01"),
      use("L5", "B27", "VS10", 1, USER, "2026-11-01", "2026-11-01"), use("L6", "B27", "VS10", 1, USER, "2026-10-31", "2026-10-30"),
      use("L7", "B27", "VS10", 1, USER, "2026-09-01", "2026-10-01"),
      use("L8", "B27", "VS10", 1, USER, "2026-09-15", "2026-11-15", day="2026-09-30")],
     "B27 USAGE VS10 30.00, B27 USAGE VS10 30.00, B27 USAGE VS10 30.00, B27 USAGE VS10 30.00, B27 USAGE VS10 32.86"),
    ([use("X1", "B28", "VS10", 1, USER, resource="a"), use("X1", "B28", "VS10", 1, USER, resource="a"),
      use("X1", "B28", "VS10", 2, USER, resource="a"), use("X2", "B28", "VS10", 1, USER, resource="a"),
      use("X3", "B28", "VS10", 1, USER, resource="b")],
     "B28 USAGE VS10 32.86, B28 USAGE VS10 32.86, B28 USAGE VS10 32.86"),
    ([use("C1", "", "VS10", 1, USER), use("C2", "ZZ", "VS10", 1, USER), use("C3", "CL01", "VS10", 1, USER),
      use("C4", "CL01", "VS10", 1, USER, "2026-09-14", "2026-09-14"), use("C5", "NW01", "VS10", 1, USER, day="2026-10-09"),
      use("C6", "NW01", "VS10", 1, USER, day="2026-10-10"), use("C7", "NF01", "VS10", 1, USER), use("C8", "B29", "QQ10", 1),
      use("C9", "B29", "NX10", 1), use("C10", "B29", "NR10", 1), use("C11", "B29", "FR10", 1), use("C12", "B29", "ZR10", 1),
      use("C13", "B29", "ZR10", 0), use("C14", "B29", "RD10", -1), use("C15", "B29", "RD10", 1, ""), use("C16", "J0390001", "CO10", 1),
      use("C17", "B29", "NC10", 1), use("C18", "B29", "CO10", 1), use("C19", "J0390001", "NC10", 1),
      use("C20", "ZZ", "QQ10", -1, first="2026-11-05", last="2026-11-01")],
     "CL01 USAGE VS10 30.00, NW01 USAGE VS10 32.86, B29 USAGE CO10 1.00, J0390001 USAGE NC10 1.00"),
    ([use("Q1", "B30", "RD10", 1, day="2026-10-09", asked="jo.DOE@example.org", resource="1"),
      use("Q2", "B30", "RD10", 1, day="2026-10-09", asked="no@example.org", resource="2"),
      use("Q3", "B30", "RD10", 1, day="2026-10-09", asked="old@example.org", resource="3"),
      use("Q4", "B30", "RD10", 1, day="2026-10-10", asked="old@example.org", resource="4"),
      use("Q5", "B30", "RD10", 1, day="2026-10-09", asked="court@example.org", resource="5")],
     "B30 USAGE RD10 1.00, B30 USAGE RD10 1.00, B30 USAGE RD10 1.00, B30 USAGE RD10 1.00, B30 USAGE RD10 1.00"),
    # against September: the same again, changed, held before, another agency's resource; ten times the history
    ([use("S1", "B31", "VS10", 1, USER, **SEPTEMBER), use("S2", "B31", "VS10", 3, USER, **SEPTEMBER),
      use("S4", "B32", "VS10", 100, USER, resource="R50"), use("S5", "B31", "VS10", 5, USER, resource="SHARED")],
     "B32 USAGE VS10 3286.00, B31 USAGE VS10 164.30"),
    # 7 x 11.00 at 0.5 % is 0.39 once, not 7 x 0.06; its own fees bear none, though class FEE is named
    ([use(f"G{n}", "B33", "TB10", 11, resource=str(n)) for n in range(7)],
     ", ".join(["B33 USAGE TB10 11.00, B33 FEE FE05 0.55"] * 7) + ", B33 FEE SX01 0.39"),
    # one fee of the group's 99.00, shared: 0.50 is 0.17, 0.17, 0.16
    ([use(f"GA{n}", f"GA{n}", "TB10", 33) for n in (1, 2, 3)],
     "GA1 USAGE TB10 33.00, GA1 FEE FE05 1.65, GA1 FEE SX01 0.17, GA2 USAGE TB10 33.00, GA2 FEE FE05 1.65, GA2 FEE SX01 0.17,"
     " GA3 USAGE TB10 33.00, GA3 FEE FE05 1.65, GA3 FEE SX01 0.16"),
]  # fmt: skip
VENDOR = [
    # the mark-up is of the unrounded cost: 5 % of 1000.0999 is 50.004995; a credit gives it back; 0.00 is not written
    ([bought("P1", "B34", "PT10", "1000.0999", 1), bought("P2", "B34", "PT10", "-1234.56", 2), bought("P3", "B34", "PT10", "-0.004", 3),
      bought("P4", "B34", "PT10", "0", 4, tax="5.00", on_top="1.00")],
     "B34 BASE PT10 1000.10, B34 FEE FE05 50.00, B34 CREDIT PT10 -1234.56, B34 FEE FE05 -61.73, B34 TAX PT10 5.00,"
     " B34 SURCHARGE PT10 1.00"),
    # a group is of one number, code, vendor, invoice and name
    ([bought("P5", "B35", "PT20", "0.005", 5, group="g1"), bought("P6", "B35", "PT20", "0.005", 6, group="g1"),
      bought("P7", "B35", "PT20", "0.005", 7, group="g2"), bought("P8", "B35", "PT20", "0.004", 8, group="g1", invoice="I2"),
      bought("P9", "B35", "PT20", "0.004", 9, group="g1", vendor="V2"), bought("P12", "B35", "PT20", "5", 12, group="z"),
      bought("P13", "B35", "PT20", "-5", 13, group="z"),
      bought("P14", "B35", "PT20", "7", 14, group="h", **span("2026-10-05", "2026-10-06")),
      bought("P15", "B35", "PT20", "8", 15, group="h", **span("2026-10-02", "2026-10-03")),
      bought("P16", "B35", "QQ10", "8", 16, group="h")],
     "B35 BASE PT20 0.01, B35 BASE PT20 0.01, B35 BASE PT20 15.00"),
    ([bought("P10", "B36", "PT10", "100.005", 10, group="g", tax="1.00", on_top="0.50"),
      bought("P11", "B36", "PT10", "-300.005", 11, group="g", tax="2.00")],
     "B36 CREDIT PT10 -200.00, B36 FEE FE05 -10.00, B36 TAX PT10 3.00, B36 SURCHARGE PT10 0.50"),
    ([bought("P17", "EX01", "PT20", "10", 17, tax="1.00", on_top="2.00"), bought("P18", "EX01", "PT20", "10", 18, tax="0.00")],
     "EX01 BASE PT20 10.00, EX01 TAX PT20 1.00, EX01 SURCHARGE PT20 2.00, EX01 BASE PT20 10.00"),
    ([bought("P19", "B37", "PT40", "10", 19), bought("P20", "B37", "PT60", "10", 20), bought("P21", "B37", "ST10", "10", 21)], ""),
    # the vendor's invoice date picks the mark-up, the service date says late
    ([bought("P22", "B37", "PT50", "100", 22, dated="2026-09-30"),
      bought("P23", "B37", "PT50", "100", 23, dated="2026-10-01", **SEPTEMBER)],
     "B37 BASE PT50 100.00, B37 FEE FE05 5.00, B37 BASE PT50 100.00, B37 FEE FE05 10.00"),
    ([bought("P24", "B38", "PT30", "1000.0999", 24, tax="3.00"), bought("P25", "B38", "PT30", "-100", 25),
      bought("P26", "B38", "PT30", "0.15", 26, group="g"), bought("P27", "B38", "PT30", "0.15", 27, group="g")],
     "B38 BASE PT30 1000.10, B38 FEE PC01 50.00, B38 TAX PT30 3.00, B38 CREDIT PT30 -100.00, B38 FEE PC01 -5.00, B38 BASE PT30 0.30,"
     " B38 FEE PC01 0.02"),
    ([bought("P28", "B39", "PT20", "10.00", 28, quantity="3", price="3.33", account="ACC-B"),
      bought("P29", "B39", "PT20", "10.00", 29, quantity="3", price="3.30", account="ACC-J")],
     "B39 BASE PT20 10.00, B39 BASE PT20 10.00"),
    # billed in September, held in September, loaded in September
    ([bought("P30", "B40", "PT10", "10.00", 1, invoice="INVS"), bought("P31", "B40", "PT10", "10.00", 2, invoice="INVS"),
      bought("PS1", "B40", "PT10", "10.00", 1, invoice="INVS", dated="2026-09-05", **SEPTEMBER)],
     "B40 BASE PT10 10.00, B40 FEE FE05 0.50"),
    # a bill of nothing bears no fee, a bill of credits gives one; a group's fee is shared by what each number brought
    ([bought("P36", "B41", "PT70", "-200", 36), bought("P34", "GB3", "PT70", "16.67", 34), bought("P35", "GB1", "PT70", "50.00", 35),
      bought("P32", "GC1", "PT70", "200", 32), bought("P33", "GC2", "PT70", "-200", 33)],
     "B41 CREDIT PT70 -200.00, B41 FEE SX01 -1.00, GB3 BASE PT70 16.67, GB3 FEE SX01 0.08, GB1 BASE PT70 50.00, GB1 FEE SX01 0.25,"
     " GC1 BASE PT70 200.00, GC2 CREDIT PT70 -200.00"),
    ([bought("P37", "FF01", "PT10", "200", 37, tax="3.33"), bought("P39", "FF01", "PT70", "200", 39)],
     "FF01 BASE PT10 200.00, FF01 FEE FE05 10.00, FF01 TAX PT10 3.33, FF01 BASE PT70 200.00, FF01 FEE SX01 1.00"),
    ([bought("P38", "B42", "PT20", "1", 38, **span("2025-09-01", "2025-09-30")),
      bought("P40", "B42", "PT20", "1", 40, **span("2025-09-01", "2025-10-01")),
      bought("P41", "B42", "PT20", "1", 41, **span("2026-11-01", "2026-11-01"))], "B42 BASE PT20 1.00"),
]  # fmt: skip
FIXED = [
    # month 4 of a year; month 1 of one month; not begun; over; month 1 again; less than half a cent
    ([assessed("F1", "B43", year="100000.00"), assessed("F2", "B43", year="100.00", first=MONTH, last=MONTH),
      assessed("F3", "B43", year="100.00", first="2026-11"), assessed("F4", "B43", year="100.00", last="2026-09"),
      assessed("F5", "B43", year="100.00", first="2025-10"), assessed("F6", "B43", year="0.05", first=MONTH)],
     "B43 BASE EA01 8333.33, B43 BASE EA01 8.33, B43 BASE EA01 8.33"),
    ([assessed("F7", "", agency="758", year="12.00"), assessed("F8", "", agency="999", year="12.00"),
      assessed("F9", "B17", agency="039", year="12.00"),
      assessed("F10", "B17", "EB01", year="12.00"), assessed("F11", "B17", "QQ10", year="12.00")],
     "D7580001 BASE EA01 1.00, B17 BASE EA01 1.00"),
    # 8.33 in three: the cents of a held row are nobody else's
    ([assessed("F13", "B18", pool="100.00", name="P", share="1", first=MONTH),
      assessed("F14", "B19", pool="100.00", name="P", share="1", first=MONTH),
      assessed("F15", "ZZ", pool="100.00", name="P", share="1", first=MONTH)],
     "B18 BASE EA01 2.78, B19 BASE EA01 2.78"),
    # a mark-up on an assessment is its own row
    ([assessed("F16", "B44", "EB02", pool="2400.00", name="P2", share="3", first=MONTH)], "B44 BASE EB02 200.00, B44 FEE FE05 20.00"),
]  # fmt: skip
