"""A closed October with calls: one billed to a planted number, one held, one that cannot be read; and everything made of it."""

import subprocess
from pathlib import Path

from tests.e2e.test_long_distance_rules import EXCHANGES, HEAD, LINE, LOCAL, OWNERS, PLANS
from tests.e2e.world import add_row, write_feed_text, write_world
from tests.verify.world import Office

PERIOD, NUMBER = "2026-10", "D7580001"
BILLED, HELD, UNREAD = "12127367731", "15029768842", "12127365519"  # planted: to be seen nowhere
CANARIES = tuple(number[1:] for number in (BILLED, HELD, UNREAD))
MANAGER, CLERK = "mo.manager@example.org", "jo.doe@example.org"
_PEOPLE = {"bo": ("Bo Biller", "BILLER"), "lee": ("Lee Lead", "LEAD"), "mo": ("Mo Manager", "MANAGER"), "fi": ("Fi Finance", "FINANCE")}
_USERS = "user,name,agency_code,roles,approve_limit,public_key,valid_from,valid_to\n"
_CALLS = "call_id,source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,direction\n"
_ROWS = (
    f"L1,CARRIER,{LINE},{LINE},{BILLED},2026-10-05T09:00:00-04:00,62,true,OUT",
    f"L2,CARRIER,{LINE},{LINE},{HELD},2026-10-05T10:00:00-04:00,62,true,OUT",
    f"L3,CARRIER,{LINE},{LINE},{UNREAD},no time at all,62,true,OUT",
    f"L4,CARRIER,{LINE},{LINE},911,2026-10-05T11:00:00-04:00,62,true,OUT",
    f"L5,CARRIER,{LINE},{LINE},13122221234,2026-10-06T11:00:00-04:00,620,true,OUT",
)


def open_office(folder: Path) -> Office:
    """October's calls before any run; four people with keys, and a manager of the agency who may see its calls."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    users = []
    for user, (name, role) in _PEOPLE.items():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", user, "-f", str(keys / user)], check=True)
        users.append(f"{user},{name},,{role},,{(keys / user).with_suffix('.pub').read_text('utf-8').strip()},2020-01-01,")
    changes = {
        "reference/users.csv": _USERS + "\n".join(users) + "\n",
        "reference/exchanges.csv": EXCHANGES,
        "reference/local_calling.csv": LOCAL,
        "reference/call_owners.csv": OWNERS.replace("CLOSED01", NUMBER).replace("NONE01", NUMBER),
        "rates/ld_plans.csv": HEAD
        + "\n".join(row for row in PLANS.strip().splitlines() if row.startswith("STD") and "INTERSTATE_INTERLATA" in row),
    }
    root = write_world(folder / "world", changes, 'expected_feeds = ["long_distance"]\nunreadable_limit_pct = 50\n')
    add_row(root, "reference/agency_contacts.csv", f"758,MANAGEMENT,Mo Manager,{MANAGER},Y,N,2020-01-01,")
    add_row(root, "reference/agency_contacts.csv", "758,FISCAL,Al Former,al.former@example.org,N,Y,2020-01-01,2026-01-01")
    add_row(root, "reference/agency_contacts.csv", "039,MANAGEMENT,Jus Tice,jus.tice@example.org,Y,Y,2020-01-01,")
    write_feed_text(root, "long_distance", PERIOD, _CALLS + "\n".join(_ROWS) + "\n")
    return Office(root, keys)
