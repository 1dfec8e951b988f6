"""The journal struck at any change: an event is there whole or not at all, and one that was told of is never lost."""

import shutil
from pathlib import Path

import pytest

from billing.errors import ReconciliationError
from pipelines.journal import Actor, Journal
from tests.faults.disk import FULL, KILL, MODES, POWER, Died, Disk, Fault

BY = Actor("bill", "root", "2026-11-09T14:00:00+00:00")
_ONE = [("decision", {"decision_id": "D-1", "reason": "x" * 700})]
_PAIR = [("adjustment", {"cells": {"source_record_id": f"A{n}", "reason": "x" * 700}}) for n in (1, 2)]


def _folder(root: Path, events: int) -> Path:
    folder = root / "2026-10"
    for number in range(events):
        Journal(folder).append("noted", {"number": number}, BY)
    return folder


@pytest.mark.parametrize("given", [_ONE, _PAIR], ids=["one event", "two events of one act"])
@pytest.mark.parametrize("before", [0, 2])
def test_an_act_is_in_the_journal_whole_or_not_at_all(given: list, before: int, place: Path) -> None:
    template, place = place / f"template-{before}-{len(given)}", place / f"journal-{before}-{len(given)}"
    template.mkdir()
    _folder(template, before)
    shutil.copytree(template, place)
    with Disk(place).failing() as undisturbed:
        Journal(place / "2026-10").append_all(given, BY)
    tried = 0

    for mode in MODES:
        for at in range(1, len(undisturbed.changes) + 2):
            for seed in range(6 if mode == POWER else 1):
                shutil.rmtree(place)
                _strike(shutil.copytree(template, place), given, before, Fault(mode, at, seed))
                tried += 1

    assert tried > 100


def _strike(place: Path, given: list, before: int, fault: Fault) -> None:
    """Append under a fault, look at what is there, and append what is not."""
    folder = place / "2026-10"
    told = False
    try:
        with Disk(place, fault).failing():
            Journal(folder).append_all(given, BY)
            told = True
    except (Died, OSError):
        pass

    found = Journal(folder)
    assert len(found.events) in ({before + len(given)} if told else {before, before + len(given)}), fault
    found.settle()
    if len(found.events) == before:
        found.append_all(given, BY)
    again = Journal(folder)
    assert [event.data for event in again.events[before:]] == [data for _, data in given], fault
    assert not again.is_torn
    assert again.head in again.head_path.read_text(), fault


def test_a_failed_write_leaves_the_journal_ready_for_the_next(tmp_path: Path) -> None:
    journal = Journal(_folder(tmp_path, 2))

    with Disk(tmp_path, Fault(FULL, 2)).failing(), pytest.raises(OSError, match="No space left") as refused:
        journal.append_all(_PAIR, BY)
    journal.append_all(_PAIR, BY)

    assert refused.value.filename == str(journal.path)
    assert len(Journal(journal.folder).events) == 4


def test_half_an_act_does_not_count_and_is_cut_off(tmp_path: Path) -> None:
    journal = Journal(_folder(tmp_path, 2))
    head = journal.head_path.read_bytes()
    journal.append_all(_PAIR, BY)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[:3]))
    journal.head_path.write_bytes(head)

    found = Journal(journal.folder)
    found.settle()

    assert found.is_torn
    assert len(found.events) == 2
    assert journal.path.read_bytes() == b"".join(lines[:2])


def test_a_journal_that_lost_half_an_act_after_its_head_was_written_is_refused(tmp_path: Path) -> None:
    journal = Journal(_folder(tmp_path, 2))
    journal.append_all(_PAIR, BY)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[:3]))

    with pytest.raises(ReconciliationError, match="ends after 2 events, its head knows of 4"):
        Journal(journal.folder)


def test_a_head_two_acts_behind_is_refused(tmp_path: Path) -> None:
    journal = Journal(_folder(tmp_path, 2))
    head = journal.head_path.read_bytes()
    journal.append_all(_PAIR, BY)
    journal.append("noted", {}, BY)
    journal.head_path.write_bytes(head)

    with pytest.raises(ReconciliationError, match="ends after 5 events, its head knows of 2"):
        Journal(journal.folder)


def test_a_death_while_settling_is_settled_by_the_next(tmp_path: Path) -> None:
    journal = Journal(_folder(tmp_path, 2))
    with journal.path.open("ab") as file:
        file.write(b'{"seq":3')

    with pytest.raises(Died), Disk(tmp_path, Fault(KILL, 1)).failing():
        Journal(journal.folder).settle()
    Journal(journal.folder).settle()

    assert not Journal(journal.folder).is_torn
