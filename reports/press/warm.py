"""What the workers' parent loads before it forks: the renderer and the faces. No thread is started and nothing is drawn here."""

from importlib import import_module
from typing import Final

from reports.press import printing
from reports.press.faces import FACES, part

RENDERER: Final = ("weasyprint", "weasyprint.document", "weasyprint.pdf", "fontTools.ttLib", "jinja2.sandbox")

for module in RENDERER:
    import_module(module)
for style in FACES:
    for place in (0, 1):
        part(style, place)
printing.press_hash()
