"""A month under verification: its journal, its posted issues, and what each of them was billed with."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from billing.periods import Period
from billing.policy import Policy
from billing.test_agency import TestAgency, check_test_agency
from pipelines.journal import Event, Journal
from pipelines.loading import load_tables
from pipelines.settings import read_settings
from pipelines.stages import Stages, code_hash
from pipelines.standing import Standing, posted_folder, seal_of, standing
from pipelines.workspace import Workspace


@dataclass
class Month:
    """One month of a workspace; nothing of it is taken as true before it is checked."""

    workspace: Workspace
    period: Period
    journal: Journal

    @property
    def place(self) -> str:
        """The month's folder as it is named in troubles."""
        return f"ledger/{self.period}"

    @property
    def diary(self) -> str:
        """The month's journal as it is named in troubles."""
        return f"{self.place}/{self.journal.path.name}"

    @cached_property
    def standing(self) -> Standing:
        """Where the month stands by its journal."""
        return standing(self.workspace, self.period, self.journal)

    @property
    def issue(self) -> int | None:
        """The posted issue that stands; none while the month is open."""
        return self.standing.issue if self.standing.is_posted else None

    @cached_property
    def agency(self) -> TestAgency:
        """The test agency's bill for the month, as this program makes it."""
        return check_test_agency(self.period)

    @cached_property
    def closed(self) -> dict[int, Event]:
        """The event that closed each issue."""
        return {int(event.data["issue"]): event for event in self.journal.of("closed")}

    def folder(self, issue: int) -> Path:
        """Where an issue is kept."""
        return posted_folder(self.workspace, self.period, issue)

    def seal_place(self, issue: int) -> str:
        """An issue's seal as it is named in troubles."""
        return f"{self.place}/posted/{issue:02d}/seal.json"

    def seal(self, issue: int) -> dict[str, Any]:
        """An issue's seal as it stands in the file."""
        return seal_of(self.folder(issue))

    def is_of_this_program(self, issue: int) -> bool:
        """Whether an issue was posted by this very version of the program."""
        return bool(self.seal(issue)["program"]["code"] == code_hash())

    def stages(self, issue: int) -> Stages:
        """An issue's stage files."""
        return Stages(self.folder(issue), self.period)

    def inputs(self, issue: int | None) -> Workspace:
        """The workspace with an issue's sealed inputs in place of today's; none: today's."""
        return self.workspace if issue is None else Workspace(self.workspace.root, self.folder(issue) / "inputs")

    def office(self, seq: int) -> tuple[pl.DataFrame, Policy]:
        """Users and policy that an event is judged by: those sealed with the next issue; after the last one, today's."""
        sealed_in = next((issue for issue, event in sorted(self.closed.items()) if seq < event.seq), None)
        if sealed_in not in self._offices:
            inputs = self.inputs(sealed_in)
            self._offices[sealed_in] = load_tables(inputs)["users"], read_settings(inputs.given)
        return self._offices[sealed_in]

    @cached_property
    def _offices(self) -> dict[int | None, tuple[pl.DataFrame, Policy]]:
        return {}

    def journal_of(self, period: Period) -> Journal:
        """Another month's journal.

        Raises:
            ReconciliationError: it is not as it was written.
        """
        return Journal(self.workspace.ledger / str(period))


def time_of(event: Event) -> dt.datetime:
    """When an event took place.

    Raises:
        ValueError: its time is no time.
    """
    return dt.datetime.fromisoformat(event.at)
