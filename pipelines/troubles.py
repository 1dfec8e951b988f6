"""What verification finds: one line each, with the file, what is wrong and what to do."""

from dataclasses import dataclass

from billing.errors import BillingError, Location, RefusalsError


@dataclass(frozen=True)
class Trouble:
    """Something that does not hold; a note is worth saying, but breaks nothing.

    file: from the workspace's folder, such as ledger/2026-10/journal.jsonl.
    """

    file: str
    words: str  # what is wrong; what to do
    line: int | None = None
    is_note: bool = False

    def __str__(self) -> str:
        return f"{Location(self.file, self.line)}: {self.words}"

    @classmethod
    def of(cls, error: BillingError, file: str) -> "Trouble":
        """A refusal as a trouble of the file that was looked at; where the refusal names a place, that is said."""
        first = error.errors[0] if isinstance(error, RefusalsError) else error
        place = first.at or Location(file)
        inside = place.file.startswith(("ledger/", "out/"))
        words = first.message if inside or place.file == file else f"{place}: {first.message}"
        return cls(place.file if inside else file, words, place.line if inside or place.file == file else None)
