"""The finished page read back with lxml, as a program would that knows nothing of how it was made."""

import base64
import json
import zlib
from decimal import Decimal
from typing import Any

from lxml import html


class Page:
    """One page: its tree, and the data that its script is given."""

    def __init__(self, data: bytes) -> None:
        self.tree = html.document_fromstring(data.decode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
        self.data: dict[str, Any] = json.loads(self.one("script[@id='month-data']").text)
        self.lines = self._unpacked(self.data["lines"])
        self.rest = {key: self._unpacked(text) for key, text in json.loads(self.one("script[@id='rest-data']").text).items()}

    @staticmethod
    def _unpacked(text: str) -> Any:
        return json.loads(zlib.decompress(base64.b64decode(text)))

    def one(self, path: str) -> Any:
        """The one element of a path."""
        (found,) = self.tree.xpath(f"//{path}")
        return found

    def text(self, path: str) -> str:
        """Its words, spaces as one."""
        return " ".join(self.one(path).text_content().split())

    def column(self, name: str) -> list[str | None]:
        """A coded text column, a text a line."""
        coded = self.lines["texts"][name]
        return [None if place is None else coded["words"][place] for place in coded["rows"]]

    def sum(self, name: str, **only: str) -> Decimal:
        """A money column in dollars, of the lines that have these texts."""
        chosen = [self.column(key) for key in only]
        wanted = list(only.values())
        cents = [
            value for n, value in enumerate(self.lines[name]) if value is not None and [column[n] for column in chosen] == wanted
        ]  # fmt: skip
        return Decimal(sum(cents)) / 100


def dollars(text: str) -> Decimal:
    """What a shown figure is."""
    return Decimal(text.strip().replace(",", "").replace("$", "").replace("+", "").replace("−", "-"))
