"""The checkout itself: what stands at the top, how big files are, what they must not name, what is pinned."""

import importlib.metadata
import re
import tomllib

import pytest

from tests.house.tree import PACKAGES, ROOT, files, python

TOP = {
    *PACKAGES, "tests", "requirements", "pyproject.toml", "justfile", "setup.sh", "README.md", "GLOSSARY.md", "DECISIONS.md",
    "CHANGELOG.md", "LICENSE", ".ci", ".gitignore", ".gitattributes", ".pre-commit-config.yaml", ".github",
}  # fmt: skip
LARGEST_FILE = 1 << 20
# written in pieces, so that this file does not name them itself
FORBIDDEN = re.compile(
    "|".join([
        "index" + "-url", "extra" + "-index", r"registry *= *" + '"https?:', '"resol' + 'ved":', "/sim" + "ple/",
        r"(?<![A-Za-z0-9])/(?:wor" + "k|far" + r"m)/", r"\.\./sha" + "red", r"/tm" + r"p/v/",
    ])
)  # fmt: skip
LOCKS = ("run.lock", "test.lock")


def _pins(name: str) -> dict[str, set[str]]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        pins.setdefault(package, set()).add(version)
    return pins


def test_the_top_level_holds_the_five_rooms_and_the_usual_files() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in files()}

    assert found - TOP == set()


def test_no_file_is_over_one_mebibyte() -> None:
    big = [path.name for path in files() if path.stat().st_size > LARGEST_FILE]

    assert big == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    named = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN.finditer(text)]

    assert named == []


def test_our_five_packages_come_from_this_checkout() -> None:
    show = "import importlib, sys; [print(importlib.import_module(name).__file__) for name in sys.argv[1:]]"
    origins = python("-c", show, *PACKAGES).stdout.split()

    assert origins == [str(ROOT / package / "__init__.py") for package in PACKAGES]


def test_no_other_distribution_brings_a_package_of_our_names() -> None:
    owners = importlib.metadata.packages_distributions()

    assert {owner for package in PACKAGES for owner in owners.get(package, [])} <= {"cotbill"}


def test_imports_run_one_way() -> None:
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"

    checked = python("-c", lint)

    assert checked.returncode == 0, checked.stdout[-2000:]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pinned_package_carries_its_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=\S)", text) if block.strip() and not block.startswith("#")]

    assert len(blocks) > 20
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "http" not in text


def test_the_test_lock_holds_the_run_lock_at_the_same_versions() -> None:
    run, test = (_pins(name) for name in LOCKS)

    assert {package: versions for package, versions in run.items() if test.get(package) != versions} == {}


def test_every_declared_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    names = {re.split(r"[<>=\[; ]", word)[0].lower() for word in declared}

    assert names - set(_pins("run.lock")) == set()


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    lame = re.compile("pytest" + r"\.(?:mark\.(?:skip|xfail)|skip\(|importorskip)|# *TO" + "DO")
    found = [str(path.relative_to(ROOT)) for path in files() if path.suffix == ".py" and lame.search(path.read_text("utf-8"))]

    assert found == []


def test_ci_runs_the_readmes_own_test_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(sh setup\.sh \w+)", readme, re.MULTILINE)

    assert commands == ["sh setup.sh demo", "sh setup.sh test"]
    assert f"exec {commands[1]}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
