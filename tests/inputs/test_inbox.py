"""The inbox: what is listed, what is missing, and what may not lie there."""

import dataclasses
from pathlib import Path

import pytest

from billing.errors import BillingError
from billing.policy import Policy
from inputs.inbox import Inbox, list_inbox
from tests.inputs.make import OCTOBER, lines, many, printed, put

USAGE = "\n".join(lines(many("usage", 2)))
ONLY_USAGE = dataclasses.replace(Policy(), expected_feeds=("usage",))


def listed(folder: Path, loaded: dict[str, str] | None = None) -> Inbox:
    return list_inbox(folder, OCTOBER, ONLY_USAGE, loaded)


def refused(folder: Path, loaded: dict[str, str] | None = None) -> tuple[int, list[str]]:
    with pytest.raises(BillingError) as error:
        listed(folder, loaded)
    return printed(error.value)


def test_files_are_listed_by_name_with_their_manifests_and_the_rest_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE + "\n", sequence=2)
    put(tmp_path, "usage", USAGE, manifest={"row_count": 2})
    (tmp_path / "stock_2026-10_001.xlsx").write_bytes(b"PK")
    (tmp_path / "adjustments_2026-10_001.xlsx").write_bytes(b"PK too")
    (tmp_path / "adjustments_2026-10_001.approvals.csv").write_text("adjustment_id\n")
    (tmp_path / "originals").mkdir()
    for name in (".hidden", "~$stock_2026-10_001.xlsx", "usage_2026-10_003.csv.part", "usage_2026-10_003.csv~"):
        (tmp_path / name).write_text("x")

    inbox = listed(tmp_path)

    assert [(file.path.name, file.feed, file.sequence) for file in inbox.files] == [
        ("adjustments_2026-10_001.xlsx", "adjustments", 1),
        ("stock_2026-10_001.xlsx", "stock", 1), ("usage_2026-10_001.csv", "usage", 1), ("usage_2026-10_002.csv", "usage", 2),
    ]  # fmt: skip
    assert [file.manifest and file.manifest.name for file in inbox.files] == [None, None, "usage_2026-10_001.manifest.json", None]
    assert [path.name for path in inbox.approvals] == ["adjustments_2026-10_001.approvals.csv"]
    assert inbox.findings.is_empty()


def test_approvals_without_their_adjustments_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "adjustments", "adjustment_id\nA-1\n", sequence=1)
    for sequence in ("001", "002"):
        (tmp_path / f"adjustments_2026-10_{sequence}.approvals.csv").write_text("adjustment_id\n")

    code, said = refused(tmp_path)

    name = "adjustments_2026-10_002.approvals.csv"
    assert said == [f"{name}: F001: is an approvals file without its adjustments file; get the file, or remove the approvals"]
    assert code == 10


def test_a_manifest_may_be_named_after_the_whole_file_name_but_not_twice(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE)
    (tmp_path / "usage_2026-10_001.csv.manifest.json").write_text("{}")
    manifest = listed(tmp_path).files[0].manifest
    (tmp_path / "usage_2026-10_001.manifest.json").write_text("{}")

    assert manifest is not None
    assert manifest.name == "usage_2026-10_001.csv.manifest.json"
    assert refused(tmp_path)[1][0].startswith("usage_2026-10_001.csv: F002: has two manifests")


def test_every_missing_feed_is_a_finding_with_its_fix(tmp_path: Path) -> None:
    for feed in Policy().expected_feeds:
        folder = tmp_path / feed
        folder.mkdir()
        for other in Policy().expected_feeds:
            if other != feed:
                put(folder, other, "\n".join(lines(many(other, 1))))

        found = list_inbox(folder, OCTOBER, Policy()).findings

        assert found.select("code", "severity", "feed", "source_file", "message").rows() == [(
            "F001", "FATAL", feed, f"{feed}_2026-10_001.csv",
            f"no {feed} file for 2026-10; get it, or put a file with the header alone there if there was no activity",
        )]  # fmt: skip


def test_an_absent_folder_is_an_empty_inbox(tmp_path: Path) -> None:
    assert listed(tmp_path / "none").findings["feed"].to_list() == ["usage"]


@pytest.mark.parametrize(
    ("name", "printed_name", "meant"),
    [
        ("usage.csv", "usage.csv", "usage_2026-10_001.csv"),
        ("usages_2026-10_001.csv", "usages_2026-10_001.csv", "usage_2026-10_001.csv"),
        ("usage_2026-10_1.csv", "usage_2026-10_1.csv", "usage_2026-10_001.csv"),
        ("usage_2026-13_001.csv", "usage_2026-13_001.csv", "usage_2026-10_001.csv"),
        ("usage_2026-10_001.CSV", "usage_2026-10_001.CSV", "usage_2026-10_001.csv"),
        ("stock_2026-10_001.approvals.csv", "stock_2026-10_001.approvals.csv", "stock_2026-10_001.csv"),
        ("a[1]*.csv", "a[1]*.csv", "usage_2026-10_001.csv for its feed"),
        ("usage_2026-10_٠٠١.csv", "usage_2026-10_٠٠١.csv", "usage_2026-10_001.csv"),
        ("x\n\u202e;rm -rf", "x\\n\\u202e;rm -rf", "usage_2026-10_001.csv for its feed"),
    ],
)
def test_a_name_that_is_not_ours_is_refused_with_what_was_meant(tmp_path: Path, name: str, printed_name: str, meant: str) -> None:
    put(tmp_path, "usage", USAGE)
    (tmp_path / name).write_text("x")

    assert refused(tmp_path) == (10, [f"{printed_name}: F005: is not a name of a feed file; name it {meant}, or move it out"])


def test_a_file_of_another_month_and_a_manifest_without_its_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "usage_2026-09_001.csv").write_text(USAGE)
    (tmp_path / "usage_2026-10_007.manifest.json").write_text("{}")

    assert refused(tmp_path) == (10, [
        "usage_2026-09_001.csv: F007: is of period 2026-09, but lies in 2026-10; move it or rename it",
        "usage_2026-10_007.manifest.json: F001: is a manifest without its file; get the file, or remove the manifest",
    ])  # fmt: skip


def test_one_feed_and_sequence_twice_is_refused_naming_both(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE)
    put(tmp_path, "usage", b"PK", suffix="xlsx")

    assert refused(tmp_path) == (10, [
        "usage_2026-10_001.xlsx: F004: has the feed and sequence of usage_2026-10_001.csv; remove one or give it the next sequence",
    ])  # fmt: skip


def test_one_file_under_two_names_is_refused_naming_both(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE)
    put(tmp_path, "usage", USAGE, sequence=2)

    assert refused(tmp_path) == (10, ["usage_2026-10_002.csv: F004: is the same file as usage_2026-10_001.csv, byte for byte; remove one"])


def test_a_file_of_an_earlier_month_is_refused_naming_it(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE)
    digest = listed(tmp_path).files[0].sha256

    assert refused(tmp_path, {digest: "2026-09/usage_2026-09_001.csv"}) == (10, [
        "usage_2026-10_001.csv: F004: is the same file as 2026-09/usage_2026-09_001.csv, byte for byte; remove it, it is billed already",
    ])  # fmt: skip


def test_an_unchanged_snapshot_and_a_month_without_activity_may_repeat(tmp_path: Path) -> None:
    put(tmp_path, "circuits", "\n".join(lines(many("circuits", 2))))
    put(tmp_path, "usage", USAGE.split("\n")[0])
    put(tmp_path, "usage", USAGE.split("\n")[0], sequence=2)
    loaded = {file.sha256: f"2026-09/{file.path.name}" for file in listed(tmp_path).files}

    assert len(listed(tmp_path, loaded).files) == 3


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, "usage", USAGE)
    put(tmp_path, "usage", USAGE, sequence=2)
    (tmp_path / "notes").mkdir()

    code, found = refused(tmp_path)

    assert (code, len(found)) == (10, 2)
