"""Templates of the accounting interface: the shipped ones, or a workspace's own of the same name, and their filters."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from billing.errors import InputError, Location
from reports.templating import TEMPLATES

SHIPPED: Final = TEMPLATES / "interface"
_XML: Final = ".xml"
_FAULTS: Final = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def plain(amount: Decimal) -> str:
    """Dollars with their two decimals and nothing else."""
    return f"{amount:f}"


def cdata(value: object) -> Markup:
    """Text in a CDATA section, whatever it holds; nothing for null."""
    text = "" if value is None else str(value)
    return Markup("<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>")  # noqa: S704  a section that cannot end early


def text(value: object, width: int) -> str:
    """Text filled up with blanks to a width.

    Raises:
        InputError: it is longer, or no plain ASCII, of which a character is a byte.
    """
    found = "" if value is None else str(value)
    if len(found) > width or not found.isascii() or not (found.isprintable() or not found):
        raise InputError(f"'{found}' does not fit a field of {width} characters; widen it in the template, or send another format")
    return found.ljust(width)


def digits(value: int, width: int) -> str:
    """A whole number filled up with zeros; raises InputError when it has more digits."""
    return text(f"{value:0{width}d}", width)


def amount(value: Decimal, width: int) -> str:
    """Dollars, right-aligned; raises InputError when they are longer."""
    return text(plain(value), width).rstrip().rjust(width)


def day8(value: dt.date) -> str:
    """A day as 20261106."""
    return f"{value:%Y%m%d}"


def start(value: str, width: int) -> str:
    """The start of words that may be cut."""
    return value[:width]


def template_path(name: str, own: Path | None) -> Path:
    """Where a template is: the workspace's own, else the shipped one."""
    mine = own / name if own is not None else None
    return mine if mine is not None and mine.is_file() else SHIPPED / name


def render(name: str, own: Path | None, values: dict[str, object]) -> bytes:
    """Fill a template of the accounting interface.

    Args:
        own: the workspace's `templates/interface`, whose files come first; none: only shipped ones.

    Raises:
        InputError: a template of the workspace cannot be filled, or a value does not fit its field.
    """
    folders = [*([own] if own is not None else []), SHIPPED]
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=lambda found: found is not None and found.endswith(_XML),
    )  # fmt: skip
    made.filters.update(plain=plain, cdata=cdata, text=text, digits=digits, amount=amount, day8=day8, start=start)
    try:
        return made.get_template(name).render(values).encode()
    except InputError as fault:
        raise InputError(fault.message, at=Location(name)) from None
    except _FAULTS as fault:
        line = fault.lineno if isinstance(fault, TemplateSyntaxError) else None
        raise InputError(f"cannot be filled: {fault}; correct it in templates/interface", at=Location(name, line)) from None
