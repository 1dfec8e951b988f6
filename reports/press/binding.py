"""Bind the statement and the drawn pages into one PDF: one page tree, one structure, links, bookmarks, attachments, metadata."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from reports.press.drawing import Bookmark, Press, Surround
from reports.press.embedding import embed, reserved
from reports.press.ink import END_OF_STREAM, Ink, text_string
from reports.press.look import HEIGHT, Look
from reports.press.measuring import Pens
from reports.press.metadata import metadata
from reports.press.paging import Plan
from reports.press.statement import Places
from reports.press.tagging import say_scopes, set_apart, target
from reports.press.view import View

_KINDS: Final = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the invoice."""

    name: str
    words: str
    data: bytes


@dataclass
class Binder:
    """What the statement's PDF is finished with; `finish` is the renderer's hook."""

    view: View
    plan: Plan
    places: Places
    pens: Pens
    look: Look
    attachments: tuple[Attachment, ...]
    key: str  # hash of the inputs
    file: bytes = b""

    def finish(self, _document: Any, pdf: Any) -> None:
        """Add everything to the statement's objects and bind the file, instead of the renderer."""
        ink = Ink(len(pdf.objects))
        fonts = reserved(self.pens, ink)
        root = target(pdf, pdf.catalog["StructTreeRoot"])
        document = target(pdf, root["K"][0])
        tree = target(pdf, root["ParentTree"])["Nums"]
        resources = ink.reserve()
        sender, head = self.view.sender, self.view.head
        foot = " · ".join(part for part in (sender.name, sender.contact, head.month) if part)
        right = f"{head.number_label} {head.number} · Invoice {head.invoice_no}"
        set_apart(pdf, document, tree)
        say_scopes(pdf)
        around = Surround(
            pages=pdf.pages.number,
            resources=resources,
            document=document.number,
            first_key=max(tree[::2], default=-1) + 1,
            before=self.places.before,
            margin=(head.running, right, foot),
        )
        drawn = Press(self.plan, self.pens, self.look, ink, around).draw()
        ink.put(b"<</Font<<%b>>/ProcSet[/PDF/Text]>>" % embed(self.pens, ink, fonts), resources)
        for number in drawn.pages:
            pdf.pages["Kids"].extend([number, 0, "R"])
        pdf.pages["Count"] += len(drawn.pages)
        document["K"].extend(f"{number} 0 R" for number in drawn.elements)
        for key, number in sorted(drawn.parents.items()):
            tree.extend([key, f"{number} 0 R"])
        self._link(pdf, drawn.anchors)
        first = Bookmark("Statement", int(pdf.page_references[0].split()[0]), 0)
        pdf.catalog["Outlines"] = f"{_outlines(ink, [first, *drawn.bookmarks])} 0 R"
        pdf.catalog["PageMode"] = "/UseOutlines"
        self._attach(ink, pdf)
        self._tell(pdf)
        pdf.write = lambda output, *_: output.write(self._bound(pdf, ink))

    def _link(self, pdf: Any, anchors: dict[str, tuple[int, int]]) -> None:
        """Lead the statement's links, which end at marks of its own, to the drawn pages."""
        titles = {part.anchor: part.title for part in (*self.view.sections, *self.view.closing)}
        names = pdf.catalog["Names"]["Dests"]["Names"] if "Dests" in pdf.catalog.get("Names", {}) else []
        for place in range(0, len(names), 2):
            name = names[place].string
            if name in anchors:
                number, y = anchors[name]
                names[place + 1] = f"[{number} 0 R /XYZ 0 {(HEIGHT - y) // 100} 0]"
        for each in pdf.objects:
            if isinstance(each, dict) and each.get("Subtype") == "/Link" and "Dest" in each:
                name = each["Dest"].string
                if name in titles:
                    each["Contents"] = text_string(f"{titles[name]}, page {self.places.page(name)}")

    def _attach(self, ink: Ink, pdf: Any) -> None:
        """Embed the files, each in relationship Data to the invoice."""
        files = []
        for file in self.attachments:
            digest = hashlib.md5(file.data, usedforsecurity=False).hexdigest().encode()
            kind = _KINDS[file.name.rpartition(".")[2]].replace("/", "#2f").encode()
            day = b"(D:%bT)" % self.view.head.issued_iso.replace("-", "").encode()
            day = day.replace(b"T)", b"000000Z)")
            params = b"/CheckSum<%b>/Size %d/CreationDate%b/ModDate%b" % (digest, len(file.data), day, day)
            stream = ink.stream(b"/Type/EmbeddedFile/Subtype/%b/Params<<%b>>" % (kind, params), file.data)
            name = text_string(file.name)
            facts = (name, name, text_string(file.words), stream, stream)
            files.append((file.name, ink.put(b"<</Type/Filespec/F%b/UF%b/Desc%b/AFRelationship/Data/EF<</F %d 0 R/UF %d 0 R>>>>" % facts)))
        if files:
            listed = b" ".join(b"%b %d 0 R" % (text_string(name), number) for name, number in sorted(files))
            pdf.catalog.setdefault("Names", type(pdf.catalog)())["EmbeddedFiles"] = b"<</Names[%b]>>" % listed
            pdf.catalog["AF"] = b"[%b]" % b" ".join(b"%d 0 R" % number for _, number in files)

    def _tell(self, pdf: Any) -> None:
        """Say in the metadata what the file is and what it was made from."""
        stream = target(pdf, pdf.catalog["Metadata"])
        stream.stream = [metadata(b"\n".join(stream.stream), self.view.invoice_no, self.key)]
        stream.compress = False

    def _bound(self, pdf: Any, ink: Ink) -> bytes:
        self.file = bound(pdf, ink, self.key)
        return self.file


def bound(pdf: Any, ink: Ink, key: str) -> bytes:
    """The renderer's objects and those in the ink as one file, the same bytes for the same objects and key."""
    for each in pdf.objects[1:]:
        if each.compressible:
            ink.put(each.data, each.number)
        else:
            ink.plain(each.data.removesuffix(b"\nendstream") + END_OF_STREAM, each.number)
    info = ink.put(pdf.info.data)
    return ink.bind(pdf.catalog.reference, b"%d 0 R" % info, key[:32])


def _outlines(ink: Ink, marks: list[Bookmark]) -> int:
    """The bookmarks: sections open, the subtotals in them closed. Returns the root's number."""
    root = ink.reserve()
    numbers = _level(ink, marks, root)
    ink.put(b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (numbers[0], numbers[-1], len(numbers)), root)
    return root


def _level(ink: Ink, marks: list[Bookmark], parent: int) -> list[int]:
    numbers = [ink.reserve() for _ in marks]
    for place, mark in enumerate(marks):
        body = b"<</Title%b/Parent %d 0 R/Dest[%d 0 R/XYZ 0 %d 0]" % (text_string(mark.title), parent, mark.page, (HEIGHT - mark.y) // 100)
        if place:
            body += b"/Prev %d 0 R" % numbers[place - 1]
        if place + 1 < len(marks):
            body += b"/Next %d 0 R" % numbers[place + 1]
        if mark.below:
            below = _level(ink, mark.below, numbers[place])
            body += b"/First %d 0 R/Last %d 0 R/Count %d" % (below[0], below[-1], -len(below))
        ink.put(body + b">>", numbers[place])
    return numbers
