"""Page one: the statement laid out by WeasyPrint from a template, with nothing fetched but what is bundled."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.sax.saxutils import escape

from billing.errors import BillingError
from reports.press.faces import FONTS
from reports.press.view import View
from reports.templating import TEMPLATES, environment, font_faces, sources

VARIANT: Final = "pdf/a-3a"  # PDF/UA-1 is said in the metadata beside it
TEMPLATE, STYLE = "invoice.html.j2", "invoice.css"
_FONT_TIME: Final = "1782864000"  # 1 July 2026; any fixed second will do
_ROOMY: Final = 17  # rows of page one that surely go on it as they are
_ASSET: Final = "asset:"
ASSET_KINDS: Final = {".svg": "image/svg+xml", ".png": "image/png"}


class RenderError(BillingError):
    """An invoice could not be put on paper as it should be."""


class _Warnings(logging.Handler):
    """Keeps what the renderer warns of, because it goes on after that."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def listening() -> Iterator[list[str]]:
    """What the renderer warns of while this lasts."""
    heard = _Warnings()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(heard)
    try:
        yield heard.messages
    finally:
        logger.removeHandler(heard)


@dataclass(frozen=True)
class Places:
    """Where the pages stand, for the words on page one."""

    before: int  # pages of the statement
    drawn: int
    pages: dict[str, int]  # anchor: drawn page, 0 for the first
    is_tight: bool = False  # set closer, where it would not go on one page

    @property
    def total(self) -> int:
        """All pages."""
        return self.before + self.drawn

    def page(self, anchor: str) -> str:
        """The page number an anchor is on."""
        return f"{self.before + self.pages[anchor] + 1:,}"


@contextmanager
def steady() -> Iterator[None]:
    """Fonts are seen and stamped the same on every machine: ours alone, and with one time for all that is unpacked."""
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "fonts.conf"
        settings.write_text(
            f"<fontconfig><dir>{escape(str(FONTS))}</dir><config><rescan><int>0</int></rescan></config></fontconfig>", encoding="utf-8"
        )
        ours = {"FONTCONFIG_FILE": str(settings), "SOURCE_DATE_EPOCH": _FONT_TIME}
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@dataclass(frozen=True)
class Machine:
    """What is made once a process: the parsed style, the fonts, the fetcher."""

    style: Any
    fonts: Any
    fetcher: Any


@cache
def machine(folder: Path | None, style_file: str = STYLE) -> Machine:
    """The renderer made ready with a folder's template and style over the bundled ones; importing it takes seconds.

    Args:
        style_file: the style of the paper; only the invoice's may stand in the folder.

    Raises:
        RenderError: the style holds what the renderer does not know.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    # fonts, and the folder they are unpacked to, must be let go of before the process ends; this holds for workers too
    Finalize(None, machine.cache_clear, exitpriority=100)
    fetcher = _fetcher(folder)
    with steady(), listening() as heard:
        fonts = FontConfiguration()
        own = sources(folder)[STYLE] if style_file == STYLE else (TEMPLATES / style_file).read_text(encoding="utf-8")
        style = CSS(string=font_faces() + own, font_config=fonts, url_fetcher=fetcher)
    if heard:
        raise RenderError(f"{style_file}: {heard[0]}; correct the style")
    return Machine(style, fonts, fetcher)


def _fetcher(folder: Path | None) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Bundled(URLFetcher):  # type: ignore[misc]
        """Serves data: addresses and `asset:NAME` from the template folders; everything else fails the invoice."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(_ASSET):
                return super().fetch(url, headers)
            name = url.removeprefix(_ASSET)
            kind = ASSET_KINDS.get(Path(name).suffix)
            if kind is None or "/" in name or "\\" in name or name.startswith("."):
                raise ValueError(f"{url} is not an asset")
            for place in (folder, TEMPLATES):
                if place is not None and (place / name).is_file():
                    return URLFetcherResponse(url, (place / name).read_bytes(), {"Content-Type": kind})
            raise ValueError(f"{url} is not there")

    return Bundled(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)


def page(view: View, places: Places, key: str, folder: Path | None = None) -> str:
    """The statement as HTML."""
    return environment(folder).get_template(TEMPLATE).render(view=view, places=places, key=key)


def laid_out(view: View, drawn: int, pages: dict[str, int], key: str, folder: Path | None) -> tuple[Any, Places]:
    """The statement's pages, numbered together with the drawn ones.

    Page one says on which page each part stands. A statement that takes more than a page is set closer, and then on as many
    pages as it needs.

    Raises:
        RenderError: the statement does not settle.
    """
    from weasyprint import HTML

    ready = machine(folder)
    rows = len(view.summary.families) + len(view.funds) + len(view.checks)
    places = Places(1, drawn, pages, is_tight=rows > _ROOMY)
    for _ in range(4):
        html = HTML(string=page(view, places, key, folder), url_fetcher=ready.fetcher)
        document = html.render(font_config=ready.fonts, stylesheets=[ready.style], pdf_variant=VARIANT, presentational_hints=False)
        if len(document.pages) == places.before:
            return document, places
        places = Places(len(document.pages) if places.is_tight else 1, drawn, pages, is_tight=True)
    raise RenderError(f"invoice {view.invoice_no}: the statement's pages do not settle; shorten the template")
