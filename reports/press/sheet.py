"""One drawn page: what is written where, in which colour, and which element of the structure each piece of text belongs to."""

from dataclasses import dataclass, field
from typing import Final

from reports.press.faces import Style
from reports.press.ink import Ink
from reports.press.look import HEIGHT, WIDTH, Look

RIGHT: Final = True
Shade = tuple[int, int, int]


@dataclass
class Sheet:
    """One page being drawn; y counts down from the top, in hundredths of a point."""

    number: int  # of the page object
    key: int  # of the page in the parent tree
    ops: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # element of each marked piece
    lines: dict[tuple[Shade, int], list[str]] = field(default_factory=dict)  # of a colour and weight
    fields: list[str] = field(default_factory=list)  # tinted areas, below the text
    running: list[str] = field(default_factory=list)
    _pen: tuple[str, int] = ("", 0)
    _shade: Shade = (0, 0, 0)

    def pen(self, key: str, size: int, shade: Shade) -> None:
        """Write on with this font, size and colour."""
        if self._pen != (key, size):
            self._pen = (key, size)
            self.ops.append(f"/{key} {size} Tf")
        if self._shade != shade:
            self._shade = shade
            self.ops.append(f"{colour(shade)} rg")

    def write(self, text: str, style: Style, size: int, shade: Shade, x: int, y: int, owner: int, tag: str, *, right: bool = False) -> int:
        """Write text that belongs to an element; returns its number on the page.

        Args:
            x: the left edge; with `right` the right edge.
        """
        runs, width = style.shape(text)
        mark = len(self.owners)
        self.owners.append(owner)
        x = x - width * size // 1000 if right else x
        self.pen(runs[0][0], size, shade)
        if len(runs) == 1:
            self.ops.append(f"/{tag}<</MCID {mark}>>BDC 1 0 0 1 {x} {HEIGHT - y} Tm<{runs[0][1]}>Tj EMC")
            return mark
        self.ops.append(f"/{tag}<</MCID {mark}>>BDC 1 0 0 1 {x} {HEIGHT - y} Tm")
        for key, glyphs in runs:
            self.pen(key, size, shade)
            self.ops.append(f"<{glyphs}>Tj")
        self.ops.append("EMC")
        return mark

    def rule(self, x1: int, x2: int, y: int, weight: int, shade: Shade) -> None:
        """A line across."""
        self.lines.setdefault((shade, weight), []).append(f"{x1} {HEIGHT - y} m {x2} {HEIGHT - y} l")

    def tint(self, x: int, y: int, width: int, height: int, shade: Shade) -> None:
        """A tinted area."""
        self.fields.append(f"{colour(shade)} rg {x} {HEIGHT - y - height} {width} {height} re f")

    def aside(self, text: str, style: Style, size: int, shade: Shade, x: int, y: int, *, right: bool = False) -> None:
        """Text that repeats what is told elsewhere: running heads, page numbers, repeated heads of tables."""
        runs, width = style.shape(text)
        x = x - width * size // 1000 if right else x
        self.running.append(f"{colour(shade)} rg 1 0 0 1 {x} {HEIGHT - y} Tm")
        self.running += [f"/{key} {size} Tf<{glyphs}>Tj" for key, glyphs in runs]

    def finish(self, ink: Ink, pages: int, resources: int, parents: dict[int, int]) -> None:
        """Put the page, its content and its part of the parent tree into the ink."""
        content = [".01 0 0 .01 0 0 cm"]
        if self.fields or self.lines:
            content += ["/Artifact BMC", *self.fields]
            for (shade, weight), paths in self.lines.items():
                content += [f"{colour(shade)} RG {weight} w", *paths, "S"]
            content.append("EMC")
        content += ["BT", "0 0 0 rg", *self.ops, "ET"]
        if self.running:
            content += ["/Artifact<</Type/Pagination>>BDC BT", *self.running, "ET EMC"]
        stream = ink.stream(b"", "\n".join(content).encode())
        ink.put(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources %d 0 R/Tabs/S/StructParents %d>>"
            % (pages, WIDTH // 100, HEIGHT // 100, stream, resources, self.key),
            self.number,
        )
        owners = " 0 R ".join(map(str, self.owners))
        parents[self.key] = ink.put(f"[{owners} 0 R]".encode() if owners else b"[]")


def colour(shade: Shade) -> str:
    """A colour as a PDF writes it, in thousandths."""
    return " ".join(_part(value) for value in shade)


def _part(value: int) -> str:
    thousandths = (value * 1000 + 127) // 255
    return "1" if thousandths == 1000 else f".{thousandths:03d}" if thousandths else "0"


def margins(sheet: Sheet, look: Look, left: str, right: str, foot: str, page: str, styles: tuple[Style, Style]) -> None:
    """The running head and foot."""
    bold, regular = styles
    edge = WIDTH - look.right
    sheet.aside(left, bold, 850, look.ink, look.left, 4700)
    sheet.aside(right, regular, 850, look.soft, edge, 4700, right=RIGHT)
    sheet.aside(foot, regular, 800, look.soft, look.left, HEIGHT - 3900)
    sheet.aside(page, regular, 800, look.soft, edge, HEIGHT - 3900, right=RIGHT)
