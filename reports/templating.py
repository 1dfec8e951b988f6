"""The one Jinja environment: everything escaped, undefined names fail, sandboxed, templates from our own folder."""

import base64
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reports import figures

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
FONTS: Final = HERE / "fonts"
_FACES: Final = (  # family, weight, file; a family of its own for the letters beyond Latin-1
    ("Text", 400, "source-sans-3-latin-400-normal.woff"),
    ("Text", 600, "source-sans-3-latin-600-normal.woff"),
    ("Text More", 400, "source-sans-3-latin-ext-400-normal.woff"),
    ("Text More", 600, "source-sans-3-latin-ext-600-normal.woff"),
    ("Head", 700, "public-sans-latin-700-normal.woff"),
    ("Head More", 700, "public-sans-latin-ext-700-normal.woff"),
)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Autoescape is on whatever a template is called; the filters are the exact figures."""
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), FunctionLoader(_fonts)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("money", "dollars", "signed", "number", "day", "count"):
        made.filters[name] = getattr(figures, name)
    return made


def render(template: str, **values: object) -> str:
    """Fill one template."""
    return environment().get_template(template).render(**values)


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
