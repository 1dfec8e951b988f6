"""The page's own script and style, the bundled table library, and the rule by which a browser lets only these run."""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from billing.errors import InputError
from reports.templating import TEMPLATES, font_faces

HERE: Final = TEMPLATES / "close"
SCRIPTS: Final = ("exact.js", "month.js", "tables.js", "views.js", "search.js", "start.js")
STYLES: Final = ("page.css", "tables.css", "print.css")
_BUNDLE: Final = "dt_bundle.js"
_EXPORT: Final = re.compile(r"export\{([^}]*)\};")
_DEFAULT: Final = re.compile(r"(?:^|,)([\w$]+) as default(?:,|$)")


@cache
def table_library() -> str:
    """DataTables of the itables package as a plain script that leaves `DataTable` behind; its licences stay at its end.

    Raises:
        InputError: the package's file is not the module this knows how to open.
    """
    package = find_spec("itables")  # found, not imported: importing it would load pandas
    if package is None or package.origin is None:
        raise InputError("itables is not installed; run setup.sh")
    text = (Path(package.origin).parent / "html" / _BUNDLE).read_text(encoding="utf-8")
    exported = _EXPORT.search(text)
    default = _DEFAULT.search(exported[1]) if exported else None
    if exported is None or default is None or "</script" in text.lower():
        raise InputError(f"{_BUNDLE}: it exports no default; install the itables this program was made with (itables>=2.9,<3)")
    body = f"{text[: exported.start()]}window.DataTable={default[1]};{text[exported.end() :]}"
    # `<!--` in a script would change how HTML reads what follows; `\!` is `!` in a text and in a pattern
    return '(function(){"use strict";' + body.replace("<!--", "<\\!--") + "\n})();"


@cache
def own_script() -> str:
    """The page's script."""
    parts = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f'(function(){{"use strict";\n{parts}\n}})();'


@cache
def own_style() -> str:
    """The page's style with its fonts as data."""
    return font_faces(more=False) + "\n" + "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The content security policy: nothing from anywhere; only these very scripts and styles, by their hash."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(_hash(text) for text in scripts)}",
            f"style-src {' '.join(_hash(text) for text in styles)}",
            "style-src-attr 'unsafe-inline'",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
