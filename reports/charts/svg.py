"""A drawing made into SVG: the same bytes for the same figures, nothing fetched, read aloud as one sentence."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from reports.charts.style import FAMILIES, SOFT, WIDTH, config
from reports.press.faces import BOLD, FACES, FONTS, REGULAR
from reports.write import sha256

Record = dict[str, Any]
_FAMILY_NAME: Final = 1  # in the table of a font's names
_VEGA_LITE: Final = "6.1"
_ROOT: Final = re.compile(r"<svg [^>]*>")
_SPOKEN: Final = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')  # of the parts; the whole is one image
_CLIP: Final = re.compile(r'(id="|url\(#)(clip|gradient)')


@dataclass(frozen=True)
class Chart:
    """One chart: an SVG that stands by itself, and the same in words with the figures."""

    svg: str
    alt: str


@cache
def _letters() -> TemporaryDirectory[str]:
    """Give the bundled letters to the renderer, which reads no compressed fonts; once a process, until it ends."""
    import vl_convert
    from fontTools.ttLib import TTFont

    folder = TemporaryDirectory()
    for style in (REGULAR, BOLD):
        for family, file in zip(FAMILIES, FACES[style], strict=True):
            font = TTFont(FONTS / file, recalcTimestamp=False)
            for record in font["name"].names:
                if record.nameID == _FAMILY_NAME:
                    record.string = family
            font.flavor = None
            out = io.BytesIO()
            font.save(out, reorderTables=None)
            (Path(folder.name) / file).with_suffix(".ttf").write_bytes(out.getvalue())
    vl_convert.register_font_directory(folder.name)
    return folder


@dataclass(frozen=True)
class Box:
    """Where the scales and their lines run; what stands around them keeps its room."""

    height: int
    left: int = 0
    top: int = 0
    bottom: int = 0

    @property
    def width(self) -> int:
        """From the left to the chart's right edge."""
        return WIDTH - self.left


def chart(layers: Sequence[Any], box: Box, alt: str) -> Chart:
    """The layers as one chart of the common width; what is drawn outside of it is not seen, so layers keep inside.

    Args:
        layers: altair's, positioned in units of the SVG from the top left of the box.
        alt: the chart in words.
    """
    import altair
    import vl_convert

    _letters()
    room = {"left": box.left, "top": box.top, "right": 0, "bottom": box.bottom}
    made = altair.layer(*layers).properties(width=box.width, height=box.height, padding=room, autosize="none")
    spec = made.to_dict() | {"config": config()}
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[])
    return Chart(_told(drawn, box.top + box.height + box.bottom, alt), alt)


def _told(drawn: str, height: int, alt: str) -> str:
    """The SVG with its own first tag and names of its own, so that many can stand in one page."""
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(alt)} class="chart"'
        f' width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
    )
    own = f"\\1c{sha256(drawn.encode())[:8]}\\2"
    parts = _SPOKEN.sub("", _ROOT.sub("", drawn, count=1))
    return root + _CLIP.sub(own, parts)


def rects(rows: list[Record], x: Any, y: Any, x2: str = "x2", y2: str = "y2") -> Any:
    """Filled areas: rows hold x, x2, y, y2 and their shade."""
    import altair as alt

    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(strokeWidth=0)
        .encode(x=x, x2=x2, y=y, y2=y2, fill=alt.Fill("shade:N", scale=None, legend=None))
    )


def rules(rows: list[Record], x: Any, y: Any, x2: str | None = None, y2: str | None = None, **look: Any) -> Any:
    """Straight lines: rows hold their ends."""
    import altair as alt

    ends = {name: end for name, end in (("x2", x2), ("y2", y2)) if end is not None}
    return alt.Chart(alt.InlineData(values=rows)).mark_rule(**look).encode(x=x, y=y, **ends)


def texts(rows: list[Record], x: Any, y: Any, align: Any = "left", *, bold: bool = False, **look: Any) -> Any:
    """Words: rows hold their place, text and shade."""
    import altair as alt

    weight: Any = 600 if bold else 400
    mark = alt.Chart(alt.InlineData(values=rows)).mark_text(align=align, baseline="middle", fontWeight=weight, **look)
    return mark.encode(x=x, y=y, text="text:N", fill=alt.Fill("shade:N", scale=None, legend=None))


def points(rows: list[Record], x: Any, y: Any, **look: Any) -> Any:
    """Round marks."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows)).mark_point(shape="circle", opacity=1, **look).encode(x=x, y=y)


def down(box: Box) -> Any:
    """Places from the top of the box, in units of the SVG."""
    import altair as alt

    return alt.Y("y:Q", scale=alt.Scale(domain=[0, box.height], range=[0, box.height], nice=False, zero=False), axis=None)


def across(box: Box) -> Any:
    """Places from the left of the box, in units of the SVG."""
    import altair as alt

    return alt.X("x:Q", scale=alt.Scale(domain=[0, box.width], range=[0, box.width], nice=False, zero=False), axis=None)


def nothing(words: str) -> Chart:
    """A chart of nothing says so."""
    import altair as alt

    return chart([texts([{"text": words, "shade": SOFT}], alt.value(0), alt.value(12))], Box(24), words)
