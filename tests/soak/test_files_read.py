"""How many files a run opens in the fifth month and two years later: no more but the years that were put together."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from pipelines import past
from pipelines.files import text_hash
from pipelines.handing_on import hand_on
from pipelines.history import FOLDER
from pipelines.journal import Journal
from pipelines.posting import seal_hash
from pipelines.run import run_month
from pipelines.stages import Stages
from pipelines.standing import SEAL, posted_folder
from pipelines.workspace import Workspace
from tests.soak.desk import BILLER, by
from tests.soak.feeds import FIRST, Years, short_years_of

START = FIRST.shift(-2)  # July: both months are the fifth of their fiscal year
EARLY, LATE = START.shift(4), START.shift(28)


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """A workspace and a month's stage files without a row, to be posted as any month."""
    root = tmp_path_factory.mktemp("files")
    made = short_years_of(root / "years", "look_back_periods = 2\noutlier_months = 2\n", 900)
    made.write(START, None)
    home = Workspace.open(made.root)
    run_month(home, START, START.stop_day)
    full, bare = Stages(home.ledger / str(START), START), Stages(root / "bare", START)
    for name, step in full.old.items():
        frames = {part: full.frame(name, part) for part in step.files}
        bare.store(name, step.key, {part: frame if "table-" in part else frame.clear() for part, frame in frames.items()}, step.facts)
    bare.commit({"as_of": "2026-08-06"})
    shutil.rmtree(home.ledger / str(START))
    return made


def post_bare(years: Years, upto) -> None:
    """Post months without a row until one is the next."""
    home, bare = Workspace.open(years.root), years.root.parent / "bare"
    period = START
    while period < upto:
        ledger = home.ledger / str(period)
        if not ledger.is_dir():
            shutil.copytree(bare, ledger)
            body = json.loads((ledger / "manifest.json").read_bytes())
            body["period"], body["steps"]["month"]["key"] = str(period), text_hash(str(period))
            del body["sha256"]
            body["sha256"] = text_hash(json.dumps(body, sort_keys=True))
            (ledger / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
            folder = posted_folder(home, period, 1)
            folder.mkdir(parents=True)
            hand_on(home, period, 1, folder)
            shutil.copytree(ledger / "stages", folder / "stages")
            shutil.copy(ledger / "manifest.json", folder)
            seal = {"period": str(period), "files": {}}
            (folder / SEAL).write_text(json.dumps({**seal, "sha256": seal_hash(seal)}), encoding="utf-8")
            Journal(ledger).append("closed", {"issue": 1}, by(BILLER, period))
        period = period.shift(1)


OPENED: list[str] = []


def _note(event, words):
    if event == "open" and isinstance(words[0], str | Path) and "/ledger/" in str(words[0]) and words[1] in {"r", "rb"}:
        OPENED.append(str(words[0]).split("/ledger/")[1])


def opened_by_a_run(years: Years, period) -> list[str]:
    """The files of the ledger that a run of a month opens."""
    years.write(period, None)
    OPENED.clear()
    run_month(Workspace.open(years.root), period, period.stop_day, write=False)
    return list(OPENED)


def test_a_run_opens_no_more_files_after_years_but_those_that_put_years_together(years, monkeypatch):
    monkeypatch.setattr(past, "_INVOICED", 3)
    sys.addaudithook(_note)

    post_bare(years, EARLY)
    early = opened_by_a_run(years, EARLY)
    post_bare(years, LATE)
    late = opened_by_a_run(years, LATE)

    of_years = [name for name in late if f"/{FOLDER}/" in name and name.split("/")[0].endswith("-06")]
    assert len(early) > 30
    assert len(late) - len(of_years) == len(early)
    assert len(set(of_years)) <= 2 * 12  # two years, each in a dozen files
    months = {name.split("/")[0] for name in late if f"/{FOLDER}/" not in name and "/" in name}
    assert months <= {str(LATE.shift(-back)) for back in range(5)}
