"""The Jinja environments: everything escaped, undefined names fail, sandboxed, templates from our own folder or the workspace's."""

import base64
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
FONTS: Final = HERE / "fonts"
OWN_FILES: Final = ("invoice.html.j2", "invoice.css", "detail.toml")  # what a workspace may put in its own `templates/`
_FACES: Final = (  # family, weight, file; a family of its own for the letters beyond Latin-1
    ("Text", 400, "source-sans-3-latin-400-normal.woff"),
    ("Text", 600, "source-sans-3-latin-600-normal.woff"),
    ("Text More", 400, "source-sans-3-latin-ext-400-normal.woff"),
    ("Text More", 600, "source-sans-3-latin-ext-600-normal.woff"),
    ("Head", 700, "public-sans-latin-700-normal.woff"),
    ("Head More", 700, "public-sans-latin-ext-700-normal.woff"),
)


@cache
def environment(folder: Path | None = None) -> ImmutableSandboxedEnvironment:
    """Autoescape is on whatever a template is called.

    Args:
        folder: its templates go before the bundled ones.
    """
    folders = [FileSystemLoader(place) for place in (folder, TEMPLATES) if place is not None]
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*folders, FunctionLoader(_fonts)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def sources(folder: Path | None = None) -> dict[str, str]:
    """The text of each file a workspace may replace: the workspace's, else the bundled one, else empty."""
    found = {}
    for name in OWN_FILES:
        own = [place / name for place in (folder, TEMPLATES) if place is not None and (place / name).is_file()]
        found[name] = own[0].read_text(encoding="utf-8") if own else ""
    return found


def render(template: str, **values: object) -> str:
    """Fill one template; the filters are the exact figures."""
    from reports import figures

    made = environment().overlay()
    made.filters = made.filters | {name: getattr(figures, name) for name in ("money", "dollars", "signed", "number", "day", "count")}
    return made.get_template(template).render(**values)


def _fonts(name: str) -> str | None:
    """The fonts as a template, so that a page can include them beside its style."""
    return font_faces(more=False) if name == "fonts.css" else None


@cache
def font_faces(*, more: bool = True) -> str:
    """The bundled fonts as `@font-face` rules with data: addresses; nothing is fetched from anywhere.

    Args:
        more: with the letters beyond Latin-1.
    """
    rules = []
    for family, weight, file in _FACES:
        if more or not family.endswith("More"):
            data = base64.b64encode((FONTS / file).read_bytes()).decode()
            rules.append(
                f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("data:font/woff;base64,{data}") format("woff")}}'
            )
    return "\n".join(rules)
