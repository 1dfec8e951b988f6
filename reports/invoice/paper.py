"""Put a view on paper: one PDF, the same bytes for the same view, with nothing fetched from anywhere."""

import logging
from functools import cache
from typing import Any, Final

from billing.errors import BillingError
from reports.invoice.view import View
from reports.templating import TEMPLATES, font_faces, render
from reports.write import sha256

VARIANT: Final = "pdf/ua-1"


class RenderError(BillingError):
    """An invoice could not be put on paper as it should be."""


class _Errors(logging.Handler):
    """Keeps what the renderer logs as an error, because it goes on after one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@cache
def _press() -> tuple[Any, Any, Any]:
    """The renderer's fonts, style and fetcher, made once a process; importing it takes seconds."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
    fonts = FontConfiguration()
    style = font_faces() + (TEMPLATES / "invoice.css").read_text(encoding="utf-8")
    return CSS(string=style, font_config=fonts, url_fetcher=fetcher), fonts, fetcher


def page(view: View) -> str:
    """The view as HTML."""
    return render("invoice.html.j2", view=view)


def pdf(view: View) -> bytes:
    """The view as PDF.

    Raises:
        RenderError: the renderer logged an error: something is missing on the paper.
    """
    from weasyprint import HTML

    style, fonts, fetcher = _press()
    errors = _Errors()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(errors)
    try:
        made: bytes = HTML(string=page(view), url_fetcher=fetcher).write_pdf(
            stylesheets=[style],
            font_config=fonts,
            pdf_variant=VARIANT,
            pdf_identifier=sha256(view.canonical())[:32].encode(),
            presentational_hints=False,
        )
    finally:
        logger.removeHandler(errors)
    if errors.messages:
        raise RenderError(f"invoice {view.invoice_no} cannot be rendered: {errors.messages[0]}")
    return made


@cache
def press_hash() -> str:
    """The hash of everything but the view that shapes the paper: template, style, fonts, renderer, Python."""
    import platform
    from importlib.metadata import version

    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("invoice.html.j2", "invoice.css")]
    parts += [
        font_faces(),
        VARIANT,
        version("weasyprint"),
        version("pydyf"),
        version("fonttools"),
        ".".join(platform.python_version_tuple()[:2]),
    ]
    return sha256("\x1f".join(parts).encode())
