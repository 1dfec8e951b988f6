"""Put a view on paper: one PDF, the same bytes for the same view, with nothing fetched from anywhere."""

import atexit
import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from billing.errors import BillingError
from reports.invoice.view import View
from reports.templating import TEMPLATES, font_faces, render
from reports.write import sha256

VARIANT: Final = "pdf/ua-1"
_FONT_TIME: Final = "1782864000"  # 1 July 2026; any fixed second will do


class RenderError(BillingError):
    """An invoice could not be put on paper as it should be."""


class _Errors(logging.Handler):
    """Keeps what the renderer logs as an error, because it goes on after one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _no_sweeping() -> Iterator[None]:
    """The renderer makes a tree of many small objects; looking for garbage in it all the while costs a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _no_clock() -> Iterator[None]:
    """Fonts are stamped with the time they are unpacked, which would make each run's bytes its own: give them one."""
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    os.environ[name] = _FONT_TIME
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@cache
def _press() -> tuple[Any, Any, Any]:
    """The renderer's fonts, style and fetcher, made once a process; importing it takes seconds."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    atexit.register(_press.cache_clear)  # fonts must be let go of before the interpreter is taken down
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
    with _no_clock(), _no_sweeping():
        return _printed(view)


def _printed(view: View) -> bytes:
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
