"""Tampering with posted months is found, whichever way; each check is needed; what needs a paper outside is said."""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines import verify
from pipelines.troubles import Trouble
from pipelines.verify import CHECKS
from pipelines.verify_approvals import approval_troubles
from pipelines.verify_journal import journal_troubles
from pipelines.verify_links import link_troubles
from pipelines.verify_outputs import output_troubles
from pipelines.verify_rebuild import rebuild_troubles
from pipelines.verify_totals import total_troubles
from tests.verify.forger import change_frame, forge
from tests.verify.scene import Scene
from tests.verify.tamper import attempt, first_trouble
from tests.verify.tampering import KINDS, events_of, rehash, reseal
from tests.verify.world import FIRST, SECOND, Office

_ROUNDS = 6  # of each kind; `just tamper` does a thousand
_LINE = re.compile(r"(ledger|out)/[^ :]+(:\d+)?: .+; .+")


def test_every_way_of_tampering_is_found_and_named_in_one_line(office: Office) -> None:
    unseen, unclear = [], []
    for number in range(_ROUNDS * len(KINDS)):
        kind = KINDS[number % len(KINDS)]
        touched, found = attempt(office.root, kind, number)
        if touched and found is None:
            unseen.append(f"seed {number}: {kind.__name__} {touched}")
        if found is not None and not _LINE.fullmatch(str(found)):
            unclear.append(str(found))

    assert unseen == []
    assert unclear == []
    assert first_trouble(office.root, FIRST) is None  # all of it was taken back


def _scene(office: Office) -> Scene:
    return Scene(office.root, SECOND, random.Random(1))


def _stray_event(kind: str, **data: object) -> Callable[[Scene], None]:
    def add(scene: Scene) -> None:
        events = events_of(scene)
        rehash(scene, [*events, {**events[-1], "kind": kind, "data": data}])

    return add


def _forged_request(scene: Scene) -> None:
    """A reopening asked for, and approved with a signature that was given for something else."""
    events = events_of(scene)
    old = next(event for event in events if event["kind"] == "approval")
    asked = {**events[-1], "kind": "reopen-asked", "data": {"reason": "to look again"}, "user": "bo"}
    given = {**old, "at": asked["at"], "data": {**old["data"], "subject": "REOPEN", "identity": f"reopen-{SECOND}"}}
    rehash(scene, [*events, asked, given])


def _wrong_register(scene: Scene) -> None:
    path = scene.root / "out" / str(SECOND) / "reports" / "R01-billing-register.csv"
    scene.write(path, path.read_bytes() + b"\n")


def _other_python(scene: Scene) -> None:
    reseal(scene, scene.ledger / "posted" / "01", [], lambda body: body["program"].update(python="3.99.0"))


def _richer_totals(scene: Scene) -> None:
    """Seal, journal, control reports and what was issued all say one more invoice than there is."""
    forge(scene, seal=lambda body: body["totals"].update(invoices=9), closed=lambda event: event["data"]["totals"].update(invoices=9))


def _other_owner(scene: Scene) -> None:
    """A record's number changed in the posted files, and every hash made to fit."""
    change = change_frame("price-usage.records", lambda frame: frame.with_columns(ticket_no=pl.lit("RITM99")))
    forge(scene, change)


@pytest.mark.parametrize(
    ("check", "tamper", "words"),
    [
        (
            journal_troubles,
            _stray_event("decision", decision_id="D-1", action="HOLD", code=None, needs=None),
            "cannot come while the month is",
        ),
        (link_troubles, _other_python, "its folder has another"),
        (output_troubles, _wrong_register, "is not as it was issued"),
        (approval_troubles, _forged_request, "what was signed is not what the event says"),
        (total_troubles, _richer_totals, "says invoices 9, the posted rows come to 2"),
        (rebuild_troubles, _other_owner, "differs in row 1, ticket_no"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_check_is_needed(
    office: Office, monkeypatch: pytest.MonkeyPatch, check: verify.Check, tamper: Callable[[Scene], None], words: str
) -> None:
    tamper(_scene(office))

    found = first_trouble(office.root, SECOND, alone=True)
    monkeypatch.setattr(verify, "CHECKS", tuple(each for each in CHECKS if each is not check))
    blind = first_trouble(office.root, SECOND, alone=True)

    assert words in str(found)
    assert blind is None, str(blind)


def _nothing(_folder: Path, _place: str) -> Iterator[Trouble]:
    return iter(())


def test_the_look_into_the_sealed_folder_is_needed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.root / "ledger" / str(FIRST) / "posted" / "01" / "inputs" / "reference" / "users.csv"  # of the superseded issue
    path.chmod(0o644)

    found = first_trouble(office.root, FIRST, alone=True)
    monkeypatch.setattr(verify, "folder_troubles", _nothing)

    assert "can be written" in str(found)
    assert first_trouble(office.root, FIRST, alone=True) is None


def test_an_amount_changed_everywhere_in_the_newest_month_is_found_by_billing_it_again(office: Office) -> None:
    cent = pl.col("amount") + pl.lit("0.01").str.to_decimal(scale=2)
    forge(_scene(office), change_frame("month.lines", lambda frame: frame.with_columns(amount=cent.cast(frame.schema["amount"]))))

    ended = office("verify", str(SECOND), ends=(13,))

    assert "row 1, amount: 328.61 as posted, 328.60 when the month is billed again" in ended.err


def test_who_closed_the_newest_month_is_kept_by_the_printed_control_report_alone(office: Office) -> None:
    report = json.loads((office.root / "out" / str(SECOND) / "control-report.json").read_text("utf-8"))
    printed = report["facts"]["journal head"]
    office("verify", "--printed", printed, ends=(0,))

    forge(_scene(office), closed=lambda event: event.update(user="fi"))

    assert first_trouble(office.root, SECOND) is None  # nothing inside the workspace tells
    ended = office("verify", "--printed", printed, ends=(13,))
    assert f"has no seal and no journal entry {printed}" in ended.err


@pytest.mark.parametrize(("period", "is_found"), [(FIRST, True), (SECOND, False)])
def test_who_issued_a_month_is_kept_from_the_next_month_on(office: Office, period: object, is_found: bool) -> None:
    scene = Scene(office.root, period, random.Random(1))  # type: ignore[arg-type]
    events = events_of(scene)
    events[-1]["user"] = "fi"

    rehash(scene, events)

    assert (first_trouble(office.root, FIRST) is not None) == is_found
