"""What the workers' parent loads before it forks: the renderer and the faces. No thread is started and nothing is drawn here."""

from reports.press import printing
from reports.press.faces import FACES, part

for style in FACES:
    for place in (0, 1):
        part(style, place)
printing.press_hash()
