"""`cotbill verify` on months that hold, and on months around which something has changed since."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from billing.carry import Carried
from pipelines import verify_month, verify_totals
from tests.verify.forger import change_frame, forge
from tests.verify.scene import Scene
from tests.verify.tampering import events_of, rehash
from tests.verify.world import FIRST, SECOND, Office


def _everything(root: Path) -> dict[str, tuple[int, str]]:
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}


def test_two_closed_months_hold_and_nothing_is_written(closed: Office) -> None:
    before = _everything(closed.root)

    ended = closed("verify", ends=(0,))
    one = json.loads(closed("verify", str(FIRST), "--json", ends=(0,)).out)

    assert "every hash, link, signature and total holds" in ended.err
    assert one["holds"]
    assert (one["troubles"], one["notes"]) == ([], [])
    assert [(row["period"], row["state"], row["issue"]) for row in one["periods"]] == [(str(FIRST), "CLOSED", 2)]
    assert _everything(closed.root) == before


def test_a_month_that_was_never_run_is_refused_and_a_word_that_is_no_hash_too(closed: Office) -> None:
    assert "the ledger has nothing of 2026-12; " in closed("verify", "2026-12", ends=(12,)).err
    assert "'abc' is not a hash; " in closed("verify", "--printed", "abc", ends=(2,)).err


def test_a_trouble_names_its_file_and_line_in_json_too(office: Office) -> None:
    path = office.root / "ledger" / str(SECOND) / "journal.jsonl"
    path.write_text(path.read_text("utf-8").replace('"user":"bo"', '"user":"fi"', 1), encoding="utf-8")

    told = json.loads(office("verify", str(SECOND), "--json", ends=(13,)).out)

    assert told["troubles"] == [
        {"file": f"ledger/{SECOND}/journal.jsonl", "line": 1, "what": "is not as it was written; restore the journal from a copy"}
    ]
    assert not told["holds"]


def test_a_key_that_has_ended_since_still_holds_and_a_revoked_one_does_not(office: Office) -> None:
    users = office.root / "reference" / "users.csv"
    rows = users.read_text("utf-8").splitlines()
    users.write_text(
        "\n".join(row.removesuffix(",") + ",2026-11-01" if row.startswith("mo,") else row for row in rows) + "\n", encoding="utf-8"
    )
    office("verify", ends=(0,))

    (office.root / "reference" / "revoked_keys").write_text((office.keys / "mo.pub").read_text("utf-8"), encoding="utf-8")
    ended = office("verify", str(FIRST), ends=(13,))

    assert f"ledger/{FIRST}/journal.jsonl:" in ended.err
    assert "of mo is revoked" in ended.err


def test_todays_tables_and_inbox_are_not_what_a_posted_month_stands_on(office: Office) -> None:
    rates = office.root / "rates" / "rates.csv"
    rates.write_text(rates.read_text("utf-8").replace("30.00", "31.00"), encoding="utf-8")
    shutil.rmtree(office.root / "inbox")

    office("verify", ends=(0,))


def test_another_version_of_the_program_may_say_it_in_other_words_but_not_come_to_other_amounts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_month, "code_hash", lambda: "0" * 64)
    scene = Scene(office.root, SECOND, None)  # type: ignore[arg-type]

    held = office("verify", str(SECOND), ends=(0,))
    forge(scene, change_frame("month.lines", lambda frame: frame.with_columns(rule=frame["rule"] + " ")))
    reworded = office("verify", str(SECOND), ends=(0,))
    scene.take_back()
    forge(scene, change_frame("month.splits", lambda frame: frame.with_columns(fund=frame["fund"].str.replace("0100", "0900"))))
    moved = office("verify", str(SECOND), ends=(13,))

    assert "was posted by another version of the program" in held.err
    assert "was posted by another version of the program" in reworded.err
    assert "differs in row 1, fund" in moved.err


def test_a_close_that_was_cut_short_says_how_to_finish_it(office: Office) -> None:
    scene = Scene(office.root, SECOND, None)  # type: ignore[arg-type]
    rehash(scene, events_of(scene)[:-2])

    ended = office("verify", str(SECOND), ends=(13,))

    assert f"finish the close with `cotbill close {SECOND}`" in ended.err
    office("close", str(SECOND), "--no-pdf", user="bo", ends=(0,))
    office("verify", ends=(0,))


def test_a_month_that_is_gone_is_missed_by_the_next(office: Office) -> None:
    shutil.move(office.root / "ledger" / str(FIRST), office.root.parent / "gone")

    ended = office("verify", ends=(13,))

    assert f"which the journal of {FIRST} does not have" in ended.err


def test_what_a_month_carried_is_what_the_next_one_took_in(closed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_totals, "load_carried", lambda *_: (Carried(), "none"))

    ended = closed("verify", str(FIRST), ends=(13,))

    assert f"left 0 records of {FIRST}/usage_{FIRST}_001.csv, {SECOND} took in 2" in ended.err


def test_a_reopened_month_is_open_again_and_its_old_issues_still_hold(office: Office) -> None:
    office("reopen", str(SECOND), "--reason", "to look again", user="bo")
    office("verify", ends=(0,))
    office.approve("mo", f"reopen-{SECOND}")
    office("verify", ends=(0,))

    path = office.root / "ledger" / str(SECOND) / "posted" / "01" / "inputs" / "cotbill.toml"
    path.chmod(0o644)
    path.write_text("", encoding="utf-8")
    ended = office("verify", str(SECOND), ends=(13,))

    assert f"ledger/{SECOND}/posted/01/inputs/cotbill.toml: is not as it was sealed; restore it from a copy" in ended.err


def test_a_final_month_holds_and_a_final_event_of_another_seal_does_not(office: Office) -> None:
    office("final", str(FIRST), user="fi", ends=(0,))
    office("verify", str(FIRST), ends=(0,))
    scene = Scene(office.root, FIRST, None)  # type: ignore[arg-type]
    events = events_of(scene)
    events[-1]["data"]["seal_sha256"] = "0" * 64
    rehash(scene, events)

    ended = office("verify", str(FIRST), ends=(13,))

    assert f"ledger/{FIRST}/journal.jsonl:{len(events)}: names seal {'0' * 64} of issue 2, its folder has another" in ended.err


def test_invoices_rendered_after_the_close_have_to_be_recorded(office: Office) -> None:
    office("invoices", str(SECOND), "--workers", "1")
    ended = office("verify", str(SECOND), ends=(13,))
    office("close", str(SECOND), user="bo", ends=(0,))

    assert f"invoices/COT-{SECOND}-D7580001-01.pdf: is not recorded as issued; " in ended.err
    office("verify", str(SECOND), ends=(0,))
