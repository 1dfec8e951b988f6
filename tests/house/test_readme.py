"""The README runs: its first command prints what it shows, its commands exist, its links lead somewhere.

`COTBILL_GOLDEN=write` puts the command's present output into the README.
"""

import dataclasses
import os
import re
import shlex
from pathlib import Path

import click
import pytest
from rich_click import rich_click

from billing import errors
from billing.policy import Policy
from tests.house.tree import ROOT, cotbill, python

README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ sh setup\.sh (?P<command>demo[^\n]*)\n(?P<output>.*?)```", re.DOTALL)  # it hands the words to cotbill
PLAN_CODES = {0, 2, 3, 130}


def _steady(text: str, here: Path) -> str:
    """The text with the folder it ran in and the seconds it took taken out."""
    text = text.replace(str(here.resolve()), ".").replace(str(here), ".")
    text = re.sub(r"\b\d+(\.\d+)? ?s\b", "0 s", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_the_first_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    readme = README.read_text(encoding="utf-8")
    block = BLOCK.search(readme)
    assert block is not None
    words = shlex.split(block["command"])

    ran = cotbill(*words, cwd=tmp_path)

    assert ran.returncode in {0, 3}, ran.stderr[-2000:]
    if os.environ.get("COTBILL_GOLDEN") == "write":
        shown = _steady(ran.stdout, tmp_path) + "\n"
        README.write_text(readme[: block.start("output")] + shown + readme[block.end("output") :], encoding="utf-8")
    else:
        assert _steady(ran.stdout, tmp_path) == _steady(block["output"], tmp_path)
    assert ran.stdout.strip()


def _commands() -> click.Group:
    from pipelines import cli

    (group,) = [found for found in vars(cli).values() if isinstance(found, click.Group) and found.name == "cotbill"]
    return group


def test_the_month_table_shows_the_commands_that_exist_in_their_order() -> None:
    rows = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    calls = [call for row in rows for call in re.findall(r"`cotbill (\w+)", row.split("|")[2])]

    commands = set(_commands().commands)
    shown = [name for group in rich_click.COMMAND_GROUPS["cotbill"] for name in group["commands"]]
    assert set(shown) == commands
    assert calls == shown


def test_every_command_and_every_option_has_help() -> None:
    commands = _commands().commands

    assert [name for name, command in commands.items() if not command.help] == []
    options = [(name, option) for name, command in commands.items() for option in command.params if isinstance(option, click.Option)]
    assert [(name, option.name) for name, option in options if not option.help] == []


def test_help_loads_neither_polars_nor_weasyprint() -> None:
    heavy = ("polars", "weasyprint", "duckdb", "pyarrow", "numpy", "xlsxwriter", "fastexcel", "lxml", "dataframely")
    show = (
        "import sys; sys.argv = ['cotbill', '--help']\n"
        "from pipelines.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [name for name in {heavy!r} if name in sys.modules])"
    )

    ran = python("-c", show)

    assert "exceptions" in ran.stdout, ran.stderr[-2000:]
    assert ran.stdout.strip().endswith("LOADED []")


def test_the_exit_codes_of_the_readme_are_the_programs() -> None:
    text = README.read_text(encoding="utf-8").split("Exit codes:", 1)[1].split("\n\n", 1)[0]
    shown = {int(code) for code in re.findall(r"(?:^|·)\s*(\d+) ", text)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.BillingError)]

    assert shown == {kind.exit_code for kind in kinds} | PLAN_CODES


@pytest.mark.parametrize("page", ["README.md", "GLOSSARY.md", "DECISIONS.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]

    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_changelog_keeps_amounts_apart() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = text.split("\n## ")[1:]

    assert releases
    assert all("\n### Amounts\n" in release for release in releases)


def test_every_source_tag_of_the_glossary_is_explained() -> None:
    terms, sources = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").split("## Sources")
    tags = {tag for group in re.findall(r"\[([A-Z0-9][A-Z0-9a-z, -]+)\]", terms) for tag in group.split(", ")}
    explained = set(re.findall(r"(?:^|· )([A-Z0-9][A-Z0-9-]*):", sources, re.MULTILINE))

    assert len(tags) > 40
    assert {tag for tag in tags if tag not in explained and tag.split("-")[0] not in explained} == set()


def test_the_settings_of_the_readme_are_the_programs() -> None:
    table = README.read_text(encoding="utf-8").split("## Settings", 1)[1].split("##", 1)[0]
    shown = {name for row in table.splitlines() if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert shown == {field.name for field in dataclasses.fields(Policy)}
