"""Charts as they may stand together in one page: their ids apart, nothing in them that runs or fetches."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from lxml import etree

from billing.errors import InputError

_SVG: Final = "{http://www.w3.org/2000/svg}"
_FORBIDDEN: Final = frozenset({"script", "foreignObject", "image", "iframe", "use", "a", "style", "animate", "set"})
_POINTER: Final = re.compile(r"url\(['\"]?#([^)'\"]+)['\"]?\)")


class Chart(Protocol):
    """A drawing and its words."""

    @property
    def svg(self) -> str:
        """The drawing, one svg element."""

    @property
    def alt(self) -> str:
        """What it says, with the figures."""


@dataclass(frozen=True)
class Picture:
    """A chart ready to stand in a page; title: its heading."""

    name: str
    title: str
    svg: str
    alt: str


TITLES: Final = {
    "bridge": "What moved the total",
    "months": "Thirteen months",
    "streams": "By stream",
    "pareto": "Which agencies pay most",
    "recovery": "Over- and under-recovery by cost group",
    "ageing": "Held records by age",
    "calendar": "The close, planned and real",
}


def pictures(charts: Mapping[str, Chart]) -> dict[str, Picture]:
    """The charts by name, in the order of a reader's questions.

    Raises:
        InputError: a drawing is not one clean svg element.
    """
    known = [name for name in TITLES if name in charts]
    return {name: Picture(name, TITLES[name], _apart(charts[name].svg, name), charts[name].alt) for name in known}


def _apart(svg: str, name: str) -> str:
    """The drawing with its ids prefixed by its name, hidden from readers that get its words instead."""
    try:
        root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise InputError(f"chart {name}: it is no svg: {error.msg}") from error
    if root.tag != f"{_SVG}svg":
        raise InputError(f"chart {name}: expected an svg element, found '{root.tag}'")
    for element in root.iter(etree.Element):
        _tidy(element, name)
    if "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {root.get('width', '600')} {root.get('height', '300')}")
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _tidy(element: etree._Element, name: str) -> None:
    if etree.QName(element).localname in _FORBIDDEN:
        raise InputError(f"chart {name}: a drawing may hold no {etree.QName(element).localname} element")
    for key, value in element.attrib.items():
        if key.lower().startswith("on") or key.endswith("href") or "//" in value:
            raise InputError(f"chart {name}: a drawing may not have {key}='{value}'")
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key.startswith("aria-") or key in ("role", "tabindex"):
            del element.attrib[key]
        elif "url(" in value:
            element.set(key, _POINTER.sub(rf"url(#{name}-\1)", value))
