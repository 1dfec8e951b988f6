"""The journal: what is written stays, what is changed is found, what a crash left does not count."""

import json
import os
from pathlib import Path

import pytest

from billing.errors import ReconciliationError
from pipelines import files, journal
from pipelines.journal import FIRST, Actor, Journal

BO = Actor("bo", "root", "2026-11-06T10:00:00+00:00")


def _written(folder: Path, count: int = 3) -> Journal:
    book = Journal(folder)
    for number in range(count):
        book.append("decision", {"n": number, "reason": "höher — 例"}, BO)
    return book


def test_events_come_back_as_they_were_written_each_naming_the_one_before(tmp_path: Path) -> None:
    book = _written(tmp_path)

    again = Journal(tmp_path)
    assert [event.data["n"] for event in again.events] == [0, 1, 2]
    assert [event.previous for event in again.events] == [FIRST, *[event.hash for event in again.events[:-1]]]
    assert again.head == book.head
    assert json.loads((tmp_path / "head.json").read_text()) == {"count": 3, "head": book.head}


def _edit(text: str) -> str:
    return text.replace('"n":1', '"n":7')


def _rehash(text: str) -> str:
    """Drop the second line and chain the rest anew, as a forger would who knows the rule."""
    previous, lines = FIRST, []
    for seq, line in enumerate([each for n, each in enumerate(text.splitlines()) if n != 1], start=1):
        event = {**json.loads(line), "seq": seq, "previous": previous}
        event.pop("hash")
        whole = journal._line(event)
        previous = json.loads(whole)["hash"]
        lines.append(whole.decode())
    return "".join(lines)


@pytest.mark.parametrize(
    ("what", "change", "line"),
    [
        ("a word of a line", _edit, ":2"),
        ("two lines swapped", lambda text: "".join([text.splitlines(True)[n] for n in (1, 0, 2)]), ":1"),
        ("a line gone", lambda text: "".join([text.splitlines(True)[n] for n in (0, 2)]), ":2"),
        ("a line twice", lambda text: text + text.splitlines(True)[2], ":4"),
        ("the last line gone", lambda text: "".join(text.splitlines(True)[:-1])[: -len(text.splitlines(True)[1])], ""),
        ("a tail hashed anew", _rehash, ""),
        ("a blank in a line", lambda text: text.replace('"kind":', '"kind": '), ":1"),
        ("a line that is no JSON", lambda text: "{" + text, ":1"),
    ],
)
def test_a_journal_that_was_changed_is_refused_with_its_line(tmp_path: Path, what: str, change: object, line: str) -> None:
    _written(tmp_path)
    path = tmp_path / "journal.jsonl"
    path.write_text(change(path.read_text()))  # type: ignore[operator]

    with pytest.raises(ReconciliationError) as refused:
        Journal(tmp_path)

    assert str(refused.value).startswith(f"ledger/{tmp_path.name}/journal.jsonl{line}: "), what
    assert "restore the journal from a copy" in str(refused.value)


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_torn_last_line_does_not_count_and_the_next_event_takes_its_place(tmp_path: Path, kept: int) -> None:
    _written(tmp_path, 2)
    path = tmp_path / "journal.jsonl"
    whole = path.read_bytes()
    torn = journal._line(dict.fromkeys(journal._FIELDS))[:kept]
    path.write_bytes(whole + torn)

    book = Journal(tmp_path)
    assert book.is_torn
    assert len(book.events) == 2
    book.append("decision", {"n": 9}, BO)
    assert [event.data["n"] for event in Journal(tmp_path).events] == [0, 1, 9]
    assert not Journal(tmp_path).is_torn


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = _written(tmp_path, 2)
    before = (tmp_path / "journal.jsonl").read_bytes()
    write = os.write

    def half_then_full(handle: int, data: bytes) -> int:
        if len(data) < 40:
            raise OSError(28, "No space left on device")
        return write(handle, data[:30])

    monkeypatch.setattr(os, "write", half_then_full)
    with pytest.raises(OSError, match="No space left"):
        book.append("decision", {"n": 2}, BO)
    monkeypatch.undo()

    assert (tmp_path / "journal.jsonl").read_bytes() == before
    book.append("decision", {"n": 3}, BO)
    assert [event.data["n"] for event in Journal(tmp_path).events] == [0, 1, 3]


def test_an_event_whose_head_cannot_be_written_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = _written(tmp_path, 2)

    def full(_path: Path, _data: bytes, _mode: int = 0o600) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "write_atomic", full)
    with pytest.raises(OSError, match="No space left"):
        book.append("decision", {"n": 2}, BO)
    monkeypatch.setattr(journal, "write_atomic", files.write_atomic)

    assert len(Journal(tmp_path).events) == 2
    book.append("decision", {"n": 3}, BO)
    assert [event.data["n"] for event in Journal(tmp_path).events] == [0, 1, 3]


def test_a_head_one_event_behind_is_a_crash_and_two_behind_is_not(tmp_path: Path) -> None:
    book = _written(tmp_path, 3)
    head = tmp_path / "head.json"

    head.write_text(json.dumps({"count": 2, "head": book.events[1].hash}))
    assert len(Journal(tmp_path).events) == 3
    head.write_text(json.dumps({"count": 1, "head": book.events[0].hash}))
    with pytest.raises(ReconciliationError, match="its head knows of 1"):
        Journal(tmp_path)
