"""Two at one workspace: one works, the other is told who; a lock dies with its holder, and its leavings are cleared."""

import json
import signal
from pathlib import Path

import pytest

from billing.errors import BillingError
from pipelines.workspace import Workspace, locked
from tests.faults.disk import FULL_ONCE, KILL, MODES, Died, Disk, Fault
from tests.faults.kills import child, go
from tests.faults.racing import Track

_RACES = 5
_HOLDER = """
import sys, time
from pathlib import Path
from pipelines.workspace import Workspace, locked
print("ready", flush=True)
sys.stdin.readline()
with locked(Workspace(Path(sys.argv[1])), "close 2026-10"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_of_two_closes_at_once_one_posts_and_the_other_says_who_holds_the_lock(worked: Path, place: Path) -> None:
    with Track(worked, place / "races") as track:
        assert [track.race() for _ in range(_RACES)] == [[]] * _RACES


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    (tmp_path / "reference").mkdir()
    return Workspace.open(tmp_path)


def _lock_of(home: Workspace) -> Path:
    return home.ledger / ".lock"


def test_a_killed_holder_frees_the_lock_and_what_it_left_is_cleared(home: Workspace) -> None:
    process = child(str(home.root), code=_HOLDER)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    left = home.ledger / "2026-10" / ".head.json.abcdefgh.tmp"
    left.parent.mkdir()
    left.write_bytes(b"{")
    with pytest.raises(BillingError, match=rf"in use by `close 2026-10` of .*, process {process.pid}; wait"), locked(home, "run 2026-10"):
        pass

    process.send_signal(signal.SIGKILL)
    process.communicate()
    with locked(home, "run 2026-10"):
        assert not left.exists()

    assert _lock_of(home).read_bytes() == b""


def test_a_holder_that_cannot_be_seen_from_here_is_named_all_the_same(home: Workspace) -> None:
    process = child(str(home.root), code=_HOLDER)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    note = json.loads(_lock_of(home).read_bytes())
    _lock_of(home).write_text(json.dumps({**note, "pid": 2**30}))

    with pytest.raises(BillingError, match=r"in use by `close 2026-10` of .*, process 1073741824; wait"), locked(home, "run 2026-10"):
        pass

    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    "note",
    [b"", b"{", b"\0" * 300, b'{"command":"close","user":"x","host":"y","pid":1}', b'{"pid":"x"}', b"[]", b"\xff\xfe", b'"' * 5000],
)
def test_whatever_a_crash_left_in_the_lock_file_the_next_command_works(note: bytes, home: Workspace) -> None:
    home.ledger.mkdir()
    _lock_of(home).write_bytes(note)

    with locked(home, "run 2026-10"):
        held = json.loads(_lock_of(home).read_bytes())

    assert held["command"] == "run 2026-10"
    assert _lock_of(home).read_bytes() == b""


def test_a_failed_command_frees_the_lock_and_the_next_clears_up_after_it(home: Workspace) -> None:
    with pytest.raises(OSError, match="gone wrong"), locked(home, "run 2026-10"):
        raise OSError(5, "gone wrong")
    left = home.ledger / ".x.tmp"
    left.mkdir()

    with locked(home, "run 2026-10"):
        assert not left.exists()


def test_only_names_of_ours_are_cleared(home: Workspace) -> None:
    kept = [
        "inbox/2026-10/.usage.csv.tmp", "inbox/2026-10/notes.tmp", "out/2026-10/invoices/.rendered.json", "reference/.x.tmp",
        "ledger/2026-10/posted/01/.x.tmp", "out/2026-10/x.tmp",
    ]  # fmt: skip
    gone = [
        "inbox/2026-10/.usage_2026-10_001.csv.4711.tmp", "out/2026-10/invoices/.a.pdf.abcdefgh.tmp", "rates/.ld_plans.csv.abcdefgh.tmp",
        "ledger/2026-10/posted/.02.tmp/seal.json", "mart/.cotbill.duckdb.abcdefgh.tmp/mart.duckdb", "ledger/2026-10/stages/.x.tmp",
    ]  # fmt: skip
    for name in [*kept, *gone]:
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    _lock_of(home).write_bytes(b"x")

    with locked(home, "run 2026-10"):
        found = {str(path.relative_to(home.root)) for path in home.root.rglob("*") if path.is_file()}

    assert found == {*kept, "ledger/.lock"}


def test_the_lock_struck_at_any_change_is_taken_by_the_next(home: Workspace) -> None:
    with Disk(home.root).failing() as undisturbed, locked(home, "run 2026-10"):
        pass

    for mode in MODES:
        for at in range(1, len(undisturbed.changes) + 1):
            try:
                with Disk(home.root, Fault(mode, at)).failing(), locked(home, "run 2026-10"):
                    pass
            except (Died, OSError):
                pass
            with locked(home, "run 2026-10"):
                pass
            assert _lock_of(home).read_bytes() == b""


def test_a_disk_too_full_for_the_holders_name_is_said_with_the_locks_path(home: Workspace) -> None:
    with locked(home, "run 2026-10"):
        pass

    with pytest.raises(OSError, match="No space left") as refused, Disk(home.root, Fault(FULL_ONCE, 2)).failing(), locked(home, "run"):
        pass

    assert refused.value.filename == str(_lock_of(home))


def test_a_death_while_clearing_leaves_the_rest_for_the_next(home: Workspace) -> None:
    for name in "abc":
        (home.ledger / "2026-10" / f".{name}.tmp").mkdir(parents=True)
    _lock_of(home).write_bytes(b"x")
    with pytest.raises(Died), Disk(home.root, Fault(KILL, 9)).failing(), locked(home, "run"):
        pass
    left = len(list((home.ledger / "2026-10").iterdir()))

    with locked(home, "run"):
        pass

    assert 0 < left < 3
    assert list((home.ledger / "2026-10").iterdir()) == []
