"""Print one invoice: plan the drawn pages, lay out the statement around their numbers, draw and bind."""

import gc
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from billing.errors import InputError
from reports.press.binding import Attachment, Binder
from reports.press.faces import BOLD, HEAD, REGULAR, Style
from reports.press.look import LOOK_FILE, Look, read_look
from reports.press.measuring import Pens
from reports.press.paging import plan
from reports.press.statement import ASSET_KINDS, VARIANT, RenderError, laid_out, listening
from reports.press.view import Section, View
from reports.templating import sources
from reports.write import sha256

_KEY: Final = "{key}"  # in the closing's words


@dataclass(frozen=True)
class Job:
    """One invoice to print."""

    view: View
    attachments: tuple[Attachment, ...]
    key: str  # hash of everything it is made from
    folder: Path | None = None  # templates that go before the bundled ones


@contextmanager
def no_sweeping() -> Iterator[None]:
    """Drawing makes very many small objects; looking for garbage in them all the while costs a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _look(folder: Path | None) -> Look:
    try:
        values = tomllib.loads(sources(folder)[LOOK_FILE])
    except tomllib.TOMLDecodeError as fault:
        raise InputError(f"{LOOK_FILE}: not valid TOML ({fault}); correct it") from None
    return read_look(values, LOOK_FILE)


def pdf(job: Job) -> bytes:
    """The invoice as PDF, the same bytes for the same job.

    Raises:
        RenderError: the renderer warned of something: the paper would not be as meant.
        InputError: the workspace's `detail.toml` is wrong.
    """
    with no_sweeping(), listening() as heard:
        data = _printed(job)
    gc.collect(0)
    if heard:
        raise RenderError(f"invoice {job.view.invoice_no} cannot be rendered: {heard[0]}")
    return data


def _printed(job: Job) -> bytes:
    look, pens = _look(job.folder), Pens(Style(REGULAR), Style(BOLD), Style(HEAD))
    closing = tuple(_with_key(part, job.key) for part in job.view.closing)
    made = plan((*job.view.sections, *closing), pens, look)
    document, places = laid_out(job.view, made.pages, made.page_of(), job.key, job.folder)
    binder = Binder(job.view, made, places, pens, look, job.attachments, job.key)
    document.write_pdf(finisher=binder.finish, pdf_variant=VARIANT)
    return binder.file


def _with_key(part: Section, key: str) -> Section:
    """The part with the inputs' hash where it is printed."""
    return replace(part, rows=tuple(row._replace(cells=tuple(cell.replace(_KEY, key) for cell in row.cells)) for row in part.rows))


@cache
def press_hash(folder: Path | None = None) -> str:
    """The hash of everything but the view that shapes the paper: templates, style, fonts, this code, libraries, Python."""
    import platform
    from importlib.metadata import version

    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    fonts = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "fonts").glob("*.woff"))]
    own = sorted(folder.iterdir()) if folder is not None else []
    drawings = [path.read_bytes() for path in own if path.suffix in ASSET_KINDS]
    parts = [text.encode() for text in sources(folder).values()] + code + fonts + drawings
    parts += [version(name).encode() for name in ("weasyprint", "pydyf", "fonttools", "jinja2")]
    parts.append(".".join(platform.python_version_tuple()[:2]).encode())
    return sha256("\n".join(sha256(part) for part in parts).encode())
