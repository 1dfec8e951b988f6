"""Draw the planned sections: each heading, sentence and cell written once, tagged in one tree, with its bookmark."""

from dataclasses import dataclass, field

from reports.press.ink import Ink
from reports.press.look import WIDTH, Look
from reports.press.measuring import Pens
from reports.press.paging import HEAD_HEIGHT, Laid, Piece, Plan, opening
from reports.press.sheet import Sheet, margins
from reports.press.view import OVER, SUB, Row


@dataclass
class Bookmark:
    """Where a bookmark leads; `y` counts down from the top of the page in hundredths of a point."""

    title: str
    page: int  # object number
    y: int
    below: list["Bookmark"] = field(default_factory=list)


@dataclass
class Surround:
    """What the drawn pages stand in: numbers of other objects, the texts in the margins."""

    pages: int  # object number of the page tree
    resources: int
    document: int  # object number of the structure's document
    first_key: int  # in the parent tree
    before: int  # pages before the first drawn one
    margin: tuple[str, str, str]  # left, right, foot


@dataclass
class Drawn:
    """What came of it, for the page tree, the structure and the links."""

    pages: list[int] = field(default_factory=list)
    elements: list[int] = field(default_factory=list)
    parents: dict[int, int] = field(default_factory=dict)
    bookmarks: list[Bookmark] = field(default_factory=list)
    anchors: dict[str, tuple[int, int]] = field(default_factory=dict)  # page object, y


class Press:
    """Draws one plan into the ink."""

    def __init__(self, plan: Plan, pens: Pens, look: Look, ink: Ink, around: Surround) -> None:
        self.plan, self.pens, self.look, self.ink, self.around = plan, pens, look, ink, around
        self.drawn = Drawn()
        self.sheet: Sheet | None = None

    def draw(self) -> Drawn:
        """Every section on its pages."""
        for laid in self.plan.laid:
            self._section(laid)
        if self.sheet is not None:
            self._finish(self.sheet)
        return self.drawn

    def _turn_to(self, page: int) -> Sheet:
        """The sheet of a page; the one before is finished."""
        if self.sheet is not None and len(self.drawn.pages) == page + 1:
            return self.sheet
        if self.sheet is not None:
            self._finish(self.sheet)
        number = self.ink.reserve()
        self.drawn.pages.append(number)
        self.sheet = Sheet(number, self.around.first_key + page)
        total = self.around.before + self.plan.pages
        words = f"Page {self.around.before + page + 1:,} of {total:,}"
        margins(self.sheet, self.look, *self.around.margin, words, (self.pens.bold, self.pens.regular))
        return self.sheet

    def _finish(self, sheet: Sheet) -> None:
        sheet.finish(self.ink, self.around.pages, self.around.resources, self.drawn.parents)

    def _section(self, laid: Laid) -> None:
        own = self.ink.reserve()
        self.drawn.elements.append(own)
        piece = laid.pieces[0]
        sheet = self._turn_to(piece.page)
        mark = Bookmark(laid.section.title, sheet.number, max(piece.y - 600, 0))
        self.drawn.bookmarks.append(mark)
        self.drawn.anchors[laid.section.anchor] = (sheet.number, mark.y)
        children = self._opening(sheet, laid, piece.y, own)
        if laid.section.columns:
            children.append(_Table(self, laid, own, mark).draw())
        self.ink.put(element("Sect", self.around.document, children), own)

    def _opening(self, sheet: Sheet, laid: Laid, y: int, parent: int) -> list[int]:
        """Heading and sentences; returns their elements."""
        look, section = self.look, laid.section
        heading = self.ink.reserve()
        mark = sheet.write(section.title, self.pens.head, look.title_size, look.ink, look.left, y + 1300, heading, "H2")
        self.ink.put(b"<</S/H2/P %d 0 R/Pg %d 0 R/K %d>>" % (parent, sheet.number, mark), heading)
        found = [heading]
        if laid.about:
            own, marks = self.ink.reserve(), []
            shade = look.soft if section.about else look.ink
            for place, line in enumerate(laid.about):
                base = y + 1300 + 1450 + place * 1250
                marks.append(sheet.write(line, self.pens.regular, look.about_size, shade, look.left, base, own, "P"))
            self.ink.put(b"<</S/P/P %d 0 R/Pg %d 0 R/K[%b]>>" % (parent, sheet.number, _numbers(marks)), own)
            found.append(own)
        return found

    def sheet_of(self, page: int) -> Sheet:
        """The sheet of a page, turned to."""
        return self._turn_to(page)


class _Table:
    """Draws one table over its pages."""

    def __init__(self, press: Press, laid: Laid, parent: int, bookmark: Bookmark) -> None:
        self.press, self.laid, self.bookmark = press, laid, bookmark
        self.pens, self.look, self.ink = press.pens, press.look, press.ink
        self.table, self.section = laid.table, laid.section
        self.own, self.body = self.ink.reserve(), self.ink.reserve()
        self.parent = parent
        self.many = {number for number, _ in laid.table.wraps} | set(laid.table.notes)  # rows of several lines
        self.parts: list[int] = []
        self.rows: list[int] = []

    def draw(self) -> int:
        """The whole table; returns its element."""
        for piece in self.laid.pieces:
            sheet = self.press.sheet_of(piece.page)
            y = piece.y
            if piece.is_start:
                y += opening(self.laid)
                if self.section.has_head:
                    self.parts.append(self._head(sheet, y))
            elif self.section.has_head:
                y += HEAD_HEIGHT
                self._head_again(sheet, y)
            self._rows(sheet, piece, y)
        if self.rows:
            self.ink.put(element("TBody", self.own, self.rows), self.body)
            self.parts.append(self.body)
        else:
            self.ink.put(b"null", self.body)
        if self.section.foot:
            self.parts.append(self._foot(sheet))
        self.ink.put(element("Table", self.parent, self.parts), self.own)
        return self.own

    def _head(self, sheet: Sheet, y: int) -> int:
        part, row = self.ink.reserve(), self.ink.reserve()
        cells = []
        for place, column in enumerate(self.section.columns):
            cell, right = self.ink.reserve(), column.css == "n"
            x = self._head_place(place)
            mark = sheet.write(column.title, self.pens.bold, self.look.head_size, self.look.ink, x, y - 480, cell, "TH", right=right)
            scope = b"/A<</O/Table/Scope/Column>>"
            self.ink.put(b"<</S/TH/P %d 0 R/Pg %d 0 R/K %d%b>>" % (row, sheet.number, mark, scope), cell)
            cells.append(cell)
        self._head_rule(sheet, y)
        self.ink.put(element("TR", part, cells), row)
        return self.ink.put(element("THead", self.own, [row]), part)

    def _head_again(self, sheet: Sheet, y: int) -> None:
        for place, column in enumerate(self.section.columns):
            right = column.css == "n"
            x = self._head_place(place)
            sheet.aside(column.title, self.pens.bold, self.look.head_size, self.look.ink, x, y - 480, right=right)
        self._head_rule(sheet, y)

    def _head_place(self, place: int) -> int:
        column = self.section.columns[place]
        if column.css != "n":
            return self.table.lefts[place]
        return self.table.head_edge(place, self.pens.bold.width(column.title) * self.look.head_size // 1000)

    def _head_rule(self, sheet: Sheet, y: int) -> None:
        sheet.rule(self.look.left, WIDTH - self.look.right, y, 90, self.look.ink)

    def _rows(self, sheet: Sheet, piece: Piece, y: int) -> None:
        table, hair, many = self.table, self.look.hair, self.many
        edge, space = WIDTH - self.look.right, self.look.row_space // 2
        for number in range(piece.first, piece.last):
            row, height = self.section.rows[number], table.heights[number]
            base = y + space + table.size * 93 // 100
            if not row.kind and number not in many:
                self.rows.append(self._plain(sheet, row, base))
            elif not row.kind:
                self.rows.append(self._full(sheet, row, number, base))
            else:
                self.rows.append(self._label(sheet, row, base + (300 if row.kind == OVER else 0), y, height))
            y += height
            sheet.rule(self.look.left, edge, y, 40, hair)
        self.end = y

    def _plain(self, sheet: Sheet, row: Row, base: int) -> int:
        """A row of one line: what nearly all rows are, so it is written with the least ado."""
        own = self.ink.reserve(1 + len(row.cells))
        size, shade, style, page = self.table.size, self.look.ink, self.pens.regular, sheet.number
        bodies, tag, scope = [], "TH", "/A<</O/Table/Scope/Row>>"
        for place, text in enumerate(row.cells):
            if text:
                right = self.section.columns[place].css == "n"
                x = self.table.edge(place, text, style) if right else self.table.lefts[place]
                mark = sheet.write(text, style, size, shade, x, base, own + 1 + place, tag, right=right)
                bodies.append(f"<</S/{tag}/P {own} 0 R/Pg {page} 0 R/K {mark}{scope}>>".encode())
            else:
                bodies.append(f"<</S/{tag}/P {own} 0 R{scope}>>".encode())
            tag, scope = "TD", ""
        cells = " 0 R ".join(map(str, range(own + 1, own + 1 + len(row.cells))))
        self.ink.put_all([f"<</S/TR/P {self.body} 0 R/K[{cells} 0 R]>>".encode(), *bodies], own)
        return own

    def _full(self, sheet: Sheet, row: Row, number: int, base: int) -> int:
        """A row with wrapping cells or a note."""
        own = self.ink.reserve(1 + len(row.cells))
        table, look, noted = self.table, self.look, self.section.note_column
        for place, text in enumerate(row.cells):
            lines = table.wraps.get((number, place), [text] if text else [])
            small = table.notes.get(number, []) if place == noted else []
            cell, tag, y, marks = own + 1 + place, "TD" if place else "TH", base, []
            right = self.section.columns[place].css == "n"
            x = table.edge(place, text, self.pens.regular) if right else table.lefts[place]
            if small and lines:
                lines = [*lines[:-1], f"{lines[-1]} "]
            for line in lines:
                marks.append(sheet.write(line, self.pens.regular, table.size, look.ink, x, y, cell, tag, right=right))
                y += table.size * 124 // 100
            for line in small:
                y_note = y - (table.size - look.small_size) * 124 // 100
                marks.append(sheet.write(line, self.pens.regular, look.small_size, look.soft, x, y_note, cell, tag, right=right))
                y += look.small_size * 124 // 100
            self._cell(cell, own, tag, sheet.number, marks)
        return self._row(own, self.body, range(own + 1, own + 1 + len(row.cells)))

    def _label(self, sheet: Sheet, row: Row, base: int, y: int, height: int) -> int:
        """A heading over rows, or a subtotal below them with its bookmark."""
        count = len(self.section.columns)
        own = self.ink.reserve(1 + len(row.cells))
        table, look, bold = self.table, self.look, self.pens.bold
        if row.kind == SUB:
            sheet.tint(look.left, y, look.measure, height, look.tint)
            self.bookmark.below.append(Bookmark(row.cells[0], sheet.number, max(y - 600, 0)))
        for place, text in enumerate(row.cells):
            column = 0 if place == 0 else count - len(row.cells) + place
            right = self.section.columns[column].css == "n" and place > 0
            x = table.edge(column, text, bold) if right else table.lefts[column]
            cell, tag = own + 1 + place, "TD" if place else "TH"
            marks = [sheet.write(text, bold, table.size, look.ink, x, base, cell, tag, right=right)] if text else []
            self._cell(cell, own, tag, sheet.number, marks, span=count - len(row.cells) + 1 if place == 0 else 1)
        return self._row(own, self.body, range(own + 1, own + 1 + len(row.cells)))

    def _foot(self, sheet: Sheet) -> int:
        count, look, y = len(self.section.columns), self.look, self.end
        part, own = self.ink.reserve(), self.ink.reserve(3)
        size, base = self.table.size, y + 420 + self.table.size
        sheet.rule(look.left, WIDTH - look.right, y, 90, look.ink)
        label = sheet.write(self.section.foot, self.pens.bold, size, look.ink, look.left, base, own + 1, "TH")
        edge = self.table.rights[-1]
        total = sheet.write(self.section.total, self.pens.bold, size, look.ink, edge, base, own + 2, "TD", right=True)
        self._cell(own + 1, own, "TH", sheet.number, [label], span=count - 1)
        self._cell(own + 2, own, "TD", sheet.number, [total])
        self._row(own, part, range(own + 1, own + 3))
        return self.ink.put(element("TFoot", self.own, [own]), part)

    def _cell(self, own: int, row: int, tag: str, page: int, marks: list[int], *, span: int = 1) -> None:
        facts = ("/Scope/Row" if tag == "TH" else "") + (f"/ColSpan {span}" if span > 1 else "")
        about = f"/A<</O/Table{facts}>>" if facts else ""
        kids = f"/Pg {page} 0 R/K[{' '.join(map(str, marks))}]" if marks else ""
        self.ink.put(f"<</S/{tag}/P {row} 0 R{kids}{about}>>".encode(), own)

    def _row(self, own: int, parent: int, cells: range) -> int:
        return self.ink.put(element("TR", parent, list(cells)), own)


def element(tag: str, parent: int, kids: list[int]) -> bytes:
    """An element of the structure that holds others."""
    return b"<</S/%b/P %d 0 R/K[%b 0 R]>>" % (tag.encode(), parent, b" 0 R ".join(b"%d" % kid for kid in kids))


def _numbers(values: list[int]) -> bytes:
    return b" ".join(b"%d" % value for value in values)
