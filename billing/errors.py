"""The one tree of expected failures; each renders as one line and has one exit code."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Location:
    """Where in a file a failure is: name, 1-based line and column, or less."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class BillingError(Exception):
    """Base of every expected failure; `str()` is `file:line:column: what is wrong; what to do`."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, at: Location | None = None, code: str | None = None) -> None:
        self.message = message
        self.at = at
        self.code = code
        label = f"{code}: " if code else ""
        where = f"{at}: " if at else ""
        super().__init__(f"{where}{label}{message}")


class UsageError(BillingError):
    """The command was called with wrong words."""

    exit_code = 2


class InputError(BillingError):
    """An input file is missing, unreadable, doubled or has the wrong columns."""

    exit_code = 10


class TableError(BillingError):
    """A rate or reference table contradicts itself."""

    exit_code = 11


class PeriodError(BillingError):
    """The period is not a month, not open or not known."""

    exit_code = 12


class ReconciliationError(BillingError):
    """Totals that must agree do not; nothing is published."""

    exit_code = 13


class NotAllowedError(BillingError):
    """The person may not do this."""

    exit_code = 14


class RefusalsError(BillingError):
    """Several failures of one kind, reported together, one line each."""

    def __init__(self, errors: list[BillingError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))

    @property
    def worst(self) -> int:
        """The highest exit code among the failures."""
        return max(error.exit_code for error in self.errors)
