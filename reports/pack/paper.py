"""The pack laid out as PDF/UA-1 and PDF/A-3a: pages, contents, links with words, metadata; the same bytes for the same pack."""

from typing import Any, Final

from reports.pack.view import PackView
from reports.press.binding import bound
from reports.press.ink import Ink, text_string
from reports.press.metadata import Kind, metadata
from reports.press.printing import no_sweeping
from reports.press.statement import VARIANT, RenderError, listening, machine
from reports.press.tagging import say_scopes, set_apart, target
from reports.templating import TEMPLATES, environment
from reports.write import sha256

TEMPLATE, STYLE = "pack.html.j2", "pack.css"
PACK: Final = Kind("Close pack", "pack", "period", "Billing period")


def page(view: PackView) -> str:
    """The pack as HTML."""
    return environment().get_template(TEMPLATE).render(view=view)


def pdf(view: PackView, period: str) -> bytes:
    """The pack as PDF.

    Raises:
        RenderError: the renderer warned of something: the paper would not be as meant.
    """
    from weasyprint import HTML

    ready = machine(None, STYLE)
    text = page(view)
    key = sha256(text.encode() + (TEMPLATES / STYLE).read_bytes())

    def finish(_document: Any, made: Any) -> None:
        root = target(made, made.catalog["StructTreeRoot"])
        set_apart(made, target(made, root["K"][0]), target(made, root["ParentTree"])["Nums"])
        say_scopes(made)
        _say_links(made, {part.anchor: part.title for part in view.parts})
        stream = target(made, made.catalog["Metadata"])
        stream.stream = [metadata(b"\n".join(stream.stream), period, key, PACK)]
        stream.compress = False
        made.write = lambda output, *_: output.write(bound(made, Ink(len(made.objects)), key))

    with no_sweeping(), listening() as heard:
        html = HTML(string=text, url_fetcher=ready.fetcher, base_url=None)
        document = html.render(font_config=ready.fonts, stylesheets=[ready.style], pdf_variant=VARIANT, presentational_hints=False)
        data: bytes = document.write_pdf(finisher=finish, pdf_variant=VARIANT)
    if heard:
        raise RenderError(f"pack {period} cannot be rendered: {heard[0]}")
    return data


def _say_links(made: Any, titles: dict[str, str]) -> None:
    """Give each link the words of the part it leads to."""
    for each in made.objects:
        if isinstance(each, dict) and each.get("Subtype") == "/Link" and "Dest" in each:
            each["Contents"] = text_string(titles.get(each["Dest"].string, each["Dest"].string))
