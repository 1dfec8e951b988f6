"""What the renderer's tags lack for PDF/UA: margins that are artifacts, scopes of head cells, words for links."""

from typing import Any


def set_apart(pdf: Any, document: Any, tree: list[Any]) -> None:
    """Make what stands in the statement's margins an artifact; the renderer marks it for elements that hang nowhere."""
    linked = {bytes(reference) for reference in document["K"]}
    for number, page in enumerate(pdf.pages["Kids"][::3]):
        elements = tree[tree.index(number) + 1]
        loose = [mark for mark, reference in enumerate(elements) if _top(pdf, reference, document) not in linked]
        stream = target(pdf, pdf.objects[page]["Contents"]).stream
        for place, item in enumerate(stream):
            if isinstance(item, dict) and item.get("MCID") in loose:
                stream[place - 1 : place + 2] = ["/Artifact", b"<</Type/Pagination>>", b"BDC"]
        for mark in loose:
            elements[mark] = "null"


def say_scopes(pdf: Any) -> None:
    """Give the statement's head cells a scope beside the ids the renderer gives them: of a column in a head, else of a row."""
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("S") == "/TH":
            part = target(pdf, target(pdf, each["P"])["P"])
            each["A"]["Scope"] = "/Column" if part["S"] == "/THead" else "/Row"


def _top(pdf: Any, reference: bytes, document: Any) -> bytes:
    """The ancestor right below the document."""
    while (parent := target(pdf, reference)["P"]) != document.reference:
        reference = parent
    return reference


def target(pdf: Any, reference: bytes) -> Any:
    """The object a reference leads to."""
    return pdf.objects[int(reference.split()[0])]
